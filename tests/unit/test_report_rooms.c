/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scope, balance_window, window_sum, report_members, report_worth: rooms together, as groups and as the site: over the
 * same time, with those named that are missing; and what their heat costs and brings. */
#include "daemon/report_document.h"
#include "daemon/report_explain.h"
#include "near.h"
#include "report_look.h"
#include "state_world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define T0  WORLD_T0
#define DAY INT64_C(86400)
#define END (T0 + 10 * DAY)

static json_t *build(struct world *w, const char *scope)
{
    struct report_request request = {
        .config = &w->config, .ledger = w->ledger, .scope = scope, .from_s = T0, .to_s = END, .now_s = END + DAY};
    json_t *document = NULL;
    assert_int_equal(report_build(&request, &document), 0);
    return document;
}

static enum quantity kind = Q_ENERGY; /* of the meters to come */

static void meter(struct world *w, const char *device, size_t room, enum role role)
{
    struct record r = {.number = (uint32_t)w->config.n_devices + 1,
                       .device = device,
                       .part = "total",
                       .quantity = kind,
                       .room = w->room[room].id,
                       .role = role,
                       .category = role == ROLE_IT ? 2 : 0,
                       .share = 1,
                       .accuracy = 1,
                       .rated_w = 500000,
                       .period_s = 900,
                       .to_ms = INT64_MAX};
    assert_int_equal(ledger_define(w->ledger, &r), 0);
    world_device(w, device, role, NO_INDEX, NULL, NAN)->room = room;
}

static double offset[WORLD_DEVICES]; /* Wh, where a power changes */

/* Every quarter each meter counts its power, in W; one of 0 says nothing. */
static void run(struct world *w, const double *watts, int64_t from_s, int64_t to_s)
{
    size_t n = w->config.n_devices;
    for (int64_t s = from_s; s <= to_s; s += 900) {
        struct row *row = row_new(n);
        row->seq = ++w->seq;
        row->wall_ms = s * 1000;
        row->boot_us = (s - T0 + 900) * 1000000;
        row->n = 0;
        for (size_t i = 0; i < n; i++)
            if (watts[i] > 0)
                row->value[row->n++] =
                    (struct row_value){(uint32_t)i + 1, QL_GOOD, offset[i] + watts[i] * (double)(s - T0) / 3600};
        assert_int_equal(ledger_feed(w->ledger, row), 0);
        row_free(row);
    }
    assert_int_equal(ledger_commit(w->ledger), 0);
}

static const struct heat_investment investment = {45000, 0.02, 0.05, 15};

/* A room of 10 kW of IT behind a meter of 15 kW at the grid, and a heat pump to 50 degC. */
static struct world *heated(void)
{
    static const double watts[] = {15000, 10000, 12000, 8000};
    struct world *w = world_new();
    w->config.n_rooms = 2;
    for (size_t i = 0; i < 2; i++) {
        struct heat_config *heat = &w->room[i].heat;
        heat->architecture = HA_HAC;
        heat->sink_supply = 50;
        heat->sink_return = 40;
        heat->demand_space = 60e6;
        heat->demand_dhw = 10e6;
        heat->investment = investment;
        meter(w, i ? "grid-g" : "grid-s", i, ROLE_GRID);
        meter(w, i ? "pdu-g" : "pdu-s", i, ROLE_IT);
    }
    run(w, watts, T0, END);
    return w;
}

static double annual(double electricity)
{
    return 0.0963423 * investment.cost + investment.maintenance * investment.cost + electricity;
}

static void test_price(void **state)
{
    (void)state;
    struct world *w = heated();
    json_t *d = build(w, "stad");
    const json_t *year = json_object_get(json_object_get(d, "heat"), "year");
    double used = look_number(year, "used_wh") / 1e6, electricity = look_number(year, "electricity_eur");
    double price = annual(electricity) / used;
    NEAR(look_number(year, "lcoh_eur_mwh"), price, 1e-3);
    NEAR(look_number(year, "payback_years"), 45000 / (used / 0.9 * 80 - electricity), 1e-6);
    assert_true(look_number(year, "lcoh_low_eur_mwh") < price && price < look_number(year, "lcoh_high_eur_mwh"));
    assert_true(look_number(year, "payback_low_years") < look_number(year, "payback_high_years"));
    assert_true(json_is_null(json_object_get(year, "payback_sold_years"))); /* no price of heat */
    assert_string_equal(look_text(year, "lcoh_reason"), "");
    look_holds(d, "text", "en", (const char *const[]){"Price of the heat (LCOH)", "Paid back by the gas saved", NULL});
    look_holds(d, "html", "nl", (const char *const[]){"Kostprijs van de warmte (LCOH)", "\u20ac/MWh", NULL});
    look_holds(d, "csv", "en",
               (const char *const[]){",lcoh_eur_mwh,", ",EUR/MWh,", ",payback_years,", ",years,", NULL});
    const char *advice = look_text(look_in(json_object_get(d, "advice"), "id", "heat"), "text");
    assert_non_null(strstr(advice, "45000 euros would be paid back in"));
    json_decref(d);
    /* both rooms: sums over sums */
    d = build(w, "site");
    const json_t *heat = json_object_get(d, "heat"), *both = json_object_get(heat, "year");
    const json_t *gent = json_object_get(look_in(json_object_get(heat, "rooms"), "room", "gent"), "year");
    double all = used + look_number(gent, "used_wh") / 1e6;
    NEAR(look_number(both, "used_wh") / 1e6, all, 1e-6);
    NEAR(look_number(both, "lcoh_eur_mwh"), (annual(electricity) + annual(look_number(gent, "electricity_eur"))) / all,
         1e-3);
    NEAR(look_number(both, "investment_eur"), 90000, 1e-9);
    NEAR(look_number(look_in(json_object_get(heat, "prices"), "room", "stad"), "lcoh_eur_mwh"), price, 1e-3);
    look_holds(d, "text", "nl", (const char *const[]){"Wat de warmte van elke ruimte kost", "jaar", NULL});
    json_decref(d);
    /* one without: the sum has none, and says whose is missing */
    w->room[1].heat.investment.cost = NAN;
    d = build(w, "site");
    both = json_object_get(json_object_get(d, "heat"), "year");
    assert_true(isnan(look_number(both, "lcoh_eur_mwh")) && look_number(both, "used_wh") > 0);
    assert_string_equal(look_text(both, "lcoh_reason"), "gent: heat.investment is not stated");
    json_decref(d);
    world_free(w);
}

/* Without an investment, or a price, there is the reason; the rest stays. */
static void test_no_price(void **state)
{
    (void)state;
    struct world *w = heated();
    static const struct {
        const char *what, *why;
        double cost, electricity, gas;
    } rows[] = {
        {"lcoh", "stad: heat.investment is not stated", NAN, 220, 80},
        {"lcoh", "stad: factors.price-electricity is not stated", 45000, NAN, 80},
        {"payback", "stad: factors.price-gas is not stated", 45000, 220, NAN},
        {"payback", "stad: it is never paid back: the electricity costs more than the gas that it replaces", 45000, 900,
         80},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        w->room[0].heat.investment.cost = rows[i].cost;
        w->config.factors.price_electricity = rows[i].electricity;
        w->config.factors.price_gas = rows[i].gas;
        json_t *d = build(w, "stad");
        const json_t *year = json_object_get(json_object_get(d, "heat"), "year");
        assert_string_equal(look_text(look_in(json_object_get(d, "missing"), "what", rows[i].what), "why"),
                            rows[i].why);
        assert_true(isnan(look_number(year, "payback_years")) && look_number(year, "used_wh") > 0);
        assert_true(isnan(look_number(year, "lcoh_eur_mwh")) == !strcmp(rows[i].what, "lcoh"));
        json_decref(d);
    }
    world_free(w);
}

static void test_formulas(void **state)
{
    (void)state;
    struct world *w = heated();
    json_t *d = NULL;
    struct report_request request = {
        .config = &w->config, .ledger = w->ledger, .scope = "stad", .from_s = T0, .to_s = END, .now_s = END};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(report_explain(&request, i ? "payback" : "lcoh", &d), 0);
        const json_t *prices = json_object_get(d, "prices");
        NEAR(look_number(look_in(prices, "name", "Interest and repayment a year"), "value"), 0.0963423 * 45000, 1e-2);
        look_holds(d, "text", "en", (const char *const[]){"Heat offer: Stad", "Price of the heat (LCOH)", NULL});
        look_holds(d, "text", "fr", (const char *const[]){"(intérêts et remboursement + entretien", NULL});
        json_decref(d);
    }
    world_free(w);
}

static size_t two[] = {0, 1}, three[] = {0, 1, 2};
static struct group_config groups[] = {{"vlaams-brabant", "Vlaams-Brabant", 2, two}, {"all", "Everything", 3, three}};

/* Three sites, each behind a meter at its grid. */
static struct world *sites(void)
{
    static const char *const ids[][2] = {{"grid-s", "pdu-s"}, {"grid-g", "pdu-g"}, {"grid-b", "pdu-b"}};
    struct world *w = world_new();
    w->config.n_rooms = 3;
    w->config.group = groups;
    w->config.n_groups = 2;
    for (size_t i = 0; i < 3; i++) {
        meter(w, ids[i][0], i, ROLE_GRID);
        meter(w, ids[i][1], i, ROLE_IT);
    }
    return w;
}

static bool missing(const json_t *d, const char *what, const char *why)
{
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(d, "missing"), i, one) if (!strcmp(look_text(one, "what"), what) &&
                                                                  strstr(look_text(one, "why"), why)) return true;
    return false;
}

static void test_scopes(void **state)
{
    (void)state;
    struct world *w = sites();
    struct scope scope;
    static const char *const ids[] = {"stad", "gent", "brugge", "vlaams-brabant", "all", "site"};
    assert_int_equal(scope_count(&w->config), 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(scope_at(&w->config, i).id, ids[i]);
        assert_int_equal(scope_find(&w->config, ids[i], &scope), 0);
        assert_true(scope_covers(&scope, 1) == (i != 0 && i != 2));
        assert_true(scope_covers(&scope, NO_INDEX) == (i == 5));
    }
    assert_true(scope_find(&w->config, "elsewhere", &scope) < 0);
    world_free(w);
}

/* Gent is read in the first five days only, and Stad is worse in the others: the ratio is of the days of both. */
static void test_same_time(void **state)
{
    (void)state;
    static const double first[] = {15000, 10000, 24000, 15000, 0, 0}, then[] = {30000, 10000, 0, 0, 0, 0};
    struct world *w = sites();
    int64_t middle = T0 + 5 * DAY;
    run(w, first, T0, middle);
    for (size_t i = 0; i < 6; i++)
        offset[i] = (first[i] - then[i]) * 5 * 24;
    run(w, then, middle + 900, END);
    memset(offset, 0, sizeof offset);
    json_t *d = build(w, "vlaams-brabant");
    assert_string_equal(look_text(d, "scope"), "vlaams-brabant");
    assert_string_equal(look_text(d, "title"), "Vlaams-Brabant");
    const json_t *ipue = look_kpi(d, "ipue"), *members = json_object_get(d, "members");
    NEAR(look_number(ipue, "value"), 39.0 / 25, 1e-9);
    NEAR(look_number(ipue, "coverage"), 0.5, 1e-3);
    assert_int_equal(json_array_size(members), 2);
    NEAR(look_number(look_in(members, "room", "stad"), "coverage"), 1, 1e-3);
    NEAR(look_number(look_in(members, "room", "stad"), "ratio"), 2.25, 1e-6);
    NEAR(look_number(look_in(members, "room", "gent"), "coverage"), 0.5, 1e-3);
    NEAR(look_number(look_in(members, "room", "gent"), "ratio"), 1.6, 1e-9);
    double all = 24.0 * 5 * (15000 + 30000 + 24000);
    NEAR(look_number(json_object_get(d, "energy"), "total_wh"), all, 8000);
    NEAR(look_number(look_in(members, "room", "gent"), "share"), 24.0 * 5 * 24000 / all, 2e-3);
    look_holds(d, "text", "en", (const char *const[]){"Vlaams-Brabant · ", "What it is the sum of", "Gent", NULL});
    look_holds(d, "html", "nl", (const char *const[]){"Waarvan het de som is", NULL});
    look_holds(d, "csv", "fr", (const char *const[]){"members;gent;", NULL});
    json_decref(d);
    world_free(w);
}

/* A member that was never read, and one that was not read in this time, are named and never nought. */
static void test_member_missing(void **state)
{
    (void)state;
    static const double watts[] = {15000, 10000, 24000, 15000, 0, 0}, one[] = {15000, 10000, 0, 0, 0, 0};
    struct world *w = sites();
    run(w, watts, T0 - 2 * DAY, T0 - DAY);
    run(w, one, T0 - DAY + 900, END);
    json_t *d = build(w, "all");
    assert_true(isnan(look_number(look_kpi(d, "ipue"), "value")) &&
                isnan(look_number(look_kpi(d, "it-energy"), "value")));
    assert_true(isnan(look_number(json_object_get(d, "energy"), "total_wh")));
    assert_true(isnan(look_number(json_object_get(d, "energy"), "it_wh")));
    assert_true(missing(d, "members", "gent: no time in which all its meters were read: nothing from grid-g, pdu-g"));
    assert_true(missing(d, "members", "brugge: no "));
    const json_t *members = json_object_get(d, "members");
    NEAR(look_number(look_in(members, "room", "stad"), "ratio"), 1.5, 1e-9);
    assert_true(isnan(look_number(look_in(members, "room", "gent"), "it_wh")) &&
                *look_text(look_in(members, "room", "gent"), "reason"));
    json_decref(d);
    d = build(w, "gent");
    assert_true(isnan(look_number(json_object_get(d, "energy"), "it_wh")));
    assert_true(isnan(look_number(look_kpi(d, "total-energy"), "value")) &&
                *look_text(look_kpi(d, "total-energy"), "reason"));
    assert_int_equal(json_array_size(json_object_get(d, "members")), 0);
    json_decref(d);
    world_free(w);
}

/* Two rooms of 100 of IT and 50 of cooling by meters of 1 %: the meters of IT are on both sides of the ratio. */
static void test_uncertainty(void **state)
{
    (void)state;
    static const double watts[] = {10000, 5000, 10000, 5000};
    struct world *w = world_new();
    w->config.n_rooms = 2;
    w->config.group = groups;
    w->config.n_groups = 1;
    for (size_t i = 0; i < 2; i++) {
        meter(w, i ? "pdu-g" : "pdu-s", i, ROLE_IT);
        meter(w, i ? "ac-g" : "ac-s", i, ROLE_COOLING);
    }
    run(w, watts, T0, END);
    json_t *d = build(w, "vlaams-brabant");
    double u = 0.01 / sqrt(3) / sqrt(2); /* of a side: two meters alike */
    NEAR(look_number(look_kpi(d, "ipue"), "value"), 1.5, 1e-9);
    NEAR(look_number(look_kpi(d, "ipue"), "uncertainty_k2"), 2 * 0.5 * sqrt(2) * u, 1e-9);
    json_decref(d);
    world_free(w);
}

/* Heat carried away and water are metered in one room of two: a ratio over both would be of neither. */
static void test_parts(void **state)
{
    (void)state;
    static const double watts[] = {10000, 4000, 10000, 4000, 12000, 12000};
    struct world *w = world_new();
    w->config.n_rooms = 2;
    for (size_t i = 0; i < 2; i++) {
        meter(w, i ? "pdu-g" : "pdu-s", i, ROLE_IT);
        meter(w, i ? "ac-g" : "ac-s", i, ROLE_COOLING);
    }
    kind = Q_HEAT_ENERGY;
    meter(w, "heat-g", 1, ROLE_COOLING);
    kind = Q_ENERGY;
    run(w, watts, T0, END);
    json_t *d = build(w, "gent");
    NEAR(look_number(look_kpi(d, "cer"), "value"), 3, 1e-9);
    json_decref(d);
    d = build(w, "site");
    assert_true(isnan(look_number(look_kpi(d, "cer"), "value")));
    assert_string_equal(look_text(look_kpi(d, "cer"), "reason"), "stad: no heat meter on the cooling");
    json_decref(d);
    kind = Q_HEAT_ENERGY;
    meter(w, "heat-s", 0, ROLE_COOLING);
    kind = Q_ENERGY;
    run(w, watts, END + 900, END + DAY);
    struct report_request request = {.config = &w->config,
                                     .ledger = w->ledger,
                                     .scope = "site",
                                     .from_s = END + 900,
                                     .to_s = END + DAY,
                                     .now_s = END + DAY};
    assert_int_equal(report_build(&request, &d), 0);
    NEAR(look_number(look_kpi(d, "cer"), "value"), 3, 1e-9);
    json_decref(d);
    world_free(w);
}

/* One room behind a meter at its grid, one known by its parts alone: the highest quarter is of both. */
static void test_peaks(void **state)
{
    (void)state;
    static const double watts[] = {15000, 10000, 5000, 2000};
    struct world *w = world_new();
    w->config.n_rooms = 2;
    meter(w, "grid-s", 0, ROLE_GRID);
    meter(w, "pdu-s", 0, ROLE_IT);
    meter(w, "pdu-g", 1, ROLE_IT);
    meter(w, "ac-g", 1, ROLE_COOLING);
    run(w, watts, T0, END);
    json_t *d = build(w, "site");
    const json_t *peaks = json_object_get(d, "peaks");
    NEAR(look_number(peaks, "mean_w"), 22000, 1e-6);
    assert_string_equal(look_text(peaks, "basis"), "sum of what enters");
    json_decref(d);
    d = build(w, "stad");
    NEAR(look_number(json_object_get(d, "peaks"), "mean_w"), 15000, 1e-6);
    assert_string_equal(look_text(json_object_get(d, "peaks"), "basis"), "meter at the grid");
    json_decref(d);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scopes),      cmocka_unit_test(test_same_time), cmocka_unit_test(test_member_missing),
        cmocka_unit_test(test_uncertainty), cmocka_unit_test(test_peaks),     cmocka_unit_test(test_parts),
        cmocka_unit_test(test_price),       cmocka_unit_test(test_no_price),  cmocka_unit_test(test_formulas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
