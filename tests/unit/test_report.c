/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report, report_gather, report_document, report_kpis, report_energy, report_series, report_meters, report_heat,
 * report_explain, report_peaks, report_money, report_eu, eu_entered, law, report_benchmarks, report_targets,
 * quarter_profile, energy_split, heat_period: from a ledger to the one document. report_render, report_compose,
 * report_offer, report_offer_page, report_layout, report_goals, report_page, report_plain, report_html, report_chart,
 * report_csv: what is made of it. The command is tested by tests/e2e/test_report.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/report_document.h"
#include "daemon/report_explain.h"
#include "daemon/report_render.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define T0 INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

static struct room_config rooms[2];
static struct device_config devices[8];
static struct source_config sources[1];
static struct config config;

static void set_up(size_t n_rooms)
{
    memset(devices, 0, sizeof devices);
    for (int i = 0; i < 2; i++)
        rooms[i] = (struct room_config){.id = i ? "gent" : "stad",
                                        .title = i ? "Gent" : "Stad",
                                        .complete = true,
                                        .heat = {.architecture = HA_HAC,
                                                 .air_flow_fixed = NAN,
                                                 .sink_supply = 50,
                                                 .sink_return = 40,
                                                 .efficiency = 0.45,
                                                 .demand_space = NAN,
                                                 .demand_dhw = NAN}};
    config = (struct config){
        .site = "leuven",
        .title = "Leuven",
        .timezone = "UTC",
        .room = rooms,
        .n_rooms = n_rooms,
        .device = devices,
        .source = sources,
        .factors = {
            .electricity = 0.16749, .gas = 0.182, .price_electricity = 220, .price_gas = 80, .price_heat = NAN}};
}

static json_t *build(struct ledger *ledger, const char *scope, int64_t from_s, int64_t to_s, int64_t now_s)
{
    struct report_request request = {.config = &config,
                                     .ledger = ledger,
                                     .no_ledger = "nothing was kept yet",
                                     .scope = scope,
                                     .from_s = from_s,
                                     .to_s = to_s,
                                     .now_s = now_s};
    json_t *document = NULL;
    assert_int_equal(report_build(&request, &document), 0);
    return document;
}

__attribute__((constructor)) static void utc(void)
{
    setenv("TZ", "UTC", 1);
}

static const char *text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static void near(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        print_message("  %.9g, wanted %.9g\n", value, wanted);
    assert_true(fabs(value - wanted) <= tolerance);
}

static const json_t *in(const json_t *list, const char *key, const char *wanted)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!strcmp(text(json_array_get(list, i), key), wanted))
            return json_array_get(list, i);
    fail_msg("%s is missing", wanted);
    return NULL;
}

static const json_t *kpi(const json_t *document, const char *id)
{
    return in(json_object_get(document, "kpis"), "id", id);
}

static void meter(struct ledger *ledger, uint32_t number, const char *device, const char *part, size_t room,
                  enum role role, int category, const char *feed)
{
    struct record r = {.number = number,
                       .device = device,
                       .part = part,
                       .quantity = Q_ENERGY,
                       .room = rooms[room].id,
                       .role = role,
                       .feed = feed,
                       .category = category,
                       .share = 1,
                       .accuracy = 1,
                       .rated_w = 500000,
                       .period_s = 900,
                       .to_ms = INT64_MAX};
    assert_int_equal(ledger_define(ledger, &r), 0);
    devices[config.n_devices++] =
        (struct device_config){.id = device, .room = room, .role = role, .to_ms = INT64_MAX, .share = 1};
}

/* Every quarter each meter counts its power; numbers from 1. */
static void run(struct ledger *ledger, const double *watts, size_t n, int64_t from_s, int64_t to_s)
{
    static int64_t seq;
    for (int64_t s = from_s; s <= to_s; s += 900) {
        struct row *row = row_new(n);
        row->seq = ++seq;
        row->wall_ms = s * 1000;
        row->boot_us = (s - T0 + 900) * 1000000;
        row->n = n;
        for (size_t i = 0; i < n; i++)
            row->value[i] = (struct row_value){(uint32_t)i + 1, QL_GOOD, watts[i] * (double)(s - from_s) / 3600};
        assert_int_equal(ledger_feed(ledger, row), 0);
        row_free(row);
    }
    assert_int_equal(ledger_commit(ledger), 0);
}

/* No ledger at all: every figure is there, null, with its reason. */
static void test_nothing(void **state)
{
    (void)state;
    set_up(1);
    json_t *d = build(NULL, "stad", T0, T0 + 31 * 86400, T0 + 40 * 86400);
    assert_int_equal(json_integer_value(json_object_get(d, "schema")), 1);
    assert_string_equal(text(d, "site"), "leuven");
    assert_string_equal(text(json_object_get(d, "period"), "from"), "2026-01-01T00:00:00.000Z");
    assert_true(json_is_true(json_object_get(json_object_get(d, "period"), "closed")));
    for (int id = Q_KPI_FIRST; id < Q_COUNT; id++) {
        const json_t *k = kpi(d, quantity_row((enum quantity)id)->name);
        assert_true(json_is_null(json_object_get(k, "value")));
        assert_true(json_is_string(json_object_get(k, "reason")));
    }
    static const char *const keys[] = {"total_wh", "it_wh", "cooling_wh", "losses_wh", "unmetered_wh"};
    static const char *const beside[] = {"unmetered_uncertainty_k2", "ups_losses_uncertainty_k2",
                                         "distribution_losses_uncertainty_k2"};
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++)
        assert_true(json_is_null(json_object_get(json_object_get(d, "energy"), beside[i])));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const json_t *energy = json_object_get(d, "energy");
        assert_true(json_is_null(json_object_get(energy, keys[i])));
        assert_non_null(text(json_object_get(energy, "reasons"), keys[i]));
    }
    assert_string_equal(text(json_array_get(json_object_get(d, "missing"), 0), "why"), "nothing was kept yet");
    json_decref(d);
}

static void test_future(void **state)
{
    (void)state;
    set_up(1);
    json_t *d = build(NULL, "site", T0 + 86400, T0 + 2 * 86400, T0);
    assert_string_equal(text(kpi(d, "ipue"), "reason"), "the period begins in the future");
    assert_true(json_is_false(json_object_get(json_object_get(d, "period"), "closed")));
    json_decref(d);
}

static void test_scope(void **state)
{
    (void)state;
    json_t *d = NULL;
    set_up(1);
    struct report_request request = {.config = &config, .scope = "elsewhere", .from_s = T0, .to_s = T0 + 900};
    assert_int_equal(report_build(&request, &d), -ENOENT);
    assert_int_equal(report_explain(&request, "speed", &d), -EINVAL);
    assert_null(d);
}

/* The document in a format holds each of the texts. */
static void holds(const json_t *document, const char *format, const char *language, const char *const *texts)
{
    struct diag *diag = diag_new();
    char *text = NULL;
    size_t n;
    assert_int_equal(report_render(document, report_format_find(format), language, diag, &text, &n), 0);
    assert_int_equal(strlen(text), n);
    for (; *texts; texts++)
        if (!strstr(text, *texts))
            fail_msg("no '%s' in %s", *texts, text);
    free(text);
    diag_free(diag);
}

/* Grid 20 kW; UPS 13 in, 12.5 out; PDUs 12; cooling 5; light 0.5: the rest is 1.5 kW. */
static void test_chain(void **state)
{
    (void)state;
    static const double watts[] = {20000, 13000, 12500, 7000, 5000, 5000, 500};
    struct ledger *ledger;
    set_up(1);
    assert_int_equal(ledger_open(":memory:", true, &ledger), 0);
    meter(ledger, 1, "grid", "total", 0, ROLE_GRID, 0, NULL);
    meter(ledger, 2, "ups", "input", 0, ROLE_UPS_IN, 0, NULL);
    meter(ledger, 3, "ups", "output", 0, ROLE_UPS_OUT, 1, NULL);
    meter(ledger, 4, "pdu-a", "total", 0, ROLE_IT, 2, NULL);
    meter(ledger, 5, "pdu-b", "total", 0, ROLE_IT, 2, NULL);
    meter(ledger, 6, "ac", "total", 0, ROLE_COOLING, 0, NULL);
    meter(ledger, 7, "light", "total", 0, ROLE_LIGHTING, 0, NULL);
    run(ledger, watts, 7, T0, T0 + 10 * 86400);
    json_t *d = build(ledger, "stad", T0, T0 + 10 * 86400, T0 + 20 * 86400);
    const json_t *energy = json_object_get(d, "energy");
    double hours = 240;
    near(number(energy, "total_wh"), 20000 * hours, 1);
    near(number(energy, "it_wh"), 12000 * hours, 1);
    near(number(energy, "cooling_wh"), 5000 * hours, 1);
    near(number(energy, "ups_losses_wh"), 500 * hours, 1);
    near(number(energy, "distribution_losses_wh"), 500 * hours, 1);
    near(number(energy, "losses_wh"), 1000 * hours, 1);
    /* class 1 all: a/sqrt(3), k = 2 */
    near(number(energy, "ups_losses_uncertainty_k2"), 2 * hypot(13000, 12500) * hours * 0.01 / sqrt(3), 1);
    near(number(energy, "distribution_losses_uncertainty_k2"),
         2 * hypot(12500, hypot(7000, 5000)) * hours * 0.01 / sqrt(3), 1);
    near(number(energy, "unmetered_wh"), 1500 * hours, 1);
    near(number(energy, "unmetered_uncertainty_k2"),
         2 * hypot(hypot(20000, 13000), hypot(5000, 500)) * hours * 0.01 / sqrt(3), 1);
    near(number(kpi(d, "ipue"), "value"), 20.0 / 12, 1e-9);
    near(number(kpi(d, "it-power"), "value"), 12000, 1e-3);
    assert_string_equal(text(kpi(d, "pue"), "reason"), "a PUE is a figure of twelve months: see ipue");
    const json_t *series = json_object_get(d, "series"), *rows = json_object_get(series, "rows");
    assert_string_equal(text(series, "step"), "day");
    assert_int_equal(json_array_size(rows), 10);
    near(number(json_array_get(rows, 9), "it_wh"), 12000 * 24, 1e-3);
    near(number(json_array_get(rows, 9), "ratio"), 20.0 / 12, 1e-9);
    /* hot-aisle containment: 0.92 of 12 kW + 1 kW of losses + 0.5 kW of light, by a heat exchanger */
    const json_t *heat = json_array_get(json_object_get(json_object_get(d, "heat"), "rooms"), 0);
    near(number(heat, "power_w"), 13500 * 0.92 * 0.95, 1);
    near(number(heat, "energy_wh"), 13500 * 0.92 * 0.95 * hours, hours);
    near(number(kpi(d, "heat-energy"), "value"), 13500 * 0.92 * 0.95 * hours, hours);
    assert_string_equal(text(heat, "basis"), "from the power of the room");
    assert_int_equal(json_array_size(json_object_get(d, "meters")), 7);
    near(number(in(json_object_get(d, "meters"), "device", "pdu-a"), "value"), 7000 * hours, 1);
    holds(d, "text", "en",
          (const char *const[]){"Stad · 1 January 2026 – 10 January 2026", "4,800\u00a0kWh", "1.67 ± 0.02",
                                "100.0\u00a0%", "a PUE is a figure of twelve months: see ipue", NULL});
    holds(d, "text", "nl", (const char *const[]){"Verliezen van de UPS", "1,67 ± 0,02", "10 januari 2026", NULL});
    holds(d, "html", "fr",
          (const char *const[]){"<html lang=\"fr\">", "<h1>Stad · 1 janvier 2026 – 10 janvier 2026</h1>", "<svg role",
                                "4\u202f800\u00a0kWh", "</html>", NULL});
    holds(d, "csv", "en",
          (const char *const[]){"\r\nenergy,,total_wh,4800000", ",Wh,", "kpis,ipue,value,1.66666", NULL});
    holds(d, "csv", "nl", (const char *const[]){"\r\nkpis;ipue;value;1,66666", NULL});
    holds(d, "json", NULL, (const char *const[]){"\"schema\": 1", "\"unmetered_wh\"", NULL});
    json_decref(d);

    struct report_request request = {
        .config = &config, .ledger = ledger, .scope = "stad", .from_s = T0, .to_s = T0 + 86400, .now_s = T0 + 86400};
    assert_int_equal(report_explain(&request, "ipue", &d), 0);
    assert_string_equal(text(d, "formula"), "total energy / IT energy");
    near(number(in(json_object_get(d, "operands"), "name", "total energy"), "value"), 480000, 1);
    near(number(in(json_object_get(d, "terms"), "role", "grid"), "value"), 480000, 1);
    assert_int_equal(json_array_size(json_object_get(d, "terms")), 1);
    near(number(in(json_object_get(d, "trace"), "device", "pdu-a"), "quarters"), 96, 0);
    holds(d, "text", "fr", (const char *const[]){"Opérandes", "réseau", NULL});
    json_decref(d);
    assert_int_equal(report_explain(&request, "heat-delivered", &d), 0);
    const json_t *offer = json_array_get(json_object_get(d, "offer"), 0);
    near(number(offer, "year_wh"), 13500 * 0.92 * 0.95 * 8760, 10000);
    assert_true(json_is_null(json_object_get(offer, "power_95_w"))); /* no loop is metered */
    assert_int_equal(json_array_size(json_object_get(offer, "months")), 1);
    near(number(json_array_get(json_object_get(offer, "months"), 0), "power_w"), 13500 * 0.92 * 0.95, 1);
    holds(d, "html", "en", (const char *const[]){"Heat offer: Stad", "Heat a year behind the heat pump", NULL});
    json_decref(d);
    ledger_close(ledger);
}

/* Sunday 4 and Monday 5 January 2026: 10 kW, but 14 kW from 9:00 to 9:15 on Monday, most of it by rack r2. */
static void test_peaks_and_money(void **state)
{
    (void)state;
    static struct rack_config racks[] = {{.id = "r1"}, {.id = "r2"}};
    struct ledger *ledger;
    set_up(1);
    config.rack = racks;
    config.n_racks = 2;
    config.factors.price_night = 100;
    config.factors.price_capacity = 48;
    config.factors.night_from = 22 * 60;
    config.factors.night_to = 7 * 60;
    config.factors.night_weekend = true;
    assert_int_equal(ledger_open(":memory:", true, &ledger), 0);
    meter(ledger, 1, "grid", "total", 0, ROLE_GRID, 0, NULL);
    meter(ledger, 2, "pdu-1", "total", 0, ROLE_IT, 2, NULL);
    meter(ledger, 3, "pdu-2", "total", 0, ROLE_IT, 2, NULL);
    devices[0].rack = NO_INDEX;
    devices[2].rack = 1;
    int64_t from = T0 + 3 * 86400, peak = from + 86400 + 9 * 3600;
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
    json_t *d = build(ledger, "stad", from, from + 2 * 86400, from + 5 * 86400);
    const json_t *peaks = json_object_get(d, "peaks"), *month = json_array_get(json_object_get(peaks, "months"), 0);
    assert_string_equal(text(peaks, "basis"), "meter at the grid");
    assert_string_equal(text(month, "at"), "2026-01-05T09:00:00.000Z");
    near(number(month, "power_w"), 14000, 0.01);
    near(number(month, "coverage"), 1, 0);
    const json_t *first = json_array_get(json_object_get(month, "racks"), 0);
    assert_string_equal(text(first, "rack"), "r2");
    near(number(first, "power_w"), 9000, 0.01);
    assert_string_equal(text(month, "by"), "r2 9.0 kW, r1 4.0 kW");
    /* night: all of Sunday, Monday until 7 and from 22; the peak is by day */
    const json_t *money = json_object_get(d, "money");
    double night = 10000.0 * (24 + 7 + 2), day = 10000.0 * 15 + 1000;
    near(number(money, "night_wh"), night, 1);
    near(number(money, "day_wh"), day, 1);
    near(number(money, "energy_eur"), (day * 220 + night * 100) / 1e6, 1e-4);
    near(number(money, "capacity_eur"), 14 * 48 / 12.0, 1e-6);
    near(number(money, "co2_kg"), (day + night) / 1e3 * 0.16749, 1e-3);
    json_decref(d);
    config.factors.price_electricity = NAN;
    d = build(ledger, "stad", from, from + 86400, from + 5 * 86400);
    assert_true(json_is_null(json_object_get(json_object_get(d, "money"), "energy_eur")));
    assert_string_equal(text(json_object_get(d, "money"), "reason"), "factors.price-electricity is not stated");
    json_decref(d);
    ledger_close(ledger);
}

static const json_t *field(const json_t *document, const char *name)
{
    return in(json_object_get(json_object_get(document, "eu"), "fields"), "field", name);
}

/* A year: the EU's fields measured, entered, derived and missing; entered ones count for their year. Goals judged. */
static void test_year(void **state)
{
    (void)state;
    static const double watts[] = {15000, 11000, 10500, 10000, 4000};
    static struct eu_config eu;
    static struct target_config targets[2];
    struct ledger *ledger;
    set_up(1);
    for (double *p = &eu.it_power; p <= &eu.traffic_out; p++)
        *p = NAN;
    eu.year = 2026;
    eu.lau = "24062";
    eu.it_power = 60000;
    eu.degree_days = 41;
    eu.guarantees = 40e6;
    eu.on_site = 10e6;
    config.eu = &eu;
    targets[0] = (struct target_config){"cool", "Cooler", "blanking plates", Q_K_IPUE, 2025, 1.7, {1.6, 1.4, NAN}};
    targets[1] = (struct target_config){"less", "Less", NULL, Q_K_TOTAL_ENERGY, 2024, NAN, {NAN, 100e6, NAN}};
    rooms[0].target = targets;
    rooms[0].n_targets = 2;
    assert_int_equal(ledger_open(":memory:", true, &ledger), 0);
    meter(ledger, 1, "grid", "total", 0, ROLE_GRID, 0, NULL);
    meter(ledger, 2, "ups", "input", 0, ROLE_UPS_IN, 0, NULL);
    meter(ledger, 3, "ups", "output", 0, ROLE_UPS_OUT, 1, NULL);
    meter(ledger, 4, "pdu", "total", 0, ROLE_IT, 2, NULL);
    meter(ledger, 5, "ac", "total", 0, ROLE_COOLING, 0, NULL);
    run(ledger, watts, 5, T0, T0 + 366 * 86400);
    json_t *d = build(ledger, "site", T0, T0 + 365 * 86400, T0 + 370 * 86400);
    double total = 15 * 8760.0;
    assert_string_equal(text(kpi(d, "pue"), "name"), "PUE2");
    near(number(kpi(d, "pue"), "value"), 1.5, 1e-9);
    near(number(kpi(d, "ref"), "value"), 50e6 / (total * 1e3), 1e-9);
    near(number(field(d, "total-energy"), "value"), total, 1e-3);
    assert_string_equal(text(field(d, "total-energy"), "status"), "measured");
    near(number(field(d, "it-energy"), "value"), 10.5 * 8760, 1e-3); /* at the UPS's output */
    assert_string_equal(text(field(d, "lau"), "value"), "24062");
    assert_string_equal(text(field(d, "cooling-degree-days"), "status"), "entered");
    near(number(field(d, "renewable-total"), "value"), 50000, 1e-6);
    near(number(field(d, "pue"), "value"), 15 / 10.5, 1e-9);
    near(number(field(d, "ref"), "value"), 50000 / total, 1e-9);
    assert_string_equal(text(field(d, "water"), "status"), "missing");
    assert_string_equal(text(field(d, "traffic-in"), "note"), "not entered (eu:)");
    assert_true(json_is_true(json_object_get(json_object_get(d, "eu"), "voluntary")));
    const json_t *series = json_object_get(d, "series");
    assert_string_equal(text(series, "step"), "month");
    assert_int_equal(json_array_size(json_object_get(series, "rows")), 12);
    const json_t *limit = json_array_get(json_object_get(d, "benchmarks"), 0);
    near(number(limit, "at_most"), 1.5, 0);
    assert_true(json_is_true(json_object_get(limit, "met")));
    /* EnEfG section 11: PUE by age, reuse by the year of the start, renewable by the year */
    static const double limits[][2] = {{1.5, NAN},  {1.3, NAN},  {1.2, NAN}, {NAN, 0.10},
                                       {NAN, 0.15}, {NAN, 0.20}, {NAN, 0.5}, {NAN, 1.0}};
    const json_t *laws = json_object_get(d, "benchmarks");
    assert_int_equal(json_array_size(laws), sizeof limits / sizeof limits[0]);
    for (size_t i = 0; i < json_array_size(laws); i++)
        near(number(json_array_get(laws, i), isnan(limits[i][0]) ? "at_least" : "at_most"),
             isnan(limits[i][0]) ? limits[i][1] : limits[i][0], 0);

    const json_t *cool = in(json_object_get(d, "targets"), "target", "cool"), *goals = json_object_get(cool, "goals");
    near(number(cool, "now"), 1.5, 1e-9);
    near(number(cool, "progress"), 0.2 / 0.3, 1e-9);
    assert_string_equal(text(json_array_get(goals, 0), "assessment"), "met");
    near(number(json_array_get(goals, 0), "value"), 1.5, 1e-9);
    near(number(json_array_get(goals, 1), "forecast"), 1.3, 1e-3); /* as much again in the second year */
    assert_string_equal(text(json_array_get(goals, 1), "assessment"), "on course");
    const json_t *less = in(json_object_get(d, "targets"), "target", "less");
    assert_true(json_is_null(json_object_get(less, "baseline")));
    assert_string_equal(text(json_array_get(json_object_get(less, "goals"), 0), "assessment"), "missed");
    holds(d, "text", "en", (const char *const[]){"Goals of the action plan", "blanking plates", "on course", NULL});
    holds(d, "eu", "en",
          (const char *const[]){"annex,symbol,field",
                                "II 1(d),E_DC,total-energy,Total energy consumption,131400,kWh,measured", NULL});
    holds(d, "eu-json", "en", (const char *const[]){"\"schema\": \"2024/1364\"", NULL});
    json_decref(d);

    d = build(ledger, "site", T0, T0 + 31 * 86400, T0 + 370 * 86400); /* a month: a year's figures are not its own */
    assert_string_equal(text(field(d, "cooling-degree-days"), "note"), "entered for 2026, which is not this period");
    assert_true(json_is_null(json_object_get(kpi(d, "ref"), "value")));
    json_decref(d);
    ledger_close(ledger);
    rooms[0].n_targets = 0;
}

/* What a device or a person named cannot become markup, nor a cell of its own. */
static void test_escapes(void **state)
{
    (void)state;
    set_up(1);
    rooms[0].title = "<script>alert(\"1\")</script> & Co; \"x\"";
    json_t *d = build(NULL, "stad", T0, T0 + 86400, T0 + 2 * 86400);
    holds(d, "html", "en",
          (const char *const[]){"&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; Co; &quot;x&quot;", NULL});
    holds(d, "csv", "en", (const char *const[]){"title,\"<script>alert(\"\"1\"\")</script> & Co; \"\"x\"\"\"", NULL});
    json_decref(d);
}

/* The meters behind the grid show more than it: no rest below nought without a word. */
static void test_contradiction(void **state)
{
    (void)state;
    static const double watts[] = {10000, 8000, 5000};
    struct ledger *ledger;
    set_up(1);
    assert_int_equal(ledger_open(":memory:", true, &ledger), 0);
    meter(ledger, 1, "main", "total", 0, ROLE_GRID, 0, NULL);
    meter(ledger, 2, "pdu", "total", 0, ROLE_IT, 2, NULL);
    meter(ledger, 3, "ac", "total", 0, ROLE_COOLING, 0, NULL);
    run(ledger, watts, 3, T0, T0 + 86400);
    json_t *d = build(ledger, "stad", T0, T0 + 86400, T0 + 2 * 86400);
    const json_t *energy = json_object_get(d, "energy");
    static const char words[] =
        "pdu, ac show 72.0 kWh more than main before them (uncertainty 3.8 kWh): wrong, or counted twice";
    assert_true(json_is_null(json_object_get(energy, "unmetered_wh")));
    assert_string_equal(json_string_value(json_array_get(json_object_get(energy, "warnings"), 0)), words);
    assert_string_equal(text(kpi(d, "ipue"), "reason") + strlen("boundary: "), words);
    assert_true(json_is_null(json_object_get(kpi(d, "ipue"), "value")));
    holds(d, "text", "nl",
          (const char *const[]){"pdu, ac tonen 72,0 kWh meer dan main ervoor (onzekerheid 3,8 kWh)", NULL});
    holds(d, "text", "fr", (const char *const[]){"pdu, ac indiquent 72,0 kWh de plus que main en amont", NULL});
    json_decref(d);
    ledger_close(ledger);
}

/* A meter replaced in the middle: its counter begins elsewhere, nothing is lost, and the page says which. */
static void test_serial(void **state)
{
    (void)state;
    struct ledger *ledger;
    struct record r = {.number = 1,
                       .device = "pdu",
                       .part = "total",
                       .quantity = Q_ENERGY,
                       .room = rooms[0].id,
                       .serial = "A1",
                       .role = ROLE_IT,
                       .category = 2,
                       .share = 1,
                       .accuracy = 1,
                       .rated_w = 500000,
                       .period_s = 900,
                       .to_ms = INT64_MAX};
    set_up(1);
    assert_int_equal(ledger_open(":memory:", true, &ledger), 0);
    devices[config.n_devices++] = (struct device_config){.id = "pdu", .role = ROLE_IT, .to_ms = INT64_MAX, .share = 1};
    assert_int_equal(ledger_define(ledger, &r), 0);
    run(ledger, (double[]){6000}, 1, T0, T0 + 86400);
    r.serial = "B7";
    assert_int_equal(ledger_define(ledger, &r), 0);
    assert_int_equal(ledger_commit(ledger), 0);
    run(ledger, (double[]){6000}, 1, T0 + 86400, T0 + 2 * 86400); /* from 0 again */
    json_t *d = build(ledger, "stad", T0, T0 + 2 * 86400, T0 + 3 * 86400);
    const json_t *pdu = in(json_object_get(d, "meters"), "device", "pdu");
    near(number(kpi(d, "it-energy"), "value"), 6000 * 48, 1);
    assert_string_equal(text(pdu, "note"), "replaced: serial A1, then B7");
    const json_t *change = json_array_get(json_object_get(pdu, "changes"), 0);
    assert_string_equal(text(change, "what"), "serial");
    assert_string_equal(text(change, "at"), "2026-01-02T00:00:00.000Z");
    holds(d, "text", "nl", (const char *const[]){"vervangen: serienummer A1", NULL});
    json_decref(d);
    ledger_close(ledger);
}

/* The utility's meter and an own one at one connection: one counts, and where they differ it is said. */
static void test_same(void **state)
{
    (void)state;
    static const double watts[] = {10000, 10400, 8000};
    struct ledger *ledger;
    set_up(1);
    assert_int_equal(ledger_open(":memory:", true, &ledger), 0);
    meter(ledger, 1, "utility", "total", 0, ROLE_GRID, 0, NULL);
    meter(ledger, 2, "own", "total", 0, ROLE_GRID, 0, NULL);
    meter(ledger, 3, "pdu", "total", 0, ROLE_IT, 2, NULL);
    run(ledger, watts, 3, T0, T0 + 86400);
    json_t *d = build(ledger, "stad", T0, T0 + 86400, T0 + 2 * 86400);
    assert_string_equal(text(kpi(d, "total-energy"), "reason"),
                        "utility and own are both at the grid: one connection (same-as), or two (feed)?");
    assert_true(json_is_null(json_object_get(kpi(d, "ipue"), "value")));
    near(number(kpi(d, "it-energy"), "value"), 8000 * 24, 1);
    holds(d, "text", "nl", (const char *const[]){"utility en own staan allebei aan het net", NULL});
    json_decref(d);
    devices[1].same_as = "utility";
    d = build(ledger, "stad", T0, T0 + 86400, T0 + 2 * 86400);
    near(number(kpi(d, "ipue"), "value"), 10.0 / 8, 1e-9);
    near(number(json_object_get(d, "energy"), "total_wh"), 10000 * 24, 1);
    assert_string_equal(text(in(json_object_get(d, "meters"), "device", "own"), "note"),
                        "utility measures the same and counts");
    assert_non_null(strstr(json_string_value(json_array_get(json_object_get(kpi(d, "ipue"), "warnings"), 0)),
                           "own and utility measure the same and differ by 9.6 kWh (uncertainty 4.0 kWh): utility"));
    holds(d, "text", "nl", (const char *const[]){"own en utility meten hetzelfde en verschillen 9,6 kWh", NULL});
    json_decref(d);
    ledger_close(ledger);
}

static const char *said(struct language *l, const char *english)
{
    bool same_word = !strcmp(english, "water") && !strcmp(language_name(l), "nl");
    return same_word || strcmp(language_say(l, english), english) ? NULL : english;
}

/* Every word of an explanation has its own in each language: formula, operands, notes. */
static void test_explained_in_words(void **state)
{
    (void)state;
    static const char *const names[] = {"nl", "fr"};
    set_up(1);
    struct report_request request = {.config = &config, .scope = "stad", .from_s = T0, .to_s = T0 + 900, .now_s = T0};
    for (size_t i = 0; i < 2; i++) {
        struct diag *diag = diag_new();
        struct language *l;
        assert_int_equal(language_load(names[i], diag, &l), 0);
        for (int id = Q_KPI_FIRST; id < Q_COUNT; id++) {
            json_t *d;
            assert_int_equal(report_explain(&request, quantity_row((enum quantity)id)->name, &d), 0);
            const json_t *operands = json_object_get(d, "operands"), *notes = json_object_get(d, "notes");
            const char *missing = said(l, text(d, "formula"));
            for (size_t k = 0; k < json_array_size(operands); k++)
                missing = missing ? missing : said(l, text(json_array_get(operands, k), "name"));
            for (size_t k = 0; k < json_array_size(notes); k++)
                missing = missing ? missing : said(l, json_string_value(json_array_get(notes, k)));
            if (missing)
                fail_msg("%s: no words for '%s'", names[i], missing);
            json_decref(d);
        }
        language_free(l);
        diag_free(diag);
    }
    json_t *d;
    assert_int_equal(report_explain(&request, "cue", &d), 0);
    holds(d, "text", "nl", (const char *const[]){"CUE = ((totale energie − brandstof − zonne-energie) × elektr", NULL});
    holds(d, "html", "fr", (const char *const[]){"CUE = ((énergie totale − combustible − énergie solaire) × f", NULL});
    json_decref(d);
}

/* A site without a grid meter is the sum of its rooms; one room that lacks a figure leaves it null, and says which. */
static void test_site(void **state)
{
    (void)state;
    static const double watts[] = {20000, 12000, 6000};
    struct ledger *ledger;
    set_up(2);
    assert_int_equal(ledger_open(":memory:", true, &ledger), 0);
    meter(ledger, 1, "grid", "total", 0, ROLE_GRID, 0, NULL);
    meter(ledger, 2, "pdu", "total", 0, ROLE_IT, 2, NULL);
    meter(ledger, 3, "pdu-g", "total", 1, ROLE_IT, 2, NULL);
    run(ledger, watts, 3, T0, T0 + 86400);
    json_t *d = build(ledger, "site", T0, T0 + 86400, T0 + 2 * 86400);
    const json_t *energy = json_object_get(d, "energy");
    near(number(energy, "it_wh"), 18000 * 24, 1);
    assert_true(json_is_null(json_object_get(energy, "total_wh")));
    assert_string_equal(text(json_object_get(energy, "reasons"), "total_wh"), "gent: nothing but IT is metered");
    near(number(energy, "entered_wh"), 26000 * 24, 1);
    assert_string_equal(text(json_object_get(d, "series"), "step"), "hour");
    json_decref(d);
    ledger_close(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing), cmocka_unit_test(test_future),        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_chain),   cmocka_unit_test(test_contradiction), cmocka_unit_test(test_site),
        cmocka_unit_test(test_same),    cmocka_unit_test(test_serial),        cmocka_unit_test(test_explained_in_words),
        cmocka_unit_test(test_escapes), cmocka_unit_test(test_year),          cmocka_unit_test(test_peaks_and_money),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
