/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figures, figures_site, pairing: from polls through the ledger to the KPIs of rooms and the site. */
#include "figures_rig.h"
#include "near.h"

#include <stdlib.h>
#include <string.h>

static const struct kpi_result *find(const struct kpi_result *all, size_t n, const char *scope, enum quantity id,
                                     int nth)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].id == id && !strcmp(all[i].scope, scope) && !nth--)
            return &all[i];
    fail_msg("%s/kpi/%s is missing", scope, quantity_row(id)->name);
    return NULL;
}

/* Two hours of 60/30 and 130/100 kWh; in the third, when the ratio is another, the meter of the grid is silent. */
static void test_pairwise(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct kpi_result *r;
    size_t n;
    rig_meter(rig, 1, "grid", 0, ROLE_GRID, 0);
    rig_meter(rig, 2, "pdu", 0, ROLE_IT, 2);
    double grid = 0, it = 0;
    for (int64_t s = 0; s <= 3 * 3600; s += 60) {
        if (s)
            grid += s <= 3600   ? 1000
                    : s <= 7200 ? 2166.6666666666667
                                : 9000,
                it += s <= 3600   ? 500
                      : s <= 7200 ? 1666.6666666666667
                                  : 100;
        if (s <= 7200 || s == 3 * 3600)
            rig_poll(rig, s, 1, grid);
        rig_poll(rig, s, 2, it);
    }
    assert_int_equal(figures_run(rig->ledger, &rig->config, RIG_T0 + 3 * 3600, &r, &n), 0);
    const struct kpi_result *ipue = find(r, n, "stad", Q_K_IPUE, 0);
    NEAR(ipue->value, 190.0 / 130, 1e-6);
    NEAR(ipue->coverage, 7200.0 / 86400, 1e-4);
    assert_non_null(strstr(ipue->warnings, "provisional"));
    assert_string_equal(ipue->name, "iPUE2");
    NEAR(find(r, n, "stad", Q_K_IT_ENERGY, 0)->value, it, 0.01);
    NEAR(find(r, n, "stad", Q_K_TOTAL_ENERGY, 0)->value, grid, 0.01); /* what the counter knows of the gap too */
    const struct kpi_result *month = find(r, n, "stad", Q_K_IPUE, 1);
    assert_ptr_equal(month, ipue + 1);
    NEAR(month->value, 190.0 / 130, 1e-6);
    assert_int_equal(month->from_s, RIG_T0);
    NEAR(month->coverage, 2.0 / 3, 1e-4);
    assert_true(isnan(find(r, n, "stad", Q_K_PUE, 0)->value) && *find(r, n, "stad", Q_K_PUE, 0)->reason);
    NEAR(find(r, n, "site", Q_K_IPUE, 0)->value, 190.0 / 130, 1e-6);
    for (size_t i = 0; i < n; i++)
        assert_true(!isnan(r[i].value) || *r[i].reason);
    free(r);
    rig_free(rig);
}

static void test_missing(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct kpi_result *r;
    size_t n;
    rig_meter(rig, 1, "grid", 0, ROLE_GRID, 0);
    rig_meter(rig, 2, "pdu", 0, ROLE_IT, 2);
    rig->device[rig->config.n_devices++] = (struct device_config){.id = "pdu-b", .role = ROLE_IT, .to_ms = INT64_MAX};
    for (int64_t s = 0; s <= 1800; s += 60) {
        rig_poll(rig, s, 1, (double)s);
        rig_poll(rig, s, 2, (double)s / 2);
    }
    assert_int_equal(figures_run(rig->ledger, &rig->config, RIG_T0 + 1800, &r, &n), 0);
    assert_non_null(strstr(find(r, n, "stad", Q_K_IPUE, 0)->reason, "pdu-b"));
    assert_non_null(strstr(find(r, n, "site", Q_K_IPUE, 0)->reason, "pdu-b"));
    free(r);
    rig->config.n_devices--;
    /* a day later all are silent: no number, and who */
    assert_int_equal(figures_run(rig->ledger, &rig->config, RIG_T0 + 2 * 86400 + 7200, &r, &n), 0);
    assert_true(isnan(find(r, n, "stad", Q_K_IPUE, 0)->value));
    assert_non_null(strstr(find(r, n, "stad", Q_K_IPUE, 0)->reason, "nothing from grid, pdu"));
    /* nor are the sums 0: nobody knows what flowed */
    static const char *const scopes[] = {"stad", "site"};
    for (size_t i = 0; i < 2; i++) {
        const struct kpi_result *it = find(r, n, scopes[i], Q_K_IT_ENERGY, 0),
                                *total = find(r, n, scopes[i], Q_K_TOTAL_ENERGY, 0);
        assert_true(isnan(it->value) && isnan(total->value));
        assert_non_null(strstr(it->reason, "nothing from grid, pdu"));
        assert_non_null(strstr(total->reason, "nothing from grid, pdu"));
    }
    free(r);
    /* one of two is read again: its sum is known, what entered is not */
    for (int64_t s = 2 * 86400; s <= 2 * 86400 + 3600; s += 60)
        rig_poll(rig, s, 2, (double)s / 2);
    assert_int_equal(figures_run(rig->ledger, &rig->config, RIG_T0 + 2 * 86400 + 7200, &r, &n), 0);
    assert_true(find(r, n, "stad", Q_K_IT_ENERGY, 0)->value >= 1800);
    assert_true(isnan(find(r, n, "stad", Q_K_TOTAL_ENERGY, 0)->value));
    assert_string_equal(find(r, n, "stad", Q_K_TOTAL_ENERGY, 0)->reason, "no reading in this time from grid");
    free(r);
    rig_free(rig);
}

/* Two rooms and a constant: the site is the sum of its rooms, not their mean. */
static void test_site(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct kpi_result *r;
    size_t n;
    rig->config.n_rooms = 2;
    rig->config.n_sources = 1;
    rig->source[0] =
        (struct source_config){.id = "lights", .room = 1, .role = ROLE_LIGHTING, .constant = 1000, .accuracy = 10};
    rig_meter(rig, 1, "grid", 0, ROLE_GRID, 0);
    rig_meter(rig, 2, "pdu", 0, ROLE_IT, 2);
    rig_meter(rig, 3, "plug", 1, ROLE_IT, 3);
    for (int64_t s = 0; s <= 3600; s += 60) {
        rig_poll(rig, s, 1, (double)s * 15);
        rig_poll(rig, s, 2, (double)s * 10);
        rig_poll(rig, s, 3, (double)s);
    }
    assert_int_equal(figures_run(rig->ledger, &rig->config, RIG_T0 + 3600, &r, &n), 0);
    NEAR(find(r, n, "stad", Q_K_IPUE, 0)->value, 1.5, 1e-6);
    const struct kpi_result *gent = find(r, n, "gent", Q_K_IPUE, 0), *site = find(r, n, "site", Q_K_IPUE, 0);
    NEAR(gent->value, 4600.0 / 3600, 1e-6);
    NEAR(gent->estimated, 1000.0 / 8200, 1e-6);
    assert_string_equal(gent->assumed[0].key, "lights");
    assert_int_equal(gent->category, 3);
    NEAR(site->value, (54000 + 4600) / (36000.0 + 3600), 1e-6);
    assert_int_equal(site->category, 2);
    free(r);
    rig_free(rig);
}

/* Fourteen months: the twelve closed ones from day totals, with a meter replaced and one gone in between. */
static void test_year(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct kpi_result *r;
    size_t n;
    rig_meter(rig, 1, "grid", 0, ROLE_GRID, 0);
    rig_meter(rig, 2, "pdu", 0, ROLE_IT, 2);
    rig_meter(rig, 3, "old", 0, ROLE_IT, 2);
    for (uint32_t k = 1; k <= 3; k++) { /* polled every quarter of an hour */
        struct record rec = rig_record(k, rig->device[k - 1].id, rig->device[k - 1].role);
        rec.category = k > 1 ? 2 : 0;
        rec.rated_w = 50000;
        rec.period_s = 900;
        assert_int_equal(ledger_define(rig->ledger, &rec), 0);
    }
    int64_t end = 425 * INT64_C(86400), gone = 200 * INT64_C(86400);
    for (int64_t s = 0; s <= end; s += 900) {
        rig_poll(rig, s, 1, (double)s * 3);
        rig_poll(rig, s, 2, (double)s);
        if (s <= gone)
            rig_poll(rig, s, 3, (double)s);
        if (s % (86400 * 20) == 0)
            assert_int_equal(ledger_commit(rig->ledger), 0);
    }
    rig->config.n_devices = 2; /* old left the configuration */
    assert_int_equal(figures_run(rig->ledger, &rig->config, RIG_T0 + end, &r, &n), 0);
    const struct kpi_result *pue = find(r, n, "stad", Q_K_PUE, 0);
    /* 425 days are 2 March 2027: the window is from 1 March 2026 to 1 March 2027 */
    double days = 365, both = 200 - (double)(pue->from_s - RIG_T0) / 86400;
    assert_int_equal(pue->from_s, RIG_T0 + 59 * 86400);
    assert_int_equal(pue->to_s - pue->from_s, 365 * 86400);
    NEAR(pue->value, 3 * days / (days + both), 2e-3);
    NEAR(pue->coverage, 1, 1e-3);
    assert_string_equal(pue->name, "PUE2");
    free(r);
    rig_free(rig);
}

/* A PDU connected the wrong way round: no figure, and which one it is. */
static void test_reversed(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct record r = rig_record(3, "pdu-b", ROLE_IT);
    r.quantity = Q_ACTIVE_POWER;
    r.category = 2;
    r.rated_w = 5000;
    struct kpi_result *results;
    size_t n;
    rig_meter(rig, 1, "grid", 0, ROLE_GRID, 0);
    rig_meter(rig, 2, "pdu", 0, ROLE_IT, 2);
    assert_int_equal(ledger_define(rig->ledger, &r), 0);
    for (int64_t s = 0; s <= 3600; s += 60) {
        rig_poll(rig, s, 1, (double)s);
        rig_poll(rig, s, 2, (double)s / 2);
        rig_poll(rig, s, 3, -800); /* W */
    }
    assert_int_equal(figures_run(rig->ledger, &rig->config, RIG_T0 + 3600, &results, &n), 0);
    static const enum quantity ids[] = {Q_K_IPUE, Q_K_IT_ENERGY, Q_K_TOTAL_ENERGY, Q_K_CUE};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        const struct kpi_result *f = find(results, n, "stad", ids[i], 0);
        assert_true(isnan(f->value));
        assert_non_null(strstr(f->reason, "pdu-b/total counts backwards"));
    }
    free(results);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pairwise), cmocka_unit_test(test_missing),
                                       cmocka_unit_test(test_site), cmocka_unit_test(test_year),
                                       cmocka_unit_test(test_reversed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
