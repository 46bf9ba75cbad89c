/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/graph_request.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOW INT64_C(1795334400) /* 2026-11-22T08:00:00Z */

static const struct {
    const char *name, *text;
    int64_t s; /* -1: refused */
} times[] = {
    {"now", "now", NOW},
    {"hours back", "-24h", NOW - 86400},
    {"minutes back", "-90min", NOW - 5400},
    {"days back", "-7d", NOW - 7 * 86400},
    {"RFC 3339 in UTC", "2026-11-22T08:00:00Z", NOW},
    {"with an offset", "2026-11-22T09:00:00+01:00", NOW},
    {"with milliseconds", "2026-11-22T08:00:00.000Z", NOW},
    {"without a zone: the site's", "2026-11-22T09:00", NOW},
    {"a date: the site's midnight", "2026-11-22", NOW - 9 * 3600},
    {"a date in summer time", "2026-07-01", 1782856800},
    {"nothing of that", "yesterday", -1},
    {"no unit", "-24", -1},
    {"a sign too many", "--24h", -1},
    {"a month of 30 days", "2026-02-30", -1},
    {"an hour too many", "2026-02-03T24:00:00Z", -1},
    {"something behind", "2026-02-03T12:00:00Zz", -1},
    {"a number too long", "-99999999999999999999h", -1},
    {"empty", "", -1},
};

static void test_times(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        int64_t s = -1;
        print_message("  %s\n", times[i].name);
        int r = graph_time_parse(times[i].text, NOW, &s);
        assert_int_equal(s, times[i].s);
        assert_int_equal(r == 0, times[i].s >= 0);
    }
}

static const struct {
    const char *name;
    struct graph_words words;
    const char *why; /* how the words begin; NULL: taken */
} rows[] = {
    {"defaults", {.what = "power"}, NULL},
    {"a point", {.what = "pdu-a1/outlet-01/active_power", .format = "json"}, NULL},
    {"rack", {.what = "currents", .scope = "rack:r1", .theme = "dark", .language = "nl"}, NULL},
    {"ten years", {.what = "energy-month", .from = "-10y"}, NULL},
    {"upward path", {.what = "../../etc/passwd"}, "what: '../../etc/passwd' is no name"},
    {"a shell's letters", {.what = "power", .scope = "$(id)"}, "scope: '$(id)' is no name"},
    {"a format", {.what = "power%s"}, "what: 'power%s' is no name"},
    {"a long name",
     {.what =
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
     "what: 'aaaaaaaa"},
    {"a huge width", {.what = "power", .width = "100000"}, "width: '100000', expected a whole number from 200 to 4000"},
    {"a negative width", {.what = "power", .width = "-5"}, "width: '-5', expected"},
    {"a width with a sign", {.what = "power", .width = "+900"}, "width: '+900', expected"},
    {"a height of nothing", {.what = "power", .height = "0"}, "height: '0', expected a whole number from 100"},
    {"many rows", {.what = "power", .width = "99999999999", .format = "csv"}, "width: '99999999999', expected"},
    {"the future first", {.what = "power", .from = "now", .to = "-1h"}, "from: expected at least a minute"},
    {"a thousand years", {.what = "power", .from = "-1000y"}, "from: '-1000y', expected a time"},
    {"before 1970", {.what = "power", .from = "1950-01-01", .to = "1950-02-01"}, "from, to: expected at most 20 years"},
    {"far ahead", {.what = "power", .to = "2099-01-01"}, "from, to: expected at most 20 years"},
    {"another format", {.what = "power", .format = "pdf"}, "format: 'pdf' is none of svg png csv json"},
    {"another language", {.what = "power", .language = "de"}, "lang: 'de' is none of en nl fr"},
    {"another theme", {.what = "power", .theme = "pink"}, "theme: 'pink' is none of light dark"},
};

static void test_requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct graph_request request = {.width = 7};
        char why[GRAPH_WORDS] = "";
        print_message("  %s\n", rows[i].name);
        int r = graph_request_read(&rows[i].words, NOW, &request, why);
        if (rows[i].why) {
            assert_true(r < 0);
            assert_int_equal(request.width, 7); /* untouched */
            why[strlen(rows[i].why)] = '\0';
            assert_string_equal(why, rows[i].why);
        } else {
            assert_int_equal(r, 0);
            assert_string_equal(request.what, rows[i].words.what);
            assert_true(request.to_s > request.from_s);
        }
    }
}

int main(void)
{
    setenv("TZ", "Europe/Brussels", 1);
    tzset();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_times), cmocka_unit_test(test_requests)};
    return cmocka_run_group_tests_name("graph_request", tests, NULL, NULL);
}
