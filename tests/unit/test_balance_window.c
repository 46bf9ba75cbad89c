/* SPDX-License-Identifier: GPL-3.0-or-later */
/* balance_window, meter_service: what the meters of a window were, each for its time, place, class and load. */
#include "daemon/ledger_manual.h"
#include "figures_rig.h"
#include "near.h"

#include <string.h>

static void redefine(struct rig *rig, uint32_t number, const char *device, const char *room, enum role role,
                     int64_t from_s)
{
    struct record r = rig_record(number, device, role);
    r.room = room;
    r.category = role == ROLE_IT ? 2 : 0;
    r.from_ms = from_s * 1000;
    assert_int_equal(ledger_commit(rig->ledger), 0);
    assert_int_equal(ledger_define(rig->ledger, &r), 0);
    assert_int_equal(ledger_commit(rig->ledger), 0);
}

static double it_of(struct rig *rig, const char *scope, int64_t from_s, int64_t to_s)
{
    struct kpi_window w;
    assert_int_equal(
        figures_window(rig->ledger, &rig->config, scope, RIG_T0 + from_s, RIG_T0 + to_s, RIG_T0 + 30 * 3600, &w), 0);
    return w.whole.role[ROLE_IT].wh;
}

static void run_hours(struct rig *rig, int64_t from_h, int64_t to_h, double *wh)
{
    for (int64_t s = from_h * 3600; s < to_h * 3600; s += 60) {
        *wh += 1000.0 / 60; /* 1 kW */
        rig_poll(rig, s + 60, 1, *wh);
    }
}

/* A PDU goes from one room to the other: each has its energy for its time, before and after. */
static void test_moved(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    double wh = 0;
    rig->config.n_rooms = 2;
    rig_meter(rig, 1, "pdu", 0, ROLE_IT, 2);
    rig_poll(rig, 0, 1, 0);
    run_hours(rig, 0, 2, &wh);
    redefine(rig, 1, "pdu", "gent", ROLE_IT, 0);
    run_hours(rig, 2, 5, &wh);
    NEAR(it_of(rig, "stad", 0, 5 * 3600), 2000, 0.01);
    NEAR(it_of(rig, "gent", 0, 5 * 3600), 3000, 0.01);
    NEAR(it_of(rig, "stad", 0, 3600), 1000, 0.01); /* a window before it was moved */
    NEAR(it_of(rig, "gent", 0, 3600), 0, 0);
    NEAR(it_of(rig, "site", 0, 5 * 3600), 5000, 0.01);
    rig_free(rig);
}

/* A role that was not said yet reaches back; a wrong one is put right by the date it is stated from. */
static void test_role_said_later(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    double wh = 0;
    rig_meter(rig, 1, "pdu", 0, ROLE_NONE, 0);
    rig_poll(rig, 0, 1, 0);
    run_hours(rig, 0, 1, &wh);
    redefine(rig, 1, "pdu", "stad", ROLE_COOLING, 0);
    run_hours(rig, 1, 2, &wh);
    NEAR(it_of(rig, "stad", 0, 2 * 3600), 0, 0);
    redefine(rig, 1, "pdu", "stad", ROLE_IT, 0);
    run_hours(rig, 2, 3, &wh);
    NEAR(it_of(rig, "stad", 0, 3 * 3600), 1000, 0.01); /* cooling before, as it was said */
    redefine(rig, 1, "pdu", "stad", ROLE_IT, RIG_T0);
    NEAR(it_of(rig, "stad", 0, 3 * 3600), 3000, 0.01);
    rig_free(rig);
}

static int window(struct rig *rig, int64_t to_s, struct kpi_window *w)
{
    return figures_window(rig->ledger, &rig->config, "stad", RIG_T0, RIG_T0 + to_s, RIG_T0 + to_s, w);
}

/* Two meters at the grid are one too many: no total, and which; with the site's word the better class counts. */
static void test_same_as(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct kpi_window w;
    rig_meter(rig, 1, "utility", 0, ROLE_GRID, 0);
    rig_meter(rig, 2, "own", 0, ROLE_GRID, 0);
    rig_meter(rig, 3, "pdu", 0, ROLE_IT, 2);
    for (int64_t s = 0; s <= 7200; s += 60) {
        if (s <= 3600) /* the utility's is imported once a month */
            rig_poll(rig, s, 1, (double)s);
        rig_poll(rig, s, 2, (double)s * 1.2);
        rig_poll(rig, s, 3, (double)s / 2);
    }
    assert_int_equal(window(rig, 3600, &w), 0);
    assert_non_null(strstr(w.overlap, "utility and own are both at the grid"));
    rig->device[1].same_as = "utility";
    assert_int_equal(window(rig, 3600, &w), 0);
    assert_string_equal(w.overlap, "");
    NEAR(w.paired.role[ROLE_GRID].wh, 3600, 0.1);
    assert_int_equal(w.paired.role[ROLE_GRID].meters, 1);
    assert_non_null(strstr(w.doubt[0], "own and utility measure the same and differ by 0.7 kWh"));
    assert_int_equal(window(rig, 7200, &w), 0); /* the other one knows twice as much of it */
    NEAR(w.paired.role[ROLE_GRID].wh, 7200 * 1.2, 0.1);
    NEAR(w.covered, 1, 1e-3);
    assert_int_equal(w.n_doubts, 0);
    rig_free(rig);
}

/* A reading a month beside an own meter: the utility's is of the better class, and the own one differs from it. */
static void test_reading(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct kpi_window w;
    rig_meter(rig, 1, "own", 0, ROLE_GRID, 0);
    rig_meter(rig, 2, "pdu", 0, ROLE_IT, 2);
    struct record r = rig_record(3, "utility", ROLE_GRID);
    r.accuracy = 0.5;
    r.rated_w = NAN;
    r.period_s = 0;
    assert_int_equal(ledger_define(rig->ledger, &r), 0);
    rig->config.n_sources = 1;
    rig->source[0] = (struct source_config){.id = "utility", .role = ROLE_GRID, .constant = NAN, .same_as = "own"};
    for (int64_t s = 0; s <= 2 * 86400; s += 60) {
        rig_poll(rig, s, 1, (double)s / 3.6);
        rig_poll(rig, s, 2, (double)s / 7.2);
    }
    assert_int_equal(ledger_reading(rig->ledger, &r, RIG_T0, 100e3), 0);
    assert_int_equal(ledger_reading(rig->ledger, &r, RIG_T0 + 2 * 86400, 100e3 + 1.1 * 48e3), 0);
    assert_int_equal(window(rig, 86400, &w), 0);
    NEAR(w.paired.role[ROLE_GRID].wh, 26.4e3, 1);
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
    rig_meter(rig, 1, "pdu", 0, ROLE_IT, 2);
    rig_meter(rig, 2, "old", 0, ROLE_GRID, 0);
    rig_meter(rig, 3, "new", 0, ROLE_GRID, 0);
    for (int64_t s = 0; s <= 4 * 3600; s += 60) {
        rig_poll(rig, s, 1, (double)s);
        if (s <= 2 * 3600)
            rig_poll(rig, s, 2, old = (double)s * 1.5);
        else
            rig_poll(rig, s, 3, new = (double)(s - 2 * 3600 - 60) * 1.5);
    }
    rig->device[1] = rig->device[2]; /* old left the configuration */
    rig->config.n_devices = 2;
    assert_int_equal(window(rig, 4 * 3600, &w), 0);
    assert_string_equal(w.overlap, "");
    assert_string_equal(w.boundary, "");
    NEAR(w.whole.role[ROLE_GRID].wh, old + new, 0.1);
    NEAR(w.paired.role[ROLE_GRID].wh / w.paired.role[ROLE_IT].wh, 1.5, 1e-3);
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
        rig_meter(rig, 1, "pdu", 0, ROLE_IT, 2);
        struct record r = rig_record(1, "pdu", ROLE_IT);
        r.category = 2;
        r.accuracy = rows[i].accuracy;
        assert_int_equal(ledger_define(rig->ledger, &r), 0);
        rig->device[0].class_ = rows[i].class_;
        rig->device[0].ct_class = rows[i].ct_class;
        rig->device[0].class_pct = i == 3 ? 1 : rows[i].accuracy;
        for (int64_t s = 0; s <= 7200; s += 60)
            rig_poll(rig, s, 1, rows[i].watts * (double)s / 3600);
        assert_int_equal(window(rig, 7200, &w), 0);
        double wh = w.paired.role[ROLE_IT].wh;
        NEAR(wh, rows[i].watts * 2, 1);
        NEAR(100 * sqrt(3 * w.paired.role[ROLE_IT].variance) / wh, rows[i].wanted, 1e-9);
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
            struct record r = rig_record(k + 1, "heat", ROLE_HEAT_OUT);
            r.part = "loop-1";
            r.quantity = counted[k];
            r.accuracy = 2;
            r.rated_w = NAN;
            assert_int_equal(ledger_define(rig->ledger, &r), 0);
        }
        rig->device[rig->config.n_devices++] = (struct device_config){
            .id = "heat", .role = ROLE_HEAT_OUT, .class_ = "2", .class_pct = 2, .to_ms = INT64_MAX, .share = 1};
        for (int64_t s = 0; s <= 7200; s += 60) {
            rig_poll(rig, s, 1, 10e3 * (double)s / 3600);
            if (!i)
                rig_poll(rig, s, 2, volumes[i] * (double)s / 3600);
        }
        assert_int_equal(window(rig, 7200, &w), 0);
        const struct kpi_energy *out = &w.whole.role[ROLE_HEAT_OUT];
        NEAR(out->wh, 20e3, 1);
        NEAR(100 * sqrt(3 * out->variance) / out->wh, i ? 7.04 : 5.04, 1e-3);
        rig_free(rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_moved),     cmocka_unit_test(test_role_said_later),
                                       cmocka_unit_test(test_same_as),   cmocka_unit_test(test_reading),
                                       cmocka_unit_test(test_replaced),  cmocka_unit_test(test_load),
                                       cmocka_unit_test(test_heat_class)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
