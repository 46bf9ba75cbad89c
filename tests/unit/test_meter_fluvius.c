/* SPDX-License-Identifier: GPL-3.0-or-later */
/* meter_fluvius: the quarter-hours of Mijn Fluvius. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/meter_fluvius.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HEAD                                                                                                  \
    "Van (datum);Van (tijdstip);Tot (datum);Tot (tijdstip);EAN-code;Meter;Metertype;Register;Volume;Eenheid;" \
    "Validatiestatus;Omschrijving\r\n"
#define ROW(date, from, to, reg, volume, status) \
    date ";" from ":00;" date ";" to ":00;=\"541448\";1SAG;Digitale meter;" reg ";" volume ";kWh;" status ";\r\n"

struct got {
    size_t n;
    int64_t quarter_s[8];
    double wh[8];
};

static void put(void *context, int64_t quarter_s, double wh)
{
    struct got *got = context;
    assert_true(got->n < 8);
    got->quarter_s[got->n] = quarter_s;
    got->wh[got->n++] = wh;
}

static const struct {
    const char *name, *text;
    bool fed_in;
    size_t n, estimated, empty;
    int64_t first_s;
    double first_wh, sum_wh;
    const char *error;
} rows[] = {
    {"day and night registers are one quarter",
     "\xef\xbb\xbf" HEAD ROW("31-01-2026", "08:00", "08:15", "Afname Dag", "0,125", "Uitgelezen")
         ROW("31-01-2026", "08:00", "08:15", "Afname Nacht", "", "Geen verbruik")
             ROW("31-01-2026", "08:00", "08:15", "Injectie Dag", "1,5", "Uitgelezen")
                 ROW("31-01-2026", "08:15", "08:30", "Afname Dag", "0,25", "Geschat"),
     false, 2, 1, 0, 1769842800, 125, 375, NULL},
    {"fed in", HEAD ROW("31-01-2026", "08:00", "08:15", "Injectie Dag", "1,5", "Uitgelezen"), true, 1, 0, 0, 1769842800,
     1500, 1500, NULL},
    {"nothing known is not nought",
     HEAD ROW("31-01-2026", "08:00", "08:15", "Afname Dag", "", "Geen verbruik")
         ROW("31-01-2026", "08:15", "08:30", "Afname Dag", "0,1", "Uitgelezen"),
     false, 1, 0, 1, 1769843700, 100, 100, NULL},
    {"one register after the other",
     HEAD ROW("31-01-2026", "23:45", "00:00", "Afname Dag", "1", "Uitgelezen")
         ROW("31-01-2026", "23:45", "00:00", "Afname Nacht", "2", "Uitgelezen"),
     false, 1, 0, 0, 1769899500, 3000, 3000, NULL},
    {"the hour that comes twice",
     HEAD ROW("25-10-2026", "02:45", "03:00", "Afname Dag", "1", "Uitgelezen")
         ROW("25-10-2026", "02:00", "02:15", "Afname Dag", "2", "Uitgelezen")
             ROW("25-10-2026", "03:00", "03:15", "Afname Dag", "4", "Uitgelezen"),
     false, 3, 0, 0, 1792889100, 1000, 7000, NULL},
    {"hours", HEAD ROW("31-01-2026", "08:00", "09:00", "Afname Dag", "1", "Uitgelezen"), false, 0, 0, 0, 0, 0, 0,
     "x.csv:2:4: Tot (tijdstip): '09:00:00'"},
    {"gas", HEAD "31-01-2026;08:00:00;31-01-2026;08:15:00;5;M;G;Afname;1;m3;Uitgelezen;\n", false, 0, 0, 0, 0, 0, 0,
     "x.csv:2:10: Eenheid: 'm3', expected kWh"},
    {"negative", HEAD ROW("31-01-2026", "08:00", "08:15", "Afname Dag", "-1", "Uitgelezen"), false, 0, 0, 0, 0, 0, 0,
     "x.csv:2:9: Volume: '-1'"},
    {"backwards",
     HEAD ROW("31-01-2026", "08:15", "08:30", "Afname Dag", "1", "U")
         ROW("31-01-2026", "08:00", "08:15", "Afname Dag", "1", "U"),
     false, 0, 0, 0, 0, 0, 0, "x.csv:3:2: Van (tijdstip): '08:00:00', expected a later"},
    {"another day's form", HEAD ROW("2026-01-31", "08:00", "08:15", "Afname Dag", "1", "U"), false, 0, 0, 0, 0, 0, 0,
     "x.csv:2:1: Van (datum): '2026-01-31'"},
    {"no such register", HEAD ROW("31-01-2026", "08:00", "08:15", "Afname Dag", "1", "U"), true, 0, 0, 0, 0, 0, 0,
     "x.csv: rows: none of a register 'Injectie ...'"},
    {"a column missing", "Van (datum);Van (tijdstip);Register\n", false, 0, 0, 0, 0, 0, 0,
     "x.csv:1:1: head: no column 'Tot (datum)'"},
    {"a row cut short", HEAD "31-01-2026;08:00:00\n", false, 0, 0, 0, 0, 0, 0, "x.csv:2:1: row: expected as many"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[1200];
        struct diag *diag = diag_new();
        struct got got = {0};
        struct meter_fluvius_counts counts = {0};
        double sum = 0;
        print_message("  %s\n", rows[i].name);
        snprintf(text, sizeof text, "%s", rows[i].text);
        assert_true(meter_fluvius_head(text));
        int r = meter_fluvius_parse("x.csv", text, rows[i].fed_in, diag, put, &got, &counts);
        if (rows[i].error) {
            assert_true(r < 0 && !got.n);
            if (strncmp(diag_first(diag), rows[i].error, strlen(rows[i].error)))
                fail_msg("%s", diag_first(diag));
        } else {
            assert_int_equal(r, 0);
            assert_int_equal(got.n, rows[i].n);
            assert_int_equal(counts.estimated, rows[i].estimated);
            assert_int_equal(counts.empty, rows[i].empty);
            assert_int_equal(got.quarter_s[0], rows[i].first_s);
            assert_true(fabs(got.wh[0] - rows[i].first_wh) < 1e-9);
            for (size_t k = 0; k < got.n; k++)
                sum += got.wh[k];
            assert_true(fabs(sum - rows[i].sum_wh) < 1e-9);
        }
        diag_free(diag);
    }
}

static void test_times(void **state)
{
    (void)state;
    static const struct {
        int y, m, d, h, min;
        bool later;
        int64_t s;
    } times[] = {
        {2026, 1, 31, 8, 0, false, 1769842800},                                           /* CET */
        {2026, 7, 1, 8, 0, false, 1782885600},                                            /* CEST */
        {2026, 3, 29, 1, 45, false, 1774745100},  {2026, 3, 29, 3, 0, false, 1774746000}, /* the quarter after */
        {2026, 10, 25, 2, 45, false, 1792889100}, {2026, 10, 25, 2, 45, true, 1792892700},
        {2026, 10, 25, 3, 0, true, 1792893600},
    };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        assert_int_equal(
            meter_fluvius_time(times[i].y, times[i].m, times[i].d, times[i].h, times[i].min, times[i].later),
            times[i].s);
}

static void test_others(void **state)
{
    (void)state;
    assert_false(meter_fluvius_head("time,kwh\n"));
    assert_false(meter_fluvius_head(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_times),
                                       cmocka_unit_test(test_others)};
    return cmocka_run_group_tests_name("meter_fluvius", tests, NULL, NULL);
}
