/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/room_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool in_room(const struct room_state *state, const struct web_point *point)
{
    return point->room && !strcmp(point->room, state->config->id);
}

static struct rack_state *rack_of(struct room_state *state, const char *id)
{
    for (size_t i = 0; id && i < state->n_racks; i++)
        if (!strcmp(state->rack[i].config->id, id))
            return &state->rack[i];
    return NULL;
}

size_t room_state_feed(const struct room_state *state, const char *feed)
{
    for (size_t i = 0; feed && i < state->n_feeds; i++)
        if (!strcmp(state->feed[i], feed))
            return i;
    return ROOM_FEEDS;
}

/* Points of a device stand together, and devices mostly in the configuration's order: sought from the last one on. */
static const struct device_config *device_of(struct room_state *state, const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->n_devices; i++) {
        size_t at = (state->last + i) % config->n_devices;
        if (!strcmp(config->device[at].id, id)) {
            state->last = at;
            return &config->device[at];
        }
    }
    return NULL;
}

static double value_of(const struct web_point *point)
{
    return quality_has_value(point->quality) ? point->value : (double)NAN;
}

static void find_feeds(struct room_state *state, const struct config *config)
{
    for (size_t i = 0; i < config->n_devices; i++) {
        const struct device_config *device = &config->device[i];
        if (device->room != state->room || device->role != ROLE_IT || !device->feed || state->n_feeds == ROOM_FEEDS ||
            room_state_feed(state, device->feed) < ROOM_FEEDS)
            continue;
        size_t at = state->n_feeds++;
        while (at > 0 && strcmp(state->feed[at - 1], device->feed) > 0) {
            state->feed[at] = state->feed[at - 1];
            at--;
        }
        state->feed[at] = device->feed;
    }
}

static int by_place(const void *a, const void *b)
{
    const struct rack_state *x = a, *y = b;
    int row = strverscmp(x->config->row ? x->config->row : "", y->config->row ? y->config->row : "");
    return row ? row
               : strverscmp(x->config->position ? x->config->position : x->config->id,
                            y->config->position ? y->config->position : y->config->id);
}

static void find_racks(struct room_state *state, const struct config *config)
{
    state->rack = calloc(config->n_racks + 1, sizeof *state->rack);
    if (!state->rack)
        abort();
    for (size_t i = 0; i < config->n_racks; i++)
        if (config->rack[i].room == state->room)
            state->rack[state->n_racks++] = (struct rack_state){.config = &config->rack[i], .w = NAN};
    qsort(state->rack, state->n_racks, sizeof *state->rack, by_place);
}

/* Sums with a missing part are not known; the first part makes a number of what was none. */
static void add_w(double *sum, unsigned n, double w)
{
    *sum = n ? *sum + w : w;
}

static void add_power(struct room_state *state, const struct config *config, const struct web_point *point)
{
    const struct device_config *device = device_of(state, config, point->device);
    double w = value_of(point) * (device && device->share > 0 ? device->share : 1);
    add_w(&state->role_w[point->role], state->role_n[point->role]++, w);
    if (point->role != ROLE_IT)
        return;
    size_t feed = room_state_feed(state, point->feed);
    if (feed < ROOM_FEEDS)
        state->feed_w[feed] += w;
    struct rack_state *rack = rack_of(state, point->rack);
    if (!rack)
        return;
    rack->w = isnan(rack->w) && !rack->devices ? w : rack->w + w;
    rack->devices++;
    if (feed < ROOM_FEEDS)
        rack->feed_w[feed] += w;
}

static void fuller(struct breaker_load *fullest, const struct web_point *point, double part)
{
    if (!fullest->point || part > fullest->part)
        *fullest = (struct breaker_load){point, part};
}

static void add_current(struct room_state *state, const struct web_point *point)
{
    double part = fabs(value_of(point)) / point->rating;
    struct rack_state *rack = rack_of(state, point->rack);
    if (!(part >= 0))
        return;
    fuller(&state->fullest, point, part);
    if (rack)
        fuller(&rack->fullest, point, part);
}

static bool at_inlet(struct room_state *state, const struct config *config, const struct web_point *point)
{
    const struct device_config *device = device_of(state, config, point->device);
    for (size_t i = 0; device && i < device->n_parts; i++)
        if (device->part[i].place == PLACE_RACK_INLET && !strcmp(device->part[i].part, point->part))
            return true;
    return false;
}

static void add_inlet(struct room_state *state, const struct web_point *point)
{
    double t = value_of(point);
    struct rack_state *rack = rack_of(state, point->rack);
    if (isnan(t))
        return;
    state->inlet_low = fmin(state->inlet_low, t);
    state->inlet_high = fmax(state->inlet_high, t);
    if (rack && (!rack->warmest || t > rack->warmest->value))
        rack->warmest = point;
    if (!state->warmest_point || t > state->warmest_point->value) {
        state->warmest_point = point;
        state->warmest = rack;
    }
}

static void add_sources(struct room_state *state, const struct config *config)
{
    for (size_t i = 0; i < config->n_sources; i++) {
        const struct source_config *source = &config->source[i];
        if (source->room != state->room || isnan(source->constant))
            continue;
        add_w(&state->role_w[source->role], state->role_n[source->role]++, source->constant);
        state->role_assumed[source->role]++;
    }
}

static void add_devices(struct room_state *state, const struct config *config, const struct web_model *model)
{
    for (size_t i = 0; i < config->n_devices; i++) {
        const struct device_config *device = &config->device[i];
        if (device->room != state->room)
            continue;
        const char *how = web_text(web_model_device(model, device->id), "state");
        state->devices++;
        state->online += !strcmp(how, "online");
        state->silent += !strcmp(how, "offline");
        struct rack_state *rack = device->rack < config->n_racks ? rack_of(state, config->rack[device->rack].id) : NULL;
        if (rack)
            rack->silent += !strcmp(how, "offline");
    }
}

/* A device that told nothing yet has the power that it has, and nobody knows it. */
static void add_unheard(struct room_state *state, const struct config *config, const struct web_model *model)
{
    for (size_t i = 0; i < config->n_devices; i++) {
        const struct device_config *device = &config->device[i];
        if (device->room != state->room || device->role == ROLE_NONE || device->role > ROLE_OTHER)
            continue;
        if (json_object_get(model->metering, device->id))
            continue;
        enum role also = device->role == ROLE_UPS_OUT ? ROLE_UPS_IN : device->role;
        state->role_w[device->role] = state->role_w[also] = NAN;
        state->role_n[device->role]++;
        state->role_n[also] += also != device->role;
    }
}

static double of(const struct room_state *state, enum role role)
{
    return state->role_n[role] ? state->role_w[role] : 0;
}

/* Contract C, roles: what enters, by meters at the grid, else as the sum of what is behind it. */
static void find_total(struct room_state *state)
{
    static const enum role sums[] = {ROLE_UPS_IN, ROLE_COOLING, ROLE_LIGHTING, ROLE_OTHER};
    unsigned n = 0;
    state->grid = state->role_n[ROLE_GRID] > 0;
    state->total_w = NAN;
    if (state->grid) {
        state->total_w = of(state, ROLE_GRID) + of(state, ROLE_GENERATOR) + of(state, ROLE_SOLAR) -
                         of(state, ROLE_EXPORT) - of(state, ROLE_NOT_ROOM);
        return;
    }
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++)
        if (state->role_n[sums[i]])
            add_w(&state->total_w, n++, state->role_w[sums[i]]);
}

struct room_state *room_state_gather(const struct config *config, const struct web_model *model, size_t room)
{
    struct room_state *state = calloc(1, sizeof *state);
    if (!state)
        abort();
    state->config = &config->room[room];
    state->room = room;
    state->inlet_low = state->inlet_high = NAN;
    find_feeds(state, config);
    find_racks(state, config);
    for (size_t i = 0; i < model->n; i++) {
        const struct web_point *point = &model->point[i];
        if (!in_room(state, point))
            continue;
        if (point->quantity == Q_ACTIVE_POWER && point->role != ROLE_NONE)
            add_power(state, config, point);
        else if (point->quantity == Q_CURRENT && point->rating > 0)
            add_current(state, point);
        else if (point->quantity == Q_TEMPERATURE && at_inlet(state, config, point))
            add_inlet(state, point);
    }
    add_sources(state, config);
    add_unheard(state, config, model);
    add_devices(state, config, model);
    find_total(state);
    return state;
}

void room_state_free(struct room_state *state)
{
    if (!state)
        return;
    free(state->rack);
    free(state);
}
