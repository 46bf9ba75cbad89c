/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrd_plan: archives, sizes, paths, what changes a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/rrd_plan.h"

#include <errno.h>
#include <string.h>

#define DAY 86400

static const struct rrd_span usual[] = {
    {10, DAY}, {60, 7 * DAY}, {900, 90 * DAY}, {3600, 400 * DAY}, {DAY, 3652 * DAY}};

static void test_usual(void **state)
{
    (void)state;
    struct rrd_plan plan;
    assert_int_equal(rrd_plan_archives(10, usual, 5, &plan), 0);
    assert_int_equal(plan.n_archives, 13); /* one at the base step, three at each other */
    assert_int_equal(plan.archive[0].rows, 8640);
    assert_int_equal(plan.archive[1].function, RF_AVERAGE);
    assert_int_equal(plan.archive[2].function, RF_MIN);
    assert_int_equal(plan.archive[3].function, RF_MAX);
    for (size_t i = 1; i < 13; i++)
        assert_int_equal(plan.archive[i].rows, plan.archive[1 + (i - 1) / 3 * 3].rows);
    assert_true(rrd_plan_bytes(&plan, 1) < 1000000);
    assert_true(rrd_plan_bytes(&plan, 8) < 8 * 1000000);
}

static const struct {
    const char *name;
    int64_t step;
    struct rrd_span span[2];
    size_t n;
    int r;
    size_t archives;
} spans[] = {
    {"coarser than the step", 5, {{10, 100}}, 1, 0, 3},
    {"rounded up to a whole row", 10, {{60, 90}}, 1, 0, 3},
    {"no multiple of the step", 10, {{15, 100}}, 1, -EINVAL, 0},
    {"finer than the step", 10, {{5, 100}}, 1, -EINVAL, 0},
    {"shorter than a row", 10, {{60, 59}}, 1, -EINVAL, 0},
    {"no step", 0, {{60, 590}}, 1, -EINVAL, 0},
    {"no spans", 10, {{0, 0}}, 0, -EINVAL, 0},
    {"too many spans", 10, {{60, 600}}, RRD_SPANS_MAX + 1, -E2BIG, 0},
};

static void test_spans(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        struct rrd_plan plan = {0};
        print_message("  %s\n", spans[i].name);
        assert_int_equal(rrd_plan_archives(spans[i].step, spans[i].span, spans[i].n, &plan), spans[i].r);
        assert_int_equal(plan.n_archives, spans[i].archives);
    }
    struct rrd_plan plan;
    assert_int_equal(rrd_plan_archives(10, &(struct rrd_span){60, 90}, 1, &plan), 0);
    assert_int_equal(plan.archive[0].rows, 2);
}

static const struct {
    const char *device, *part, *path; /* NULL: refused */
} paths[] = {
    {"pdu-a1", "outlet-07-l1", "pdu-a1/outlet-07-l1.rrd"},
    {"stadskantoor", "kpi", "stadskantoor/kpi.rrd"},
    {"site", "kpi", "site/kpi.rrd"},
    {"abcdefghijklmnopqrstuvwxyz012345", "unit-12-compressor-3-l1l2",
     "abcdefghijklmnopqrstuvwxyz012345/unit-12-compressor-3-l1l2.rrd"},
    {"pdu%s", "total", NULL},
    {"..", "total", NULL},
    {"a/b", "total", NULL},
    {"", "total", NULL},
    {"pdu-a1", "../total", NULL},
    {"pdu-a1", "total%n", NULL},
    {"pdu-a1", "", NULL},
    {"pdu-a1", "KPI", NULL},
};

static void test_paths(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char path[RRD_PATH_MAX] = "untouched";
        print_message("  %s %s\n", paths[i].device, paths[i].part);
        assert_int_equal(rrd_plan_path(paths[i].device, paths[i].part, path), paths[i].path ? 0 : -EINVAL);
        assert_string_equal(path, paths[i].path ? paths[i].path : "untouched");
    }
}

static void test_sources(void **state)
{
    (void)state;
    struct rrd_plan plan;
    struct rrd_arguments arguments;
    assert_int_equal(rrd_plan_archives(10, usual, 2, &plan), 0);
    assert_int_equal(rrd_plan_add(&plan, Q_ACTIVE_POWER, 10), 0);
    assert_int_equal(rrd_plan_add(&plan, Q_TEMPERATURE, 60), 1);
    assert_int_equal(rrd_plan_add(&plan, Q_ACTIVE_POWER, 2.5), 0);
    assert_int_equal(rrd_plan_add(&plan, Q_ENERGY, 10), -EINVAL);
    assert_int_equal(rrd_plan_add(&plan, Q_STATE, 10), -EINVAL);
    assert_int_equal(rrd_plan_add(&plan, Q_VOLTAGE, 0), -EINVAL);
    rrd_plan_arguments(&plan, &arguments);
    assert_int_equal(arguments.n, 6);
    assert_string_equal(arguments.argument[0], "DS:active_power:GAUGE:8:U:U");
    assert_string_equal(arguments.argument[1], "DS:temperature:GAUGE:180:U:U");
    assert_string_equal(arguments.argument[2], "RRA:AVERAGE:0.5:1:8640");
    assert_string_equal(arguments.argument[5], "RRA:MAX:0.5:6:10080");
    for (int q = Q_NONE + 1; q < Q_COUNT; q++)
        assert_in_range(strlen(quantity_row((enum quantity)q)->name), 1, 19);
}

static void test_merge(void **state)
{
    (void)state;
    struct rrd_plan present, wanted, plan;
    rrd_plan_archives(10, usual, 5, &present);
    wanted = present;
    rrd_plan_add(&present, Q_VOLTAGE, 10);
    rrd_plan_add(&present, Q_CURRENT, 10);
    rrd_plan_add(&wanted, Q_CURRENT, 10);
    assert_false(rrd_plan_merge(&wanted, &present, &plan)); /* a quantity that went away keeps its history */
    assert_int_equal(plan.n_ds, 2);
    assert_int_equal(rrd_plan_find(&plan, Q_VOLTAGE), 0);
    rrd_plan_add(&wanted, Q_ACTIVE_POWER, 10);
    assert_true(rrd_plan_merge(&wanted, &present, &plan));
    assert_int_equal(plan.n_ds, 3);
    assert_int_equal(rrd_plan_find(&plan, Q_CURRENT), 1);
    assert_int_equal(rrd_plan_find(&plan, Q_ACTIVE_POWER), 2);
    rrd_plan_add(&wanted, Q_CURRENT, 20);
    assert_true(rrd_plan_merge(&wanted, &plan, &present));
    assert_int_equal(present.ds[1].heartbeat_s, 60);
    assert_false(rrd_plan_merge(&wanted, &present, &plan));
    wanted.archive[3].rows++;
    assert_true(rrd_plan_merge(&wanted, &present, &plan));
    assert_int_equal(plan.archive[3].rows, wanted.archive[3].rows);
}

static const struct {
    const char *name;
    struct rrd_span span[3];
    size_t n;
    uint64_t rows; /* 0: nothing is needed */
} fillers[] = {
    {"the usual ones", {{10, 86400}, {60, 7 * 86400}, {86400, 10 * 365 * 86400L}}, 3, 17280},
    {"just enough", {{10, 7200}, {3600, 86400}}, 2, 0},
    {"one too few", {{10, 7190}, {3600, 86400}}, 2, 720},
    {"single steps alone", {{10, 3600}}, 1, 0},
    {"no single steps", {{60, 86400}}, 1, 12},
};

static void test_filler(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fillers / sizeof fillers[0]; i++) {
        struct rrd_plan plan;
        struct rrd_archive archive;
        print_message("  %s\n", fillers[i].name);
        assert_int_equal(rrd_plan_archives(10, fillers[i].span, fillers[i].n, &plan), 0);
        assert_int_equal(rrd_plan_filler(&plan, &archive), fillers[i].rows != 0);
        if (fillers[i].rows) {
            assert_int_equal(archive.function, RF_AVERAGE);
            assert_int_equal(archive.steps, 1);
            assert_int_equal(archive.rows, fillers[i].rows);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_usual), cmocka_unit_test(test_spans),
                                       cmocka_unit_test(test_paths), cmocka_unit_test(test_sources),
                                       cmocka_unit_test(test_merge), cmocka_unit_test(test_filler)};
    return cmocka_run_group_tests_name("rrd_plan", tests, NULL, NULL);
}
