/* SPDX-License-Identifier: GPL-3.0-or-later */
/* balance, balance_doubt: which meters count, each once, and meters of which not all can be right. */
#include "daemon/balance.h"
#include "daemon/balance_doubt.h"
#include "given_meters.h"
#include "near.h"

#include <string.h>

#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* rows say only what they are about */

#define E Q_ENERGY

/* Meters of which not all can be right: kWh, class 1 where none is said otherwise. */
static const struct disagreement {
    const char *name;
    double ipue, total; /* kWh; NAN: none */
    const char *reason, *doubt;
    struct given meter[GIVEN_METERS];
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
        size_t n = given_figures(d->meter, true, KPI_DAY, 1, r);
        const struct kpi_result *ipue = given_result(r, n, Q_K_IPUE), *total = given_result(r, n, Q_K_TOTAL_ENERGY);
        print_message("  %s: %g %s %s\n", d->name, ipue->value, ipue->reason,
                      given_window.n_doubts ? given_window.doubt[0] : "");
        near("ipue", ipue->value, d->ipue, 1e-9);
        near("total", total->value / 1e3, d->total, 1e-9);
        assert_true(!d->reason || strstr(ipue->reason, d->reason));
        assert_true(!d->reason ||
                    (isnan(given_result(r, n, Q_K_PPUE)->value) && isnan(given_result(r, n, Q_K_CUE)->value)));
        assert_true(d->doubt ? strstr(given_window.doubt[0], d->doubt) != NULL : !given_window.n_doubts);
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
        memset(&given_window, 0, sizeof given_window);
        balance_plan(meters, 2, given_window.ups_unmetered);
        meters[0].covered = left[i].old_covered;
        meters[1].covered = left[i].new_covered;
        balance_overlap(meters, 2, &given_window);
        print_message("  %s: %s\n", left[i].name, given_window.overlap);
        assert_int_equal(*given_window.overlap != 0, left[i].overlap);
    }
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_disagreements), cmocka_unit_test(test_left),
                                       cmocka_unit_test(test_outlets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
