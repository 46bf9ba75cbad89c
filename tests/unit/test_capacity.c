/* SPDX-License-Identifier: GPL-3.0-or-later */
/* capacity, capacity_rack, capacity_ups, capacity_site, track: a month of quarters to head-room and what-if. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/capacity_site.h"
#include "state_world.h"
#include "near.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define T0  WORLD_T0
#define DAY INT64_C(86400)
#define END (T0 + 30 * DAY)

/* A day's swing: base, and more at hour `at`. */
struct swing {
    double base, more;
    int at;
};

static double swing(int64_t t, const void *context)
{
    const struct swing *s = context;
    int64_t hour = (t - 1 - T0) % DAY / 3600;
    return s->base + (hour == s->at ? s->more : 0);
}

/* A one-phase PDU of a rack. */
static void pdu(struct world *w, const char *id, const char *feed, double breaker, const struct swing *amperes)
{
    static struct swing watts[8];
    static int turn;
    struct swing *p = &watts[turn++ % 8];
    *p = (struct swing){amperes->base * 220, amperes->more * 220, amperes->at};
    world_device(w, id, ROLE_IT, 0, feed, breaker);
    world_point(w, "total", Q_ACTIVE_POWER);
    world_point(w, "total", Q_CURRENT);
    world_learnt(w, "pdu");
    struct world_source sources[] = {{Q_ACTIVE_POWER, swing, p}, {Q_CURRENT, swing, amperes}};
    world_record(w, id, "total", sources, 2, T0, END);
}

/* Feed A peaks at 9 h, feed B at 15 h: the sum of the peaks is never there. */
static void test_pair(void **state)
{
    (void)state;
    struct world *w = world_new();
    static const struct swing a = {4, 3, 9}, b = {5, 4, 15};
    pdu(w, "pdu-a", "A", 16, &a);
    pdu(w, "pdu-b", "B", 10, &b);
    struct plant *plant = plant_new(&w->config, w->state);
    struct capacity *c = capacity_site(plant, 0, CIRCUIT_PART, T0, END, END);
    assert_int_equal(c->n_circuits, 2);
    assert_string_equal(c->circuit[0].point->name, "pdu-b/total/current"); /* the tightest first */
    near("over the limit", c->circuit[0].left, 8 - 9, 1e-6);
    const struct capacity_circuit *of_a = &c->circuit[1];
    near("peak A", of_a->load.peak, 7, 1e-6);
    assert_int_equal(of_a->load.peak_s % DAY, 9 * 3600);
    near("left A", of_a->left, 12.8 - 7, 1e-6);
    near("latest A", of_a->load.latest, 4, 1e-6);
    assert_int_equal(of_a->load.latest_s, END - 900);
    near("coverage", of_a->load.coverage, 1, 1e-3);
    assert_null(of_a->reason);
    assert_int_equal(c->n_failovers, 2);
    for (int i = 0; i < 2; i++) {
        const struct capacity_failover *f = &c->failover[i];
        assert_int_equal(f->failed, i);
        assert_int_equal(f->phase, PH_L1);
        near("what stays carries both, at once", f->load.peak, 13, 1e-6);
        assert_int_equal(f->load.peak_s % DAY, 15 * 3600);
        near("now", f->load.latest, 9, 1e-6);
        near("95 % of the time", f->load.p95, 12, 1e-6); /* two hours of 24 above 9: 12, 13 */
        near("limit", f->limit, i ? 12.8 : 8, 1e-9);
        assert_string_equal(plant_device(plant, f->breaker)->id, i ? "pdu-a" : "pdu-b");
    }
    assert_int_equal(c->n_fits, 1);
    near("nothing fits", c->fit[0].watts, 0, 0);
    near("W per A", c->fit[0].watts_per_ampere, 220, 1e-3);
    assert_false(c->fit[0].assumed);
    assert_int_equal(c->n_racks, 1);
    near("rack", c->rack[0].power.peak, 13 * 220, 1e-2);
    assert_int_equal(c->rack[0].devices, 2);
    capacity_free(c);
    w->device[0].breaker = w->device[1].breaker = 32;
    plant_free(plant);
    plant = plant_new(&w->config, w->state);
    c = capacity_site(plant, NO_INDEX, CIRCUIT_PART, T0, END, END);
    near("what fits", c->fit[0].watts, (25.6 - 13) * 220, 0.1);
    near("on one phase", c->fit[0].one_phase_watts, (25.6 - 13) * 220, 0.1);
    capacity_free(c);
    plant_free(plant);
    world_free(w);
}

static void test_reasons(void **state)
{
    (void)state;
    struct world *w = world_new();
    static const struct swing a = {4, 3, 9};
    pdu(w, "pdu-a", "A", NAN, &a);
    world_device(w, "pdu-b", ROLE_IT, 0, "B", 16);
    world_point(w, "total", Q_CURRENT); /* learnt, never recorded */
    world_point(w, "branch-01", Q_CURRENT);
    world_learnt(w, "pdu");
    struct plant *plant = plant_new(&w->config, w->state);
    struct capacity *c = capacity_site(plant, 0, CIRCUIT_PART, T0, END, END + 40 * DAY);
    assert_int_equal(c->n_circuits, 2);
    assert_int_equal(c->unrated_branches, 1);
    assert_non_null(strstr(c->circuit[0].reason, "rating"));
    near("no head-room", c->circuit[0].left, NAN, 0);
    near("but the load", c->circuit[0].load.peak, 7, 1e-6);
    near("long ago is not now", c->circuit[0].load.latest, NAN, 0);
    assert_int_equal(c->circuit[0].load.latest_s, 0);
    assert_non_null(strstr(c->circuit[1].reason, "not recorded"));
    assert_int_equal(c->n_failovers, 2);
    assert_non_null(strstr(c->failover[0].reason, "not recorded together"));
    assert_non_null(strstr(c->failover[1].reason, "rating"));
    assert_int_equal(c->n_fits, 1);
    near("not told", c->fit[0].watts, NAN, 0);
    assert_non_null(c->fit[0].reason);
    capacity_free(c);
    /* a window that has not begun */
    c = capacity_site(plant, 0, CIRCUIT_PART, END + 90 * DAY, END + 120 * DAY, END);
    assert_int_equal(c->n_circuits + c->n_failovers + c->n_racks, 0);
    capacity_free(c);
    plant_free(plant);
    plant = plant_new(&w->config, NULL);
    c = capacity_site(plant, 0, CIRCUIT_PART, T0, END, END);
    assert_int_equal(c->n_circuits, 0);
    capacity_free(c);
    plant_free(plant);
    world_free(w);
}

/* Three phases of 45, 38 and 52 A on one feed. */
static void test_phases(void **state)
{
    (void)state;
    struct world *w = world_new();
    static const double amperes[] = {45, 38, 52};
    static const char *const parts[] = {"inlet-1-l1", "inlet-1-l2", "inlet-1-l3"};
    world_device(w, "pdu", ROLE_IT, 0, "A", 63);
    world_point(w, "total", Q_CURRENT); /* a total beside its phases does not count */
    for (int i = 0; i < 3; i++)
        world_point(w, parts[i], Q_CURRENT);
    world_learnt(w, "pdu");
    for (int i = 0; i < 3; i++) {
        struct world_source source = {Q_CURRENT, world_constant, &amperes[i]};
        world_record(w, "pdu", parts[i], &source, 1, T0, T0 + DAY);
    }
    struct plant *plant = plant_new(&w->config, w->state);
    struct capacity *c = capacity_site(plant, 0, CIRCUIT_PART, T0, T0 + DAY, T0 + DAY);
    assert_int_equal(c->n_circuits, 3);
    assert_int_equal(c->n_phases, 2); /* the device, and its feed */
    for (int i = 0; i < 2; i++) {
        near("imbalance", c->phases[i].imbalance, 15.6, 0.06);
        near("neutral", c->phases[i].neutral, 12.1, 0.03);
    }
    assert_null(c->phases[1].device);
    assert_string_equal(c->phases[1].feed, "A");
    assert_int_equal(c->n_failovers, 0);
    assert_int_equal(c->n_fits, 1);
    near("over the limit on L3", c->fit[0].watts, 0, 0);
    assert_int_equal(c->fit[0].phase, PH_L2);
    near("L2 has 12.4 A", c->fit[0].one_phase_watts, (50.4 - 38) * 230 * 0.95, 0.1);
    assert_true(c->fit[0].assumed);
    assert_non_null(strstr(c->fit[0].reason, "one feed"));
    capacity_free(c);
    plant_free(plant);
    world_free(w);
}

static void ups(struct world *w, const char *id, const char *feed, double rating, const struct swing *watts)
{
    world_device(w, id, ROLE_UPS_OUT, NO_INDEX, feed, NAN);
    world_point(w, "output", Q_ACTIVE_POWER)->rating = rating;
    world_learnt(w, "ups");
    struct world_source source = {Q_ACTIVE_POWER, swing, watts};
    world_record(w, id, "output", &source, 1, T0, T0 + DAY);
}

/* The breaker before a UPS bounds its input, phase by phase. */
static void test_ups_input(void **state)
{
    (void)state;
    struct world *w = world_new();
    static const double amperes = 20;
    world_device(w, "ups", ROLE_UPS_OUT, NO_INDEX, NULL, 32);
    world_point(w, "input-l1", Q_CURRENT);
    world_point(w, "output-l1", Q_CURRENT); /* no rating: nothing to hold it against */
    world_learnt(w, "ups");
    struct world_source source = {Q_CURRENT, world_constant, &amperes};
    world_record(w, "ups", "input-l1", &source, 1, T0, T0 + DAY);
    struct plant *plant = plant_new(&w->config, w->state);
    struct capacity *c = capacity_site(plant, 0, CIRCUIT_PART, T0, T0 + DAY, T0 + DAY);
    assert_int_equal(c->n_circuits, 1);
    near("left", c->circuit[0].left, 5.6, 1e-6);
    assert_int_equal(c->unrated_branches, 0);
    capacity_free(c);
    plant_free(plant);
    world_free(w);
}

static void test_ups(void **state)
{
    (void)state;
    struct world *w = world_new();
    static const struct swing a = {4000, 2000, 9}, b = {5000, 1000, 15}, alone = {3000, 0, 0};
    ups(w, "ups-a", "A", 10000, &a);
    ups(w, "ups-b", "B", 20000, &b);
    ups(w, "ups-c", NULL, NAN, &alone);
    struct plant *plant = plant_new(&w->config, w->state);
    struct capacity *c = capacity_site(plant, 0, CIRCUIT_PART, T0, T0 + DAY, T0 + DAY);
    assert_int_equal(c->n_ups, 3);
    near("peak", c->ups[0].load.peak, 6000, 1e-2);
    near("of its rating", c->ups[0].peak_percent, 60, 1e-3);
    near("left", c->ups[0].left, 4000, 1e-2);
    near("with the other's load", c->ups[0].after_failover, 11000, 1e-2);
    near("too much", c->ups[0].after_percent, 110, 1e-3);
    assert_string_equal(c->ups[0].other, "ups-b");
    near("the other bears it", c->ups[1].after_percent, 55, 1e-3);
    assert_null(c->ups[0].reason);
    assert_non_null(strstr(c->ups[2].reason, "rating"));
    near("no other", c->ups[2].after_failover, NAN, 0);
    capacity_free(c);
    plant_free(plant);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pair), cmocka_unit_test(test_reasons),
                                       cmocka_unit_test(test_phases), cmocka_unit_test(test_ups),
                                       cmocka_unit_test(test_ups_input)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
