/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outdoor: degree days of what a sensor outside recorded, in the report and in the EU's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/degree_days.h"
#include "daemon/outdoor.h"
#include "daemon/report_document.h"
#include "daemon/report_render.h"
#include "state_world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define T0  WORLD_T0
#define DAY INT64_C(86400)

static void near(const char *name, double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        print_message("  %s: %.9g, wanted %.9g\n", name, value, wanted);
    assert_true(fabs(value - wanted) <= tolerance);
}

/* Day n of the world: 5 K warmer by day than by night, means from -10 up by 0.5 K a day. */
static double day_mean(int64_t day)
{
    return -10 + 0.5 * (double)day;
}

static double weather(int64_t t, const void *context)
{
    (void)context;
    int64_t s = t - 1 - T0, hour = s % DAY / 3600;
    return day_mean(s / DAY) + (hour >= 6 && hour < 18 ? 2.5 : -2.5);
}

/* From day 70 on nothing is known, and half of day 10 neither. */
static double broken(int64_t t, const void *context)
{
    int64_t s = t - 1 - T0;
    bool gap = s >= 70 * DAY || (s >= 10 * DAY && s < 10 * DAY + DAY / 2);
    return gap ? (double)NAN : weather(t, context);
}

static struct world *site(world_value *value, int64_t days)
{
    struct world *w = world_new();
    struct device_config *d = world_device(w, "roof", ROLE_NONE, NO_INDEX, NULL, 16);
    world_place(w, d, "sensor-01", PLACE_OUTDOOR);
    world_point(w, "sensor-01", Q_TEMPERATURE);
    world_learnt(w, "env");
    struct world_source source = {Q_TEMPERATURE, value, NULL};
    world_record(w, "roof", "sensor-01", &source, 1, T0, T0 + days * DAY);
    return w;
}

static void zone(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
}

static void test_days(void **state)
{
    (void)state;
    double heating = 0, cooling = 0, gas = 0;
    zone("UTC");
    struct world *w = site(weather, 80);
    struct plant *plant = plant_new(&w->config, w->state);
    struct outdoor_days d;
    outdoor_days(plant, NO_INDEX, T0, T0 + 80 * DAY, &d);
    for (int64_t i = 0; i < 80; i++) {
        heating += degree_day_heating_eu(day_mean(i));
        cooling += degree_day_cooling_eu(day_mean(i));
        gas += degree_day(day_mean(i));
    }
    assert_string_equal(d.point->name, "roof/sensor-01/temperature");
    assert_int_equal(d.days, 80);
    assert_int_equal(d.known, 80);
    assert_true(cooling > 0 && outdoor_days_enough(&d));
    near("heating", d.heating, heating, 0.2);
    near("cooling", d.cooling, cooling, 0.2);
    near("gas", d.gas, gas, 0.2);
    outdoor_days(plant, NO_INDEX, T0 + 3600, T0 + 2 * DAY, &d); /* whole days alone */
    assert_int_equal(d.days, 1);
    near("the second day", d.heating, degree_day_heating_eu(-9.5), 0.05);
    outdoor_days(plant, NO_INDEX, T0, T0, &d);
    assert_true(!d.point && !d.days && !outdoor_days_enough(&d));
    plant_free(plant);
    world_free(w);
}

/* A day is the site's: 23 hours when summer time begins, from one local midnight to the next. */
static void test_zone(void **state)
{
    (void)state;
    zone("Europe/Brussels");
    struct world *w = site(weather, 89);
    struct plant *plant = plant_new(&w->config, w->state);
    struct outdoor_days d;
    int64_t from = 1774738800, to = 1774821600; /* 29 March 2026 */
    outdoor_days(plant, NO_INDEX, from, to, &d);
    assert_int_equal(to - from, 23 * 3600);
    assert_int_equal(d.days, 1);
    /* UTC hours 23 of day 86, 0 to 22 of day 87 */
    double mean = (day_mean(86) - 2.5 + 22 * day_mean(87) - 10 * 2.5 + 12 * 2.5) / 23;
    near("cooling", d.cooling, degree_day_cooling_eu(mean), 0.05);
    assert_true(d.cooling > 0);
    plant_free(plant);
    world_free(w);
    zone("UTC");
}

static void test_gaps(void **state)
{
    (void)state;
    zone("UTC");
    struct world *w = site(broken, 80);
    struct plant *plant = plant_new(&w->config, w->state);
    struct outdoor_days d;
    outdoor_days(plant, NO_INDEX, T0, T0 + 30 * DAY, &d);
    assert_int_equal(d.days, 30);
    assert_int_equal(d.known, 29);
    assert_true(outdoor_days_enough(&d));
    outdoor_days(plant, NO_INDEX, T0, T0 + 80 * DAY, &d);
    assert_int_equal(d.known, 69);
    assert_false(outdoor_days_enough(&d));
    plant_free(plant);
    world_free(w);
}

static const json_t *cdd(const json_t *document)
{
    const json_t *fields = json_object_get(json_object_get(document, "eu"), "fields");
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *one = json_array_get(fields, i);
        if (!strcmp(json_string_value(json_object_get(one, "field")), "cooling-degree-days"))
            return one;
    }
    fail_msg("no cooling-degree-days");
    return NULL;
}

static json_t *report(const struct world *w, int64_t days, struct eu_config *eu)
{
    struct config config = w->config;
    json_t *document = NULL;
    config.eu = eu;
    struct report_request request = {.config = &config,
                                     .state = w->state,
                                     .no_ledger = "none",
                                     .scope = "site",
                                     .from_s = T0,
                                     .to_s = T0 + days * DAY,
                                     .now_s = T0 + 400 * DAY};
    assert_int_equal(report_build(&request, &document), 0);
    return document;
}

static const char *text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void holds(const json_t *document, const char *language, const char *words)
{
    struct diag *diag = diag_new();
    char *page = NULL;
    size_t n;
    assert_int_equal(report_render(document, report_format_find("text"), language, diag, &page, &n), 0);
    if (!strstr(page, words)) {
        fputs(page, stderr);
        fail_msg("no %s", words);
    }
    free(page);
    diag_free(diag);
}

/* Measured where the sensor knows enough, else as entered for the year, else the reason. */
static void test_report(void **state)
{
    (void)state;
    zone("UTC");
    struct world *w = site(weather, 365);
    double cooling = 0;
    for (int64_t i = 0; i < 365; i++)
        cooling += degree_day_cooling_eu(day_mean(i));
    json_t *d = report(w, 365, NULL);
    assert_string_equal(text(cdd(d), "status"), "measured");
    assert_string_equal(text(cdd(d), "note"), "by roof/sensor-01/temperature, 365 of 365 days");
    near("CDD", json_number_value(json_object_get(cdd(d), "value")), cooling, cooling * 1e-3);
    const json_t *days = json_object_get(json_object_get(d, "climate"), "degree_days");
    near("in the climate", json_number_value(json_object_get(days, "cooling_kd")), cooling, cooling * 1e-3);
    assert_string_equal(text(days, "status"), "measured");
    holds(d, "nl", "door roof/sensor-01/temperature, 365 van 365 dagen");
    holds(d, "fr", "degrés-jours de chauffage");
    json_decref(d);
    world_free(w);

    struct eu_config eu = {.year = 2026};
    double *numbers[] = {&eu.it_power,   &eu.floor_area, &eu.room_area,    &eu.grid_battery,    &eu.water,
                         &eu.guarantees, &eu.purchase,   &eu.on_site,      &eu.intake_setpoint, &eu.water_potable,
                         &eu.servers,    &eu.storage,    &eu.servers_area, &eu.bandwidth_in,    &eu.bandwidth_out,
                         &eu.traffic_in, &eu.traffic_out};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        *numbers[i] = NAN;
    eu.degree_days = 41;
    w = site(broken, 80);
    d = report(w, 365, &eu);
    assert_string_equal(text(cdd(d), "status"), "entered");
    near("entered", json_number_value(json_object_get(cdd(d), "value")), 41, 0);
    days = json_object_get(json_object_get(d, "climate"), "degree_days");
    assert_string_equal(text(days, "status"), "entered");
    assert_true(json_is_null(json_object_get(days, "heating_kd")));
    holds(d, "en", "Weather: 41.0 cooling degree days, entered for 2026");
    json_decref(d);
    d = report(w, 365, NULL);
    assert_string_equal(text(cdd(d), "status"), "missing");
    assert_string_equal(text(cdd(d), "note"), "by roof/sensor-01/temperature, 69 of 365 days");
    holds(d, "nl", "kent maar 69 van 365");
    json_decref(d);
    w->part[0][0].place = PLACE_RETURN;
    d = report(w, 365, NULL);
    assert_non_null(strstr(text(cdd(d), "note"), "no outdoor temperature was recorded (parts: place: outdoor)"));
    json_decref(d);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_days), cmocka_unit_test(test_zone),
                                       cmocka_unit_test(test_gaps), cmocka_unit_test(test_report)};
    return cmocka_run_group_tests_name("outdoor", tests, NULL, NULL);
}
