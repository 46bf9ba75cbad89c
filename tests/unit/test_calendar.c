/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calendar: windows in a zone with summer time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/calendar.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

static int64_t utc(int year, int month, int day, int hour, int minute)
{
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute};
    return (int64_t)timegm(&tm);
}

static void test_starts(void **state)
{
    (void)state;
    int64_t t = utc(2026, 3, 29, 10, 0); /* the day of 23 hours */
    assert_int_equal(calendar_start(SPAN_DAY, t, 0), utc(2026, 3, 28, 23, 0));
    assert_int_equal(calendar_start(SPAN_DAY, t, 1) - calendar_start(SPAN_DAY, t, 0), 23 * 3600);
    t = utc(2026, 10, 25, 10, 0);
    assert_int_equal(calendar_start(SPAN_DAY, t, 1) - calendar_start(SPAN_DAY, t, 0), 25 * 3600);
    assert_int_equal(calendar_start(SPAN_YEAR, utc(2028, 6, 1, 0, 0), 1) -
                         calendar_start(SPAN_YEAR, utc(2028, 6, 1, 0, 0), 0),
                     8784 * 3600);
    assert_int_equal(calendar_start(SPAN_WEEK, utc(2026, 11, 22, 12, 0), 0), utc(2026, 11, 15, 23, 0)); /* a Sunday */
    assert_int_equal(calendar_start(SPAN_MONTH, utc(2026, 1, 15, 0, 0), -1), utc(2025, 11, 30, 23, 0));
}

static void test_windows(void **state)
{
    (void)state;
    int64_t from, to, now = utc(2026, 11, 22, 5, 0);
    calendar_twelve_months(now, &from, &to);
    assert_int_equal(from, utc(2025, 10, 31, 23, 0));
    assert_int_equal(to, utc(2026, 10, 31, 23, 0));
    assert_int_equal(to - from, 365 * 86400);
    calendar_month_to_date(now, &from, &to);
    assert_int_equal(from, utc(2026, 10, 31, 23, 0));
    assert_int_equal(to, now);
    /* 1 November 00:30 local is still October in UTC */
    calendar_month_to_date(utc(2026, 10, 31, 23, 30), &from, &to);
    assert_int_equal(from, utc(2026, 10, 31, 23, 0));
}

static void test_parse(void **state)
{
    (void)state;
    const struct {
        const char *text;
        int64_t from, to; /* from 0: refused */
    } rows[] = {
        {"2026", utc(2025, 12, 31, 23, 0), utc(2026, 12, 31, 23, 0)},
        {"2026-10", utc(2026, 9, 30, 22, 0), utc(2026, 10, 31, 23, 0)},
        {"2026-W40", utc(2026, 9, 27, 22, 0), utc(2026, 10, 4, 22, 0)},
        {"2026-W53", utc(2026, 12, 27, 23, 0), utc(2027, 1, 3, 23, 0)},
        {"2025-W01", utc(2024, 12, 29, 23, 0), utc(2025, 1, 5, 23, 0)},
        {"2026-10-25", utc(2026, 10, 24, 22, 0), utc(2026, 10, 25, 23, 0)},
        {"2026-01-01/2026-02-01", utc(2025, 12, 31, 23, 0), utc(2026, 1, 31, 23, 0)},
        {"2026-01-01T00:00:00Z/2026-01-01T06:00:00+02:00", utc(2026, 1, 1, 0, 0), utc(2026, 1, 1, 4, 0)},
        {"2025-W53", 0, 0},
        {"2026-W54", 0, 0},
        {"2026-13", 0, 0},
        {"2026-02-30", 0, 0},
        {"26", 0, 0},
        {"", 0, 0},
        {"2026-01-02/2026-01-01", 0, 0},
        {"2026-1", 0, 0},
        {"2026 ", 0, 0},
        {"2026-01-01/", 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t from = -1, to = -1;
        int r = calendar_parse(rows[i].text, &from, &to);
        print_message("  %s\n", rows[i].text);
        assert_int_equal(r, rows[i].from ? 0 : -EINVAL);
        assert_int_equal(from, rows[i].from ? rows[i].from : -1);
        assert_int_equal(to, rows[i].from ? rows[i].to : -1);
    }
}

int main(void)
{
    setenv("TZ", "Europe/Brussels", 1);
    tzset();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_starts), cmocka_unit_test(test_windows),
                                       cmocka_unit_test(test_parse)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
