/* SPDX-License-Identifier: GPL-3.0-or-later */
/* climate_room, climate_sensor: what sensors recorded, to shares of time, indices and hot spots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/climate_room.h"
#include "state_world.h"
#include "near.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define T0  WORLD_T0
#define DAY INT64_C(86400)
#define END (T0 + 10 * DAY)

/* Warmer by 6 K from 12 to 18 h. */
static double afternoon(int64_t t, const void *context)
{
    int64_t hour = (t - 1 - T0) % DAY / 3600;
    return *(const double *)context + (hour >= 12 && hour < 18 ? 6 : 0);
}

struct sensor {
    const char *part;
    enum location place;
    double height, celsius, humidity; /* humidity NAN: none */
    bool swings;
};

static void device(struct world *w, const char *id, size_t rack, double watts, const struct sensor *sensors, size_t n)
{
    static double kept[16];
    static size_t turn;
    double *watt = &kept[turn++ % 16];
    *watt = watts;
    struct device_config *d = world_device(w, id, watts > 0 ? ROLE_IT : ROLE_NONE, rack, "A", 16);
    if (watts > 0)
        world_point(w, "total", Q_ACTIVE_POWER);
    for (size_t i = 0; i < n; i++) {
        world_place(w, d, sensors[i].part, sensors[i].place)->height = sensors[i].height;
        world_point(w, sensors[i].part, Q_TEMPERATURE);
        if (!isnan(sensors[i].humidity))
            world_point(w, sensors[i].part, Q_HUMIDITY);
    }
    world_learnt(w, watts > 0 ? "pdu" : "env");
    struct world_source power = {Q_ACTIVE_POWER, world_constant, watt};
    if (watts > 0)
        world_record(w, id, "total", &power, 1, T0, END);
    for (size_t i = 0; i < n; i++) {
        struct world_source sources[] = {
            {Q_TEMPERATURE, sensors[i].swings ? afternoon : world_constant, &sensors[i].celsius},
            {Q_HUMIDITY, world_constant, &sensors[i].humidity}};
        world_record(w, id, sensors[i].part, sources, isnan(sensors[i].humidity) ? 1 : 2, T0, END);
    }
}

static const struct sensor pdu_1[] = {
    {"sensor-01", PLACE_RACK_INLET, 0.5, 22, 45, false},
    {"sensor-02", PLACE_RACK_INLET, 1.8, 24, NAN, true},
    {"sensor-03", PLACE_RACK_OUTLET, NAN, 35, NAN, false},
};
static const struct sensor pdu_2[] = {
    {"sensor-01", PLACE_RACK_INLET, NAN, 20, NAN, false},
    {"sensor-02", PLACE_RACK_OUTLET, NAN, 30, NAN, false},
};
static const struct sensor room_air[] = {
    {"sensor-01", PLACE_SUPPLY, NAN, 18, NAN, false},
    {"sensor-02", PLACE_RETURN, NAN, 31, NAN, false},
};

static const struct climate_sensor *find(const struct climate_room *c, const char *name)
{
    for (size_t i = 0; i < c->n_sensors; i++)
        if (!strcmp(c->sensor[i].point->name, name))
            return &c->sensor[i];
    fail_msg("%s is missing", name);
    return NULL;
}

static void test_room(void **state)
{
    (void)state;
    struct world *w = world_new();
    struct track_span span = {T0, END, END};
    device(w, "pdu-1", 0, 6000, pdu_1, 3);
    device(w, "pdu-2", 1, 2000, pdu_2, 2);
    device(w, "air", NO_INDEX, 0, room_air, 2);
    struct plant *plant = plant_new(&w->config, w->state);
    struct climate_room *c = climate_room_new(plant, 0, &span);
    assert_int_equal(c->n_sensors, 7);
    assert_int_equal(c->n_racks, 2);
    assert_int_equal(c->sensor[0].place, PLACE_RACK_INLET); /* the warmest inlet first */
    assert_string_equal(c->sensor[0].point->name, "pdu-1/sensor-02/temperature");
    const struct climate_sensor *s = find(c, "pdu-1/sensor-02/temperature");
    near("a quarter of the day it is at 30", s->recommended, 0.75, 1e-3);
    near("which A1 allows", s->allowable, 1, 1e-9);
    near("hot", s->hot, 0.25, 1e-3);
    near("mean", s->load.mean, 25.5, 1e-3);
    near("most", s->most, 30, 1e-6);
    near("least", s->least, 24, 1e-6);
    near("in a quarter", s->rate_quarter, 6, 1e-6);
    near("in an hour", s->rate_hour, 6, 1e-6);
    near("by the dew point of the sensor beside it", s->dew_mean, 9.5, 0.1);
    near("RCI_HI", air_rci_high(&s->rci, &c->envelope), 100 * (1 - 0.25 * 3 / 5), 0.1);
    s = find(c, "pdu-1/sensor-01/temperature");
    near("dew point", s->dew_mean, 9.5, 0.1);
    near("comfortable", s->recommended, 1, 1e-9);
    near("rack 1, top over bottom", c->rack[0].spread, 3.5, 1e-3);
    near("heights not stated", c->rack[1].spread, NAN, 0);
    near("rack 1", c->rack[0].inlet, 23.75, 1e-3);
    /* flows by power over rise: 6000 W / 11.25 K, 2000 W / 10 K */
    double flow_1 = 6000 / 11.25, flow_2 = 200, rise = 8000 / (flow_1 + flow_2);
    near("rise", c->rise, rise, 1e-3);
    near("RTI", c->rti, 100 * 13 / rise, 0.05);
    near("SHI", c->shi, (flow_1 * 5.75 + flow_2 * 2) / (flow_1 * 17 + flow_2 * 12), 1e-4);
    near("SHI of rack 2", c->rack[1].shi, 2.0 / 12, 1e-6);
    assert_int_equal(c->n_hot, 1);
    assert_ptr_equal(c->hot[0], &c->sensor[0]);
    assert_null(c->no_inlet);
    assert_null(c->no_rti);
    assert_null(c->no_shi);
    near("coverage", c->coverage, 1, 1e-3);
    climate_room_free(c);
    w->room[0].altitude = 1800; /* 29 degC are allowed there: a quarter of the day is beyond it */
    c = climate_room_new(plant, 0, &span);
    s = find(c, "pdu-1/sensor-02/temperature");
    near("on a mountain", s->allowable, 0.75, 1e-3);
    near("RCI_HI there", air_rci_high(&s->rci, &c->envelope), 100 * (1 - 0.25 * 3 / 2), 0.1);
    climate_room_free(c);
    plant_free(plant);
    world_free(w);
}

static void test_missing(void **state)
{
    (void)state;
    struct world *w = world_new();
    struct track_span span = {T0, END, END}, later = {END + DAY, END + 2 * DAY, END + 2 * DAY},
                      future = {END + DAY, END, END};
    device(w, "pdu-2", 1, 2000, pdu_2, 1); /* an inlet alone */
    struct plant *plant = plant_new(&w->config, w->state);
    struct climate_room *c = climate_room_new(plant, 0, &span);
    near("inlet", c->inlet, 20, 1e-6);
    near("no RTI", c->rti, NAN, 0);
    assert_non_null(strstr(c->no_rti, "supply and return"));
    assert_non_null(strstr(c->no_shi, "outlet"));
    assert_null(c->no_inlet);
    climate_room_free(c);
    c = climate_room_new(plant, 0, &later);
    assert_int_equal(c->n_sensors, 0);
    assert_non_null(strstr(c->no_inlet, "rack inlet"));
    climate_room_free(c);
    c = climate_room_new(plant, 0, &future);
    assert_int_equal(c->n_sensors, 0);
    climate_room_free(c);
    plant_free(plant);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_room), cmocka_unit_test(test_missing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
