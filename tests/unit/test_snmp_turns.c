/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drivers/snmp_turns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka's header wants the ones above first */
#include <cmocka.h>

static struct snmp_turn turn[6];
static char begun[16];

static void note(struct snmp_turn *t)
{
    size_t n = strlen(begun);
    begun[n] = (char)('0' + (t - turn));
}

static struct snmp_turns open_turns(unsigned most)
{
    memset(turn, 0, sizeof(turn));
    memset(begun, 0, sizeof(begun));
    for (size_t i = 0; i < 6; i++)
        turn[i].begin = note;
    return (struct snmp_turns){.most = most};
}

static void oldest_first_within_the_bound(void **state)
{
    (void)state;
    struct snmp_turns t = open_turns(100);
    for (int i = 0; i < 5; i++)
        snmp_turn_take(&t, &turn[i], 40);
    assert_string_equal(begun, "01");
    snmp_turn_end(&t, &turn[1]);
    assert_string_equal(begun, "012");
    snmp_turn_end(&t, &turn[0]);
    snmp_turn_end(&t, &turn[2]);
    assert_string_equal(begun, "01234");
    snmp_turn_end(&t, &turn[3]);
    snmp_turn_end(&t, &turn[4]);
    assert_int_equal(t.held, 0);
    assert_null(t.first);
}

static void a_small_one_does_not_overtake(void **state)
{
    (void)state;
    struct snmp_turns t = open_turns(100);
    snmp_turn_take(&t, &turn[0], 90);
    snmp_turn_take(&t, &turn[1], 50);
    snmp_turn_take(&t, &turn[2], 1);
    assert_string_equal(begun, "0");
    snmp_turn_end(&t, &turn[0]);
    assert_string_equal(begun, "012");
}

static void one_that_is_too_heavy_goes_alone(void **state)
{
    (void)state;
    struct snmp_turns t = open_turns(100);
    snmp_turn_take(&t, &turn[0], 500);
    snmp_turn_take(&t, &turn[1], 1);
    assert_string_equal(begun, "0");
    snmp_turn_end(&t, &turn[0]);
    assert_string_equal(begun, "01");
}

static void given_up_while_waiting(void **state)
{
    (void)state;
    struct snmp_turns t = open_turns(100);
    for (int i = 0; i < 4; i++)
        snmp_turn_take(&t, &turn[i], 100);
    snmp_turn_end(&t, &turn[3]); /* the last */
    snmp_turn_end(&t, &turn[1]); /* the first */
    snmp_turn_end(&t, &turn[5]); /* never taken */
    snmp_turn_take(&t, &turn[4], 100);
    snmp_turn_end(&t, &turn[0]);
    assert_string_equal(begun, "02");
    snmp_turn_end(&t, &turn[2]);
    assert_string_equal(begun, "024");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oldest_first_within_the_bound),
        cmocka_unit_test(a_small_one_does_not_overtake),
        cmocka_unit_test(one_that_is_too_heavy_goes_alone),
        cmocka_unit_test(given_up_while_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
