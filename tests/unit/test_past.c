/* SPDX-License-Identifier: GPL-3.0-or-later */
/* past, plant: what files remember, on quarters; points without a daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/plant.h"
#include "state_world.h"
#include "near.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define T0  WORLD_T0
#define DAY INT64_C(86400)

/* A number for each quarter, silent for the second day's first six hours. */
static double steps(int64_t t, const void *context)
{
    (void)context;
    int64_t quarter = (t - 1 - T0) / 900;
    return quarter >= 96 && quarter < 120 ? NAN : (double)quarter;
}

static struct world *with_meter(int64_t days)
{
    struct world *w = world_new();
    world_device(w, "pdu", ROLE_IT, 0, "A", 16);
    world_point(w, "total", Q_ACTIVE_POWER);
    world_point(w, "total", Q_ENERGY);
    world_point(w, "total-l1", Q_CURRENT);
    world_learnt(w, "pdu");
    struct world_source source = {Q_ACTIVE_POWER, steps, NULL};
    world_record(w, "pdu", "total", &source, 1, T0, T0 + days * DAY);
    return w;
}

static void test_quarters(void **state)
{
    (void)state;
    struct world *w = with_meter(3);
    struct past past;
    assert_int_equal(past_read(w->state, "pdu", "total", Q_ACTIVE_POWER, RF_AVERAGE, T0, T0 + 3 * DAY, &past), 0);
    assert_int_equal(past.n, 288);
    assert_int_equal(past.resolution_s, 900);
    assert_int_equal(past.known, 288 - 24);
    for (size_t i = 0; i < past.n; i++)
        near("quarter", past.value[i], i >= 96 && i < 120 ? (double)NAN : (double)i, 1e-6);
    assert_int_equal(past_most(&past), 287);
    assert_int_equal(past_last(&past), 287);
    assert_int_equal(past_time(&past, 4), T0 + 3600);
    near("median", past_quantile(&past, 0.5), 155, 1e-6); /* the 132nd of 264 */
    near("least", past_quantile(&past, 0), 0, 1e-6);
    near("most", past_quantile(&past, 1), 287, 1e-6);
    near("mean", past_mean(&past), (287 * 288 / 2.0 - (96 + 119) * 12.0) / 264, 1e-6);
    past_done(&past);
    /* a window that begins before the file and ends after it */
    assert_int_equal(past_read(w->state, "pdu", "total", Q_ACTIVE_POWER, RF_AVERAGE, T0 - DAY, T0 + 4 * DAY, &past), 0);
    assert_int_equal(past.n, 5 * 96);
    assert_int_equal(past.known, 264);
    assert_int_equal(past_time(&past, past_last(&past)), T0 + 3 * DAY - 900);
    past_done(&past);
    world_free(w);
}

/* Quarters are kept for 90 days; older ones are hours. */
static void test_hours(void **state)
{
    (void)state;
    struct world *w = with_meter(120);
    struct past past;
    assert_int_equal(past_read(w->state, "pdu", "total", Q_ACTIVE_POWER, RF_AVERAGE, T0, T0 + 20 * DAY, &past), 0);
    assert_int_equal(past.resolution_s, 3600);
    near("hour", past.value[0], 1.5, 1e-6);
    near("hour", past.value[3], 1.5, 1e-6);
    near("next hour", past.value[4], 5.5, 1e-6);
    past_done(&past);
    assert_int_equal(past_read(w->state, "pdu", "total", Q_ACTIVE_POWER, RF_MAX, T0, T0 + 20 * DAY, &past), 0);
    near("most of the hour", past.value[0], 3, 1e-6);
    past_done(&past);
    world_free(w);
}

static void test_errors(void **state)
{
    (void)state;
    struct world *w = with_meter(1);
    struct past past;
    assert_int_equal(past_read(w->state, "none", "total", Q_ACTIVE_POWER, RF_AVERAGE, T0, T0 + DAY, &past), -ENOENT);
    assert_int_equal(past_read(w->state, "pdu", "total", Q_VOLTAGE, RF_AVERAGE, T0, T0 + DAY, &past), -ENOENT);
    assert_int_equal(past_read(NULL, "pdu", "total", Q_ACTIVE_POWER, RF_AVERAGE, T0, T0 + DAY, &past), -ENOENT);
    assert_int_equal(past_read(w->state, "pdu", "total", Q_ACTIVE_POWER, RF_AVERAGE, T0 + DAY, T0, &past), -EINVAL);
    assert_int_equal(past_read(w->state, "../pdu", "total", Q_ACTIVE_POWER, RF_AVERAGE, T0, T0 + DAY, &past), -EINVAL);
    assert_int_equal(past_read(w->state, "pdu", "total", Q_ACTIVE_POWER, RF_AVERAGE, T0 + 5 * DAY, T0 + 6 * DAY, &past),
                     0);
    assert_int_equal(past.known, 0);
    assert_true(past_last(&past) == SIZE_MAX && past_most(&past) == SIZE_MAX);
    near("nothing", past_mean(&past), NAN, 0);
    near("nothing", past_quantile(&past, 0.5), NAN, 0);
    past_done(&past);
    world_free(w);
}

static void test_plant(void **state)
{
    (void)state;
    struct world *w = with_meter(1);
    struct device_config *d = &w->device[0];
    world_place(w, d, "total-l1", PLACE_RACK_INLET)->height = 1.5;
    world_device(w, "silent", ROLE_IT, 0, "B", 16);
    struct plant *plant = plant_new(&w->config, w->state);
    assert_int_equal(plant->unlearnt, 1);
    const struct live_point *p = plant_named(plant, "pdu/total-l1/current");
    double height;
    assert_non_null(p);
    assert_ptr_equal(plant_point(plant->live->device[0], "total-l1", Q_CURRENT), p);
    assert_null(plant_point(plant->live->device[1], "total-l1", Q_CURRENT));
    assert_string_equal(p->rack, "r1");
    assert_string_equal(p->feed, "A");
    near("breaker", p->rating, 16, 0);
    assert_int_equal(plant_place(plant, p, &height), PLACE_RACK_INLET);
    near("height", height, 1.5, 0);
    struct past past;
    assert_int_equal(plant_past(plant, plant_named(plant, "pdu/total/energy"), RF_AVERAGE, T0, T0 + DAY, &past),
                     -ENOENT);
    assert_int_equal(plant_past(plant, plant_named(plant, "pdu/total/active_power"), RF_AVERAGE, T0, T0 + DAY, &past),
                     0);
    past_done(&past);
    plant_free(plant);
    plant = plant_new(&w->config, NULL);
    assert_int_equal(plant->unlearnt, 2);
    plant_free(plant);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_quarters), cmocka_unit_test(test_hours),
                                       cmocka_unit_test(test_errors), cmocka_unit_test(test_plant)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
