/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/climate_room.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HOT_SHARE 0.05 /* of the time above the recommended range; assumption */

static const char *const no_inlets = "no temperature at a rack inlet was recorded (parts: place: rack-inlet)";
static const char *const no_outlets = "no temperature at a rack outlet was recorded (parts: place: rack-outlet)";
static const char *const no_cooler = "supply and return of the cooling were not both recorded (parts: place)";

static int warmest(const void *a, const void *b)
{
    const struct climate_sensor *x = a, *y = b;
    if ((x->place == PLACE_RACK_INLET) != (y->place == PLACE_RACK_INLET))
        return x->place == PLACE_RACK_INLET ? -1 : 1;
    return (x->load.p95 < y->load.p95) - (x->load.p95 > y->load.p95);
}

static void read_sensors(struct climate_room *c, const struct plant *plant)
{
    double height;
    for (size_t i = 0; i < plant->live->n_points; i++) {
        const struct live_point *p = plant->live->point[i];
        if (p->gone || p->device == NO_DEVICE || plant_device(plant, p)->room != c->room ||
            dimension_of(p->quantity) != D_TEMPERATURE || climate_place(plant, p, &height) == PLACE_NONE)
            continue;
        c->sensor = reallocarray(c->sensor, c->n_sensors + 1, sizeof *c->sensor);
        if (!c->sensor)
            abort();
        if (!climate_sensor_read(plant, p, &c->envelope, &c->span, &c->sensor[c->n_sensors]))
            c->n_sensors++;
    }
    if (c->n_sensors)
        qsort(c->sensor, c->n_sensors, sizeof *c->sensor, warmest);
}

/* Mean of the means of all sensors of a place; rack NULL: anywhere. */
static double mean_of(const struct climate_room *c, enum location place, const char *rack, size_t *ret_n)
{
    double sum = 0;
    *ret_n = 0;
    for (size_t i = 0; i < c->n_sensors; i++) {
        const struct climate_sensor *s = &c->sensor[i];
        if (s->place != place || (rack && strcmp(s->point->rack, rack) != 0))
            continue;
        sum += s->load.mean;
        ++*ret_n;
    }
    return *ret_n ? sum / (double)*ret_n : (double)NAN;
}

static double spread_of(const struct climate_room *c, const char *rack)
{
    const struct climate_sensor *low = NULL, *high = NULL;
    for (size_t i = 0; i < c->n_sensors; i++) {
        const struct climate_sensor *s = &c->sensor[i];
        if (s->place != PLACE_RACK_INLET || strcmp(s->point->rack, rack) != 0 || isnan(s->height))
            continue;
        low = !low || s->height < low->height ? s : low;
        high = !high || s->height > high->height ? s : high;
    }
    return low != high ? high->load.mean - low->load.mean : (double)NAN;
}

static double watts_of(const struct plant *plant, size_t rack, const struct track_span *span)
{
    double watts = 0;
    bool any = false;
    for (size_t i = 0; i < plant->live->n_points; i++) {
        const struct live_point *p = plant->live->point[i];
        struct past past;
        if (p->gone || p->device == NO_DEVICE || p->role != ROLE_IT || p->quantity != Q_ACTIVE_POWER ||
            plant_device(plant, p)->rack != rack || plant_past(plant, p, RF_AVERAGE, span->from_s, span->to_s, &past))
            continue;
        watts += past_mean(&past);
        any = true;
        past_done(&past);
    }
    return any ? watts : (double)NAN;
}

static void add_rack(struct climate_room *c, const struct plant *plant, size_t rack)
{
    const char *id = plant->live->config->rack[rack].id;
    struct climate_rack r = {.rack = rack, .shi = NAN};
    r.inlet = mean_of(c, PLACE_RACK_INLET, id, &r.inlets);
    r.outlet = mean_of(c, PLACE_RACK_OUTLET, id, &r.outlets);
    if (!r.inlets && !r.outlets)
        return;
    r.spread = spread_of(c, id);
    r.watts = watts_of(plant, rack, &c->span);
    for (size_t i = 0; i < c->n_sensors; i++)
        if (c->sensor[i].place == PLACE_RACK_INLET && !strcmp(c->sensor[i].point->rack, id)) {
            r.rci.n += c->sensor[i].rci.n;
            r.rci.over += c->sensor[i].rci.over;
            r.rci.under += c->sensor[i].rci.under;
        }
    struct air_shi shi = {0, 0};
    air_shi_add(&shi, 1, c->supply, r.inlet, r.outlet);
    r.shi = air_shi(&shi);
    c->rack = reallocarray(c->rack, c->n_racks + 1, sizeof *c->rack);
    if (!c->rack)
        abort();
    c->rack[c->n_racks++] = r;
}

/* The rise over the racks and SHI, by what flows through each: its power over its own rise. */
static void lead_air(struct climate_room *c)
{
    struct air_shi shi = {0, 0};
    double heat = 0, flow = 0;
    for (size_t i = 0; i < c->n_racks; i++) {
        const struct climate_rack *r = &c->rack[i];
        double rise = r->outlet - r->inlet, weight = rise > 0 ? r->watts / rise : (double)NAN;
        if (isnan(weight))
            continue;
        heat += r->watts;
        flow += weight;
        air_shi_add(&shi, weight, c->supply, r->inlet, r->outlet);
    }
    c->rise = flow > 0 ? heat / flow : c->outlet - c->inlet;
    c->rti = air_rti(c->returned, c->supply, c->rise);
    c->shi = air_shi(&shi);
    c->no_shi = !isnan(c->shi) ? NULL : isnan(c->outlet) ? no_outlets : isnan(c->supply) ? no_cooler : no_inlets;
    c->no_rti = !isnan(c->rti) ? NULL : isnan(c->returned - c->supply) ? no_cooler : no_outlets;
}

static bool is_hot(const struct climate_room *c, const struct climate_sensor *s)
{
    return s->place == PLACE_RACK_INLET && (s->hot > HOT_SHARE || s->load.mean > c->inlet + CLIMATE_HOT_K);
}

static void find_hot(struct climate_room *c)
{
    c->hot = calloc(c->n_sensors + 1, sizeof *c->hot);
    if (!c->hot)
        abort();
    for (size_t i = 0; i < c->n_sensors; i++)
        if (is_hot(c, &c->sensor[i]))
            c->hot[c->n_hot++] = &c->sensor[i];
}

static void sum_inlets(struct climate_room *c)
{
    double covered = 0, n = 0;
    for (size_t i = 0; i < c->n_sensors; i++) {
        const struct climate_sensor *s = &c->sensor[i];
        if (s->place != PLACE_RACK_INLET)
            continue;
        c->rci.n += s->rci.n;
        c->rci.over += s->rci.over;
        c->rci.under += s->rci.under;
        covered += s->load.coverage;
        n++;
    }
    c->coverage = n > 0 ? covered / n : 0;
    c->no_inlet = n > 0 ? NULL : no_inlets;
}

struct climate_room *climate_room_new(const struct plant *plant, size_t room, const struct track_span *span)
{
    size_t n;
    struct climate_room *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->room = room;
    c->class_ = plant->live->config->room[room].ashrae;
    c->envelope = envelope_of(c->class_, plant->live->config->room[room].altitude);
    c->span = *span;
    if (span->to_s > span->from_s)
        read_sensors(c, plant);
    c->inlet = mean_of(c, PLACE_RACK_INLET, NULL, &n);
    c->outlet = mean_of(c, PLACE_RACK_OUTLET, NULL, &n);
    c->supply = mean_of(c, PLACE_SUPPLY, NULL, &n);
    c->returned = mean_of(c, PLACE_RETURN, NULL, &n);
    for (size_t i = 0; i < plant->live->config->n_racks; i++)
        if (plant->live->config->rack[i].room == room)
            add_rack(c, plant, i);
    sum_inlets(c);
    lead_air(c);
    find_hot(c);
    return c;
}

void climate_room_free(struct climate_room *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n_sensors; i++)
        climate_sensor_done(&c->sensor[i]);
    free(c->sensor);
    free(c->rack);
    free(c->hot);
    free(c);
}
