/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire_text: numbers without surprises, times there and back, strings that are always valid JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/wire_text.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    double value;
    const char *text;
} numbers[] = {
    {0, "0"},
    {-0.0, "0"},
    {1, "1"},
    {-1, "-1"},
    {4.9, "4.9"},
    {0.1 + 0.2, "0.3"},
    {1234.59, "1234.59"},
    {123456789, "123456789"},
    {3512800, "3512800"},
    {1e15, "1000000000000000"},
    {1e20, "100000000000000000000"},
    {123456789012345678.0, "123456789012346000"},
    {0.0001, "0.0001"},
    {0.00001234, "0.00001234"},
    {-0.5, "-0.5"},
    {9.9999999999999994, "10"},
    {999999999999999.9, "1000000000000000"},
    {1e-21, "0"},
    {1.5e-9, "0.0000000015"},
    {-1e35, "-100000000000000000000000000000000000"},
    {1e36, "null"},
    {1e300, "null"},
};

static void test_numbers(void **state)
{
    (void)state;
    char buf[WIRE_NUMBER_MAX];
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        size_t n = wire_number(buf, sizeof buf, numbers[i].value);
        assert_string_equal(buf, numbers[i].text);
        assert_int_equal(n, strlen(buf));
    }
    wire_number(buf, sizeof buf, NAN);
    assert_string_equal(buf, "null");
    wire_number(buf, sizeof buf, INFINITY);
    assert_string_equal(buf, "null");
}

/* The short way writes what the long one does: every value of a display, and its neighbours among the doubles. */
static void test_numbers_both_ways(void **state)
{
    (void)state;
    char buf[WIRE_NUMBER_MAX], expected[WIRE_NUMBER_MAX];
    for (int scale = 1; scale <= 100000; scale *= 10)
        for (int whole = -23017; whole <= 1000003; whole += 977) {
            double near[] = {(double)whole / scale, whole * (1.0 / scale), nextafter((double)whole / scale, 1e9)};
            for (size_t i = 0; i < 3; i++) {
                wire_number(buf, sizeof buf, near[i]);
                snprintf(expected, sizeof expected, "%.15g", near[i]);
                if (!strchr(expected, 'e'))
                    assert_string_equal(buf, expected);
            }
        }
}

static void test_numbers_read_back(void **state)
{
    (void)state;
    char buf[WIRE_NUMBER_MAX];
    for (int i = -18; i < 34; i++)
        for (int k = 1; k < 9; k++) {
            double value = k * 1.2345678901234 * pow(10, i);
            wire_number(buf, sizeof buf, value);
            assert_null(strpbrk(buf, "eE"));
            assert_true(fabs(strtod(buf, NULL) / value - 1) < 1e-14);
        }
}

static void test_number_too_long(void **state)
{
    (void)state;
    char buf[6];
    assert_int_equal(wire_number(buf, sizeof buf, 1234567), 4); /* never a number cut short */
    assert_string_equal(buf, "null");
    assert_int_equal(wire_number(buf, sizeof buf, 12345), 5);
}

static const struct {
    const char *text;
    int64_t ms; /* -1: refused */
} times[] = {
    {"1970-01-01T00:00:00.000Z", 0},
    {"2026-11-22T04:47:26.123Z", 1795322846123},
    {"2026-11-22T04:47:26Z", 1795322846000},
    {"2026-11-22 05:47:26+01:00", 1795322846000},
    {"2026-11-22T04:17:26.5-00:30", 1795322846500},
    {"2026-02-29T00:00:00Z", -1},
    {"2026-04-31T00:00:00Z", -1},
    {"2026-11-22", -1},
    {"2026-11-22T04:47:26", -1},
    {"2026-11-22T24:00:00Z", -1},
    {"2026-13-01T00:00:00Z", -1},
    {"26-11-22T04:47:26Z", -1},
    {"2026-11-22T04:47:26.Z", -1},
    {"2026-11-22T04:47:26Zx", -1},
    {"2026-11-22T04:47:26+1", -1},
    {"", -1},
};

static void test_times(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        int64_t ms = -7;
        int r = wire_time_parse(times[i].text, &ms);
        print_message("  %s\n", times[i].text);
        assert_int_equal(r < 0, times[i].ms < 0);
        assert_int_equal(ms, times[i].ms < 0 ? -7 : times[i].ms);
    }
    char buf[WIRE_TIME_MAX];
    wire_time(buf, sizeof buf, 1795322846123);
    assert_string_equal(buf, "2026-11-22T04:47:26.123Z");
    wire_time(buf, sizeof buf, INT64_MAX);
    assert_string_equal(buf, "9999-12-31T23:59:59.999Z");
}

static char *string_of(const char *text)
{
    char *buf;
    size_t n;
    FILE *out = open_memstream(&buf, &n);
    wire_put_string(out, text);
    fclose(out);
    return buf;
}

static const struct {
    const char *text, *json;
} strings[] = {
    {"", "\"\""},
    {"outlet 1", "\"outlet 1\""},
    {"a\"b\\c", "\"a\\\"b\\\\c\""},
    {"a\nb\x01\x7f", "\"a\\nb\\u0001\\u007f\""},
    {"caf\xc3\xa9 \xf0\x9f\x94\x8b", "\"caf\xc3\xa9 \xf0\x9f\x94\x8b\""},
    {"caf\xe9", "\"caf\xef\xbf\xbd\""},                           /* Latin-1 */
    {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                 /* overlong */
    {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* surrogate */
    {"x\xe2\x82", "\"x\xef\xbf\xbd\xef\xbf\xbd\""},               /* cut */
};

static void test_strings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        char *json = string_of(strings[i].text);
        assert_string_equal(json, strings[i].json);
        json_t *read = json_loads(json, JSON_DECODE_ANY, NULL);
        assert_non_null(read);
        json_decref(read);
        free(json);
    }
    char *null = string_of(NULL);
    assert_string_equal(null, "null");
    free(null);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers),
                                       cmocka_unit_test(test_numbers_both_ways),
                                       cmocka_unit_test(test_numbers_read_back),
                                       cmocka_unit_test(test_number_too_long),
                                       cmocka_unit_test(test_times),
                                       cmocka_unit_test(test_strings)};
    return cmocka_run_group_tests_name("wire_text", tests, NULL, NULL);
}
