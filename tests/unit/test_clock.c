/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock, and people: what is said of times and values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/clock.h"
#include "daemon/people.h"

#include <math.h>
#include <string.h>

#define BUILT 1770000000000LL

static void test_sane(void **state)
{
    (void)state;
    char words[200];
    struct clock_state clock = {.built_ms = BUILT};
    assert_true(clock_look(&clock, (struct moment){5000, 1000000}, words, sizeof words)); /* 1970 */
    assert_false(clock.sane);
    assert_non_null(strstr(words, "1970-01-01"));
    assert_true(clock_look(&clock, (struct moment){BUILT + 1000, 2000000}, words, sizeof words)); /* set right */
    assert_true(clock.sane);
    assert_non_null(strstr(words, "stepped forward"));
    clock = (struct clock_state){.built_ms = BUILT, .booked_ms = BUILT + 86400000};
    assert_true(
        clock_look(&clock, (struct moment){BUILT + 3600000, 1000000}, words, sizeof words)); /* behind what is booked */
    assert_false(clock.sane);
    assert_false(clock_look(&clock, (struct moment){BUILT + 86400000 - 1800000, 82800000000LL - 1800000000LL + 1000000},
                            words, sizeof words));
    assert_true(clock.sane); /* half an hour behind is a step, not madness */
}

static void test_step(void **state)
{
    (void)state;
    char words[200];
    struct clock_state clock = {.built_ms = BUILT};
    assert_false(clock_look(&clock, (struct moment){BUILT + 10000, 1000000}, words, sizeof words));
    assert_false(clock_look(&clock, (struct moment){BUILT + 11900, 2000000}, words, sizeof words)); /* slewed */
    assert_true(clock_look(&clock, (struct moment){BUILT + 12900 - 3600000, 3000000}, words, sizeof words) ||
                !clock.sane);
    assert_int_equal(clock.sane, false); /* before the build now */
    clock = (struct clock_state){.built_ms = BUILT};
    assert_false(clock_look(&clock, (struct moment){BUILT + 7200000, 1000000}, words, sizeof words));
    assert_true(clock_look(&clock, (struct moment){BUILT + 3601000, 2000000}, words, sizeof words));
    assert_non_null(strstr(words, "stepped back by 3600.0 s"));
    assert_true(clock_look(&clock, (struct moment){BUILT + 3602000, 3000000}, words, sizeof words)); /* still told */
    assert_false(clock_look(&clock, (struct moment){BUILT + 3602000 + 700000, 703000000}, words, sizeof words));
}

static const struct {
    enum quantity quantity;
    double value;
    const char *text;
} values[] = {
    {Q_ACTIVE_POWER, 1140, "1.14 kW"},
    {Q_ACTIVE_POWER, 86, "86.00 W"},
    {Q_ENERGY, 3512800, "3.51 MWh"},
    {Q_ENERGY, 86, "0.09 kWh"},
    {Q_CURRENT, 12.84, "12.84 A"},
    {Q_TEMPERATURE, 24.46, "24.5 degC"},
    {Q_K_IPUE, 1.4567, "1.46"},
    {Q_RUNTIME, 7800, "2 h 10 min"},
    {Q_VOLTAGE, 231, "231.0 V"},
    {Q_VOLTAGE, NAN, "-"},
    {Q_STATE, 2, "2"},
};

static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char text[40];
        assert_string_equal(people_value(text, sizeof text, values[i].quantity, values[i].value), values[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sane), cmocka_unit_test(test_step),
                                       cmocka_unit_test(test_values)};
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
