/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drivers/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
/* cmocka's header wants the ones above first */
#include <cmocka.h>

#define S     INT64_C(1000000)
#define EPOCH (INT64_C(1790000000) * S)

static void phases_spread_over_the_period(void **state)
{
    (void)state;
    unsigned tenth[10] = {0};
    for (unsigned i = 0; i < 2000; i++) {
        struct schedule s;
        char id[32];
        snprintf(id, sizeof(id), "pdu-%u", i);
        schedule_init(&s, id, 10 * S, 1000);
        assert_in_range(s.phase_us, 0, 10 * S - 1);
        tenth[s.phase_us / S]++;
    }
    for (unsigned i = 0; i < 10; i++)
        assert_in_range(tenth[i], 120, 280); /* 200 each, within 6 sigma */
}

static void a_coarse_grain_makes_groups(void **state)
{
    (void)state;
    const struct {
        const char *name;
        int64_t every_us, grain_us, grains; /* grains: so many phases at most */
    } rows[] = {
        {"forty groups", 10 * S, S / 4, 40},
        {"a grain that does not divide the period", 10 * S, 3 * S, 3},
        {"one as long as the period: all together", S, S, 1},
        {"one longer than the period", S, 7 * S, 1},
        {"none: milliseconds", 10 * S, 0, 10000},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        int64_t grain = rows[i].grain_us ? rows[i].grain_us : 1000, most = 0;
        for (unsigned k = 0; k < 500; k++) {
            struct schedule s;
            char id[32];
            snprintf(id, sizeof(id), "pdu-%u", k);
            schedule_init(&s, id, rows[i].every_us, rows[i].grain_us);
            if (s.phase_us % grain != 0 || s.phase_us < 0 || s.phase_us >= rows[i].every_us)
                fail_msg("%s: %s begins at %ld us", rows[i].name, id, (long)s.phase_us);
            most = s.phase_us / grain > most ? s.phase_us / grain : most;
        }
        if (most >= rows[i].grains || most < rows[i].grains * 9 / 10 - 1)
            fail_msg("%s: the last phase is %ld of %ld", rows[i].name, (long)most, (long)rows[i].grains);
    }
}

static void phase_is_the_same_after_every_start(void **state)
{
    (void)state;
    struct schedule a, b;
    schedule_init(&a, "pdu-a1", 10 * S, 1000);
    schedule_init(&b, "pdu-a1", 10 * S, 1000);
    assert_int_equal(a.phase_us, b.phase_us);
}

static void next_slot(void **state)
{
    (void)state;
    const struct {
        const char *name;
        int64_t begun; /* slot begun last, relative to that of `now`; INT64_MIN: none */
        int64_t now;   /* us after the start of slot 0 */
        int64_t want;  /* slot */
    } rows[] = {
        {"first: never in the past", INT64_MIN, 1, 1},
        {"right after a poll", 0, 20000, 1},
        {"just before the next", 0, 10 * S - 1, 1},
        {"a little late: still begun", 0, 12 * S, 1},
        {"half a period late: skipped", 0, 15 * S, 2},
        {"several missed: none is made up for", 0, 41 * S, 4},
        {"several missed, half a period into the last", 0, 46 * S, 5},
        {"began before its wall time, since the clock is slewed", 1, 10 * S - 5000, 2},
        {"the clock went back an hour", 360, 5 * S, 1},
        {"the clock went on an hour", 0, 3601 * S, 360},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct schedule s;
        schedule_init(&s, "pdu-a1", 10 * S, 1000);
        int64_t base = EPOCH / (10 * S), start = base * 10 * S + s.phase_us;
        if (rows[i].begun != INT64_MIN)
            schedule_begin(&s, base + rows[i].begun);
        struct schedule_due due = schedule_next(&s, start + rows[i].now, 77 * S);
        if (due.slot != base + rows[i].want)
            fail_msg("%s: slot %+ld", rows[i].name, (long)(due.slot - base));
        assert_int_equal(due.wall_us, start + rows[i].want * 10 * S);
        assert_int_equal(due.boot_us, 77 * S + rows[i].want * 10 * S - rows[i].now);
    }
}

static void labels_are_exactly_a_period_apart(void **state)
{
    (void)state;
    struct schedule s;
    schedule_init(&s, "ups-1", 10 * S, 1000);
    int64_t wall = EPOCH, before = 0;
    for (int i = 0; i < 1000; i++) {
        struct schedule_due due = schedule_next(&s, wall, wall / 2);
        if (before)
            assert_int_equal(due.wall_us - before, 10 * S);
        before = due.wall_us;
        schedule_begin(&s, due.slot);
        wall = due.wall_us + 700 + i % 13 * 1000; /* timers wake late, never early */
    }
}

static void backs_off_no_longer_than_three_periods_or_a_minute(void **state)
{
    (void)state;
    const struct {
        const char *name;
        int64_t every_us;
        const char *pattern; /* what happens in each slot of a device that stays silent: a try, or a pass */
    } rows[] = {
        {"every 10 s: every third at most", 10 * S, "tt.t..t..t..t"},
        {"every 1 s: the same, not a doubling", 1 * S, "tt.t..t..t..t"},
        {"every 30 s: a minute at most", 30 * S, "tt.t.t.t.t.t."},
        {"every minute: never", 60 * S, "ttttttttttttt"},
        {"every 15 min: never", 900 * S, "ttttttttttttt"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct schedule s;
        char got[32] = "";
        schedule_init(&s, "x", rows[i].every_us, 1000);
        for (size_t k = 0; rows[i].pattern[k]; k++) {
            got[k] = schedule_passes(&s) ? '.' : 't';
            if (got[k] == 't')
                schedule_ended(&s, false);
        }
        if (strcmp(got, rows[i].pattern) != 0)
            fail_msg("%s: %s", rows[i].name, got);
    }
}

static void an_answer_ends_the_back_off(void **state)
{
    (void)state;
    struct schedule s;
    schedule_init(&s, "x", 10 * S, 1000);
    for (int i = 0; i < 5; i++)
        schedule_ended(&s, false);
    schedule_ended(&s, true);
    assert_false(schedule_passes(&s));
    assert_int_equal(s.failures, 0);
}

static void tries_end_within_the_period(void **state)
{
    (void)state;
    assert_int_equal(schedule_try_us(10 * S, 2 * S, 2), 2 * S);
    assert_int_equal(schedule_try_us(1 * S, 2 * S, 2), S / 2);
    assert_int_equal(schedule_try_us(3 * S, 2 * S, 3), 1 * S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phases_spread_over_the_period),
        cmocka_unit_test(a_coarse_grain_makes_groups),
        cmocka_unit_test(phase_is_the_same_after_every_start),
        cmocka_unit_test(next_slot),
        cmocka_unit_test(labels_are_exactly_a_period_apart),
        cmocka_unit_test(backs_off_no_longer_than_three_periods_or_a_minute),
        cmocka_unit_test(an_answer_ends_the_back_off),
        cmocka_unit_test(tries_end_within_the_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
