/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_room.h"

#include "daemon/climate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BRIEF 3 /* alerts told of a room at a glance */

const char *web_inlet_state(const struct room_config *room, double celsius)
{
    const struct envelope envelope = envelope_of(room->ashrae, room->altitude);
    switch (climate_zone(&envelope, celsius, NAN)) {
    case CLIMATE_RECOMMENDED: return WEB_FINE;
    case CLIMATE_ALLOWABLE: return WEB_WARN;
    case CLIMATE_OUTSIDE: return WEB_BAD;
    }
    return WEB_FINE;
}

const char *web_load_state(double part)
{
    return isnan(part) ? WEB_ABSENT : part > 1 ? WEB_BAD : part > 0.8 ? WEB_WARN : WEB_FINE;
}

json_t *web_inlets(const struct web_world *world, const struct room_state *state)
{
    char key[ID_MAX + 40], text[48];
    const struct envelope box = envelope_of(state->config->ashrae, state->config->altitude);
    if (!state->warmest_point)
        return json_null();
    json_t *inlets = json_object();
    snprintf(key, sizeof key, "%s/inlet-low", state->config->id);
    web_put(inlets, "low",
            web_value(world, key, Q_TEMPERATURE, state->inlet_low, web_inlet_state(state->config, state->inlet_low)));
    snprintf(key, sizeof key, "%s/inlet-high", state->config->id);
    web_put(inlets, "high",
            web_value(world, key, Q_TEMPERATURE, state->inlet_high, web_inlet_state(state->config, state->inlet_high)));
    web_put_text(inlets, "class", climate_class_name(state->config->ashrae));
    web_put_words(inlets, "recommended", "%.0f–%.0f °C", box.recommended.low, box.recommended.high);
    snprintf(key, sizeof key, "%s/warmest", state->config->id);
    const char *name = state->warmest ? web_rack_title(state->warmest->config) : state->warmest_point->device;
    snprintf(text, sizeof text, "%s", name);
    web_put(inlets, "warmest", web_live_text(key, text, WEB_FINE));
    return inlets;
}

json_t *web_fullest(const struct web_world *world, const struct breaker_load *load, const char *key)
{
    char name[120], of[80], number[48], rating[48], unit[16], subkey[ID_MAX + 60];
    if (!load->point)
        return json_null();
    json_t *fullest = json_object();
    snprintf(subkey, sizeof subkey, "%s/part", key);
    web_put(fullest, "part", web_value(world, subkey, Q_LOAD, 100 * load->part, web_load_state(load->part)));
    snprintf(subkey, sizeof subkey, "%s/bar", key);
    web_put(fullest, "bar", web_live_bar(subkey, load->part, web_load_state(load->part)));
    snprintf(name, sizeof name, "%s %s", load->point->device, load->point->part);
    snprintf(subkey, sizeof subkey, "%s/name", key);
    web_put(fullest, "name", web_live_text(subkey, name, WEB_FINE));
    web_value_text(world, Q_CURRENT, load->point->value, number, unit);
    web_digits(world, rating, load->point->rating, fmod(load->point->rating, 1) > 0);
    snprintf(of, sizeof of, "%s / %s A", number, rating);
    snprintf(subkey, sizeof subkey, "%s/of", key);
    web_put(fullest, "of", web_live_text(subkey, of, WEB_FINE));
    return fullest;
}

json_t *web_heat(const struct web_world *world, const struct room_config *room)
{
    static const char *const ids[] = {"heat-power", "heat-temperature", "heat-cop", "heat-delivered"};
    static const char *const names[] = {"power", "temperature", "cop", "delivered"};
    json_t *heat = json_object();
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        const json_t *kpi = web_model_kpi(world->model, room->id, ids[i]);
        if (kpi)
            web_put(heat, names[i], web_figure(world, kpi));
    }
    if (!isnan(room->heat.sink_supply)) {
        char text[48];
        web_put_words(heat, "sink", "%s °C", web_digits(world, text, room->heat.sink_supply, 0));
    }
    return heat;
}

/* The figure that a room is known by: a PUE of twelve months where there is one, else that of a day. */
json_t *web_best_pue(const struct web_world *world, const char *scope)
{
    static const char *const ids[] = {"pue", "ipue", "ppue"};
    const json_t *first = NULL;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        const json_t *kpi = web_model_kpi(world->model, scope, ids[i]);
        if (kpi && !isnan(web_number(kpi, "value")))
            return web_figure(world, kpi);
        if (kpi && (!first || i == 1)) /* the reason of the day's says most */
            first = kpi;
    }
    return web_figure(world, first);
}

static void put_verdict(const struct web_world *world, const struct room_state *state, const json_t *alerts,
                        json_t *view)
{
    size_t n = json_array_size(alerts);
    bool serious = false;
    for (size_t i = 0; i < n; i++)
        serious |= !strcmp(web_text(json_array_get(alerts, i), "state"), WEB_BAD);
    if (!world->model->told_ms) {
        web_put_text(view, "verdict", web_say(world, "not known"));
        web_put_text(view, "verdict_state", WEB_ABSENT);
    } else if (n) {
        char english[40];
        snprintf(english, sizeof english, n == 1 ? "1 alert" : "%zu alerts", n);
        web_put_text(view, "verdict", web_say(world, english));
        web_put_text(view, "verdict_state", serious ? WEB_BAD : WEB_WARN);
    } else {
        web_put_text(view, "verdict", web_say(world, state->silent ? "devices silent" : "all well"));
        web_put_text(view, "verdict_state", state->silent ? WEB_WARN : "good");
    }
}

/* The first few, which are the most serious; and how many more. */
static void put_brief(const struct web_world *world, const json_t *alerts, json_t *view)
{
    json_t *brief = json_array();
    size_t n = json_array_size(alerts);
    for (size_t i = 0; i < n && i < BRIEF; i++)
        json_array_append(brief, json_array_get(alerts, i));
    web_put(view, "brief", brief);
    char english[40];
    snprintf(english, sizeof english, "and %zu more", n - BRIEF);
    web_put_text(view, "more", n > BRIEF ? web_say(world, english) : "");
}

void web_room_summary(const struct web_world *world, const struct room_state *state, json_t *view)
{
    char key[ID_MAX + 40], text[40];
    const char *id = state->config->id;
    web_put_text(view, "id", id);
    web_put_text(view, "title", web_room_title(state->config));
    web_put_words(view, "href", "/room/%s", id);
    snprintf(key, sizeof key, "%s/total", id);
    web_put(view, "total", web_value(world, key, Q_ACTIVE_POWER, state->total_w, NULL));
    web_put(view, "it", web_figure(world, web_model_kpi(world->model, id, "it-power")));
    web_put(view, "ratio", web_figure(world, web_model_kpi(world->model, id, "power-ratio")));
    web_put(view, "pue", web_best_pue(world, id));
    web_put(view, "inlets", web_inlets(world, state));
    snprintf(key, sizeof key, "%s/fullest", id);
    web_put(view, "fullest", web_fullest(world, &state->fullest, key));
    web_put(view, "heat", web_heat(world, state->config));
    snprintf(key, sizeof key, "%s/online", id);
    snprintf(text, sizeof text, "%u / %u", state->online, state->devices);
    web_put(view, "online", web_live_text(key, text, state->silent ? WEB_WARN : state->online ? WEB_FINE : WEB_ABSENT));
    json_t *alerts = web_alert_list(world, id, NULL);
    put_verdict(world, state, alerts, view);
    put_brief(world, alerts, view);
    web_put(view, "alerts", alerts);
}

static void put_groups(const struct web_world *world, json_t *list)
{
    const struct config *config = world->config;
    for (size_t i = 0; i < config->n_groups; i++) {
        const struct group_config *group = &config->group[i];
        json_t *one = web_add(list, json_object());
        char members[200] = "";
        size_t at = 0;
        for (size_t k = 0; k < group->n_rooms && at < sizeof members; k++)
            at += (size_t)snprintf(members + at, sizeof members - at, "%s%s", k ? ", " : "",
                                   web_room_title(&config->room[group->room[k]]));
        web_put_text(one, "id", group->id);
        web_put_text(one, "title", group->title);
        web_put_words(one, "href", "/reports?scope=%s", group->id);
        web_put_text(one, "members", members);
        web_put(one, "it", web_figure(world, web_model_kpi(world->model, group->id, "it-power")));
        web_put(one, "pue", web_best_pue(world, group->id));
        web_put(one, "picture", web_picture(world, "power", group->id, "-24h", "Power by use", WEB_SMALL));
    }
}

int web_overview(const struct web_world *world, const struct web_query *query, json_t *view)
{
    json_t *rooms = json_array(), *groups = json_array();
    (void)query;
    for (size_t i = 0; i < world->config->n_rooms; i++) {
        struct room_state *state = room_state_gather(world->config, world->model, i);
        json_t *room = web_add(rooms, json_object());
        web_room_summary(world, state, room);
        web_put(room, "picture", web_picture(world, "power", state->config->id, "-24h", "Power by use", WEB_SMALL));
        room_state_free(state);
    }
    put_groups(world, groups);
    web_put(view, "rooms", rooms);
    web_put(view, "groups", groups);
    web_put(view, "site_pue", web_best_pue(world, "site"));
    web_put(view, "site_it", web_figure(world, web_model_kpi(world->model, "site", "it-power")));
    web_put(view, "alerts", web_alert_list(world, NULL, NULL));
    return 0;
}
