/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_energy, report_meters, report_peaks, report_money, quarter_profile, energy_split: meters that contradict each
 * other, are replaced or are missing; peaks, and what the energy costs. */
#include "near.h"
#include "report_look.h"
#include "report_rig.h"

#include <math.h>
#include <string.h>

/* The meters behind the grid show more than it: no rest below nought without a word. */
static void test_contradiction(void **state)
{
    (void)state;
    static const double watts[] = {10000, 8000, 5000};
    struct ledger *ledger = rig_ledger(1);
    rig_meter(ledger, 1, "main", "total", 0, ROLE_GRID, 0, NULL);
    rig_meter(ledger, 2, "pdu", "total", 0, ROLE_IT, 2, NULL);
    rig_meter(ledger, 3, "ac", "total", 0, ROLE_COOLING, 0, NULL);
    rig_run(ledger, watts, 3, RIG_T0, RIG_T0 + 86400);
    json_t *d = rig_build(ledger, "stad", RIG_T0, RIG_T0 + 86400, RIG_T0 + 2 * 86400);
    const json_t *energy = json_object_get(d, "energy");
    static const char words[] =
        "pdu, ac show 72.0 kWh more than main before them (uncertainty 3.8 kWh): wrong, or counted twice";
    assert_true(json_is_null(json_object_get(energy, "unmetered_wh")));
    assert_string_equal(json_string_value(json_array_get(json_object_get(energy, "warnings"), 0)), words);
    assert_string_equal(look_text(look_kpi(d, "ipue"), "reason") + strlen("boundary: "), words);
    assert_true(json_is_null(json_object_get(look_kpi(d, "ipue"), "value")));
    look_holds(d, "text", "nl",
               (const char *const[]){"pdu, ac tonen 72,0 kWh meer dan main ervoor (onzekerheid 3,8 kWh)", NULL});
    look_holds(d, "text", "fr", (const char *const[]){"pdu, ac indiquent 72,0 kWh de plus que main en amont", NULL});
    json_decref(d);
    ledger_close(ledger);
}

/* A site without a grid meter is the sum of its rooms; one room that lacks a figure leaves it null, and says which. */
static void test_site(void **state)
{
    (void)state;
    static const double watts[] = {20000, 12000, 6000};
    struct ledger *ledger = rig_ledger(2);
    rig_meter(ledger, 1, "grid", "total", 0, ROLE_GRID, 0, NULL);
    rig_meter(ledger, 2, "pdu", "total", 0, ROLE_IT, 2, NULL);
    rig_meter(ledger, 3, "pdu-g", "total", 1, ROLE_IT, 2, NULL);
    rig_run(ledger, watts, 3, RIG_T0, RIG_T0 + 86400);
    json_t *d = rig_build(ledger, "site", RIG_T0, RIG_T0 + 86400, RIG_T0 + 2 * 86400);
    const json_t *energy = json_object_get(d, "energy");
    NEAR(look_number(energy, "it_wh"), 18000 * 24, 1);
    assert_true(json_is_null(json_object_get(energy, "total_wh")));
    assert_string_equal(look_text(json_object_get(energy, "reasons"), "total_wh"), "gent: nothing but IT is metered");
    NEAR(look_number(energy, "entered_wh"), 26000 * 24, 1);
    assert_string_equal(look_text(json_object_get(d, "series"), "step"), "hour");
    json_decref(d);
    ledger_close(ledger);
}

/* The utility's meter and an own one at one connection: one counts, and where they differ it is said. */
static void test_same(void **state)
{
    (void)state;
    static const double watts[] = {10000, 10400, 8000};
    struct ledger *ledger = rig_ledger(1);
    rig_meter(ledger, 1, "utility", "total", 0, ROLE_GRID, 0, NULL);
    rig_meter(ledger, 2, "own", "total", 0, ROLE_GRID, 0, NULL);
    rig_meter(ledger, 3, "pdu", "total", 0, ROLE_IT, 2, NULL);
    rig_run(ledger, watts, 3, RIG_T0, RIG_T0 + 86400);
    json_t *d = rig_build(ledger, "stad", RIG_T0, RIG_T0 + 86400, RIG_T0 + 2 * 86400);
    assert_string_equal(look_text(look_kpi(d, "total-energy"), "reason"),
                        "utility and own are both at the grid: one connection (same-as), or two (feed)?");
    assert_true(json_is_null(json_object_get(look_kpi(d, "ipue"), "value")));
    NEAR(look_number(look_kpi(d, "it-energy"), "value"), 8000 * 24, 1);
    look_holds(d, "text", "nl", (const char *const[]){"utility en own staan allebei aan het net", NULL});
    json_decref(d);
    rig_devices[1].same_as = "utility";
    d = rig_build(ledger, "stad", RIG_T0, RIG_T0 + 86400, RIG_T0 + 2 * 86400);
    NEAR(look_number(look_kpi(d, "ipue"), "value"), 10.0 / 8, 1e-9);
    NEAR(look_number(json_object_get(d, "energy"), "total_wh"), 10000 * 24, 1);
    assert_string_equal(look_text(look_in(json_object_get(d, "meters"), "device", "own"), "note"),
                        "utility measures the same and counts");
    assert_non_null(strstr(json_string_value(json_array_get(json_object_get(look_kpi(d, "ipue"), "warnings"), 0)),
                           "own and utility measure the same and differ by 9.6 kWh (uncertainty 4.0 kWh): utility"));
    look_holds(d, "text", "nl", (const char *const[]){"own en utility meten hetzelfde en verschillen 9,6 kWh", NULL});
    json_decref(d);
    ledger_close(ledger);
}

/* A meter replaced in the middle: its counter begins elsewhere, nothing is lost, and the page says which. */
static void test_serial(void **state)
{
    (void)state;
    struct ledger *ledger = rig_ledger(1);
    struct record r = rig_record(1, "pdu", "total", 0, ROLE_IT, 2);
    r.serial = "A1";
    rig_devices[rig_config.n_devices++] =
        (struct device_config){.id = "pdu", .role = ROLE_IT, .to_ms = INT64_MAX, .share = 1};
    assert_int_equal(ledger_define(ledger, &r), 0);
    rig_run(ledger, (double[]){6000}, 1, RIG_T0, RIG_T0 + 86400);
    r.serial = "B7";
    assert_int_equal(ledger_define(ledger, &r), 0);
    assert_int_equal(ledger_commit(ledger), 0);
    rig_run(ledger, (double[]){6000}, 1, RIG_T0 + 86400, RIG_T0 + 2 * 86400); /* from 0 again */
    json_t *d = rig_build(ledger, "stad", RIG_T0, RIG_T0 + 2 * 86400, RIG_T0 + 3 * 86400);
    const json_t *pdu = look_in(json_object_get(d, "meters"), "device", "pdu");
    NEAR(look_number(look_kpi(d, "it-energy"), "value"), 6000 * 48, 1);
    assert_string_equal(look_text(pdu, "note"), "replaced: serial A1, then B7");
    const json_t *change = json_array_get(json_object_get(pdu, "changes"), 0);
    assert_string_equal(look_text(change, "what"), "serial");
    assert_string_equal(look_text(change, "at"), "2026-01-02T00:00:00.000Z");
    look_holds(d, "text", "nl", (const char *const[]){"vervangen: serienummer A1", NULL});
    json_decref(d);
    ledger_close(ledger);
}

/* Sunday 4 and Monday 5 January 2026: 10 kW, but 14 kW from 9:00 to 9:15 on Monday, most of it by rack r2. */
static void test_peaks_and_money(void **state)
{
    (void)state;
    static struct rack_config racks[] = {{.id = "r1"}, {.id = "r2"}};
    struct ledger *ledger = rig_ledger(1);
    rig_config.rack = racks;
    rig_config.n_racks = 2;
    rig_config.factors.price_night = 100;
    rig_config.factors.price_capacity = 48;
    rig_config.factors.night_from = 22 * 60;
    rig_config.factors.night_to = 7 * 60;
    rig_config.factors.night_weekend = true;
    rig_meter(ledger, 1, "grid", "total", 0, ROLE_GRID, 0, NULL);
    rig_meter(ledger, 2, "pdu-1", "total", 0, ROLE_IT, 2, NULL);
    rig_meter(ledger, 3, "pdu-2", "total", 0, ROLE_IT, 2, NULL);
    rig_devices[0].rack = NO_INDEX;
    rig_devices[2].rack = 1;
    int64_t from = RIG_T0 + 3 * 86400, peak = from + 86400 + 9 * 3600;
    double count[3] = {0};
    for (int64_t s = from, seq = 0; s <= from + 2 * 86400; s += 900) {
        bool high = s == peak + 900;
        const double watts[] = {high ? 14000 : 10000, 4000, high ? 9000 : 5000};
        struct row *row = row_new(3);
        row->seq = ++seq;
        row->wall_ms = s * 1000;
        row->boot_us = (s - from + 900) * 1000000;
        row->n = 3;
        for (size_t i = 0; i < 3; i++) {
            count[i] += s > from ? watts[i] / 4 : 0;
            row->value[i] = (struct row_value){(uint32_t)i + 1, QL_GOOD, count[i]};
        }
        assert_int_equal(ledger_feed(ledger, row), 0);
        row_free(row);
    }
    json_t *d = rig_build(ledger, "stad", from, from + 2 * 86400, from + 5 * 86400);
    const json_t *peaks = json_object_get(d, "peaks"), *month = json_array_get(json_object_get(peaks, "months"), 0);
    assert_string_equal(look_text(peaks, "basis"), "meter at the grid");
    assert_string_equal(look_text(month, "at"), "2026-01-05T09:00:00.000Z");
    NEAR(look_number(month, "power_w"), 14000, 0.01);
    NEAR(look_number(month, "coverage"), 1, 0);
    const json_t *first = json_array_get(json_object_get(month, "racks"), 0);
    assert_string_equal(look_text(first, "rack"), "r2");
    NEAR(look_number(first, "power_w"), 9000, 0.01);
    assert_string_equal(look_text(month, "by"), "r2 9.0 kW, r1 4.0 kW");
    /* night: all of Sunday, Monday until 7 and from 22; the peak is by day */
    const json_t *money = json_object_get(d, "money");
    double night = 10000.0 * (24 + 7 + 2), day = 10000.0 * 15 + 1000;
    NEAR(look_number(money, "night_wh"), night, 1);
    NEAR(look_number(money, "day_wh"), day, 1);
    NEAR(look_number(money, "energy_eur"), (day * 220 + night * 100) / 1e6, 1e-4);
    NEAR(look_number(money, "capacity_eur"), 14 * 48 / 12.0, 1e-6);
    NEAR(look_number(money, "co2_kg"), (day + night) / 1e3 * 0.16749, 1e-3);
    json_decref(d);
    rig_config.factors.price_electricity = NAN;
    d = rig_build(ledger, "stad", from, from + 86400, from + 5 * 86400);
    assert_true(json_is_null(json_object_get(json_object_get(d, "money"), "energy_eur")));
    assert_string_equal(look_text(json_object_get(d, "money"), "reason"), "factors.price-electricity is not stated");
    json_decref(d);
    ledger_close(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_peaks_and_money), cmocka_unit_test(test_contradiction),
                                       cmocka_unit_test(test_serial), cmocka_unit_test(test_site),
                                       cmocka_unit_test(test_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
