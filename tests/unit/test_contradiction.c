/* SPDX-License-Identifier: GPL-3.0-or-later */
/* contradiction and watch_contradiction: what does not fit is found, and a power of ten is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/contradiction.h"
#include "daemon/watch_contradiction.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S 1000000LL

static const struct {
    double said, should;
    int factor;
} factors[] = {{1000, 100, 1}, {1080, 100, 1}, {10, 1000, -2}, {1e6, 1000, 3},  {100, 100, 0},
               {250, 100, 0},  {0, 100, 0},    {100, 0, 0},    {-1000, 100, 0}, {1e8, 1000, 0}};

static void test_factor(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++)
        assert_int_equal(contradiction_factor(factors[i].said, factors[i].should), factors[i].factor);
}

struct told {
    const char *part;
    enum quantity quantity;
    double value;
};

#define MOST 8

static const struct row {
    const char *name;
    struct told told[MOST];
    int kind; /* -1: nothing is wrong */
    int factor;
} rows[] = {
    {"fits",
     {{"total", Q_ACTIVE_POWER, 1140},
      {"total", Q_VOLTAGE, 231},
      {"total", Q_CURRENT, 5.2},
      {"total", Q_POWER_FACTOR, 0.95}},
     -1,
     0},
    {"ten times",
     {{"total", Q_ACTIVE_POWER, 11400},
      {"total", Q_VOLTAGE, 231},
      {"total", Q_CURRENT, 5.2},
      {"total", Q_POWER_FACTOR, 0.95}},
     CONTRADICTS_PRODUCT,
     1},
    {"a tenth",
     {{"total", Q_ACTIVE_POWER, 114},
      {"total", Q_VOLTAGE, 231},
      {"total", Q_CURRENT, 5.2},
      {"total", Q_POWER_FACTOR, 0.95}},
     CONTRADICTS_PRODUCT,
     -1},
    {"without power factor below U I",
     {{"total", Q_ACTIVE_POWER, 900}, {"total", Q_VOLTAGE, 231}, {"total", Q_CURRENT, 5.2}},
     -1,
     0},
    {"without power factor above U I",
     {{"total", Q_ACTIVE_POWER, 2000}, {"total", Q_VOLTAGE, 231}, {"total", Q_CURRENT, 5.2}},
     CONTRADICTS_PRODUCT,
     0},
    {"without power factor a tenth of U I",
     {{"total", Q_ACTIVE_POWER, 114}, {"total", Q_VOLTAGE, 231}, {"total", Q_CURRENT, 5.2}},
     CONTRADICTS_PRODUCT,
     -1},
    {"without power factor, idle",
     {{"total", Q_ACTIVE_POWER, 12}, {"total", Q_VOLTAGE, 231}, {"total", Q_CURRENT, 0.5}},
     -1,
     0},
    {"idle",
     {{"total", Q_ACTIVE_POWER, 20},
      {"total", Q_VOLTAGE, 231},
      {"total", Q_CURRENT, 0.2},
      {"total", Q_POWER_FACTOR, 0.5}},
     -1,
     0},
    {"a value missing",
     {{"total", Q_ACTIVE_POWER, 11400},
      {"total", Q_VOLTAGE, 231},
      {"total", Q_CURRENT, NAN},
      {"total", Q_POWER_FACTOR, 0.95}},
     -1,
     0},
    {"phases fit",
     {{"total", Q_ACTIVE_POWER, 3010},
      {"total-l1", Q_ACTIVE_POWER, 1000},
      {"total-l2", Q_ACTIVE_POWER, 1000},
      {"total-l3", Q_ACTIVE_POWER, 1000}},
     -1,
     0},
    {"phases do not",
     {{"total", Q_ACTIVE_POWER, 2000},
      {"total-l1", Q_ACTIVE_POWER, 1000},
      {"total-l2", Q_ACTIVE_POWER, 1000},
      {"total-l3", Q_ACTIVE_POWER, 1000}},
     CONTRADICTS_PHASES,
     0},
    {"a total of three phases has no voltage of its own",
     {{"total", Q_ACTIVE_POWER, 3000},
      {"total", Q_VOLTAGE, 231},
      {"total", Q_CURRENT, 4.4},
      {"total-l1", Q_ACTIVE_POWER, 1000},
      {"total-l2", Q_ACTIVE_POWER, 1000},
      {"total-l3", Q_ACTIVE_POWER, 1000}},
     -1,
     0},
    {"outlets in part", {{"total", Q_ACTIVE_POWER, 1000}, {"outlet-01", Q_ACTIVE_POWER, 300}}, -1, 0},
    {"outlets above their total",
     {{"total", Q_ACTIVE_POWER, 1000}, {"outlet-01", Q_ACTIVE_POWER, 900}, {"outlet-02", Q_ACTIVE_POWER, 900}},
     CONTRADICTS_OUTLETS,
     0},
    {"branches above their total",
     {{"total", Q_ACTIVE_POWER, 1000}, {"branch-01", Q_ACTIVE_POWER, 900}, {"branch-02", Q_ACTIVE_POWER, 900}},
     CONTRADICTS_BRANCHES,
     0},
    {"outlets of another scale",
     {{"total", Q_ACTIVE_POWER, 100}, {"outlet-01", Q_ACTIVE_POWER, 500}, {"outlet-02", Q_ACTIVE_POWER, 500}},
     CONTRADICTS_OUTLETS,
     -1},
};

struct world {
    struct live_device device;
    struct live_point point[MOST];
    struct live_point *bound[MOST];
    char name[MOST][64];
    struct device_config config;
    struct shape *shape;
};

static void build(struct world *w, const struct told *told)
{
    memset(w, 0, sizeof *w);
    w->config.id = "pdu";
    w->shape = shape_new();
    w->device = (struct live_device){.config = &w->config, .bound = w->bound, .shape = w->shape};
    for (size_t i = 0; i < MOST && told[i].part; i++) {
        struct live_point *p = &w->point[i];
        p->part = told[i].part;
        p->name = w->name[i];
        snprintf(w->name[i], sizeof w->name[i], "pdu/%s/%s", told[i].part, quantity_row(told[i].quantity)->name);
        p->number = (uint32_t)i + 1;
        p->quantity = told[i].quantity;
        p->value = told[i].value;
        p->quality = isnan(told[i].value) ? QL_SENTINEL : QL_GOOD;
        w->bound[i] = p;
        w->device.n_bound = i + 1;
        shape_add(w->shape)->step = 1;
    }
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world w;
        struct contradiction found[MOST];
        print_message("  %s\n", rows[i].name);
        build(&w, rows[i].told);
        size_t n = contradictions_find(&w.device, found, MOST);
        assert_int_equal(n, rows[i].kind >= 0);
        if (n) {
            assert_int_equal(found[0].kind, rows[i].kind);
            assert_int_equal(found[0].factor, rows[i].factor);
        }
        shape_unref(w.shape);
    }
}

struct heard {
    unsigned raised, cleared;
    char text[240];
};

static void hear(void *context, const struct alert_entry *entry)
{
    struct heard *heard = context;
    heard->raised += entry->raised;
    heard->cleared += !entry->raised;
    snprintf(heard->text, sizeof heard->text, "%s", entry->text);
}

/* An hour of 1 kW with a counter of 0.1 kWh whose scale is ten times too small, then one that is right. */
static void test_energy(void **state)
{
    (void)state;
    static const struct told told[MOST] = {{"total", Q_ACTIVE_POWER, 1000}, {"total", Q_ENERGY, 5000}};
    struct world w;
    struct heard heard = {0};
    build(&w, told);
    struct alerts *alerts = alerts_new(hear, &heard, (struct moment){0, 1}, 0);
    double wh = 0;
    for (int64_t s = 0; s <= 3 * 3600; s += 10) {
        struct moment now = {s * 1000, (s + 1) * S};
        wh += 1000.0 / 360 * (s <= 5400 ? 0.1 : 1);
        w.point[1].value = 5000 + floor(wh);
        watch_contradictions(alerts, &w.device, "r", now);
        alerts_tick(alerts, now);
        if (s == 5400) {
            assert_int_equal(heard.raised, 1);
            assert_non_null(strstr(heard.text, "ten times too small, profile or device scale?"));
        }
    }
    assert_int_equal(heard.raised, 1);
    assert_int_equal(heard.cleared, 1);
    alerts_free(alerts);
    free(w.device.energy);
    shape_unref(w.shape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_factor), cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_energy)};
    return cmocka_run_group_tests_name("contradiction", tests, NULL, NULL);
}
