/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_climate.h"

#include "daemon/eu_entered.h"
#include "daemon/outdoor.h"
#include "daemon/report_looks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct writer {
    const struct report_source *source;
    json_t *findings, *rooms, *racks, *sensors, *hot;
};

static void put(json_t *object, const char *key, double value)
{
    json_object_set_new(object, key, report_number(value));
}

static void put_text(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, report_text(text));
}

__attribute__((format(printf, 2, 3))) static void find(const struct writer *w, const char *format, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    json_array_append_new(w->findings, report_text(text));
}

static const char *place_name(enum location place)
{
    switch (place) {
    case PLACE_RACK_INLET: return "rack inlet";
    case PLACE_RACK_OUTLET: return "rack outlet";
    case PLACE_SUPPLY: return "supply";
    case PLACE_RETURN: return "return";
    case PLACE_OUTDOOR: return "outdoor";
    case PLACE_NONE:
    case PLACE_COUNT: break;
    }
    return "";
}

static json_t *sensor_of(const struct climate_sensor *s)
{
    bool inlet = s->place == PLACE_RACK_INLET;
    json_t *one = json_object();
    put_text(one, "point", s->point->name);
    put_text(one, "label", s->point->label);
    put_text(one, "room", s->point->room);
    put_text(one, "rack", s->point->rack);
    put_text(one, "place", place_name(s->place));
    put(one, "height_m", s->height);
    put(one, "mean_c", s->load.mean);
    put(one, "p95_c", s->load.p95);
    put(one, "least_c", s->least);
    put(one, "most_c", s->most);
    put(one, "latest_c", s->load.latest);
    json_object_set_new(one, "latest_at", report_time(s->load.latest_s));
    put(one, "dew_point_low_c", s->dew_low);
    put(one, "dew_point_c", s->dew_mean);
    put(one, "dew_point_high_c", s->dew_high);
    put(one, "rate_quarter_k", s->rate_quarter);
    put(one, "rate_hour_k", s->rate_hour);
    put(one, "coverage", s->load.coverage);
    if (inlet) {
        put(one, "recommended", s->recommended);
        put(one, "allowable", s->allowable);
        put(one, "cold", s->cold);
        put(one, "hot", s->hot);
        put(one, "dry", s->dry);
        put(one, "humid", s->humid);
    }
    return one;
}

static json_t *rack_of(const struct writer *w, const struct climate_room *c, const struct climate_rack *r)
{
    const struct config *config = w->source->config;
    const struct envelope *e = &c->envelope;
    json_t *one = json_object();
    put_text(one, "rack", config->rack[r->rack].id);
    put_text(one, "room", config->room[c->room].id);
    json_object_set_new(one, "inlets", json_integer((json_int_t)r->inlets));
    put(one, "inlet_c", r->inlet);
    put(one, "outlet_c", r->outlet);
    put(one, "rise_k", r->outlet - r->inlet);
    put(one, "spread_k", r->spread);
    put(one, "rci_high", air_rci_high(&r->rci, e));
    put(one, "rci_low", air_rci_low(&r->rci, e));
    put(one, "shi", r->shi);
    return one;
}

static json_t *room_of(const struct writer *w, const struct climate_room *c)
{
    const struct room_config *room = &w->source->config->room[c->room];
    const struct envelope *e = &c->envelope;
    const char *reason = c->no_inlet ? c->no_inlet : c->no_rti ? c->no_rti : c->no_shi;
    json_t *one = json_object();
    put_text(one, "room", room->id);
    put_text(one, "class", climate_class_name(c->class_));
    put(one, "altitude_m", room->altitude);
    put(one, "recommended_low_c", e->recommended_low);
    put(one, "recommended_high_c", e->recommended_high);
    put(one, "allowable_low_c", e->allowable_low);
    put(one, "allowable_high_c", e->allowable_high);
    put(one, "inlet_c", c->inlet);
    put(one, "supply_c", c->supply);
    put(one, "return_c", c->returned);
    put(one, "rise_k", c->no_rti ? (double)NAN : c->rise);
    put(one, "rci_high", air_rci_high(&c->rci, e));
    put(one, "rci_low", air_rci_low(&c->rci, e));
    put(one, "rti", c->rti);
    put(one, "shi", c->shi);
    put(one, "coverage", c->no_inlet ? (double)NAN : c->coverage);
    put_text(one, "reason", reason);
    if (c->no_inlet)
        report_missing(w->source, "climate", "%s: %s", room->id, c->no_inlet);
    if (c->no_rti)
        report_missing(w->source, "RTI", "%s: %s", room->id, c->no_rti);
    if (c->no_shi)
        report_missing(w->source, "SHI", "%s: %s", room->id, c->no_shi);
    return one;
}

static void say(const struct writer *w, const struct climate_room *c)
{
    const char *room = w->source->config->room[c->room].id;
    double recommended = 0, allowable = 0, n = 0;
    for (size_t i = 0; i < c->n_sensors; i++) {
        const struct climate_sensor *s = &c->sensor[i];
        if (s->place != PLACE_RACK_INLET)
            continue;
        n++;
        recommended += s->recommended;
        allowable += s->allowable;
        if (s->rate_hour > CLIMATE_RATE_HOUR || s->rate_quarter > CLIMATE_RATE_QUARTER)
            find(w, "%s changed by %.1f K in an hour, %.1f K in a quarter: more than the equipment allows",
                 s->point->name, s->rate_hour, s->rate_quarter);
    }
    if (n > 0)
        find(w,
             "%s: inlets were within the recommended range for %.1f %% of the time, within the allowable range of "
             "class %s for %.1f %%",
             room, 100 * recommended / n, climate_class_name(c->class_), 100 * allowable / n);
    double less = envelope_of(c->class_, 0).allowable_high - c->envelope.allowable_high;
    if (less > 0)
        find(w, "%s: at %.0f m class %s allows %.1f °C at the inlet, %.1f K less than at the sea", room,
             w->source->config->room[c->room].altitude, climate_class_name(c->class_), c->envelope.allowable_high,
             less);
    if (c->rti > 110)
        find(w, "%s: RTI %.0f %%: warm air comes round to the inlets", room, c->rti);
    else if (c->rti < 70)
        find(w, "%s: RTI %.0f %%: cold air goes back past the equipment", room, c->rti);
}

static void put_room(const struct writer *w, const struct climate_room *c)
{
    json_array_append_new(w->rooms, room_of(w, c));
    for (size_t i = 0; i < c->n_racks; i++)
        json_array_append_new(w->racks, rack_of(w, c, &c->rack[i]));
    for (size_t i = 0; i < c->n_sensors; i++)
        json_array_append_new(w->sensors, sensor_of(&c->sensor[i]));
    for (size_t i = 0; i < c->n_hot; i++) {
        json_t *one = sensor_of(c->hot[i]);
        put(one, "above_mean_k", c->hot[i]->load.mean - c->inlet);
        json_array_append_new(w->hot, one);
    }
    say(w, c);
}

/* The weather that the cooling had to do with: measured here, else what was entered for the year. */
static json_t *degree_days_of(const struct writer *w, const struct track_span *span)
{
    const struct report_source *s = w->source;
    struct outdoor_days d;
    unsigned other, year = eu_year(s->from_s, s->to_s);
    double entered = eu_entered_number(report_entered(s), "cooling-degree-days", year, &other);
    json_t *one = json_object();
    outdoor_days(s->plant, s->room ? (size_t)(s->room - s->config->room) : NO_INDEX, span->from_s, span->to_s, &d);
    bool enough = outdoor_days_enough(&d);
    put_text(one, "point", d.point ? d.point->name : NULL);
    json_object_set_new(one, "days", json_integer((json_int_t)d.days));
    json_object_set_new(one, "known_days", json_integer((json_int_t)d.known));
    put(one, "heating_kd", enough ? d.heating : (double)NAN);
    put(one, "cooling_kd", enough ? d.cooling : entered);
    put(one, "gas_kd", enough ? d.gas : (double)NAN);
    put_text(one, "status", enough ? "measured" : isnan(entered) ? "missing" : "entered");
    if (enough) {
        find(w,
             "Weather: %.1f heating degree days (18 °C, from 15 °C down), %.1f cooling degree days (21 °C, from 24 °C "
             "up): by %s, %zu of %zu days",
             d.heating, d.cooling, d.point->name, d.known, d.days);
        find(w, "Weather: %.1f degree days to 16.5 °C, as the Belgian gas sector counts them (there at Ukkel)", d.gas);
        return one;
    }
    if (!isnan(entered))
        find(w, "Weather: %.1f cooling degree days, entered for %u", entered, year);
    if (d.point)
        report_missing(s, "degree days", "%s knows only %zu of %zu days", d.point->name, d.known, d.days);
    else
        report_missing(s, "degree days", "no outdoor temperature was recorded (parts: place: outdoor)");
    return one;
}

int report_climate(const struct report_source *s, json_t **ret)
{
    struct writer w = {s, json_array(), json_array(), json_array(), json_array(), json_array()};
    struct track_span span = {s->from_s, s->to_s < s->now_s ? s->to_s : s->now_s, s->now_s};
    for (size_t i = 0; i < s->config->n_rooms; i++) {
        if (!report_covers(s, i))
            continue;
        put_room(&w, report_looks_climate(s, i));
    }
    json_t *all = json_object();
    json_object_set_new(all, "from", report_time(span.from_s));
    json_object_set_new(all, "to", report_time(span.to_s));
    json_object_set_new(all, "degree_days", degree_days_of(&w, &span));
    json_object_set_new(all, "findings", w.findings);
    json_object_set_new(all, "rooms", w.rooms);
    json_object_set_new(all, "racks", w.racks);
    json_object_set_new(all, "hot_spots", w.hot);
    json_object_set_new(all, "sensors", w.sensors);
    *ret = all;
    return 0;
}
