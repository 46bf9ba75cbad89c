/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/kpi_now.h"

#include "daemon/live_figures.h"
#include "daemon/scope.h"
#include "drivers/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct room_now {
    char id[ID_MAX + 1];
    struct live_ring ring;
};

struct kpi_now {
    size_t n;
    struct room_now *room;
};

struct kpi_now *kpi_now_new(void)
{
    struct kpi_now *now = calloc(1, sizeof *now);
    if (!now)
        abort();
    return now;
}

void kpi_now_free(struct kpi_now *now)
{
    if (!now)
        return;
    free(now->room);
    free(now);
}

/* The ring of a room outlives a reload: it is found by name. */
static struct live_ring *ring_of(struct kpi_now *now, const char *id)
{
    for (size_t i = 0; i < now->n; i++)
        if (!strcmp(now->room[i].id, id))
            return &now->room[i].ring;
    now->room = realloc(now->room, (now->n + 1) * sizeof *now->room);
    if (!now->room)
        abort();
    struct room_now *room = &now->room[now->n++];
    memset(room, 0, sizeof *room);
    snprintf(room->id, sizeof room->id, "%s", id);
    return &room->ring;
}

static double value_of(const struct live *live, const char *name)
{
    double fixed;
    const struct live_point *point = name ? live_find(live, name) : NULL;
    if (name && !point && !unit_parse_value(name, D_FLOW, &fixed))
        return fixed;
    return point && !point->gone && quality_has_value(point->quality) ? point->value : NAN;
}

/* The account that a power would be booked to. */
static enum quantity account_of(enum quantity power)
{
    static const struct {
        enum quantity power, energy;
    } pairs[] = {{Q_ACTIVE_POWER, Q_ENERGY}, {Q_HEAT_POWER, Q_HEAT_ENERGY}, {Q_COOLING_POWER, Q_COOLING_ENERGY}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (pairs[i].power == power)
            return pairs[i].energy;
    return Q_NONE;
}

static size_t gather_points(const struct live *live, const char *room, struct live_meter *meters)
{
    size_t n = 0;
    for (size_t i = 0; i < live->n_points; i++) {
        const struct live_point *p = live->point[i];
        enum quantity account = account_of(p->quantity);
        if (p->gone || p->scope || p->role == ROLE_NONE || account == Q_NONE || strcmp(p->room, room) != 0)
            continue;
        meters[n++] = (struct live_meter){.meter = {.device = live->device[p->device]->config->id,
                                                    .part = p->part,
                                                    .feed = *p->feed ? p->feed : NULL,
                                                    .same_as = live->device[p->device]->config->same_as,
                                                    .role = p->role,
                                                    .phase = p->phase,
                                                    .category = p->category,
                                                    .quantity = account,
                                                    .share = p->share,
                                                    .accuracy = p->accuracy},
                                          .power = quality_has_value(p->quality) ? p->value : NAN};
    }
    return n;
}

static size_t gather_sources(const struct config *config, size_t room, struct live_meter *meters)
{
    size_t n = 0;
    for (size_t i = 0; i < config->n_sources; i++) {
        const struct source_config *s = &config->source[i];
        if (s->room != room || isnan(s->constant))
            continue;
        meters[n++] = (struct live_meter){.meter = {.device = s->id,
                                                    .part = "total",
                                                    .role = s->role,
                                                    .quantity = Q_ENERGY,
                                                    .share = 1,
                                                    .accuracy = s->accuracy,
                                                    .assumed = true},
                                          .power = s->constant};
    }
    return n;
}

/* Devices of the room that have a role, and have not been read since they were configured. */
static const char *missing_devices(const struct live *live, size_t room, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < live->n_devices; i++) {
        const struct live_device *d = live->device[i];
        if (!d->config || d->config->room != room || d->config->role == ROLE_NONE || d->shape || used >= size)
            continue;
        used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", d->config->id);
    }
    return used ? text : NULL;
}

/* Is one of them among what measures IT? Then a sum without this room is not the IT of all. */
static bool it_missing(const struct live *live, size_t room)
{
    bool missing = false;
    for (size_t i = 0; i < live->n_devices; i++) {
        const struct live_device *d = live->device[i];
        bool it = d->config && (d->config->role == ROLE_IT || d->config->role == ROLE_UPS_OUT);
        missing |= it && d->config->room == room && !d->shape;
    }
    return missing;
}

static struct heat_input heat_input(const struct live *live, const struct heat_config *heat)
{
    return (struct heat_input){
        .water_flow = value_of(live, heat->water_flow),
        .water_supply = value_of(live, heat->water_supply),
        .water_return = value_of(live, heat->water_return),
        .air_flow = isnan(heat->air_flow_fixed) ? value_of(live, heat->air_flow) : heat->air_flow_fixed,
        .air_cold = value_of(live, heat->air_cold),
        .air_hot = value_of(live, heat->air_hot),
        .room_power = NAN,
    };
}

static void run_room(struct kpi_now *now, const struct live *live, size_t index, struct moment moment,
                     struct kpi_result *results, size_t *n, struct live_part *ret_part)
{
    char missing[160];
    const struct config *config = live->config;
    const struct room_config *rc = &config->room[index];
    struct live_meter *meters = calloc(live->n_points + config->n_sources + 1, sizeof *meters);
    if (!meters)
        abort();
    size_t n_meters = gather_points(live, rc->id, meters);
    n_meters += gather_sources(config, index, meters + n_meters);
    struct live_room room = {
        .scope = {.id = rc->id,
                  .complete = rc->complete,
                  .missing = missing_devices(live, index, missing, sizeof missing)},
        .heat = &rc->heat,
        .meters = meters,
        .n = n_meters,
        .input = heat_input(live, &rc->heat),
        .it_missing = it_missing(live, index),
    };
    *n += live_figures_room(ring_of(now, rc->id), &room, moment.boot_us, moment.wall_ms / 1000, results + *n, ret_part);
    free(meters);
}

/* Groups and the site, over what the rooms gave. */
static size_t run_sums(const struct config *config, const struct live_part *parts, int64_t now_s,
                       struct kpi_result *results)
{
    size_t n = 0;
    const struct live_part **own = calloc(config->n_rooms + 1, sizeof *own);
    if (!own)
        abort();
    for (size_t i = config->n_rooms; i < scope_count(config); i++) {
        struct scope scope = scope_at(config, i);
        size_t n_own = 0;
        for (size_t room = 0; room < config->n_rooms; room++)
            if (scope_covers(&scope, room))
                own[n_own++] = &parts[room];
        n += live_figures_sum(scope.id, own, n_own, now_s, results + n);
    }
    free(own);
    return n;
}

void kpi_now_run(struct kpi_now *now, const struct live *live, struct flow *flow, struct moment moment)
{
    size_t rooms = live->config->n_rooms, n = 0;
    struct kpi_result *results = calloc(scope_count(live->config) * LIVE_RESULTS, sizeof *results);
    struct live_part *parts = calloc(rooms + 1, sizeof *parts);
    if (!results || !parts)
        abort();
    for (size_t i = 0; i < rooms; i++)
        run_room(now, live, i, moment, results, &n, &parts[i]);
    n += run_sums(live->config, parts, moment.wall_ms / 1000, results + n);
    flow_kpis(flow, results, n, moment);
    free(parts);
    free(results);
}
