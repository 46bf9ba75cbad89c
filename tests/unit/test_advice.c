/* SPDX-License-Identifier: GPL-3.0-or-later */
/* advice, advice_cooling, advice_power, advice_it: measurements in, ranked advice or the reason for none out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/advice_cooling.h"
#include "daemon/advice_it.h"
#include "daemon/advice_power.h"
#include "daemon/capacity_site.h"
#include "state_world.h"
#include "near.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define T0  WORLD_T0
#define DAY INT64_C(86400)
#define END (T0 + 30 * DAY)

struct stage {
    struct world *world;
    struct plant *plant;
    struct advice_input in;
    struct heat_period heat;
    struct advice_list list;
};

static void look(struct stage *p)
{
    p->plant = plant_new(&p->world->config, p->world->state);
    p->in.plant = p->plant;
    p->in.ledger = p->world->ledger;
    p->in.span = (struct track_span){T0, END, END};
    p->in.covered = 1;
    p->in.heat = &p->heat;
    p->in.climate = climate_room_new(p->plant, 0, &p->in.span);
    p->in.capacity = capacity_site(p->plant, NO_INDEX, CIRCUIT_PART, T0, END, END);
}

static void leave(struct stage *p)
{
    advice_free(&p->list);
    climate_room_free((struct climate_room *)(uintptr_t)p->in.climate);
    capacity_free((struct capacity *)(uintptr_t)p->in.capacity);
    plant_free(p->plant);
    world_free(p->world);
}

static struct stage begin(void)
{
    struct stage p = {.world = world_new()};
    p.in.it = p.in.cooling = p.in.ratio = p.heat.mean.delivered = NAN;
    return p;
}

/* A sensor of a device of its own, at a temperature and humidity (NAN: none). */
static void sensor(struct world *w, const char *id, enum location place, const double *celsius, const double *humidity)
{
    struct device_config *d = world_device(w, id, ROLE_NONE, 0, NULL, NAN);
    world_place(w, d, "sensor-01", place);
    world_point(w, "sensor-01", Q_TEMPERATURE);
    if (humidity)
        world_point(w, "sensor-01", Q_HUMIDITY);
    world_learnt(w, "env");
    struct world_source sources[] = {{Q_TEMPERATURE, world_constant, celsius}, {Q_HUMIDITY, world_constant, humidity}};
    world_record(w, id, "sensor-01", sources, humidity ? 2 : 1, T0, END);
}

static const struct advice *only(const struct advice_list *list, const char *id)
{
    assert_int_equal(list->n, 1);
    assert_string_equal(list->advice[0].id, id);
    print_message("  %s\n    %s\n", list->advice[0].text, list->advice[0].ground);
    return &list->advice[0];
}

static void test_supply_temperature(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double inlet, cooling, kelvin; /* kelvin NAN: no advice */
    } rows[] = {{"cool", 22.5, 1000, 3},
                {"nearly there", 25.5, 1000, NAN},
                {"far from it: at most 5 K in one plan", 17, 1000, 5},
                {"hot", 29, 1000, NAN},
                {"cooling not metered", 22.5, NAN, 3}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct stage p = begin();
        print_message("  %s\n", rows[i].name);
        sensor(p.world, "in", PLACE_RACK_INLET, &rows[i].inlet, NULL);
        look(&p);
        p.in.cooling = rows[i].cooling;
        advice_supply_temperature(&p.in, &p.list);
        if (isnan(rows[i].kelvin)) {
            assert_int_equal(p.list.n, 0);
        } else {
            const struct advice *a = only(&p.list, "supply-temperature");
            near("a year", a->wh, rows[i].cooling * 0.03 * rows[i].kelvin * 8760, 1e-3);
            near("low", a->low, rows[i].cooling * 0.02 * rows[i].kelvin * 8760, 1e-3);
            near("high", a->high, rows[i].cooling * 0.04 * rows[i].kelvin * 8760, 1e-3);
            near("EUR", a->eur, a->wh / 1e6 * 220, 1e-6);
            near("kg", a->kg, a->wh / 1e3 * 0.16749, 1e-6);
            assert_int_equal(p.list.n_skipped, isnan(rows[i].cooling));
        }
        leave(&p);
    }
    struct stage p = begin(); /* nothing measured at all */
    look(&p);
    advice_supply_temperature(&p.in, &p.list);
    assert_int_equal(p.list.n, 0);
    assert_non_null(strstr(p.list.skipped[0].why, "rack inlet"));
    leave(&p);
}

static void test_air(void **state)
{
    (void)state;
    static const double cold = 16, hot = 30, mild = 22, supply = 18, back = 24, outlet = 34, out = -2, wet = 60;
    struct stage p = begin();
    sensor(p.world, "cold", PLACE_RACK_INLET, &cold, NULL);
    sensor(p.world, "mild", PLACE_RACK_INLET, &mild, &wet);
    sensor(p.world, "hot", PLACE_RACK_INLET, &hot, NULL);
    sensor(p.world, "supply", PLACE_SUPPLY, &supply, NULL);
    sensor(p.world, "back", PLACE_RETURN, &back, NULL);
    sensor(p.world, "outlet", PLACE_RACK_OUTLET, &outlet, NULL);
    sensor(p.world, "outdoor", PLACE_OUTDOOR, &out, &wet);
    look(&p);
    p.in.cooling = 1000;
    p.in.it = 3000;
    advice_overcooling(&p.in, &p.list);
    assert_non_null(strstr(only(&p.list, "over-cooling")->ground, "cold/sensor-01/temperature"));
    advice_free(&p.list);
    advice_bypass(&p.in, &p.list); /* 6 K of 11.33 K */
    assert_non_null(strstr(only(&p.list, "bypass")->ground, "RTI 53 %"));
    near("nothing told of its power", p.list.advice[0].wh, NAN, 0);
    advice_free(&p.list);
    advice_recirculation(&p.in, &p.list);
    near("as far as the hot spot stands above the mean", only(&p.list, "recirculation")->wh,
         1000 * 0.03 * (30 - (16 + 22 + 30) / 3.0) * 8760, 1);
    advice_free(&p.list);
    advice_humidity(&p.in, &p.list); /* dew points 14 inside, -9 outside */
    assert_non_null(strstr(only(&p.list, "humidity")->ground, "for 100 %"));
    advice_free(&p.list);
    advice_free_cooling(&p.in, &p.list); /* all of the heat, all of the month: of the month alone */
    const struct advice *a = only(&p.list, "free-cooling");
    near("a month", a->wh, 1000 * 0.7 * 720, 1);
    assert_non_null(a->caution);
    leave(&p);
    p = begin();
    sensor(p.world, "mild", PLACE_RACK_INLET, &mild, NULL);
    look(&p);
    advice_humidity(&p.in, &p.list);
    advice_free_cooling(&p.in, &p.list);
    advice_bypass(&p.in, &p.list);
    advice_overcooling(&p.in, &p.list);
    advice_recirculation(&p.in, &p.list);
    assert_int_equal(p.list.n, 0);
    assert_int_equal(p.list.n_skipped, 3);
    leave(&p);
}

/* With water: at 12 degC supply 22 and return 32 the weather does all, at 15 degC 0.7 of it. */
static double two_weathers(int64_t t, const void *context)
{
    (void)context;
    return (t - 1 - T0) % DAY < DAY / 2 ? 12 : 15;
}

static void test_free_cooling(void **state)
{
    (void)state;
    static const double supply = 22, back = 32;
    struct stage p = begin();
    p.world->room[0].heat.architecture = HA_HAC;
    sensor(p.world, "supply", PLACE_SUPPLY, &supply, NULL);
    sensor(p.world, "back", PLACE_RETURN, &back, NULL);
    struct device_config *d = world_device(p.world, "out", ROLE_NONE, 0, NULL, NAN);
    world_place(p.world, d, "sensor-01", PLACE_OUTDOOR);
    world_point(p.world, "sensor-01", Q_TEMPERATURE);
    world_learnt(p.world, "env");
    struct world_source source = {Q_TEMPERATURE, two_weathers, NULL};
    world_record(p.world, "out", "sensor-01", &source, 1, T0, END);
    look(&p);
    p.in.it = 10000;
    advice_free_cooling(&p.in, &p.list);
    const struct advice *a = only(&p.list, "free-cooling");
    /* a kelvin more: 0.1 of the heat in half the time */
    near("a month", a->wh, 0.05 * 10000 * (1 / 3.5 - 0.04) * 720, 10);
    assert_non_null(strstr(a->ground, "50 % of the time"));
    leave(&p);
}

/* Losses 2, 2, 1.5 % of 10 kW; a load between 1.5 and 3 kW. */
static double ups_out(int64_t t, const void *context)
{
    (void)context;
    return 1500 + 1500 * (double)((t / 900) % 96) / 95;
}

static double ups_in(int64_t t, const void *context)
{
    double out = ups_out(t, context), x = out / 10e3;
    return out + 10e3 * (0.02 + 0.02 * x + 0.015 * x * x);
}

static void test_ups(void **state)
{
    (void)state;
    struct stage p = begin();
    world_device(p.world, "ups", ROLE_UPS_OUT, NO_INDEX, NULL, NAN);
    world_point(p.world, "input", Q_ACTIVE_POWER);
    world_point(p.world, "output", Q_ACTIVE_POWER)->rating = 10e3;
    world_learnt(p.world, "ups");
    struct world_source in = {Q_ACTIVE_POWER, ups_in, NULL}, out = {Q_ACTIVE_POWER, ups_out, NULL};
    world_record(p.world, "ups", "input", &in, 1, T0, END);
    world_record(p.world, "ups", "output", &out, 1, T0, END);
    look(&p);
    advice_ups(&p.in, &p.list);
    const struct advice *a = only(&p.list, "ups-load");
    /* the fixed losses of one half: near 100 W, less the square losses of the other */
    assert_true(a->wh > 60 * 8760 && a->wh < 110 * 8760);
    assert_true(a->low <= a->wh && a->wh <= a->high);
    leave(&p);
}

static void feed_outlet(struct world *w, uint32_t number, const char *part, bool swings)
{
    struct record r = {.number = number,
                       .device = "pdu",
                       .part = part,
                       .quantity = Q_ENERGY,
                       .room = "stad",
                       .share = 1,
                       .accuracy = 1,
                       .rated_w = 3000,
                       .period_s = 900,
                       .to_ms = INT64_MAX};
    assert_int_equal(ledger_define(w->ledger, &r), 0);
    double wh = 0;
    for (int64_t s = 0; s <= 30 * DAY; s += 900) {
        struct row *row = row_new(1);
        row->seq = ++w->seq;
        row->wall_ms = (T0 + s) * 1000;
        row->boot_us = s * 1000000;
        row->n = 1;
        row->value[0] = (struct row_value){number, QL_GOOD, wh};
        assert_int_equal(ledger_feed(w->ledger, row), 0);
        row_free(row);
        wh += 25 * (swings && s % DAY < DAY / 2 ? 2 : 1); /* 100 W, or 100 and 200 */
    }
}

static void test_outlets(void **state)
{
    (void)state;
    struct stage p = begin();
    feed_outlet(p.world, 1, "outlet-01", false);
    feed_outlet(p.world, 2, "outlet-02", true);
    look(&p);
    p.in.ratio = 1.5;
    advice_outlets(&p.in, &p.list);
    const struct advice *a = only(&p.list, "outlets");
    assert_non_null(strstr(a->text, "pdu/outlet-01 (100 W)"));
    assert_null(strstr(a->text, "outlet-02"));
    near("if it does nothing", a->high, 1314e3, 500); /* 100 W all year at 1.5 */
    near("perhaps", a->low, 0, 0);
    near("as often as elsewhere", a->wh, 0.3 * 1314e3, 200);
    assert_true(a->n_assumed == 2);
    leave(&p);
    p = begin();
    look(&p);
    advice_outlets(&p.in, &p.list);
    advice_base_load(&p.in, &p.list);
    assert_int_equal(p.list.n, 0);
    assert_int_equal(p.list.n_skipped, 2);
    leave(&p);
}

/* One for one is kept, two for one replaced: the figures of lifetime.h. */
static void test_assets(void **state)
{
    (void)state;
    static const char *points[] = {"pdu/outlet-01"};
    struct asset_config assets[] = {
        {.id = "old",
         .room = 0,
         .n_points = 1,
         .point = points,
         .since_ms = (T0 - 4 * 365 * DAY) * 1000,
         .life = 5,
         .embodied = NAN,
         .new_power = 72,
         .new_embodied = NAN,
         .replaces = 1},
        {.id = "two",
         .room = 0,
         .n_points = 1,
         .point = points,
         .since_ms = (T0 - 6 * 365 * DAY) * 1000,
         .life = 5,
         .embodied = 300,
         .new_power = 80,
         .new_embodied = 300,
         .replaces = 2},
        {.id = "none", .room = 0, .n_points = 1, .point = points, .life = 5, .new_power = NAN}};
    struct stage p = begin();
    feed_outlet(p.world, 1, "outlet-01", false);
    p.world->config.asset = assets;
    p.world->config.n_assets = 3;
    look(&p);
    p.in.ratio = 1.5;
    advice_assets(&p.in, &p.list);
    assert_int_equal(p.list.n, 2);
    assert_int_equal(p.list.n_skipped, 1);
    const struct advice *keep = &p.list.advice[0], *change = &p.list.advice[1];
    assert_string_equal(keep->title, "Keep it longer");
    assert_non_null(strstr(keep->text, "21.3 years")); /* 1313 kg / (28 W * 8.76 * 1.5 * 0.16749) */
    near("embodied carbon spread over two years more", keep->kg, 1313 * (1.0 / 5 - 1.0 / 7), 1e-6);
    assert_string_equal(change->title, "Replace it");
    near("120 W at 1.5", change->wh, 120 * 1.5 * 8760, 500);
    near("less what making it costs", change->kg, 120 * 1.5 * 8.76 * 0.16749 - 300 / 5.0, 0.1);
    leave(&p);
}

static void test_rank(void **state)
{
    (void)state;
    struct stage p = begin();
    look(&p);
    static const double kg[] = {NAN, 10, 200, -5};
    for (size_t i = 0; i < 4; i++)
        advice_add(&p.list, &p.in, "x", "X")->kg = kg[i];
    advice_rank(&p.list);
    near("most", p.list.advice[0].kg, 200, 0);
    near("then", p.list.advice[1].kg, 10, 0);
    near("costs", p.list.advice[2].kg, -5, 0);
    near("not told", p.list.advice[3].kg, NAN, 0);
    p.world->room[0].heat.sink_supply = 50; /* a usual part of the heat finds a user where no demand is stated */
    p.heat.mean.power = 10000;
    p.heat.mean.delivered = 13000;
    p.heat.mean.electric = 3000;
    p.heat.mean.temperature = 25;
    p.heat.mean.cop = 4.3;
    p.heat.basis = "measured";
    advice_free(&p.list);
    advice_heat(&p.in, &p.list);
    const struct advice *a = only(&p.list, "heat");
    near("heat", a->heat, 0.35 * 13000 * 8760, 1);
    near("low", a->low, 0.20 * 13000 * 8760, 1);
    near("net", a->kg, a->heat / 1e3 * (0.182 / 0.9 - 3.0 / 13 * 0.16749), 0.1);
    advice_free(&p.list);
    p.in.heat_out = 5000; /* half of it leaves already */
    advice_heat(&p.in, &p.list);
    near("the other half", only(&p.list, "heat")->heat, 0.5 * 0.35 * 13000 * 8760, 1);
    advice_free(&p.list);
    p.in.heat_out = 9500;
    advice_heat(&p.in, &p.list);
    assert_int_equal(p.list.n, 0);
    leave(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_supply_temperature),
        cmocka_unit_test(test_air),
        cmocka_unit_test(test_free_cooling),
        cmocka_unit_test(test_ups),
        cmocka_unit_test(test_outlets),
        cmocka_unit_test(test_assets),
        cmocka_unit_test(test_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
