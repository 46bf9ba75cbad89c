/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figures, figures_site, balance_window, meter_service, pairing: from polls through the ledger to the KPIs of rooms and
 * the site. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/figures.h"
#include "daemon/ledger_manual.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define T0 INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

struct rig {
    struct ledger *ledger;
    struct config config;
    struct room_config room[2];
    struct device_config device[4];
    struct source_config source[1];
    int64_t seq;
};

static void meter(struct rig *rig, uint32_t number, const char *device, size_t room, enum role role, int category)
{
    struct record r = {.number = number,
                       .device = device,
                       .part = "total",
                       .quantity = Q_ENERGY,
                       .room = rig->room[room].id,
                       .role = role,
                       .category = category,
                       .share = 1,
                       .accuracy = 1,
                       .rated_w = 500000,
                       .step = 0,
                       .period_s = 60,
                       .to_ms = INT64_MAX};
    assert_int_equal(ledger_define(rig->ledger, &r), 0);
    rig->device[rig->config.n_devices++] =
        (struct device_config){.id = device, .room = room, .role = role, .to_ms = INT64_MAX, .share = 1};
}

static struct rig *rig_new(void)
{
    struct rig *rig = calloc(1, sizeof *rig);
    assert_int_equal(ledger_open(":memory:", true, &rig->ledger), 0);
    rig->room[0] = (struct room_config){.id = "stad", .complete = true};
    rig->room[1] = (struct room_config){.id = "gent", .complete = true};
    rig->config = (struct config){.site = "leuven",
                                  .room = rig->room,
                                  .n_rooms = 1,
                                  .device = rig->device,
                                  .source = rig->source,
                                  .factors = {.electricity = 0.16749, .gas = 0.182}};
    return rig;
}

static void rig_free(struct rig *rig)
{
    ledger_close(rig->ledger);
    free(rig);
}

static void poll(struct rig *rig, int64_t s, uint32_t number, double wh)
{
    struct row *row = row_new(1);
    row->seq = ++rig->seq;
    row->wall_ms = (T0 + s) * 1000;
    row->boot_us = s * 1000000;
    row->n = 1;
    row->value[0] = (struct row_value){number, QL_GOOD, wh};
    assert_int_equal(ledger_feed(rig->ledger, row), 0);
    row_free(row);
}

static const struct kpi_result *find(const struct kpi_result *all, size_t n, const char *scope, enum quantity id,
                                     int nth)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].id == id && !strcmp(all[i].scope, scope) && !nth--)
            return &all[i];
    fail_msg("%s/kpi/%s is missing", scope, quantity_row(id)->name);
    return NULL;
}

static void near(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        print_message("  %.9g, wanted %.9g\n", value, wanted);
    assert_true(fabs(value - wanted) <= tolerance);
}

/* Two hours of 60/30 and 130/100 kWh; in the third, when the ratio is another, the meter of the grid is silent. */
static void test_pairwise(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct kpi_result *r;
    size_t n;
    meter(rig, 1, "grid", 0, ROLE_GRID, 0);
    meter(rig, 2, "pdu", 0, ROLE_IT, 2);
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
            poll(rig, s, 1, grid);
        poll(rig, s, 2, it);
    }
    assert_int_equal(figures_run(rig->ledger, &rig->config, T0 + 3 * 3600, &r, &n), 0);
    const struct kpi_result *ipue = find(r, n, "stad", Q_K_IPUE, 0);
    near(ipue->value, 190.0 / 130, 1e-6);
    near(ipue->coverage, 7200.0 / 86400, 1e-4);
    assert_non_null(strstr(ipue->warnings, "provisional"));
    assert_string_equal(ipue->name, "iPUE2");
    near(find(r, n, "stad", Q_K_IT_ENERGY, 0)->value, it, 0.01);
    near(find(r, n, "stad", Q_K_TOTAL_ENERGY, 0)->value, grid, 0.01); /* what the counter knows of the gap too */
    const struct kpi_result *month = find(r, n, "stad", Q_K_IPUE, 1);
    assert_ptr_equal(month, ipue + 1);
    near(month->value, 190.0 / 130, 1e-6);
    assert_int_equal(month->from_s, T0);
    near(month->coverage, 2.0 / 3, 1e-4);
    assert_true(isnan(find(r, n, "stad", Q_K_PUE, 0)->value) && *find(r, n, "stad", Q_K_PUE, 0)->reason);
    near(find(r, n, "site", Q_K_IPUE, 0)->value, 190.0 / 130, 1e-6);
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
    meter(rig, 1, "grid", 0, ROLE_GRID, 0);
    meter(rig, 2, "pdu", 0, ROLE_IT, 2);
    rig->device[rig->config.n_devices++] = (struct device_config){.id = "pdu-b", .role = ROLE_IT, .to_ms = INT64_MAX};
    for (int64_t s = 0; s <= 1800; s += 60) {
        poll(rig, s, 1, (double)s);
        poll(rig, s, 2, (double)s / 2);
    }
    assert_int_equal(figures_run(rig->ledger, &rig->config, T0 + 1800, &r, &n), 0);
    assert_non_null(strstr(find(r, n, "stad", Q_K_IPUE, 0)->reason, "pdu-b"));
    assert_non_null(strstr(find(r, n, "site", Q_K_IPUE, 0)->reason, "pdu-b"));
    free(r);
    rig->config.n_devices--;
    /* a day later all are silent: no number, and who */
    assert_int_equal(figures_run(rig->ledger, &rig->config, T0 + 2 * 86400 + 7200, &r, &n), 0);
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
        poll(rig, s, 2, (double)s / 2);
    assert_int_equal(figures_run(rig->ledger, &rig->config, T0 + 2 * 86400 + 7200, &r, &n), 0);
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
    meter(rig, 1, "grid", 0, ROLE_GRID, 0);
    meter(rig, 2, "pdu", 0, ROLE_IT, 2);
    meter(rig, 3, "plug", 1, ROLE_IT, 3);
    for (int64_t s = 0; s <= 3600; s += 60) {
        poll(rig, s, 1, (double)s * 15);
        poll(rig, s, 2, (double)s * 10);
        poll(rig, s, 3, (double)s);
    }
    assert_int_equal(figures_run(rig->ledger, &rig->config, T0 + 3600, &r, &n), 0);
    near(find(r, n, "stad", Q_K_IPUE, 0)->value, 1.5, 1e-6);
    const struct kpi_result *gent = find(r, n, "gent", Q_K_IPUE, 0), *site = find(r, n, "site", Q_K_IPUE, 0);
    near(gent->value, 4600.0 / 3600, 1e-6);
    near(gent->estimated, 1000.0 / 8200, 1e-6);
    assert_string_equal(gent->assumed[0].key, "lights");
    assert_int_equal(gent->category, 3);
    near(site->value, (54000 + 4600) / (36000.0 + 3600), 1e-6);
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
    meter(rig, 1, "grid", 0, ROLE_GRID, 0);
    meter(rig, 2, "pdu", 0, ROLE_IT, 2);
    meter(rig, 3, "old", 0, ROLE_IT, 2);
    for (uint32_t k = 1; k <= 3; k++) { /* polled every quarter of an hour */
        struct record rec = {.number = k,
                             .device = rig->device[k - 1].id,
                             .part = "total",
                             .quantity = Q_ENERGY,
                             .room = "stad",
                             .role = rig->device[k - 1].role,
                             .category = k > 1 ? 2 : 0,
                             .share = 1,
                             .accuracy = 1,
                             .rated_w = 50000,
                             .period_s = 900,
                             .to_ms = INT64_MAX};
        assert_int_equal(ledger_define(rig->ledger, &rec), 0);
    }
    int64_t end = 425 * INT64_C(86400), gone = 200 * INT64_C(86400);
    for (int64_t s = 0; s <= end; s += 900) {
        poll(rig, s, 1, (double)s * 3);
        poll(rig, s, 2, (double)s);
        if (s <= gone)
            poll(rig, s, 3, (double)s);
        if (s % (86400 * 20) == 0)
            assert_int_equal(ledger_commit(rig->ledger), 0);
    }
    rig->config.n_devices = 2; /* old left the configuration */
    assert_int_equal(figures_run(rig->ledger, &rig->config, T0 + end, &r, &n), 0);
    const struct kpi_result *pue = find(r, n, "stad", Q_K_PUE, 0);
    /* 425 days are 2 March 2027: the window is from 1 March 2026 to 1 March 2027 */
    double days = 365, both = 200 - (double)(pue->from_s - T0) / 86400;
    assert_int_equal(pue->from_s, T0 + 59 * 86400);
    assert_int_equal(pue->to_s - pue->from_s, 365 * 86400);
    near(pue->value, 3 * days / (days + both), 2e-3);
    near(pue->coverage, 1, 1e-3);
    assert_string_equal(pue->name, "PUE2");
    free(r);
    rig_free(rig);
}

static void redefine(struct rig *rig, uint32_t number, const char *device, const char *room, enum role role,
                     int64_t from_s)
{
    struct record r = {.number = number,
                       .device = device,
                       .part = "total",
                       .quantity = Q_ENERGY,
                       .room = room,
                       .role = role,
                       .category = role == ROLE_IT ? 2 : 0,
                       .share = 1,
                       .accuracy = 1,
                       .rated_w = 500000,
                       .period_s = 60,
                       .from_ms = from_s * 1000,
                       .to_ms = INT64_MAX};
    assert_int_equal(ledger_commit(rig->ledger), 0);
    assert_int_equal(ledger_define(rig->ledger, &r), 0);
    assert_int_equal(ledger_commit(rig->ledger), 0);
}

static double it_of(struct rig *rig, const char *scope, int64_t from_s, int64_t to_s)
{
    struct kpi_window w;
    assert_int_equal(figures_window(rig->ledger, &rig->config, scope, T0 + from_s, T0 + to_s, T0 + 30 * 3600, &w), 0);
    return w.whole.role[ROLE_IT].wh;
}

static void run_hours(struct rig *rig, int64_t from_h, int64_t to_h, double *wh)
{
    for (int64_t s = from_h * 3600; s < to_h * 3600; s += 60) {
        *wh += 1000.0 / 60; /* 1 kW */
        poll(rig, s + 60, 1, *wh);
    }
}

/* A PDU goes from one room to the other: each has its energy for its time, before and after. */
static void test_moved(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    double wh = 0;
    rig->config.n_rooms = 2;
    meter(rig, 1, "pdu", 0, ROLE_IT, 2);
    poll(rig, 0, 1, 0);
    run_hours(rig, 0, 2, &wh);
    redefine(rig, 1, "pdu", "gent", ROLE_IT, 0);
    run_hours(rig, 2, 5, &wh);
    near(it_of(rig, "stad", 0, 5 * 3600), 2000, 0.01);
    near(it_of(rig, "gent", 0, 5 * 3600), 3000, 0.01);
    near(it_of(rig, "stad", 0, 3600), 1000, 0.01); /* a window before it was moved */
    near(it_of(rig, "gent", 0, 3600), 0, 0);
    near(it_of(rig, "site", 0, 5 * 3600), 5000, 0.01);
    rig_free(rig);
}

/* A role that was not said yet reaches back; a wrong one is put right by the date it is stated from. */
static void test_role_said_later(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    double wh = 0;
    meter(rig, 1, "pdu", 0, ROLE_NONE, 0);
    poll(rig, 0, 1, 0);
    run_hours(rig, 0, 1, &wh);
    redefine(rig, 1, "pdu", "stad", ROLE_COOLING, 0);
    run_hours(rig, 1, 2, &wh);
    near(it_of(rig, "stad", 0, 2 * 3600), 0, 0);
    redefine(rig, 1, "pdu", "stad", ROLE_IT, 0);
    run_hours(rig, 2, 3, &wh);
    near(it_of(rig, "stad", 0, 3 * 3600), 1000, 0.01); /* cooling before, as it was said */
    redefine(rig, 1, "pdu", "stad", ROLE_IT, T0);
    near(it_of(rig, "stad", 0, 3 * 3600), 3000, 0.01);
    rig_free(rig);
}

/* A PDU connected the wrong way round: no figure, and which one it is. */
static void test_reversed(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct record r = {.number = 3,
                       .device = "pdu-b",
                       .part = "total",
                       .quantity = Q_ACTIVE_POWER,
                       .room = "stad",
                       .role = ROLE_IT,
                       .category = 2,
                       .share = 1,
                       .accuracy = 1,
                       .rated_w = 5000,
                       .period_s = 60,
                       .to_ms = INT64_MAX};
    struct kpi_result *results;
    size_t n;
    meter(rig, 1, "grid", 0, ROLE_GRID, 0);
    meter(rig, 2, "pdu", 0, ROLE_IT, 2);
    assert_int_equal(ledger_define(rig->ledger, &r), 0);
    for (int64_t s = 0; s <= 3600; s += 60) {
        poll(rig, s, 1, (double)s);
        poll(rig, s, 2, (double)s / 2);
        poll(rig, s, 3, -800); /* W */
    }
    assert_int_equal(figures_run(rig->ledger, &rig->config, T0 + 3600, &results, &n), 0);
    static const enum quantity ids[] = {Q_K_IPUE, Q_K_IT_ENERGY, Q_K_TOTAL_ENERGY, Q_K_CUE};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        const struct kpi_result *f = find(results, n, "stad", ids[i], 0);
        assert_true(isnan(f->value));
        assert_non_null(strstr(f->reason, "pdu-b/total counts backwards"));
    }
    free(results);
    rig_free(rig);
}

static int window(struct rig *rig, int64_t to_s, struct kpi_window *w)
{
    return figures_window(rig->ledger, &rig->config, "stad", T0, T0 + to_s, T0 + to_s, w);
}

/* Two meters at the grid are one too many: no total, and which; with the site's word the better class counts. */
static void test_same_as(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct kpi_window w;
    meter(rig, 1, "utility", 0, ROLE_GRID, 0);
    meter(rig, 2, "own", 0, ROLE_GRID, 0);
    meter(rig, 3, "pdu", 0, ROLE_IT, 2);
    for (int64_t s = 0; s <= 7200; s += 60) {
        if (s <= 3600) /* the utility's is imported once a month */
            poll(rig, s, 1, (double)s);
        poll(rig, s, 2, (double)s * 1.2);
        poll(rig, s, 3, (double)s / 2);
    }
    assert_int_equal(window(rig, 3600, &w), 0);
    assert_non_null(strstr(w.overlap, "utility and own are both at the grid"));
    rig->device[1].same_as = "utility";
    assert_int_equal(window(rig, 3600, &w), 0);
    assert_string_equal(w.overlap, "");
    near(w.paired.role[ROLE_GRID].wh, 3600, 0.1);
    assert_int_equal(w.paired.role[ROLE_GRID].meters, 1);
    assert_non_null(strstr(w.doubt[0], "own and utility measure the same and differ by 0.7 kWh"));
    assert_int_equal(window(rig, 7200, &w), 0); /* the other one knows twice as much of it */
    near(w.paired.role[ROLE_GRID].wh, 7200 * 1.2, 0.1);
    near(w.covered, 1, 1e-3);
    assert_int_equal(w.n_doubts, 0);
    rig_free(rig);
}

/* A reading a month beside an own meter: the utility's is of the better class, and the own one differs from it. */
static void test_reading(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct kpi_window w;
    meter(rig, 1, "own", 0, ROLE_GRID, 0);
    meter(rig, 2, "pdu", 0, ROLE_IT, 2);
    struct record r = {.number = 3,
                       .device = "utility",
                       .part = "total",
                       .quantity = Q_ENERGY,
                       .room = "stad",
                       .role = ROLE_GRID,
                       .share = 1,
                       .accuracy = 0.5,
                       .rated_w = NAN,
                       .to_ms = INT64_MAX};
    assert_int_equal(ledger_define(rig->ledger, &r), 0);
    rig->config.n_sources = 1;
    rig->source[0] = (struct source_config){.id = "utility", .role = ROLE_GRID, .constant = NAN, .same_as = "own"};
    for (int64_t s = 0; s <= 2 * 86400; s += 60) {
        poll(rig, s, 1, (double)s / 3.6);
        poll(rig, s, 2, (double)s / 7.2);
    }
    assert_int_equal(ledger_reading(rig->ledger, &r, T0, 100e3), 0);
    assert_int_equal(ledger_reading(rig->ledger, &r, T0 + 2 * 86400, 100e3 + 1.1 * 48e3), 0);
    assert_int_equal(window(rig, 86400, &w), 0);
    near(w.paired.role[ROLE_GRID].wh, 26.4e3, 1);
    assert_string_equal(w.overlap, "");
    assert_int_equal(w.n_doubts, 1);
    assert_non_null(strstr(w.doubt[0], "own and utility measure the same and differ by 2.4 kWh"));
    assert_non_null(strstr(w.doubt[0], "utility counts, the better class"));
    rig_free(rig);
}

/* The grid's meter is replaced by another device within the month: each for its time, and no place claimed twice. */
static void test_replaced(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct kpi_window w;
    double old = 0, new = 0;
    meter(rig, 1, "pdu", 0, ROLE_IT, 2);
    meter(rig, 2, "old", 0, ROLE_GRID, 0);
    meter(rig, 3, "new", 0, ROLE_GRID, 0);
    for (int64_t s = 0; s <= 4 * 3600; s += 60) {
        poll(rig, s, 1, (double)s);
        if (s <= 2 * 3600)
            poll(rig, s, 2, old = (double)s * 1.5);
        else
            poll(rig, s, 3, new = (double)(s - 2 * 3600 - 60) * 1.5);
    }
    rig->device[1] = rig->device[2]; /* old left the configuration */
    rig->config.n_devices = 2;
    assert_int_equal(window(rig, 4 * 3600, &w), 0);
    assert_string_equal(w.overlap, "");
    assert_string_equal(w.boundary, "");
    near(w.whole.role[ROLE_GRID].wh, old + new, 0.1);
    near(w.paired.role[ROLE_GRID].wh / w.paired.role[ROLE_IT].wh, 1.5, 1e-3);
    rig_free(rig);
}

/* A class holds at its load: 3 % of the rating and it is half a per cent worse, or twice as bad. */
static void test_load(void **state)
{
    (void)state;
    static const struct {
        const char *class_, *ct_class;
        double watts, accuracy, wanted; /* of 500 kW rated */
    } rows[] = {{"1", NULL, 100e3, 1, 1},
                {"1", NULL, 30e3, 1, 1.5},
                {"0.5S", NULL, 10e3, 0.5, 1},
                {"1", NULL, 30e3, 2, 2}, /* the part says its own */
                {"0.5S", "0.5", 25e3, 0.70710678118654757, 1.5811388300841898},
                {NULL, NULL, 30e3, 1, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rig *rig = rig_new();
        struct kpi_window w;
        meter(rig, 1, "pdu", 0, ROLE_IT, 2);
        struct record r = {.number = 1,
                           .device = "pdu",
                           .part = "total",
                           .quantity = Q_ENERGY,
                           .room = "stad",
                           .role = ROLE_IT,
                           .category = 2,
                           .share = 1,
                           .accuracy = rows[i].accuracy,
                           .rated_w = 500e3,
                           .period_s = 60,
                           .to_ms = INT64_MAX};
        assert_int_equal(ledger_define(rig->ledger, &r), 0);
        rig->device[0].class_ = rows[i].class_;
        rig->device[0].ct_class = rows[i].ct_class;
        rig->device[0].class_pct = i == 3 ? 1 : rows[i].accuracy;
        for (int64_t s = 0; s <= 7200; s += 60)
            poll(rig, s, 1, rows[i].watts * (double)s / 3600);
        assert_int_equal(window(rig, 7200, &w), 0);
        double wh = w.paired.role[ROLE_IT].wh;
        near(wh, rows[i].watts * 2, 1);
        near(100 * sqrt(3 * w.paired.role[ROLE_IT].variance) / wh, rows[i].wanted, 1e-9);
        rig_free(rig);
    }
}

/* A heat meter of class 2 at 6 K: 5.04 %; the difference is told by its volume. */
static void test_heat_class(void **state)
{
    (void)state;
    static const double volumes[] = {10 / 1.1603 / 6, NAN};
    for (size_t i = 0; i < 2; i++) {
        struct rig *rig = rig_new();
        struct kpi_window w;
        static const enum quantity counted[] = {Q_HEAT_ENERGY, Q_VOLUME};
        for (uint32_t k = 0; k < (i ? 1 : 2); k++) {
            struct record r = {.number = k + 1,
                               .device = "heat",
                               .part = "loop-1",
                               .quantity = counted[k],
                               .room = "stad",
                               .role = ROLE_HEAT_OUT,
                               .share = 1,
                               .accuracy = 2,
                               .rated_w = NAN,
                               .period_s = 60,
                               .to_ms = INT64_MAX};
            assert_int_equal(ledger_define(rig->ledger, &r), 0);
        }
        rig->device[rig->config.n_devices++] = (struct device_config){
            .id = "heat", .role = ROLE_HEAT_OUT, .class_ = "2", .class_pct = 2, .to_ms = INT64_MAX, .share = 1};
        for (int64_t s = 0; s <= 7200; s += 60) {
            poll(rig, s, 1, 10e3 * (double)s / 3600);
            if (!i)
                poll(rig, s, 2, volumes[i] * (double)s / 3600);
        }
        assert_int_equal(window(rig, 7200, &w), 0);
        const struct kpi_energy *out = &w.whole.role[ROLE_HEAT_OUT];
        near(out->wh, 20e3, 1);
        near(100 * sqrt(3 * out->variance) / out->wh, i ? 7.04 : 5.04, 1e-3);
        rig_free(rig);
    }
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    tzset();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_load),       cmocka_unit_test(test_reading),
                                       cmocka_unit_test(test_heat_class), cmocka_unit_test(test_same_as),
                                       cmocka_unit_test(test_replaced),   cmocka_unit_test(test_moved),
                                       cmocka_unit_test(test_reversed),   cmocka_unit_test(test_role_said_later),
                                       cmocka_unit_test(test_pairwise),   cmocka_unit_test(test_missing),
                                       cmocka_unit_test(test_site),       cmocka_unit_test(test_year)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
