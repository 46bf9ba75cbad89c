/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drivers/snmp_batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
/* cmocka's header wants the ones above first */
#include <cmocka.h>

/* What a poll asks, as text: "0-3 4-7 8". */
static void ask_all(struct snmp_batch *b, bool rare, char *text, size_t size)
{
    uint32_t index[128];
    size_t n, at = 0;
    text[0] = '\0';
    snmp_batch_begin(b, rare);
    while ((n = snmp_batch_next(b, index, 128)) > 0) {
        for (size_t i = 0; i < n && at < size; i++)
            at += (size_t)snprintf(text + at, size - at, "%s%u", i ? "," : at ? " " : "", index[i]);
    }
    snmp_batch_complete(b);
}

static void splits_by_the_limit(void **state)
{
    (void)state;
    const struct {
        const char *name;
        size_t n;
        unsigned limit;
        const char *want;
    } rows[] = {
        {"all in one", 5, 40, "0,1,2,3,4"}, {"even", 4, 2, "0,1 2,3"}, {"with a rest", 5, 2, "0,1 2,3 4"},
        {"one by one", 3, 1, "0 1 2"},      {"nothing", 0, 8, ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct snmp_batch b;
        char got[64];
        assert_int_equal(snmp_batch_init(&b, rows[i].n, rows[i].limit), 0);
        ask_all(&b, false, got, sizeof(got));
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s: %s", rows[i].name, got);
        snmp_batch_done(&b);
    }
}

static void no_limit_known_is_forty(void **state)
{
    (void)state;
    struct snmp_batch b;
    uint32_t index[128];
    snmp_batch_init(&b, 100, 0);
    snmp_batch_begin(&b, false);
    assert_int_equal(snmp_batch_next(&b, index, 128), SNMP_BATCH_DEFAULT);
    snmp_batch_done(&b);
}

static void absent_after_three_misses_and_asked_rarely(void **state)
{
    (void)state;
    struct snmp_batch b;
    char got[64];
    snmp_batch_init(&b, 4, 8);
    assert_false(snmp_batch_missing(&b, 2));
    assert_false(snmp_batch_missing(&b, 2));
    snmp_batch_present(&b, 2); /* it came back in between: counted anew */
    assert_false(snmp_batch_missing(&b, 2));
    assert_false(snmp_batch_missing(&b, 2));
    assert_true(snmp_batch_missing(&b, 2));
    ask_all(&b, false, got, sizeof(got));
    assert_string_equal(got, "0,1,3");
    ask_all(&b, true, got, sizeof(got)); /* in a request of its own */
    assert_string_equal(got, "0,1,3 2");
    snmp_batch_present(&b, 2);
    ask_all(&b, false, got, sizeof(got));
    assert_string_equal(got, "0,1,2,3");
    snmp_batch_done(&b);
}

static void refused_object_is_left_out_and_the_rest_asked_again(void **state)
{
    (void)state;
    struct snmp_batch b;
    uint32_t index[128];
    snmp_batch_init(&b, 5, 3);
    snmp_batch_begin(&b, false);
    assert_int_equal(snmp_batch_next(&b, index, 128), 3);
    assert_false(snmp_batch_refused(&b, index, 1));
    assert_int_equal(snmp_batch_next(&b, index, 128), 3); /* 0, 2, 3 */
    assert_int_equal(index[0], 0);
    assert_int_equal(index[1], 2);
    assert_int_equal(index[2], 3);
    assert_int_equal(snmp_batch_next(&b, index, 128), 1);
    assert_int_equal(snmp_batch_next(&b, index, 128), 0);
    snmp_batch_done(&b);
}

static void too_big_halves_at_once_and_is_remembered(void **state)
{
    (void)state;
    struct snmp_batch b;
    uint32_t index[128];
    char got[64];
    snmp_batch_init(&b, 8, 8);
    snmp_batch_begin(&b, false);
    size_t n = snmp_batch_next(&b, index, 128);
    snmp_batch_too_big(&b, index, n);
    assert_int_equal(snmp_batch_next(&b, index, 128), 4);
    assert_int_equal(index[0], 0);
    ask_all(&b, false, got, sizeof(got));
    assert_string_equal(got, "0,1,2,3 4,5,6,7");
    snmp_batch_done(&b);
}

static void one_object_too_big_alone_is_shunned(void **state)
{
    (void)state;
    struct snmp_batch b;
    uint32_t index[128];
    snmp_batch_init(&b, 3, 1);
    snmp_batch_begin(&b, false);
    size_t n = snmp_batch_next(&b, index, 128);
    snmp_batch_too_big(&b, index, n);
    assert_true(snmp_batch_shunned(&b, 0));
    snmp_batch_next(&b, index, 128);
    assert_int_equal(index[0], 1);
    snmp_batch_done(&b);
}

/* An agent that is silent when object `bad` is asked, one poll each round. */
static unsigned rounds_until_found(struct snmp_batch *b, uint32_t bad, bool unreadable)
{
    for (unsigned round = 1; round < 20; round++) {
        uint32_t index[128];
        size_t n;
        bool lost = false;
        snmp_batch_begin(b, false);
        while (!lost && (n = snmp_batch_next(b, index, 128)) > 0) {
            for (size_t i = 0; i < n; i++)
                lost = lost || index[i] == bad;
            if (lost)
                snmp_batch_lost(b, index, n, unreadable);
        }
        if (!lost) {
            snmp_batch_complete(b);
            return round;
        }
    }
    return 0;
}

static void finds_the_object_that_silences_an_agent(void **state)
{
    (void)state;
    const struct {
        const char *name;
        bool unreadable;
        unsigned rounds;
    } rows[] = {
        {"silence: 16, 8, 4, 2, 1, without it", false, 6},
        {"undecodable: 16, 8, one by one, without it", true, 4},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct snmp_batch b;
        snmp_batch_init(&b, 16, 16);
        unsigned rounds = rounds_until_found(&b, 11, rows[i].unreadable);
        if (rounds != rows[i].rounds || !snmp_batch_shunned(&b, 11))
            fail_msg("%s: %u rounds", rows[i].name, rounds);
        assert_int_equal(b.limit, 16); /* the others are asked together again */
        snmp_batch_done(&b);
    }
}

static void one_undecodable_answer_changes_nothing_for_long(void **state)
{
    (void)state;
    struct snmp_batch b;
    uint32_t index[128];
    char got[64];
    snmp_batch_init(&b, 8, 8);
    snmp_batch_begin(&b, false);
    size_t n = snmp_batch_next(&b, index, 128);
    snmp_batch_lost(&b, index, n, true);
    ask_all(&b, false, got, sizeof(got));
    assert_string_equal(got, "0,1,2,3 4,5,6,7");
    ask_all(&b, false, got, sizeof(got));
    assert_string_equal(got, "0,1,2,3,4,5,6,7");
    snmp_batch_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_by_the_limit),
        cmocka_unit_test(no_limit_known_is_forty),
        cmocka_unit_test(absent_after_three_misses_and_asked_rarely),
        cmocka_unit_test(refused_object_is_left_out_and_the_rest_asked_again),
        cmocka_unit_test(too_big_halves_at_once_and_is_remembered),
        cmocka_unit_test(one_object_too_big_alone_is_shunned),
        cmocka_unit_test(finds_the_object_that_silences_an_agent),
        cmocka_unit_test(one_undecodable_answer_changes_nothing_for_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
