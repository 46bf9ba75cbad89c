/* SPDX-License-Identifier: GPL-3.0-or-later */
/* meter_csv: what a utility sends, and what is refused with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/meter_csv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *text;
    size_t n;
    int64_t last_s;
    double last_wh;
    const char *error;
} rows[] = {
    {"comma, kwh", "time,kwh\n2026-01-31T08:00:00Z,1.25\n2026-01-31T08:15:00Z,0.5\n", 2, 1769847300, 500, NULL},
    {"semicolon, decimal comma, mark, CRLF, quotes",
     "\xef\xbb\xbf\"Time\";\"EAN\";\"kWh\"\r\n\"2026-01-31T09:15:00+01:00\";\"541\";\"0,125\"\r\n", 1, 1769847300, 125,
     NULL},
    {"mean power", "ean\ttime\tkW\n5\t2026-01-31T08:15:00Z\t4\n\n", 1, 1769847300, 1000, NULL},
    {"no head", "2026-01-31T08:00:00Z,1.25\n", 0, 0, 0, "x.csv:1:1: head: expected the columns time and one of"},
    {"empty", "", 0, 0, 0, "x.csv: rows: none"},
    {"head alone", "time,wh\n", 0, 0, 0, "x.csv: rows: none"},
    {"off the quarter", "time,wh\n2026-01-31T08:01:00Z,1\n", 0, 0, 0, "x.csv:2:1: time: '2026-01-31T08:01:00Z'"},
    {"local time", "time,wh\n2026-01-31 08:00,1\n", 0, 0, 0, "x.csv:2:1: time:"},
    {"backwards", "time,wh\n2026-01-31T08:15:00Z,1\n2026-01-31T08:00:00Z,1\n", 0, 0, 0,
     "x.csv:3:1: time: expected a later"},
    {"negative", "time,wh\n2026-01-31T08:15:00Z,-1\n", 0, 0, 0, "x.csv:2:2: energy: '-1'"},
    {"not a number", "time,wh\n2026-01-31T08:15:00Z,n/a\n", 0, 0, 0, "x.csv:2:2: energy: 'n/a'"},
    {"decimal comma between commas", "time,wh\n2026-01-31T08:15:00Z,1,5x\n", 1, 1769847300, 1, NULL},
    {"a column short", "time;wh\n2026-01-31T08:15:00Z\n", 0, 0, 0, "x.csv:2:1: row: expected as many columns"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[400];
        struct diag *diag = diag_new();
        struct meter_rows read = {0};
        print_message("  %s\n", rows[i].name);
        snprintf(text, sizeof text, "%s", rows[i].text);
        int r = meter_csv_parse("x.csv", text, diag, &read);
        assert_int_equal(r < 0, rows[i].error != NULL);
        if (rows[i].error) {
            assert_int_equal(strncmp(diag_first(diag), rows[i].error, strlen(rows[i].error)), 0);
            assert_int_equal(read.n, 0);
        } else {
            assert_int_equal(read.n, rows[i].n);
            assert_int_equal(read.row[read.n - 1].quarter_s, rows[i].last_s);
            assert_true(fabs(read.row[read.n - 1].wh - rows[i].last_wh) < 1e-9);
        }
        meter_rows_free(&read);
        diag_free(diag);
    }
}

/* Means of intervals are summed as they are: the rule of trapezoids, which is for readings of a moment, would say
 * 1,767,738 Wh of these 1,771,146. A cluster's hourly means (BioHPC) gave both numbers; the rows here are made. */
static void test_means(void **state)
{
    (void)state;
    enum { N = 520 };
    static char text[N * 64];
    double middle = (4 * 1771.146 - 2 * 13.632) / (N - 2), sum = 0, trapezoids = 0, before = NAN;
    size_t at = (size_t)snprintf(text, sizeof text, "time,kw\n");
    for (int i = 0; i < N; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "2026-01-%02dT%02d:%02d:00Z,%.12g\n", 1 + i / 96,
                               i / 4 % 24, i % 4 * 15, i && i < N - 1 ? middle : 13.632);
    struct diag *diag = diag_new();
    struct meter_rows read = {0};
    assert_int_equal(meter_csv_parse("x.csv", text, diag, &read), 0);
    assert_int_equal(read.n, N);
    for (size_t i = 0; i < read.n; i++) {
        sum += read.row[i].wh;
        trapezoids += i ? (before + read.row[i].wh) / 2 : 0;
        before = read.row[i].wh;
    }
    assert_true(fabs(sum - 1771146) < 1e-3);
    assert_true(fabs(trapezoids - 1767738) < 1e-3);
    meter_rows_free(&read);
    diag_free(diag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_means)};
    return cmocka_run_group_tests_name("meter_csv", tests, NULL, NULL);
}
