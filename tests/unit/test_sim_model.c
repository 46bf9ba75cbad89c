/* SPDX-License-Identifier: GPL-3.0-or-later */
/* room, meter, truth, model, weather and noise of tests/sim: energy is kept, time and again. */
#include "tests/sim/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START 1767225600.0 /* 2026-01-01T00:00:00Z */
#define DAY   86400.0

static bool close_to(double a, double b, double part)
{
    return fabs(a - b) <= part * fmax(fabs(a), fabs(b));
}

static void check_balance(const struct room *room)
{
    double p = 0, e = 0;
    for (size_t i = 0; i < room->n_racks; i++) {
        p += rack_power(&room->rack[i], FEED_A) + rack_power(&room->rack[i], FEED_B);
        e += rack_energy(&room->rack[i], FEED_BOTH);
    }
    assert_true(close_to(room->ups_out.p, p, 1e-12));
    assert_true(close_to(room->ups_out.e, e, 1e-9));
    assert_true(room->ups_in.p > room->ups_out.p);
    assert_true(close_to(room->grid.p, room->ups_in.p + room->cooling.p + room->lighting.p, 1e-12));
    assert_true(close_to(room->grid.e, room->ups_in.e + room->cooling.e + room->lighting.e, 1e-9));
}

static void energy_is_kept(void **state)
{
    (void)state;
    for (int kind = 0; kind < ROOM_KINDS; kind++) {
        struct model *model = model_new(1, START);
        struct room *room = model_add_room(model, "room", (enum room_kind)kind, kind ? 180e3 : 12e3, 0);
        double grid = 0, heat = 0, it = 0, cold = room->cold;
        for (int i = 0; i < 2 * 1440; i++) {
            model_step(model, 60);
            grid += room->grid.p / 60;
            heat += room->heat.p / 60;
            it += room->ups_out.p / 60;
            check_balance(room);
        }
        assert_true(close_to(grid, room->grid.e, 1e-9));
        assert_true(close_to(heat, room->heat.e, 1e-9));
        assert_true(close_to(it, room->ups_out.e, 1e-9));
        /* all heat goes somewhere: carried off, through the walls, or into the air */
        double in = room->ups_in.e + room->lighting.e + room->walls.e;
        assert_true(close_to(room->heat.e + room->stored * (room->cold - cold) / 3600, in, 1e-9));
        double mean = room->ups_out.e / 48, pue = room->grid.e / room->ups_out.e;
        assert_true(close_to(mean, room->it_nominal, 0.15));
        assert_true(pue > 1.1 && pue < 1.9);
        assert_true(room->cold > 18 && room->cold < 27);
        assert_true(room->return_air > room->cold && room->return_air < 45);
        model_free(model);
    }
}

static void strips_share_their_rack(void **state)
{
    (void)state;
    struct model *model = model_new(7, START);
    struct room *room = model_add_room(model, "room", ROOM_DX, 12e3, 0);
    struct meter *meters[8];
    char names[8][8];
    for (unsigned i = 0; i < 8; i++) {
        snprintf(names[i], sizeof names[i], "pdu-%u", i);
        struct meter_setup setup = {.name = names[i],
                                    .load = LOAD_PDU,
                                    .feed = i % 2 ? FEED_B : FEED_A,
                                    .rack = i / 2 + 1,
                                    .phases = i % 3 ? 1 : 3,
                                    .outlets = 24,
                                    .banks = 2,
                                    .rating = 32};
        meters[i] = model_add_meter(model, room, &setup);
    }
    model_step(model, 5 * 3600);
    double p = 0, e = 0;
    for (unsigned i = 0; i < 8; i++) {
        struct view view;
        double outlets_p = 0, outlets_e = 0, lines_i = 0, banks_i = 0;
        meter_view(meters[i], model_now(model), &view);
        for (unsigned k = 0; k < 24; k++) {
            outlets_p += view.outlet[k].p;
            outlets_e += view.outlet[k].e;
            lines_i += view.outlet[k].i;
        }
        for (unsigned k = 0; k < view.banks; k++)
            banks_i += view.bank_i[k];
        assert_true(close_to(outlets_p, view.load.p, 1e-12));
        assert_true(close_to(outlets_e, view.load.e, 1e-12));
        assert_true(close_to(lines_i, banks_i, 1e-12));
        assert_true(view.load.s >= view.load.p);
        p += view.load.p;
        e += view.load.e;
    }
    assert_true(close_to(p, room->ups_out.p, 1e-9));
    assert_true(close_to(e, room->ups_out.e, 1e-9));
    model_free(model);
}

static double truth_of(struct model *model, struct meter *meter, enum truth_kind kind, const char *part,
                       const char *quantity)
{
    struct truth list[TRUTH_MAX];
    size_t n = model_truth(model, meter, kind, list);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i].part, part) && !strcmp(list[i].quantity, quantity))
            return list[i].value;
    return NAN;
}

static void a_dead_feed_moves_its_load(void **state)
{
    (void)state;
    struct model *model = model_new(1, START);
    struct room *room = model_add_room(model, "room", ROOM_DX, 12e3, 0);
    struct meter_setup a = {.name = "a", .load = LOAD_PDU, .feed = FEED_A, .rack = 2, .phases = 1, .rating = 16};
    struct meter_setup b = {.name = "b", .load = LOAD_PDU, .feed = FEED_B, .rack = 2, .phases = 1, .rating = 16};
    struct meter *on_a = model_add_meter(model, room, &a), *on_b = model_add_meter(model, room, &b);
    model_step(model, 1);
    double before = truth_of(model, on_b, TRUTH_PDU, "total", "active_power");
    room->dead[FEED_A] = true;
    model_step(model, 1);
    assert_true(truth_of(model, on_a, TRUTH_PDU, "total", "active_power") == 0);
    assert_true(truth_of(model, on_a, TRUTH_PDU, "total", "voltage") == 0);
    double kept = truth_of(model, on_a, TRUTH_PDU, "total", "energy");
    assert_true(truth_of(model, on_b, TRUTH_PDU, "total", "active_power") > 1.6 * before);
    check_balance(room);
    room->dead[FEED_A] = false;
    model_step(model, 60);
    assert_true(truth_of(model, on_a, TRUTH_PDU, "total", "energy") > kept);
    model_free(model);
}

static void a_hot_aisle_warms_the_inlets(void **state)
{
    (void)state;
    struct model *model = model_new(1, START);
    struct room *room = model_add_room(model, "room", ROOM_WATER, 180e3, 0);
    struct meter_setup setup = {.name = "a", .load = LOAD_PDU, .feed = FEED_A, .rack = 2, .phases = 3, .rating = 16};
    struct meter *meter = model_add_meter(model, room, &setup);
    model_step(model, 60);
    double before = truth_of(model, meter, TRUTH_PDU, "sensor-01", "temperature");
    double damp = truth_of(model, meter, TRUTH_PDU, "sensor-01", "humidity");
    room->hot_aisle = true;
    model_step(model, 600);
    assert_true(truth_of(model, meter, TRUTH_PDU, "sensor-01", "temperature") > before + 8);
    assert_true(truth_of(model, meter, TRUTH_PDU, "sensor-01", "humidity") < damp);
    model_free(model);
}

static void summer_costs_more(void **state)
{
    (void)state;
    for (int kind = 0; kind < ROOM_KINDS; kind++) {
        double pue[2];
        for (int summer = 0; summer < 2; summer++) {
            struct model *model = model_new(1, START + summer * 200 * DAY);
            struct room *room = model_add_room(model, "room", (enum room_kind)kind, 100e3, 0);
            for (int i = 0; i < 7 * 288; i++)
                model_step(model, 300);
            pue[summer] = room->grid.e / room->ups_out.e;
            model_free(model);
        }
        assert_true(pue[1] > pue[0] + 0.02);
    }
}

static void chance_is_the_same_each_time(void **state)
{
    (void)state;
    double energy[3];
    for (int i = 0; i < 3; i++) {
        struct model *model = model_new(i == 2 ? 2 : 1, START);
        struct room *room = model_add_room(model, "room", ROOM_DX, 12e3, 0);
        model_step(model, 7200);
        energy[i] = room->grid.e;
        model_free(model);
    }
    assert_true(energy[0] == energy[1]);
    assert_true(energy[0] != energy[2]);
}

static void the_water_carries_the_heat(void **state)
{
    (void)state;
    struct model *model = model_new(1, START);
    struct room *room = model_add_room(model, "room", ROOM_WATER, 180e3, 0);
    struct meter_setup setup = {.name = "heat", .load = LOAD_HEAT, .rack = 1, .phases = 3};
    struct meter *meter = model_add_meter(model, room, &setup);
    model_step(model, 3600);
    double power = truth_of(model, meter, TRUTH_HEAT, "loop-1", "heat_power");
    double flow = truth_of(model, meter, TRUTH_HEAT, "loop-1", "flow");
    double lift = truth_of(model, meter, TRUTH_HEAT, "loop-1", "temperature_diff");
    assert_true(close_to(power, flow / 3600 * 998 * 4186 * lift, 1e-9));
    assert_true(close_to(truth_of(model, meter, TRUTH_HEAT, "loop-1", "volume"), flow, 1e-9));
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(energy_is_kept),
        cmocka_unit_test(strips_share_their_rack),
        cmocka_unit_test(a_dead_feed_moves_its_load),
        cmocka_unit_test(a_hot_aisle_warms_the_inlets),
        cmocka_unit_test(summer_costs_more),
        cmocka_unit_test(chance_is_the_same_each_time),
        cmocka_unit_test(the_water_carries_the_heat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
