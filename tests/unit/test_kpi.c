/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kpi, kpi_total, kpi_variant, balance, balance_doubt, uncertainty, meter_class, live_figures: meters to figures, or to
 * the reason why there is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/balance_doubt.h"
#include "daemon/kpi_variant.h"
#include "daemon/live_figures.h"
#include "daemon/meter_class.h"
#include "daemon/uncertainty.h"

#include <math.h>
#include <string.h>

#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* rows say only what they are about */

static void near(const char *name, double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance) && !(isnan(value) && isnan(wanted)))
        print_message("  %s: %.9g, wanted %.9g\n", name, value, wanted);
    assert_true(fabs(value - wanted) <= tolerance || (isnan(value) && isnan(wanted)));
}

static void test_uncertainty(void **state)
{
    (void)state;
    near("class 1", uncertainty_of_class(1), 0.00577, 5e-6);
    near("r 0", uncertainty_of_ratio(0.01, 0.01, 0), 0.01414, 5e-6);
    near("r 0.5", uncertainty_of_ratio(0.01, 0.01, 0.5), 0.01, 1e-9);
    near("r 1", uncertainty_of_ratio(0.01, 0.01, 1), 0, 1e-9);
    near("components", uncertainty_of_components(50, 100, 0.01, 0.01), 0.0071, 5e-5);
    near("4 meters", uncertainty_of_sum(0, 0.01, 4), 0.005, 1e-9);
    near("20 meters", uncertainty_of_sum(0, 0.01, 20), 0.00224, 5e-6);
    near("class 1 both, k = 2", 2 * uncertainty_of_ratio(uncertainty_of_class(1), uncertainty_of_class(1), 0), 0.0163,
         5e-5);
    /* two Pt100 of class B at 20 degC, 0.4 K each */
    near("a pair of sensors", uncertainty_of_pair(0.4), 0.33, 5e-3);
    near("of 6 K", uncertainty_of_pair(0.4) / 6, 0.054, 5e-4);
    near("of 11 K", uncertainty_of_pair(0.4) / 11, 0.030, 5e-4);
    static const double meters[][2] = {{3, 7.04}, {6, 5.04}, {10, 4.24}, {20, 3.64}};
    for (size_t i = 0; i < 4; i++)
        near("heat meter", meter_heat_limit("2", meters[i][0], 0.5), meters[i][1], 1e-9);
    near("flow error has a ceiling", meter_heat_limit("2", 3, 1e-3), 5 + 1.5 + 3.5, 1e-9);
    near("class 1", meter_heat_limit("1", 6, 0.5), 1.02 + 1.0 + 2.0, 1e-9);
    near("class 3", meter_heat_limit("3", 6, 0.5), 3.1 + 1.0 + 2.0, 1e-9);
    near("no volume, no difference: the least one", meter_heat_limit("2", NAN, 0.5), 7.04, 1e-9);
    near("a limit stated", meter_heat_limit("4%", NAN, 0.5), 4, 0);
    near("below what it is made for", meter_heat_limit("2", 2, 0.5), NAN, 0);
    near("a float at 1e8 Wh goes in steps of 8", uncertainty_of_step(nextafterf(1e8f, INFINITY) - 1e8f), 8 / sqrt(12),
         1e-9);
    near("a float at 1e6 kWh", nextafterf(1e6f, INFINITY) - 1e6f, 0.0625, 0);
    near("meter and transformer", uncertainty_rss(uncertainty_of_class(1), uncertainty_of_class(0.5)),
         uncertainty_of_class(sqrt(1.25)), 1e-12);
}

/* IEC 62053-22 and -21, EN 50470-3, IEC 61869-2: limits by the part of the rated current. */
static void test_classes(void **state)
{
    (void)state;
    static const struct {
        const char *class_;
        double load, limit;
    } meters[] = {
        {"0.2S", 1, 0.2},    {"0.2S", 0.05, 0.2}, {"0.2S", 0.049, 0.4}, {"0.2S", 0.01, 0.4}, {"0.2S", 0.009, 5},
        {"0.5S", 0.05, 0.5}, {"0.5S", 0.02, 1.0}, {"1", 0.10, 1},       {"1", 0.099, 1.5},   {"1", 0.05, 1.5},
        {"1", 0.04, 5},      {"2", 0.5, 2},       {"2", 0.07, 2.5},     {"A", 0.07, 2.5},    {"B", 0.07, 1.5},
        {"C", 0.03, 1},      {"A", NAN, 2},       {"0.5S", NAN, 0.5},   {"1%", 0.001, 1},    {"3", 0.07, 3.5},
        {NULL, 0.5, NAN},
    };
    static const struct {
        const char *class_;
        double load, limit;
    } transformers[] = {
        {"0.5", 1, 0.5},    {"0.5", 0.20, 0.75},  {"0.5", 0.05, 1.5},  {"0.5", 0.6, 0.625}, {"0.5", 0.04, 5},
        {"0.5S", 1.2, 0.5}, {"0.5S", 0.20, 0.5},  {"0.5S", 0.01, 1.5}, {"1", 1, 1},         {"1", 0.20, 1.5},
        {"1", 0.05, 3},     {"0.2S", 0.05, 0.35}, {"0.2", 0.20, 0.35}, {"0.5", NAN, 0.5},   {NULL, 1, NAN},
    };
    for (size_t i = 0; i < sizeof meters / sizeof meters[0]; i++)
        near(meters[i].class_, meter_class_limit(meters[i].class_, meters[i].load), meters[i].limit, 1e-12);
    for (size_t i = 0; i < sizeof transformers / sizeof transformers[0]; i++)
        near(transformers[i].class_, meter_transformer_limit(transformers[i].class_, transformers[i].load),
             transformers[i].limit, 1e-12);
    near("meter and transformer", meter_limit("0.5S", "0.5", 1), sqrt(0.5), 1e-12);
    near("at a twentieth", meter_limit("0.5S", "0.5", 0.05), hypot(0.5, 1.5), 1e-12);
    near("a transformer without a meter's class", meter_limit(NULL, "0.5", 1), NAN, 0);
}

struct given {
    const char *device, *feed;
    enum role role;
    int category;
    enum quantity quantity;
    double wh, accuracy;
    const char *same_as;
    double covered, missing; /* 0..1: of the window; of the time in which the others were read */
};

struct row {
    const char *name;
    bool complete;
    double ipue;        /* NAN: none */
    const char *reason; /* part of it */
    const char *ipue_name;
    double ppue;
    struct given meter[8]; /* ended by device NULL */
};

#define E Q_ENERGY

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

static const struct kpi_result *result(const struct kpi_result *all, size_t n, enum quantity id)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].id == id)
            return &all[i];
    fail_msg("%s is missing", quantity_row(id)->name);
    return NULL;
}

static struct kpi_window w; /* of the last figures() */

static size_t figures(const struct given *given, bool complete, enum kpi_span span, double covered,
                      struct kpi_result *results)
{
    struct balance_meter meters[8];
    double wh[8], missing[8];
    w = (struct kpi_window){.from_s = 0, .to_s = 86400, .covered = covered};
    struct kpi_scope scope = {.id = "room", .complete = complete, .electricity = 0.16749, .gas = 0.182};
    size_t n = 0;
    for (; n < 8 && given[n].device; n++)
        meters[n] = (struct balance_meter){.device = given[n].device,
                                           .part = "total",
                                           .feed = given[n].feed,
                                           .same_as = given[n].same_as,
                                           .role = given[n].role,
                                           .category = given[n].category,
                                           .quantity = given[n].quantity,
                                           .share = 1,
                                           .covered = given[n].covered,
                                           .accuracy = given[n].accuracy};
    balance_plan(meters, n, w.ups_unmetered);
    balance_overlap(meters, n, &w);
    for (size_t i = 0; i < n; i++) {
        wh[i] = given[i].wh;
        missing[i] = given[i].missing;
        balance_add(&w.paired, &meters[i], given[i].wh, 0);
        balance_add(&w.whole, &meters[i], given[i].wh, 0);
    }
    balance_doubt(meters, wh, missing, n, &w);
    balance_inputs(meters, n, w.inputs, sizeof w.inputs);
    balance_assumed(meters, n, &w);
    return kpi_of_window(&scope, &w, span, results);
}

static void test_rows(void **state)
{
    (void)state;
    struct kpi_result r[KPI_RESULTS];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = figures(rows[i].meter, rows[i].complete, KPI_DAY, 1, r);
        const struct kpi_result *ipue = result(r, n, Q_K_IPUE), *ppue = result(r, n, Q_K_PPUE);
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
                result(r, n, (enum quantity)id);
    }
}

/* Meters of which not all can be right: kWh, class 1 where none is said otherwise. */
static const struct disagreement {
    const char *name;
    double ipue, total; /* kWh; NAN: none */
    const char *reason, *doubt;
    struct given meter[8];
} disagreements[] = {
    {"two grid meters, one feed",
     NAN,
     NAN,
     "main and own are both at the grid: one connection (same-as), or two (feed)?",
     NULL,
     {{"main", NULL, ROLE_GRID, 0, E, 1500e3, 1},
      {"own", NULL, ROLE_GRID, 0, E, 1500e3, 1},
      {"pdu", NULL, ROLE_IT, 2, E, 1000e3, 1}}},
    {"two grid meters, two feeds",
     1.5,
     1500,
     NULL,
     NULL,
     {{"main", "A", ROLE_GRID, 0, E, 800e3, 1},
      {"own", "B", ROLE_GRID, 0, E, 700e3, 1},
      {"pdu", NULL, ROLE_IT, 2, E, 1000e3, 1}}},
    {"the better class counts; they agree",
     1.5,
     1500,
     NULL,
     NULL,
     {{"own", NULL, ROLE_GRID, 0, E, 1510e3, 1, "utility"},
      {"utility", NULL, ROLE_GRID, 0, E, 1500e3, 0.5},
      {"pdu", NULL, ROLE_IT, 2, E, 1000e3, 1}}},
    {"the better class counts, though it names the other",
     1.5,
     1500,
     NULL,
     NULL,
     {{"own", NULL, ROLE_GRID, 0, E, 1510e3, 1},
      {"utility", NULL, ROLE_GRID, 0, E, 1500e3, 0.5, "own"},
      {"pdu", NULL, ROLE_IT, 2, E, 1000e3, 1}}},
    {"they differ by more than their uncertainty",
     1.5,
     1500,
     NULL,
     "own and utility measure the same and differ by 60.0 kWh (uncertainty 20.0 kWh): utility counts, the better class",
     {{"own", NULL, ROLE_GRID, 0, E, 1560e3, 1, "utility"},
      {"utility", NULL, ROLE_GRID, 0, E, 1500e3, 0.5},
      {"pdu", NULL, ROLE_IT, 2, E, 1000e3, 1}}},
    {"the other was not read for so long: no doubt",
     1.5,
     1500,
     NULL,
     NULL,
     {{"own", NULL, ROLE_GRID, 0, E, 1000e3, 1, "utility", 0, 0.4},
      {"utility", NULL, ROLE_GRID, 0, E, 1500e3, 0.5},
      {"pdu", NULL, ROLE_IT, 2, E, 1000e3, 1}}},
    {"the utility's is not imported yet: the own one counts",
     1.56,
     1560,
     NULL,
     NULL,
     {{"own", NULL, ROLE_GRID, 0, E, 1560e3, 1, "utility", 1},
      {"utility", NULL, ROLE_GRID, 0, E, 0, 0.5, NULL, 0, 1},
      {"pdu", NULL, ROLE_IT, 2, E, 1000e3, 1, NULL, 1}}},
    {"three at one place: one counts",
     1.5,
     1500,
     NULL,
     NULL,
     {{"a", NULL, ROLE_GRID, 0, E, 1500e3, 1},
      {"b", NULL, ROLE_GRID, 0, E, 1500e3, 0.5, "a"},
      {"c", NULL, ROLE_GRID, 0, E, 1500e3, 1, "a"},
      {"pdu", NULL, ROLE_IT, 2, E, 1000e3, 1}}},
    {"a meter beside the UPS's own",
     NAN,
     NAN,
     "ups and meter both measure the UPS: say that they are the same (same-as)",
     NULL,
     {{"ups", NULL, ROLE_UPS_IN, 0, E, 1100e3, 1},
      {"ups", NULL, ROLE_UPS_OUT, 1, E, 1020e3, 1},
      {"meter", NULL, ROLE_UPS_IN, 0, E, 1100e3, 1},
      {"pdu", NULL, ROLE_IT, 2, E, 1000e3, 1}}},
    {"two UPSs stand side by side",
     2200.0 / 2000,
     2200,
     NULL,
     NULL,
     {{"ups-a", NULL, ROLE_UPS_IN, 0, E, 1100e3, 1},
      {"ups-a", NULL, ROLE_UPS_OUT, 1, E, 1020e3, 1},
      {"ups-b", NULL, ROLE_UPS_IN, 0, E, 1100e3, 1},
      {"ups-b", NULL, ROLE_UPS_OUT, 1, E, 1020e3, 1},
      {"pdu", NULL, ROLE_IT, 2, E, 2000e3, 1}}},
    {"more behind the grid than went through it",
     NAN,
     NAN,
     "boundary: pdu, ac show 100.0 kWh more than grid before them (uncertainty 18.4 kWh): wrong, or counted twice",
     "pdu, ac show 100.0 kWh more than grid",
     {{"grid", NULL, ROLE_GRID, 0, E, 1200e3, 1},
      {"pdu", NULL, ROLE_IT, 2, E, 1000e3, 1},
      {"ac", NULL, ROLE_COOLING, 0, E, 300e3, 1}}},
    {"a little more is what meters do",
     1.2,
     1200,
     NULL,
     NULL,
     {{"grid", NULL, ROLE_GRID, 0, E, 1200e3, 1},
      {"pdu", NULL, ROLE_IT, 2, E, 1000e3, 1},
      {"ac", NULL, ROLE_COOLING, 0, E, 210e3, 1}}},
    {"a class that is not stated is taken to be poor",
     1.2,
     1200,
     NULL,
     NULL,
     {{"grid", NULL, ROLE_GRID, 0, E, 1200e3, NAN},
      {"pdu", NULL, ROLE_IT, 2, E, 1000e3, NAN},
      {"ac", NULL, ROLE_COOLING, 0, E, 250e3, NAN}}},
    {"a PDU and a meter before it both count as IT",
     NAN,
     NAN,
     "boundary: meter, pdu show 980.0 kWh more than ups before them (uncertainty 20.1 kWh): wrong, or counted twice",
     "meter, pdu show",
     {{"grid", NULL, ROLE_GRID, 0, E, 3000e3, 1},
      {"ups", NULL, ROLE_UPS_IN, 0, E, 1100e3, 1},
      {"ups", NULL, ROLE_UPS_OUT, 1, E, 1020e3, 1},
      {"meter", NULL, ROLE_IT, 2, E, 1000e3, 1},
      {"pdu", NULL, ROLE_IT, 2, E, 1000e3, 1}}},
    {"feed A's PDU shows more than feed A's UPS; feed B hides it in the sum",
     NAN,
     NAN,
     "boundary: pdu-a show 200.0 kWh more than ups-a before them",
     "pdu-a show",
     {{"ups-a", "a", ROLE_UPS_IN, 0, E, 900e3, 1},
      {"ups-a", "a", ROLE_UPS_OUT, 1, E, 800e3, 1},
      {"ups-b", "b", ROLE_UPS_IN, 0, E, 1900e3, 1},
      {"ups-b", "b", ROLE_UPS_OUT, 1, E, 1800e3, 1},
      {"pdu-a", "a", ROLE_IT, 2, E, 1000e3, 1},
      {"pdu-b", "b", ROLE_IT, 2, E, 1000e3, 1}}},
    {"a UPS that gives more than it takes, with a meter at the grid: told beside the figure",
     1.5,
     1500,
     NULL,
     "ups show 100.0 kWh more than ups before them",
     {{"grid", NULL, ROLE_GRID, 0, E, 1500e3, 1},
      {"ups", NULL, ROLE_UPS_IN, 0, E, 1100e3, 1},
      {"ups", NULL, ROLE_UPS_OUT, 1, E, 1200e3, 1},
      {"pdu", NULL, ROLE_IT, 2, E, 1000e3, 1}}},
    {"the UPS was not read while the PDU was: no doubt",
     1.5,
     1500,
     NULL,
     NULL,
     {{"grid", NULL, ROLE_GRID, 0, E, 1500e3, 1},
      {"ups", NULL, ROLE_UPS_OUT, 1, E, 500e3, 1, NULL, 0, 0.5},
      {"pdu", NULL, ROLE_IT, 2, E, 1000e3, 1}}},
};

static void test_disagreements(void **state)
{
    (void)state;
    struct kpi_result r[KPI_RESULTS];
    for (size_t i = 0; i < sizeof disagreements / sizeof disagreements[0]; i++) {
        const struct disagreement *d = &disagreements[i];
        size_t n = figures(d->meter, true, KPI_DAY, 1, r);
        const struct kpi_result *ipue = result(r, n, Q_K_IPUE), *total = result(r, n, Q_K_TOTAL_ENERGY);
        print_message("  %s: %g %s %s\n", d->name, ipue->value, ipue->reason, w.n_doubts ? w.doubt[0] : "");
        near("ipue", ipue->value, d->ipue, 1e-9);
        near("total", total->value / 1e3, d->total, 1e-9);
        assert_true(!d->reason || strstr(ipue->reason, d->reason));
        assert_true(!d->reason || (isnan(result(r, n, Q_K_PPUE)->value) && isnan(result(r, n, Q_K_CUE)->value)));
        assert_true(d->doubt ? strstr(w.doubt[0], d->doubt) != NULL : !w.n_doubts);
        assert_true(!d->doubt || d->reason || (strstr(ipue->warnings, d->doubt) && strstr(total->warnings, d->doubt)));
        for (size_t k = 0; k < n; k++)
            assert_true(!isnan(r[k].value) || *r[k].reason);
    }
}

/* A meter that was replaced in the window leaves its place to the next; one that only moved its end does not. */
static void test_left(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double old_covered, new_covered;
        bool left, overlap;
    } left[] = {{"replaced half way", 0.5, 0.5, true, false},
                {"both in service, one not read yet", 1, 0, false, true},
                {"gone now, but both were read for half of it", 1, 0.5, true, true}};
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        struct balance_meter meters[] = {
            {.device = "old", .part = "total", .role = ROLE_GRID, .quantity = E, .share = 1, .left = left[i].left},
            {.device = "new", .part = "total", .role = ROLE_GRID, .quantity = E, .share = 1}};
        memset(&w, 0, sizeof w);
        balance_plan(meters, 2, w.ups_unmetered);
        meters[0].covered = left[i].old_covered;
        meters[1].covered = left[i].new_covered;
        balance_overlap(meters, 2, &w);
        print_message("  %s: %s\n", left[i].name, w.overlap);
        assert_int_equal(*w.overlap != 0, left[i].overlap);
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
    size_t n = figures(given, true, KPI_DAY, 1, r);
    near("iPUE", result(r, n, Q_K_IPUE)->value, 1.5, 1e-9);
    near("U", result(r, n, Q_K_IPUE)->uncertainty, 1.5 * 0.01633, 1e-5);
    near("ERF", result(r, n, Q_K_ERF)->value, 0.2, 1e-9);
    near("ERE", result(r, n, Q_K_ERE)->value, 1.2, 1e-9);
    near("CER", result(r, n, Q_K_CER)->value, 4, 1e-9);
    near("CUE", result(r, n, Q_K_CUE)->value, 0.251, 5e-4);
    near("WUE", result(r, n, Q_K_WUE)->value, 1.8, 1e-9);
    near("DCiE", result(r, n, Q_K_DCIE)->value, 100 / 1.5, 1e-9);
    near("IT", result(r, n, Q_K_IT_ENERGY)->value, 1000, 0);
    near("total", result(r, n, Q_K_TOTAL_ENERGY)->value, 1500, 0);
    assert_non_null(strstr(result(r, n, Q_K_IPUE)->inputs, "grid grid/total; it pdu/total"));
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
    size_t n = figures(apart, true, KPI_DAY, 1, r);
    near("components", result(r, n, Q_K_IPUE)->uncertainty, 2 * 0.00707, 2e-5);
    n = figures(whole, true, KPI_DAY, 1, r);
    near("quotient", result(r, n, Q_K_IPUE)->uncertainty, 2 * 1.5 * 0.01414, 2e-5);
    n = figures(unknown, true, KPI_DAY, 1, r);
    assert_true(isnan(result(r, n, Q_K_IPUE)->uncertainty));
    near("value", result(r, n, Q_K_IPUE)->value, 1.5, 1e-9);
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
        size_t n = figures(both[i], true, KPI_DAY, 1, r);
        memset(&w.paired, 0, sizeof w.paired);
        balance_plan(meters, i ? 2 : 3, w.ups_unmetered);
        balance_add(&w.paired, &meters[0], 34.64, 0);
        balance_add(&w.paired, &meters[1], 262.8, 0);
        if (!i)
            balance_add(&w.paired, &meters[2], 455.12, 0);
        const struct kpi_result *ipue = result(r, n, Q_K_IPUE);
        near("with the heat pump", ipue->value, 1.7318, 6e-5);
        near("without", kpi_variant_without_heat_pump(&w, ipue), 1.6, 6e-5);
        memset(&w.paired.role[ROLE_HEAT_PUMP], 0, sizeof w.paired.role[0]);
        memset(&w.paired.direct[ROLE_HEAT_PUMP], 0, sizeof w.paired.direct[0]);
        near("none metered", kpi_variant_without_heat_pump(&w, ipue), NAN, 0);
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
        assert_int_equal(figures(rows[0].meter, true, KPI_TWELVE_MONTHS, years[i].covered, r), 1);
        assert_int_equal(r[0].id, Q_K_PUE);
        near("PUE", r[0].value, years[i].value, 1e-9);
        assert_string_equal(r[0].name, years[i].name);
        assert_true(!*years[i].warning || strstr(r[0].warnings, years[i].warning));
        assert_true(!isnan(r[0].value) || *r[0].reason);
    }
    assert_int_equal(figures(rows[0].meter, true, KPI_MONTH, 1, r), 1);
    assert_int_equal(r[0].id, Q_K_IPUE);
}

static void test_outlets(void **state)
{
    (void)state;
    char ups[80];
    struct balance_meter m[] = {
        {.device = "a", .part = "total", .role = ROLE_IT, .category = 2, .quantity = E, .share = 1},
        {.device = "a", .part = "outlet-01", .role = ROLE_IT, .category = 3, .quantity = E, .share = 1},
        {.device = "a", .part = "outlet-02", .role = ROLE_IT, .category = 3, .quantity = E, .share = 1},
        {.device = "b", .part = "total", .role = ROLE_IT, .category = 2, .quantity = E, .share = 0.5},
    };
    balance_plan(m, 4, ups);
    assert_true(m[0].used && !m[1].used && !m[2].used && m[3].used);
    balance_plan(m, 3, ups);
    assert_true(!m[0].used && m[1].used && m[2].used);
    struct kpi_energies e = {0};
    balance_plan(m, 4, ups);
    for (int i = 0; i < 4; i++)
        balance_add(&e, &m[i], 100, 0);
    near("share", e.role[ROLE_IT].wh, 150, 0);
}

static struct live_meter live(const char *device, enum role role, int category, double power)
{
    return (struct live_meter){{.device = device,
                                .part = "total",
                                .role = role,
                                .category = category,
                                .quantity = E,
                                .share = 1,
                                .accuracy = NAN},
                               power};
}

static void test_live(void **state)
{
    (void)state;
    struct live_ring ring = {0};
    struct heat_config heat = {.architecture = HA_CAC, .sink_supply = 50, .efficiency = 0.45};
    struct live_meter meters[] = {live("grid", ROLE_GRID, 0, 16000), live("pdu", ROLE_IT, 2, 10000)};
    struct live_room room = {.scope = {.id = "room", .complete = true},
                             .heat = &heat,
                             .meters = meters,
                             .n = 2,
                             .input = {NAN, NAN, NAN, NAN, NAN, NAN, NAN}};
    struct kpi_result r[LIVE_RESULTS];
    struct live_part parts[2];
    int64_t s = 0;
    for (; s <= 600; s += 10) {
        meters[0].power = s < 300 ? 16000 : 30000;
        meters[1].power = s < 300 ? 10000 : 25000;
        assert_int_equal(live_figures_room(&ring, &room, s * 1000000, s, r, &parts[0]), LIVE_RESULTS);
    }
    /* 290 s at 16/10 kW, 10 s between, 300 s at 30/25 kW */
    near("ratio of sums, not mean of ratios", r[0].value, 13870.0 / 10575, 1e-9);
    near("coverage", r[0].coverage, 600.0 / 900, 1e-9);
    near("IT", r[1].value, 25000, 0);
    near("heat", r[2].value, 25000 * 0.92 * 0.95, 1e-6);
    assert_int_equal(r[1].category, 2);
    meters[1].power = NAN; /* silent: no IT power, and its time is not covered */
    live_figures_room(&ring, &room, s * 1000000, s, r, &parts[0]);
    assert_true(isnan(r[1].value));
    assert_string_equal(r[1].reason, "nothing from pdu now");
    near("coverage", r[0].coverage, 600.0 / 900, 1e-9);
    live_figures_room(&ring, &room, (s + 3600) * 1000000, s + 3600, r, &parts[0]);
    assert_true(isnan(r[0].value) && *r[0].reason);
    meters[1].power = 5000;
    live_figures_room(&ring, &room, (s + 3600) * 1000000, s + 3600, r, &parts[0]);
    parts[1] = parts[0];
    parts[1].id = "other";
    const struct live_part *const both[] = {&parts[0], &parts[1]};
    assert_int_equal(live_figures_sum("site", both, 2, s, r), LIVE_RESULTS);
    near("site", r[1].value, 10000, 0);
    near("site's COP", r[4].value, parts[0].delivered / parts[0].electric, 1e-9);
    for (int i = 0; i < LIVE_RESULTS; i++)
        assert_true(!isnan(r[i].value) || *r[i].reason);
    /* a room whose IT has not been read yet is missing, and not nought */
    room.n = 0;
    room.it_missing = true;
    room.scope.missing = "pdu-2";
    live_figures_room(&ring, &room, (s + 3610) * 1000000, s + 3610, r, &parts[1]);
    live_figures_sum("both", both, 2, s, r);
    assert_true(isnan(r[1].value));
    assert_string_equal(r[1].scope, "both");
    assert_string_equal(r[1].reason, "room: no reading yet from pdu-2");
}

/* Two meters at one grid: no ratio until the site says which; then the one that is read, when the better is silent. */
static void test_live_same(void **state)
{
    (void)state;
    struct heat_config heat = {.architecture = HA_NONE, .sink_supply = NAN, .efficiency = 0.45};
    struct live_meter meters[] = {live("main", ROLE_GRID, 0, 16000), live("own", ROLE_GRID, 0, 17000),
                                  live("pdu", ROLE_IT, 2, 10000)};
    struct live_room room = {.scope = {.id = "room", .complete = true},
                             .heat = &heat,
                             .meters = meters,
                             .n = 3,
                             .input = {NAN, NAN, NAN, NAN, NAN, NAN, NAN}};
    static const struct {
        const char *same_as;
        double own_accuracy, main_power, ratio;
        const char *reason;
    } said[] = {{NULL, 1, 16000, NAN, "main and own are both at the grid"},
                {"main", 1, 16000, 1.6, ""},
                {"main", 0.2, 16000, 1.7, ""},
                {"main", 1, NAN, 1.7, ""}};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        struct live_ring ring = {0};
        struct kpi_result r[LIVE_RESULTS];
        struct live_part part;
        meters[0].power = said[i].main_power;
        meters[0].meter.accuracy = 0.5;
        meters[1].meter.accuracy = said[i].own_accuracy;
        meters[1].meter.same_as = said[i].same_as;
        for (int64_t s = 0; s <= 60; s += 10)
            live_figures_room(&ring, &room, s * 1000000, s, r, &part);
        near("ratio", r[0].value, said[i].ratio, 1e-9);
        assert_int_equal(strncmp(r[0].reason, said[i].reason, strlen(said[i].reason)), 0);
        near("IT stands by itself", r[1].value, 10000, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disagreements), cmocka_unit_test(test_left),
        cmocka_unit_test(test_live_same),     cmocka_unit_test(test_classes),
        cmocka_unit_test(test_uncertainty),   cmocka_unit_test(test_rows),
        cmocka_unit_test(test_sisters),       cmocka_unit_test(test_component_uncertainty),
        cmocka_unit_test(test_year),          cmocka_unit_test(test_heat_pump),
        cmocka_unit_test(test_outlets),       cmocka_unit_test(test_live),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
