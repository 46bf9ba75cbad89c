/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kpi, kpi_total, kpi_variant: meters to figures, or to the reason why there is none. */
#include "daemon/balance.h"
#include "daemon/kpi_variant.h"
#include "given_meters.h"
#include "near.h"

#include <string.h>

#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* rows say only what they are about */

#define E Q_ENERGY

struct row {
    const char *name;
    bool complete;
    double ipue;        /* NAN: none */
    const char *reason; /* part of it */
    const char *ipue_name;
    double ppue;
    struct given meter[GIVEN_METERS]; /* ended by device NULL */
};

static const struct row rows[] = {
    {"hours 60/30 and 130/100: the ratio of sums",
     true,
     190.0 / 130,
     NULL,
     "iPUE2",
     190.0 / 130,
     {{"grid", NULL, ROLE_GRID, 0, E, 190}, {"pdu", NULL, ROLE_IT, 2, E, 130}}},
    {"not stated complete",
     false,
     NAN,
     "boundary: {complete: yes}",
     "iPUE",
     1.5,
     {{"grid", NULL, ROLE_GRID, 0, E, 1500}, {"pdu", NULL, ROLE_IT, 2, E, 1000}}},
    {"below 1",
     true,
     NAN,
     "boundary:",
     "iPUE",
     NAN,
     {{"grid", NULL, ROLE_GRID, 0, E, 900}, {"pdu", NULL, ROLE_IT, 2, E, 1000}}},
    {"lowest category wins",
     true,
     1.5,
     NULL,
     "iPUE2",
     1.5,
     {{"grid", NULL, ROLE_GRID, 0, E, 1500}, {"pdu", NULL, ROLE_IT, 2, E, 600}, {"smart", NULL, ROLE_IT, 3, E, 400}}},
    {"UPS output is category 1",
     true,
     1.25,
     NULL,
     "iPUE1",
     1.25,
     {{"grid", NULL, ROLE_GRID, 0, E, 1250}, {"ups", NULL, ROLE_UPS_OUT, 1, E, 1000}}},
    {"UPS output less the cooling on it",
     true,
     1250.0 / 900,
     NULL,
     "iPUE1",
     1250.0 / 900,
     {{"grid", NULL, ROLE_GRID, 0, E, 1250},
      {"ups", "a", ROLE_UPS_OUT, 1, E, 1000},
      {"crac", "a", ROLE_COOLING, 0, E, 100}}},
    {"only the UPS input",
     true,
     NAN,
     "IT measured before the UPS",
     "iPUE",
     NAN,
     {{"grid", NULL, ROLE_GRID, 0, E, 1250}, {"ups", NULL, ROLE_UPS_IN, 0, E, 1000}}},
    {"no grid: UPS input, IT behind it once, cooling",
     true,
     1.4,
     NULL,
     "iPUE2",
     1.4,
     {{"ups", NULL, ROLE_UPS_IN, 0, E, 1100},
      {"ups", NULL, ROLE_UPS_OUT, 1, E, 1020},
      {"pdu", NULL, ROLE_IT, 2, E, 1000},
      {"ac", NULL, ROLE_COOLING, 0, E, 300}}},
    {"feed B is not behind the UPS of feed A",
     true,
     2300.0 / 2000,
     NULL,
     "iPUE2",
     2300.0 / 2000,
     {{"ups", "a", ROLE_UPS_IN, 0, E, 1100},
      {"pdu-a", "a", ROLE_IT, 2, E, 1000},
      {"pdu-b", "b", ROLE_IT, 2, E, 1000},
      {"ac", NULL, ROLE_COOLING, 0, E, 200}}},
    {"a UPS without a meter before it",
     true,
     NAN,
     "input of UPS ups",
     "iPUE",
     1.3,
     {{"ups", NULL, ROLE_UPS_OUT, 1, E, 1020},
      {"pdu", NULL, ROLE_IT, 2, E, 1000},
      {"ac", NULL, ROLE_COOLING, 0, E, 300}}},
    {"solar is in, export is out",
     true,
     1.5,
     NULL,
     "iPUE2",
     1.5,
     {{"grid", NULL, ROLE_GRID, 0, E, 1200},
      {"grid", NULL, ROLE_GRID, 0, Q_ENERGY_EXPORT, 100},
      {"pv", NULL, ROLE_SOLAR, 0, E, 400},
      {"pdu", NULL, ROLE_IT, 2, E, 1000}}},
    {"not of the room",
     true,
     1.5,
     NULL,
     "iPUE2",
     1.5,
     {{"grid", NULL, ROLE_GRID, 0, E, 2000},
      {"office", NULL, ROLE_NOT_ROOM, 0, E, 500},
      {"pdu", NULL, ROLE_IT, 2, E, 1000}}},
    {"chilled water counts as the electricity it took",
     true,
     1.31,
     NULL,
     "iPUE2",
     1.31,
     {{"grid", NULL, ROLE_GRID, 0, E, 1000},
      {"cw", NULL, ROLE_COOLING_IMPORT, 0, Q_COOLING_ENERGY, 1000},
      {"pdu", NULL, ROLE_IT, 2, E, 1000}}},
    {"nothing but IT", true, NAN, "nothing but IT", "iPUE", NAN, {{"pdu", NULL, ROLE_IT, 2, E, 1000}}},
    {"no IT", true, NAN, "no meter of IT", "iPUE", NAN, {{"grid", NULL, ROLE_GRID, 0, E, 1000}}},
};

static void test_rows(void **state)
{
    (void)state;
    struct kpi_result r[KPI_RESULTS];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = given_figures(rows[i].meter, rows[i].complete, KPI_DAY, 1, r);
        const struct kpi_result *ipue = given_result(r, n, Q_K_IPUE), *ppue = given_result(r, n, Q_K_PPUE);
        print_message("  %s: %s %g %s\n", rows[i].name, ipue->name, ipue->value, ipue->reason);
        near("ipue", ipue->value, rows[i].ipue, 1e-9);
        near("ppue", ppue->value, rows[i].ppue, 1e-9);
        assert_string_equal(ipue->name, rows[i].ipue_name);
        if (rows[i].reason)
            assert_non_null(strstr(ipue->reason, rows[i].reason));
        for (size_t k = 0; k < n; k++) /* no number but a reason */
            assert_true(!isnan(r[k].value) || *r[k].reason);
        for (int id = Q_K_IPUE; id <= Q_K_WUE; id++)
            if (id != Q_K_PUE)
                given_result(r, n, (enum quantity)id);
    }
}

/* E_DC 1500, E_IT 1000, E_reuse 300: PUE 1.5, ERF 0.2, ERE 1.2. */
static void test_sisters(void **state)
{
    (void)state;
    static const struct given given[] = {{"grid", NULL, ROLE_GRID, 0, E, 1500, 1},
                                         {"pdu", NULL, ROLE_IT, 2, E, 1000, 1},
                                         {"heat", NULL, ROLE_HEAT_OUT, 0, Q_HEAT_ENERGY, 300, 2},
                                         {"ac", NULL, ROLE_COOLING, 0, E, 250, 1},
                                         {"ac", NULL, ROLE_COOLING, 0, Q_COOLING_ENERGY, 1000, 2},
                                         {"water", NULL, ROLE_WATER, 0, Q_VOLUME, 0.0018, 2},
                                         {0}};
    struct kpi_result r[KPI_RESULTS];
    size_t n = given_figures(given, true, KPI_DAY, 1, r);
    near("iPUE", given_result(r, n, Q_K_IPUE)->value, 1.5, 1e-9);
    near("U", given_result(r, n, Q_K_IPUE)->uncertainty, 1.5 * 0.01633, 1e-5);
    near("ERF", given_result(r, n, Q_K_ERF)->value, 0.2, 1e-9);
    near("ERE", given_result(r, n, Q_K_ERE)->value, 1.2, 1e-9);
    near("CER", given_result(r, n, Q_K_CER)->value, 4, 1e-9);
    near("CUE", given_result(r, n, Q_K_CUE)->value, 0.251, 5e-4);
    near("WUE", given_result(r, n, Q_K_WUE)->value, 1.8, 1e-9);
    near("DCiE", given_result(r, n, Q_K_DCIE)->value, 100 / 1.5, 1e-9);
    near("IT", given_result(r, n, Q_K_IT_ENERGY)->value, 1000, 0);
    near("total", given_result(r, n, Q_K_TOTAL_ENERGY)->value, 1500, 0);
    assert_non_null(strstr(given_result(r, n, Q_K_IPUE)->inputs, "grid grid/total; it pdu/total"));
}

/* The overhead metered by itself: C 50, IT 100 at 1 %. */
static void test_component_uncertainty(void **state)
{
    (void)state;
    double a = sqrt(3); /* limit of error that gives u = 1 % */
    const struct given apart[] = {{"pdu", NULL, ROLE_IT, 2, E, 100, a}, {"ac", NULL, ROLE_COOLING, 0, E, 50, a}, {0}};
    const struct given whole[] = {{"grid", NULL, ROLE_GRID, 0, E, 150, a}, {"pdu", NULL, ROLE_IT, 2, E, 100, a}, {0}};
    const struct given unknown[] = {
        {"grid", NULL, ROLE_GRID, 0, E, 150, NAN}, {"pdu", NULL, ROLE_IT, 2, E, 100, a}, {0}};
    struct kpi_result r[KPI_RESULTS];
    size_t n = given_figures(apart, true, KPI_DAY, 1, r);
    near("components", given_result(r, n, Q_K_IPUE)->uncertainty, 2 * 0.00707, 2e-5);
    n = given_figures(whole, true, KPI_DAY, 1, r);
    near("quotient", given_result(r, n, Q_K_IPUE)->uncertainty, 2 * 1.5 * 0.01414, 2e-5);
    n = given_figures(unknown, true, KPI_DAY, 1, r);
    assert_true(isnan(given_result(r, n, Q_K_IPUE)->uncertainty));
    near("value", given_result(r, n, Q_K_IPUE)->value, 1.5, 1e-9);
}

/* E2E of heat: 262.8 MWh of IT, 420.48 MWh in all, 34.64 MWh of it a heat pump: 1.7318 with it, 1.6 without. */
static void test_heat_pump(void **state)
{
    (void)state;
    static const struct given grid[] = {{"grid", NULL, ROLE_GRID, 0, E, 455.12},
                                        {"pdu", NULL, ROLE_IT, 2, E, 262.8},
                                        {"hp", NULL, ROLE_HEAT_PUMP, 0, E, 34.64},
                                        {0}},
                              parts[] = {{"ac", NULL, ROLE_COOLING, 0, E, 157.68},
                                         {"pdu", NULL, ROLE_IT, 2, E, 262.8},
                                         {"hp", NULL, ROLE_HEAT_PUMP, 0, E, 34.64},
                                         {0}};
    const struct given *both[] = {grid, parts};
    for (int i = 0; i < 2; i++) {
        struct kpi_result r[KPI_RESULTS];
        struct balance_meter m = {.device = "hp", .role = ROLE_HEAT_PUMP, .quantity = E, .share = 1},
                             it = {.device = "pdu", .role = ROLE_IT, .category = 2, .quantity = E, .share = 1},
                             top = {.device = "grid", .role = ROLE_GRID, .quantity = E, .share = 1};
        struct balance_meter meters[] = {m, it, top};
        size_t n = given_figures(both[i], true, KPI_DAY, 1, r);
        memset(&given_window.paired, 0, sizeof given_window.paired);
        balance_plan(meters, i ? 2 : 3, given_window.ups_unmetered);
        balance_add(&given_window.paired, &meters[0], 34.64, 0);
        balance_add(&given_window.paired, &meters[1], 262.8, 0);
        if (!i)
            balance_add(&given_window.paired, &meters[2], 455.12, 0);
        const struct kpi_result *ipue = given_result(r, n, Q_K_IPUE);
        near("with the heat pump", ipue->value, 1.7318, 6e-5);
        near("without", kpi_variant_without_heat_pump(&given_window, ipue), 1.6, 6e-5);
        memset(&given_window.paired.role[ROLE_HEAT_PUMP], 0, sizeof given_window.paired.role[0]);
        memset(&given_window.paired.direct[ROLE_HEAT_PUMP], 0, sizeof given_window.paired.direct[0]);
        near("none metered", kpi_variant_without_heat_pump(&given_window, ipue), NAN, 0);
    }
}

static void test_year(void **state)
{
    (void)state;
    struct kpi_result r[KPI_RESULTS];
    static const struct {
        double covered, value;
        const char *name, *warning;
    } years[] = {{1, 190.0 / 130, "PUE2", ""},
                 {0.95, 190.0 / 130, "iPUE2", "provisional"},
                 {0.4, NAN, "iPUE2", ""},
                 {0, NAN, "iPUE2", ""}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(given_figures(rows[0].meter, true, KPI_TWELVE_MONTHS, years[i].covered, r), 1);
        assert_int_equal(r[0].id, Q_K_PUE);
        near("PUE", r[0].value, years[i].value, 1e-9);
        assert_string_equal(r[0].name, years[i].name);
        assert_true(!*years[i].warning || strstr(r[0].warnings, years[i].warning));
        assert_true(!isnan(r[0].value) || *r[0].reason);
    }
    assert_int_equal(given_figures(rows[0].meter, true, KPI_MONTH, 1, r), 1);
    assert_int_equal(r[0].id, Q_K_IPUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_sisters),
                                       cmocka_unit_test(test_component_uncertainty), cmocka_unit_test(test_year),
                                       cmocka_unit_test(test_heat_pump)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
