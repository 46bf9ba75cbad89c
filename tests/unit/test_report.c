/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report, report_gather, report_document, report_kpis, report_energy, report_series, report_heat, report_explain,
 * report_eu, eu_entered, law, report_benchmarks, report_targets, heat_period: from a ledger to the one document.
 * report_render, report_compose, report_offer, report_offer_page, report_layout, report_goals, report_page,
 * report_plain, report_html, report_chart, report_csv: what is made of it. The command is tested by
 * tests/e2e/test_report.py. */
#include "daemon/report_document.h"
#include "daemon/report_explain.h"
#include "daemon/report_render.h"
#include "near.h"
#include "report_look.h"
#include "report_rig.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* No ledger at all: every figure is there, null, with its reason. */
static void test_nothing(void **state)
{
    (void)state;
    rig_set_up(1);
    json_t *d = rig_build(NULL, "stad", RIG_T0, RIG_T0 + 31 * 86400, RIG_T0 + 40 * 86400);
    assert_int_equal(json_integer_value(json_object_get(d, "schema")), 1);
    assert_string_equal(look_text(d, "site"), "leuven");
    assert_string_equal(look_text(json_object_get(d, "period"), "from"), "2026-01-01T00:00:00.000Z");
    assert_true(json_is_true(json_object_get(json_object_get(d, "period"), "closed")));
    for (int id = Q_KPI_FIRST; id < Q_COUNT; id++) {
        const json_t *k = look_kpi(d, quantity_row((enum quantity)id)->name);
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
        assert_true(*look_text(json_object_get(energy, "reasons"), keys[i]));
    }
    assert_string_equal(look_text(json_array_get(json_object_get(d, "missing"), 0), "why"), "nothing was kept yet");
    json_decref(d);
}

static void test_future(void **state)
{
    (void)state;
    rig_set_up(1);
    json_t *d = rig_build(NULL, "site", RIG_T0 + 86400, RIG_T0 + 2 * 86400, RIG_T0);
    assert_string_equal(look_text(look_kpi(d, "ipue"), "reason"), "the period begins in the future");
    assert_true(json_is_false(json_object_get(json_object_get(d, "period"), "closed")));
    json_decref(d);
}

static void test_scope(void **state)
{
    (void)state;
    json_t *d = NULL;
    rig_set_up(1);
    struct report_request request = {
        .config = &rig_config, .scope = "elsewhere", .from_s = RIG_T0, .to_s = RIG_T0 + 900};
    assert_int_equal(report_build(&request, &d), -ENOENT);
    assert_int_equal(report_explain(&request, "speed", &d), -EINVAL);
    assert_null(d);
}

/* Grid 20 kW; UPS 13 in, 12.5 out; PDUs 12; cooling 5; light 0.5: the rest is 1.5 kW. */
static void test_chain(void **state)
{
    (void)state;
    static const double watts[] = {20000, 13000, 12500, 7000, 5000, 5000, 500};
    struct ledger *ledger = rig_ledger(1);
    rig_meter(ledger, 1, "grid", "total", 0, ROLE_GRID, 0, NULL);
    rig_meter(ledger, 2, "ups", "input", 0, ROLE_UPS_IN, 0, NULL);
    rig_meter(ledger, 3, "ups", "output", 0, ROLE_UPS_OUT, 1, NULL);
    rig_meter(ledger, 4, "pdu-a", "total", 0, ROLE_IT, 2, NULL);
    rig_meter(ledger, 5, "pdu-b", "total", 0, ROLE_IT, 2, NULL);
    rig_meter(ledger, 6, "ac", "total", 0, ROLE_COOLING, 0, NULL);
    rig_meter(ledger, 7, "light", "total", 0, ROLE_LIGHTING, 0, NULL);
    rig_run(ledger, watts, 7, RIG_T0, RIG_T0 + 10 * 86400);
    json_t *d = rig_build(ledger, "stad", RIG_T0, RIG_T0 + 10 * 86400, RIG_T0 + 20 * 86400);
    const json_t *energy = json_object_get(d, "energy");
    double hours = 240;
    NEAR(look_number(energy, "total_wh"), 20000 * hours, 1);
    NEAR(look_number(energy, "it_wh"), 12000 * hours, 1);
    NEAR(look_number(energy, "cooling_wh"), 5000 * hours, 1);
    NEAR(look_number(energy, "ups_losses_wh"), 500 * hours, 1);
    NEAR(look_number(energy, "distribution_losses_wh"), 500 * hours, 1);
    NEAR(look_number(energy, "losses_wh"), 1000 * hours, 1);
    /* class 1 all: a/sqrt(3), k = 2 */
    NEAR(look_number(energy, "ups_losses_uncertainty_k2"), 2 * hypot(13000, 12500) * hours * 0.01 / sqrt(3), 1);
    NEAR(look_number(energy, "distribution_losses_uncertainty_k2"),
         2 * hypot(12500, hypot(7000, 5000)) * hours * 0.01 / sqrt(3), 1);
    NEAR(look_number(energy, "unmetered_wh"), 1500 * hours, 1);
    NEAR(look_number(energy, "unmetered_uncertainty_k2"),
         2 * hypot(hypot(20000, 13000), hypot(5000, 500)) * hours * 0.01 / sqrt(3), 1);
    NEAR(look_number(look_kpi(d, "ipue"), "value"), 20.0 / 12, 1e-9);
    NEAR(look_number(look_kpi(d, "it-power"), "value"), 12000, 1e-3);
    assert_string_equal(look_text(look_kpi(d, "pue"), "reason"), "a PUE is a figure of twelve months: see ipue");
    const json_t *series = json_object_get(d, "series"), *rows = json_object_get(series, "rows");
    assert_string_equal(look_text(series, "step"), "day");
    assert_int_equal(json_array_size(rows), 10);
    NEAR(look_number(json_array_get(rows, 9), "it_wh"), 12000 * 24, 1e-3);
    NEAR(look_number(json_array_get(rows, 9), "ratio"), 20.0 / 12, 1e-9);
    /* hot-aisle containment: 0.92 of 12 kW + 1 kW of losses + 0.5 kW of light, by a heat exchanger */
    const json_t *heat = json_array_get(json_object_get(json_object_get(d, "heat"), "rooms"), 0);
    NEAR(look_number(heat, "power_w"), 13500 * 0.92 * 0.95, 1);
    NEAR(look_number(heat, "energy_wh"), 13500 * 0.92 * 0.95 * hours, hours);
    NEAR(look_number(look_kpi(d, "heat-energy"), "value"), 13500 * 0.92 * 0.95 * hours, hours);
    assert_string_equal(look_text(heat, "basis"), "from the power of the room");
    assert_int_equal(json_array_size(json_object_get(d, "meters")), 7);
    NEAR(look_number(look_in(json_object_get(d, "meters"), "device", "pdu-a"), "value"), 7000 * hours, 1);
    look_holds(d, "text", "en",
               (const char *const[]){"Stad · 1 January 2026 – 10 January 2026", "4,800\u00a0kWh", "1.67 ± 0.02",
                                     "100.0\u00a0%", "a PUE is a figure of twelve months: see ipue", NULL});
    look_holds(d, "text", "nl", (const char *const[]){"Verliezen van de UPS", "1,67 ± 0,02", "10 januari 2026", NULL});
    look_holds(d, "html", "fr",
               (const char *const[]){"<html lang=\"fr\">", "<h1>Stad · 1 janvier 2026 – 10 janvier 2026</h1>",
                                     "<svg role", "4\u202f800\u00a0kWh", "</html>", NULL});
    look_holds(d, "csv", "en",
               (const char *const[]){"\r\nenergy,,total_wh,4800000", ",Wh,", "kpis,ipue,value,1.66666", NULL});
    look_holds(d, "csv", "nl", (const char *const[]){"\r\nkpis;ipue;value;1,66666", NULL});
    look_holds(d, "json", NULL, (const char *const[]){"\"schema\": 1", "\"unmetered_wh\"", NULL});
    json_decref(d);

    struct report_request request = {.config = &rig_config,
                                     .ledger = ledger,
                                     .scope = "stad",
                                     .from_s = RIG_T0,
                                     .to_s = RIG_T0 + 86400,
                                     .now_s = RIG_T0 + 86400};
    assert_int_equal(report_explain(&request, "ipue", &d), 0);
    assert_string_equal(look_text(d, "formula"), "total energy / IT energy");
    NEAR(look_number(look_in(json_object_get(d, "operands"), "name", "total energy"), "value"), 480000, 1);
    NEAR(look_number(look_in(json_object_get(d, "terms"), "role", "grid"), "value"), 480000, 1);
    assert_int_equal(json_array_size(json_object_get(d, "terms")), 1);
    NEAR(look_number(look_in(json_object_get(d, "trace"), "device", "pdu-a"), "quarters"), 96, 0);
    look_holds(d, "text", "fr", (const char *const[]){"Opérandes", "réseau", NULL});
    json_decref(d);
    assert_int_equal(report_explain(&request, "heat-delivered", &d), 0);
    const json_t *offer = json_array_get(json_object_get(d, "offer"), 0);
    NEAR(look_number(offer, "year_wh"), 13500 * 0.92 * 0.95 * 8760, 10000);
    assert_true(json_is_null(json_object_get(offer, "power_95_w"))); /* no loop is metered */
    assert_int_equal(json_array_size(json_object_get(offer, "months")), 1);
    NEAR(look_number(json_array_get(json_object_get(offer, "months"), 0), "power_w"), 13500 * 0.92 * 0.95, 1);
    look_holds(d, "html", "en", (const char *const[]){"Heat offer: Stad", "Heat a year behind the heat pump", NULL});
    json_decref(d);
    ledger_close(ledger);
}

static const json_t *field(const json_t *document, const char *name)
{
    return look_in(json_object_get(json_object_get(document, "eu"), "fields"), "field", name);
}

/* A year: the EU's fields measured, entered, derived and missing; entered ones count for their year. Goals judged. */
static void test_year(void **state)
{
    (void)state;
    static const double watts[] = {15000, 11000, 10500, 10000, 4000};
    static struct eu_config eu;
    static struct target_config targets[2];
    struct ledger *ledger = rig_ledger(1);
    for (double *p = &eu.it_power; p <= &eu.traffic_out; p++)
        *p = NAN;
    eu.year = 2026;
    eu.lau = "24062";
    eu.it_power = 60000;
    eu.degree_days = 41;
    eu.guarantees = 40e6;
    eu.on_site = 10e6;
    rig_config.eu = &eu;
    targets[0] = (struct target_config){"cool", "Cooler", "blanking plates", Q_K_IPUE, 2025, 1.7, {1.6, 1.4, NAN}};
    targets[1] = (struct target_config){"less", "Less", NULL, Q_K_TOTAL_ENERGY, 2024, NAN, {NAN, 100e6, NAN}};
    rig_rooms[0].target = targets;
    rig_rooms[0].n_targets = 2;
    rig_meter(ledger, 1, "grid", "total", 0, ROLE_GRID, 0, NULL);
    rig_meter(ledger, 2, "ups", "input", 0, ROLE_UPS_IN, 0, NULL);
    rig_meter(ledger, 3, "ups", "output", 0, ROLE_UPS_OUT, 1, NULL);
    rig_meter(ledger, 4, "pdu", "total", 0, ROLE_IT, 2, NULL);
    rig_meter(ledger, 5, "ac", "total", 0, ROLE_COOLING, 0, NULL);
    rig_run(ledger, watts, 5, RIG_T0, RIG_T0 + 366 * 86400);
    json_t *d = rig_build(ledger, "site", RIG_T0, RIG_T0 + 365 * 86400, RIG_T0 + 370 * 86400);
    double total = 15 * 8760.0;
    assert_string_equal(look_text(look_kpi(d, "pue"), "name"), "PUE2");
    NEAR(look_number(look_kpi(d, "pue"), "value"), 1.5, 1e-9);
    NEAR(look_number(look_kpi(d, "ref"), "value"), 50e6 / (total * 1e3), 1e-9);
    NEAR(look_number(field(d, "total-energy"), "value"), total, 1e-3);
    assert_string_equal(look_text(field(d, "total-energy"), "status"), "measured");
    NEAR(look_number(field(d, "it-energy"), "value"), 10.5 * 8760, 1e-3); /* at the UPS's output */
    assert_string_equal(look_text(field(d, "lau"), "value"), "24062");
    assert_string_equal(look_text(field(d, "cooling-degree-days"), "status"), "entered");
    NEAR(look_number(field(d, "renewable-total"), "value"), 50000, 1e-6);
    NEAR(look_number(field(d, "pue"), "value"), 15 / 10.5, 1e-9);
    NEAR(look_number(field(d, "ref"), "value"), 50000 / total, 1e-9);
    assert_string_equal(look_text(field(d, "water"), "status"), "missing");
    assert_string_equal(look_text(field(d, "traffic-in"), "note"), "not entered (eu:)");
    assert_true(json_is_true(json_object_get(json_object_get(d, "eu"), "voluntary")));
    const json_t *series = json_object_get(d, "series");
    assert_string_equal(look_text(series, "step"), "month");
    assert_int_equal(json_array_size(json_object_get(series, "rows")), 12);
    const json_t *limit = json_array_get(json_object_get(d, "benchmarks"), 0);
    NEAR(look_number(limit, "at_most"), 1.5, 0);
    assert_true(json_is_true(json_object_get(limit, "met")));
    /* EnEfG section 11: PUE by age, reuse by the year of the start, renewable by the year */
    static const double limits[][2] = {{1.5, NAN},  {1.3, NAN},  {1.2, NAN}, {NAN, 0.10},
                                       {NAN, 0.15}, {NAN, 0.20}, {NAN, 0.5}, {NAN, 1.0}};
    const json_t *laws = json_object_get(d, "benchmarks");
    assert_int_equal(json_array_size(laws), sizeof limits / sizeof limits[0]);
    for (size_t i = 0; i < json_array_size(laws); i++)
        NEAR(look_number(json_array_get(laws, i), isnan(limits[i][0]) ? "at_least" : "at_most"),
             isnan(limits[i][0]) ? limits[i][1] : limits[i][0], 0);

    const json_t *cool = look_in(json_object_get(d, "targets"), "target", "cool"),
                 *goals = json_object_get(cool, "goals");
    NEAR(look_number(cool, "now"), 1.5, 1e-9);
    NEAR(look_number(cool, "progress"), 0.2 / 0.3, 1e-9);
    assert_string_equal(look_text(json_array_get(goals, 0), "assessment"), "met");
    NEAR(look_number(json_array_get(goals, 0), "value"), 1.5, 1e-9);
    NEAR(look_number(json_array_get(goals, 1), "forecast"), 1.3, 1e-3); /* as much again in the second year */
    assert_string_equal(look_text(json_array_get(goals, 1), "assessment"), "on course");
    const json_t *less = look_in(json_object_get(d, "targets"), "target", "less");
    assert_true(json_is_null(json_object_get(less, "baseline")));
    assert_string_equal(look_text(json_array_get(json_object_get(less, "goals"), 0), "assessment"), "missed");
    look_holds(d, "text", "en",
               (const char *const[]){"Goals of the action plan", "blanking plates", "on course", NULL});
    look_holds(d, "eu", "en",
               (const char *const[]){"annex,symbol,field",
                                     "II 1(d),E_DC,total-energy,Total energy consumption,131400,kWh,measured", NULL});
    look_holds(d, "eu-json", "en", (const char *const[]){"\"schema\": \"2024/1364\"", NULL});
    json_decref(d);

    d = rig_build(ledger, "site", RIG_T0, RIG_T0 + 31 * 86400,
                  RIG_T0 + 370 * 86400); /* a month: a year's figures are not its own */
    assert_string_equal(look_text(field(d, "cooling-degree-days"), "note"),
                        "entered for 2026, which is not this period");
    assert_true(json_is_null(json_object_get(look_kpi(d, "ref"), "value")));
    json_decref(d);
    ledger_close(ledger);
    rig_rooms[0].n_targets = 0;
}

/* What a device or a person named cannot become markup, nor a cell of its own. */
static void test_escapes(void **state)
{
    (void)state;
    rig_set_up(1);
    rig_rooms[0].title = "<script>alert(\"1\")</script> & Co; \"x\"";
    json_t *d = rig_build(NULL, "stad", RIG_T0, RIG_T0 + 86400, RIG_T0 + 2 * 86400);
    look_holds(
        d, "html", "en",
        (const char *const[]){"&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; Co; &quot;x&quot;", NULL});
    look_holds(d, "csv", "en",
               (const char *const[]){"title,\"<script>alert(\"\"1\"\")</script> & Co; \"\"x\"\"\"", NULL});
    json_decref(d);
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
    rig_set_up(1);
    struct report_request request = {
        .config = &rig_config, .scope = "stad", .from_s = RIG_T0, .to_s = RIG_T0 + 900, .now_s = RIG_T0};
    for (size_t i = 0; i < 2; i++) {
        struct diag *diag = diag_new();
        struct language *l;
        assert_int_equal(language_load(names[i], diag, &l), 0);
        for (int id = Q_KPI_FIRST; id < Q_COUNT; id++) {
            json_t *d;
            assert_int_equal(report_explain(&request, quantity_row((enum quantity)id)->name, &d), 0);
            const json_t *operands = json_object_get(d, "operands"), *notes = json_object_get(d, "notes");
            const char *missing = said(l, look_text(d, "formula"));
            for (size_t k = 0; k < json_array_size(operands); k++)
                missing = missing ? missing : said(l, look_text(json_array_get(operands, k), "name"));
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
    look_holds(d, "text", "nl",
               (const char *const[]){"CUE = ((totale energie − brandstof − zonne-energie) × elektr", NULL});
    look_holds(d, "html", "fr",
               (const char *const[]){"CUE = ((énergie totale − combustible − énergie solaire) × f", NULL});
    json_decref(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nothing),
                                       cmocka_unit_test(test_future),
                                       cmocka_unit_test(test_scope),
                                       cmocka_unit_test(test_chain),
                                       cmocka_unit_test(test_year),
                                       cmocka_unit_test(test_escapes),
                                       cmocka_unit_test(test_explained_in_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
