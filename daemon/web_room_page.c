/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_room.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *state_words(const char *state)
{
    return !strcmp(state, "offline") ? "silent" : *state ? state : "not known";
}

static const char *state_colour(const char *state)
{
    return !strcmp(state, "online") ? WEB_FINE : !strcmp(state, "offline") ? WEB_BAD : WEB_ABSENT;
}

/* The most telling reading of a device: its power, else its heat, else a temperature. */
static const struct web_point *main_point(const struct web_model *model, const char *device)
{
    static const enum quantity wanted[] = {Q_ACTIVE_POWER, Q_HEAT_POWER, Q_COOLING_POWER, Q_TEMPERATURE};
    const struct web_point *best = NULL;
    size_t rank = SIZE_MAX;
    for (size_t i = 0; i < model->n; i++) {
        const struct web_point *point = &model->point[i];
        if (strcmp(point->device, device) != 0)
            continue;
        for (size_t k = 0; k < sizeof wanted / sizeof wanted[0]; k++)
            if (point->quantity == wanted[k] && (!best || 2 * k + (point->role == ROLE_NONE) < rank)) {
                best = point;
                rank = 2 * k + (point->role == ROLE_NONE);
            }
    }
    return best;
}

static json_t *device_row(const struct web_world *world, const struct device_config *device)
{
    char key[ID_MAX + 24], text[60];
    const json_t *status = web_model_device(world->model, device->id);
    const char *state = web_text(status, "state");
    json_t *row = json_object();
    web_put_text(row, "id", device->id);
    web_put_words(row, "href", "/device/%s", device->id);
    snprintf(key, sizeof key, "device/%s/state", device->id);
    web_put(row, "state", web_live_text(key, web_say(world, state_words(state)), state_colour(state)));
    snprintf(key, sizeof key, "device/%s/ago", device->id);
    web_put(row, "ago", web_live_text(key, web_ago(world, text, web_time(status, "last_ok")), NULL));
    web_put_text(row, "role", web_role(world, device->role));
    web_put_text(row, "feed", device->feed ? device->feed : "");
    if (device->rack < world->config->n_racks)
        web_put_text(row, "rack", web_rack_title(&world->config->rack[device->rack]));
    web_put_text(row, "profile", web_text(status, "profile"));
    web_put(row, "value", web_value_of(world, main_point(world->model, device->id)));
    return row;
}

static json_t *device_rows(const struct web_world *world, size_t room)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < world->config->n_devices; i++)
        if (world->config->device[i].room == room)
            web_add(rows, device_row(world, &world->config->device[i]));
    return rows;
}

/* The figures of a room that have a value or a reason, but the ones shown large. */
static json_t *figure_rows(const struct web_world *world, const char *scope)
{
    json_t *rows = json_array();
    size_t i;
    const json_t *kpi;
    json_array_foreach(world->model->kpis, i, kpi)
    {
        if (strcmp(web_text(kpi, "scope"), scope) == 0 && *web_text(kpi, "name"))
            web_add(rows, web_figure(world, kpi));
    }
    return rows;
}

static json_t *pictures(const struct web_world *world, const char *scope)
{
    static const struct {
        const char *what, *from, *title;
    } rows[] = {
        {"power", "-24h", "Power by use"},        {"it-by-rack", "-24h", "IT load by rack"},
        {"inlets", "-24h", "Inlet temperatures"}, {"heat", "-24h", "Heat that could be recovered"},
        {"energy-day", "-31d", "Energy per day"}, {"breakers", "-24h", "Fullest breakers"},
    };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        web_add(list, web_picture(world, rows[i].what, scope, rows[i].from, rows[i].title, WEB_SMALL));
    return list;
}

int web_room_page(const struct web_world *world, const struct web_query *query, json_t *view)
{
    const struct room_config *room = web_room(world->config, query->id);
    if (!room) {
        web_put_text(view, "error", "there is no room of this name");
        return -ENOENT;
    }
    size_t at = (size_t)(room - world->config->room);
    struct room_state *state = room_state_gather(world->config, world->model, at);
    web_room_summary(world, state, view);
    web_put(view, "chain", web_chain(world, state));
    web_put(view, "rows", web_rack_rows(world, state));
    web_put(view, "devices", device_rows(world, at));
    web_put(view, "figures", figure_rows(world, room->id));
    web_put(view, "pictures", pictures(world, room->id));
    web_put_text(view, "cooling", room->cooling);
    room_state_free(state);
    return 0;
}

void web_room_asks(const struct web_world *world, const struct web_query *query, json_t *asks)
{
    if (!web_room(world->config, query->id))
        return;
    json_t *peaks = web_add(asks, json_object());
    web_put_text(peaks, "do", "peaks");
    web_put_text(peaks, "room", query->id);
    web_put(peaks, "fresh", json_integer(60));
}

static json_t *peak_view(const struct web_world *world, const json_t *peak)
{
    char at[40];
    if (!json_is_object(peak))
        return json_null();
    json_t *view = json_object();
    web_put(view, "value", web_value(world, "", Q_ACTIVE_POWER, web_number(peak, "w"), NULL));
    web_clock(at, (int64_t)web_number(peak, "at") * 1000);
    web_put_text(view, "at", at + 11); /* the hour */
    return view;
}

void web_room_add(const struct web_world *world, const struct web_query *query, const json_t *answers, json_t *view)
{
    const json_t *peaks = json_array_get(answers, 0);
    static const char *const days[] = {"yesterday", "today"};
    (void)query;
    json_t *shown = json_object();
    for (size_t i = 0; i < 2; i++) {
        const json_t *day = json_object_get(peaks, days[i]);
        json_t *one = json_object();
        web_put(one, "total", peak_view(world, json_object_get(day, "total")));
        web_put(one, "it", peak_view(world, json_object_get(day, "it")));
        web_put(shown, days[i], one);
    }
    web_put(view, "peaks", shown);
    if (*web_text(peaks, "error"))
        web_put_text(view, "books_error", web_say(world, web_text(peaks, "error")));
}
