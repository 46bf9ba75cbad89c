/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The heap of a line's devices, and the slots that they begin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drivers/modbus_schedule.h"

#include <stdlib.h>
#include <string.h>

#define S INT64_C(1000000)

static void test_heap_gives_the_earliest(void **state)
{
    (void)state;
    struct modbus_schedule schedule = {0};
    struct modbus_slot slot[257];
    uint32_t random = 1;

    memset(slot, 0, sizeof(slot));
    for (size_t i = 0; i < 257; i++) {
        random = random * 1664525 + 1013904223;
        slot[i].due_us = random >> 8;
        assert_int_equal(modbus_schedule_put(&schedule, &slot[i]), 0);
    }
    /* Some leave from the middle, as devices do that are removed. */
    for (size_t i = 0; i < 257; i += 3) {
        modbus_schedule_drop(&schedule, &slot[i]);
        assert_int_equal(slot[i].place, 0);
        modbus_schedule_drop(&schedule, &slot[i]);
    }
    assert_int_equal(schedule.n, 257 - 86);
    int64_t last = -1;
    for (struct modbus_slot *first; (first = modbus_schedule_first(&schedule));) {
        assert_true(first->due_us >= last);
        last = first->due_us;
        modbus_schedule_drop(&schedule, first);
    }
    assert_int_equal(schedule.n, 0);
    modbus_schedule_done(&schedule);
}

/* What the line does with one slot: waits for it, polls for `takes`, and asks for the next. */
static const struct row {
    const char *name;
    int64_t every_us, takes_us;
    int64_t wait_us; /* beyond the due time, until the line is free */
    int64_t step_ms; /* between the stamps of consecutive polls */
    bool answers;
} rows[] = {
    {"quick, every 10 s", 10 * S, 30000, 0, 10000, true},
    {"slow, but within its period", 10 * S, 9 * S, 0, 10000, true},
    {"takes two and a half periods: misses are skipped", S, 2600000, 0, 3000, true},
    {"the line is busy for a third of each period", 3 * S, 100000, S, 3000, true},
    {"the clock is slewed: begins a moment early", 10 * S, 30000, -800, 10000, true},
    {"seven seconds do not divide a minute", 7 * S, 30000, 0, 7000, true},
    {"half a second", S / 2, 3000, 0, 500, true},
    {"silent: every third period in the end", 10 * S, 2 * S, 0, 30000, false},
};

/* Polls until the slot is one that is not passed over. */
static int64_t poll_once(struct modbus_slot *slot, const struct row *row, int64_t offset, int64_t *now)
{
    int64_t stamp = 0;

    for (;;) {
        int64_t at = slot->due_us + row->wait_us;
        if (at > *now)
            *now = at;
        if (modbus_schedule_starts(slot, *now + offset, *now, &stamp))
            break;
        modbus_schedule_next(slot, *now + offset, *now);
    }
    assert_true(stamp * 1000 <= *now + offset + 1000);
    *now += row->takes_us;
    schedule_ended(&slot->grid, row->answers);
    modbus_schedule_next(slot, *now + offset, *now);
    return stamp;
}

static void test_slots_keep_the_grid(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        const int64_t offset = INT64_C(1790000000) * S;
        struct modbus_slot slot;
        int64_t now = 5 * S, last = 0;

        print_message("  %s\n", row->name);
        modbus_schedule_init(&slot, "meter-ac", row->every_us, now + offset, now);
        for (int n = 0; n < 40; n++) {
            int64_t stamp = poll_once(&slot, row, offset, &now);
            assert_int_equal(stamp * 1000 % row->every_us, 0);
            if (n > 0)
                assert_true(stamp > last);
            if (n > 10) /* the first is off the grid, and a back-off grows */
                assert_int_equal(stamp - last, row->step_ms);
            last = stamp;
        }
    }
}

static void test_first_poll_comes_soon(void **state)
{
    (void)state;
    static const char *const ids[] = {"a", "b", "meter-1", "meter-2", "ups"};

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct modbus_slot slot;
        modbus_schedule_init(&slot, ids[i], 3600 * S, INT64_C(1790000000) * S, 100 * S);
        assert_true(slot.due_us >= 100 * S && slot.due_us < 101 * S);
    }
}

static void test_no_period_is_no_division_by_zero(void **state)
{
    (void)state;
    struct modbus_slot slot;
    int64_t stamp = 0;

    modbus_schedule_init(&slot, "x", 0, 0, 0);
    assert_true(modbus_schedule_starts(&slot, 0, 0, &stamp));
    modbus_schedule_next(&slot, 0, 0);
    assert_int_equal(stamp, 0);
    assert_true(slot.due_us > 0);
}

static void test_clock_steps(void **state)
{
    (void)state;
    struct modbus_slot slot;
    int64_t stamp = 0, wall = INT64_C(1790000000) * S;

    modbus_schedule_init(&slot, "x", 10 * S, wall, 0);
    assert_true(modbus_schedule_starts(&slot, wall, 0, &stamp));
    for (int i = 0; i < 2; i++) { /* an hour back, then an hour ahead */
        wall += i == 0 ? -3600 * S : 3600 * S;
        modbus_schedule_next(&slot, wall, 10 * S);
        assert_true(slot.due_us > 0 && slot.due_us <= 20 * S);
        assert_true(modbus_schedule_starts(&slot, wall + slot.due_us - 10 * S, slot.due_us, &stamp));
        assert_true(llabs(stamp * 1000 - wall) <= 20 * S);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heap_gives_the_earliest),
        cmocka_unit_test(test_slots_keep_the_grid),
        cmocka_unit_test(test_first_poll_comes_soon),
        cmocka_unit_test(test_no_period_is_no_division_by_zero),
        cmocka_unit_test(test_clock_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
