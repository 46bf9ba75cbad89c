/* SPDX-License-Identifier: GPL-3.0-or-later */
/* heat_store, heat_grade, degree_days: what of the heat is asked for, and what it is worth by its temperature. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/degree_days.h"
#include "daemon/heat_grade.h"
#include "daemon/heat_store.h"
#include "daemon/heat_year.h"
#include "near.h"

#include <math.h>

static void test_degree_days(void **state)
{
    (void)state;
    near("-2 degC at Ukkel", degree_day(-2), 18.5, 1e-12);
    near("a warm day", degree_day(20), 0, 0);
    near("no mean", degree_day(NAN), NAN, 0);
    near("equivalent", degree_day_equivalent(18.5, 10, 6), 14.7, 1e-12);
    static const double eu[][3] = {{10, 8, 0},   {15, 3, 0}, {15.1, 0, 0}, {21, 0, 0},
                                   {23.9, 0, 0}, {24, 0, 3}, {30, 0, 9}};
    for (size_t i = 0; i < sizeof eu / sizeof eu[0]; i++) {
        near("EU heating", degree_day_heating_eu(eu[i][0]), eu[i][1], 1e-12);
        near("EU cooling", degree_day_cooling_eu(eu[i][0]), eu[i][2], 1e-12);
    }
    static const double shares[HEAT_MONTHS] = {.1758, .1550, .1306, .0830, .0440, .0155,
                                               .0044, .0049, .0244, .0715, .1234, .1674};
    for (int m = 0; m < HEAT_MONTHS; m++)
        near("share of the year", heat_degree_days[m] / 2252, shares[m], 6e-5);
}

static void test_grade(void **state)
{
    (void)state;
    near("35 to 25", heat_exergy_stream(35, 25, HEAT_DEAD_STATE), 0.0659, 6e-5);
    near("24 to 18", heat_exergy_stream(24, 18, HEAT_DEAD_STATE), 0.0374, 6e-5);
    near("60 to 50", heat_exergy_stream(60, 50, HEAT_DEAD_STATE), 0.1371, 6e-5);
    near("a thin stream is heat at one temperature", heat_exergy_stream(30.001, 29.999, 10), heat_exergy(30, 10), 1e-8);
    near("does not cool", heat_exergy_stream(20, 20, 10), NAN, 0);
    near("the dead state can do nothing", heat_exergy(10, 10), 0, 1e-12);
    assert_int_equal(heat_grade(55, 50), HEAT_DIRECT);
    assert_int_equal(heat_grade(54.9, 50), HEAT_LIFT);
    assert_int_equal(heat_grade(9, 50), HEAT_TOO_COLD);
    assert_string_equal(heat_grade_name(HEAT_LIFT), "heat pump");
}

/* A day of 24 hours, supply flat, demand only by day: a store carries the night over. */
static void test_store(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double capacity, used, lost;
    } rows[] = {{"none", 0, 120, 120}, {"some", 50, 170, 70}, {"enough", 120, 240, 0}, {"boundless", INFINITY, 240, 0}};
    double supply[24], demand[24];
    for (int h = 0; h < 24; h++) {
        supply[h] = 10;
        demand[h] = h < 12 ? 0 : 20;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct heat_store store = {.capacity = rows[i].capacity};
        struct heat_stored s = {0};
        heat_store_run(&store, supply, demand, 24, &s);
        near(rows[i].name, s.used, rows[i].used, 1e-9);
        near(rows[i].name, s.lost, rows[i].lost, 1e-9);
        near("balance", s.supply, s.used + s.lost + store.content, 1e-9);
        near("utilisation", s.utilisation, rows[i].used / 240, 1e-9);
        near("coverage", s.coverage, rows[i].used / 240, 1e-9);
        assert_true(s.fullest <= rows[i].capacity);
    }
    struct heat_store leaky = {.capacity = INFINITY, .loss = 0.01};
    struct heat_stored s = {0};
    heat_store_run(&leaky, supply, demand, 24, &s);
    assert_true(s.used < 240 && s.used > 220 && s.lost > 0);
    near("balance with losses", s.supply, s.used + s.lost + leaky.content, 1e-9);
    struct heat_stored nothing = {0};
    heat_store_run(&leaky, NULL, NULL, 0, &nothing);
    near("no supply", nothing.utilisation, NAN, 0);
}

/* The year of heat_year.h by days: with a month's store, and more, it is the months' figure or better; by the hour and
 * without a store less, since demand has days and nights. H_space 500, H_dhw 100 MWh, 50 kW flat. */
static void test_year_with_store(void **state)
{
    (void)state;
    static const int days[HEAT_MONTHS] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static double supply[8760], demand[8760], even[8760];
    size_t n = 0;
    for (int m = 0; m < HEAT_MONTHS; m++)
        for (int h = 0; h < days[m] * 24; h++, n++) {
            supply[n] = 50e3;
            even[n] = 500e6 * heat_degree_days[m] / 2252 / (days[m] * 24) + 100e6 / 8760;
            demand[n] = 2 * even[n] * (h % 24 >= 7 && h % 24 < 19); /* by day only */
        }
    struct heat_store none = {0}, day = {.capacity = 12 * 50e3};
    struct heat_stored flat = {0}, bare = {0}, stored = {0};
    heat_store_run(&none, supply, even, n, &flat);
    near("months", flat.used, 342.943e6, 600);
    near("utilisation", flat.utilisation, 0.7830, 6e-5);
    near("coverage", flat.coverage, 0.5716, 6e-5);
    heat_store_run(&none, supply, demand, n, &bare);
    heat_store_run(&day, supply, demand, n, &stored);
    print_message("  used: months %.1f, hours %.1f, with half a day's store %.1f MWh\n", flat.used / 1e6,
                  bare.used / 1e6, stored.used / 1e6);
    assert_true(bare.used < 0.75 * flat.used);
    near("half a day's store makes days and nights even", stored.used, flat.used, 0.002 * flat.used);
}

/* V5, Frankfurt: 144 GWh a year, 37 MW of heat pumps, 20 MW of boilers and a store from day to night: 97.5 % from waste
 * heat. The year is one of 10.6 degC in the mean, 9.4 K to either side by season and 6 by weather, a tenth of the heat
 * for hot water, more by day than by night. */
static void test_frankfurt(void **state)
{
    (void)state;
    static double supply[8760], demand[8760];
    double days[365], sum = 0, pi = acos(-1), most = 0;
    for (int d = 0; d < 365; d++) {
        days[d] = degree_day(10.6 - 9.4 * cos(2 * pi * (d - 15) / 365) + 6 * sin(2 * pi * d / 9));
        sum += days[d];
    }
    for (int h = 0; h < 8760; h++) {
        double even = 144e9 * (0.9 * days[h / 24] / sum / 24 + 0.1 / 8760);
        supply[h] = 37e6;
        demand[h] = even * (h % 24 >= 6 && h % 24 < 22 ? 1.25 : 0.5);
        most = fmax(most, demand[h]);
    }
    struct heat_store store = {.capacity = 12 * 37e6};
    struct heat_stored year = {0};
    heat_store_run(&store, supply, demand, 8760, &year);
    print_message("  coverage %.4f, utilisation %.4f, most %.1f MW\n", year.coverage, year.utilisation, most / 1e6);
    near("from waste heat", year.coverage, 0.975, 0.02);
    assert_true(most < 1.05 * 57e6 && most > 37e6); /* what pumps and boilers have together */
    near("by far more than what is used of it", year.coverage / year.utilisation, 8760 * 37e6 / 144e9, 1e-6);
    assert_true(year.utilisation < 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_degree_days), cmocka_unit_test(test_grade),
                                       cmocka_unit_test(test_store), cmocka_unit_test(test_frankfurt),
                                       cmocka_unit_test(test_year_with_store)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
