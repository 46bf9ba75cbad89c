/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_page.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The quality in words, where it is not simply good. */
static const char *quality_words(enum quality quality)
{
    switch (quality) {
    case QL_GOOD: return "";
    case QL_ESTIMATED: return "estimated";
    case QL_SILENT: return "device silent";
    case QL_STALE: return "no longer changes";
    case QL_SENTINEL: return "not measured";
    case QL_IMPLAUSIBLE: return "not plausible";
    case QL_COUNT: break;
    }
    return "";
}

/* "temperature supply" of temperature_supply, in the reader's language. */
static void put_quantity(const struct web_world *world, json_t *row, enum quantity quantity)
{
    char words[40];
    snprintf(words, sizeof words, "%s", quantity_row(quantity)->name);
    for (char *c = words; *c; c++)
        if (*c == '_')
            *c = ' ';
    web_put_text(row, "words", web_say(world, words));
}

static json_t *reading(const struct web_world *world, const struct web_point *point)
{
    char key[ID_MAX + PART_MAX + 60];
    json_t *row = json_object();
    const char *name = quantity_row(point->quantity)->name;
    web_put_text(row, "quantity", name);
    put_quantity(world, row, point->quantity);
    web_put(row, "value", web_value_of(world, point));
    snprintf(key, sizeof key, "%s/quality", point->name);
    web_put(row, "quality",
            web_live_text(key, web_say(world, quality_words(point->quality)),
                          point->quality == QL_GOOD ? WEB_FINE : WEB_WARN));
    if (point->quantity == Q_CURRENT && point->rating > 0) {
        char number[48];
        snprintf(key, sizeof key, "%s/bar", point->name);
        double part = fabs(point->value) / point->rating;
        web_put(row, "bar", web_live_bar(key, part, part > 1 ? WEB_BAD : part > 0.8 ? WEB_WARN : WEB_FINE));
        web_put_words(row, "of", "%s A", web_digits(world, number, point->rating, 0));
    }
    if (quantity_row(point->quantity)->graphed)
        web_put_words(row, "graph", "/graphs?what=%s", point->name);
    return row;
}

/* Readings by part, in the device's order. */
static json_t *parts_of(const struct web_world *world, const char *device)
{
    json_t *parts = json_array(), *readings = NULL;
    char here[PART_MAX] = "";
    for (size_t i = 0; i < world->model->n; i++) {
        const struct web_point *point = &world->model->point[i];
        if (strcmp(point->device, device) != 0)
            continue;
        if (!readings || strcmp(here, point->part) != 0) {
            json_t *part = web_add(parts, json_object());
            snprintf(here, sizeof here, "%s", point->part);
            web_put_text(part, "part", here);
            if (point->label && strcmp(point->label, device) != 0)
                web_put_text(part, "label", point->label);
            web_put_text(part, "feed", point->feed);
            web_put_text(part, "role", web_role(world, point->role));
            web_put(part, "readings", readings = json_array());
        }
        web_add(readings, reading(world, point));
    }
    return parts;
}

static void put_status(const struct web_world *world, const char *id, json_t *view)
{
    char text[60];
    const json_t *status = web_model_device(world->model, id);
    const char *state = web_text(status, "state");
    bool silent = !strcmp(state, "offline");
    web_put(view, "state",
            web_live_text("state",
                          web_say(world, silent   ? "silent"
                                         : *state ? state
                                                  : "not known"),
                          silent   ? WEB_BAD
                          : *state ? WEB_FINE
                                   : WEB_ABSENT));
    web_put(view, "ago", web_live_text("ago", web_ago(world, text, web_time(status, "last_ok")), NULL));
    double polls = web_number(status, "polls"), failures = web_number(status, "failures");
    snprintf(text, sizeof text, "%.0f / %.0f", isnan(failures) ? 0 : failures, isnan(polls) ? 0 : polls);
    web_put(view, "failures", web_live_text("failures", text, NULL));
    char number[48];
    snprintf(text, sizeof text, "%s ms", web_digits(world, number, web_number(status, "latency_ms"), 1));
    web_put(view, "latency", web_live_text("latency", text, NULL));
    web_put_text(view, "profile", web_text(status, "profile"));
}

int web_device_page(const struct web_world *world, const struct web_query *query, json_t *view)
{
    const struct device_config *device = web_device(world->config, query->id);
    if (!device) {
        web_put_text(view, "error", "there is no device of this name");
        return -ENOENT;
    }
    web_put_text(view, "title", device->id);
    web_put_text(view, "id", device->id);
    if (device->room < world->config->n_rooms) {
        const struct room_config *room = &world->config->room[device->room];
        web_put_text(view, "room", web_room_title(room));
        web_put_words(view, "room_href", "/room/%s", room->id);
    }
    if (device->rack < world->config->n_racks)
        web_put_text(view, "rack", web_rack_title(&world->config->rack[device->rack]));
    web_put_text(view, "role", web_role(world, device->role));
    web_put_text(view, "feed", device->feed);
    if (device->breaker > 0) {
        char number[48];
        web_put_words(view, "breaker", "%s A", web_digits(world, number, device->breaker, 0));
    }
    put_status(world, device->id, view);
    web_put(view, "parts", parts_of(world, device->id));
    web_put(view, "alerts", web_alert_list(world, NULL, device->id));
    return 0;
}

void web_device_asks(const struct web_world *world, const struct web_query *query, json_t *asks)
{
    static const char *const what[] = {"device", "energy"};
    if (!web_device(world->config, query->id))
        return;
    for (size_t i = 0; i < 2; i++) {
        json_t *ask = web_add(asks, json_object());
        web_put_text(ask, "do", what[i]);
        web_put_text(ask, "device", query->id);
        web_put(ask, "fresh", json_integer(30));
    }
}

static const json_t *shape_of(const json_t *points, const char *part, const char *quantity)
{
    size_t i;
    const json_t *point;
    json_array_foreach(points, i, point)
    {
        if (!strcmp(web_text(point, "part"), part) && !strcmp(web_text(point, "quantity"), quantity) &&
            !*web_text(point, "aspect"))
            return point;
    }
    return NULL;
}

/* "2 (on battery)": what a state's number means. */
static void name_state(const struct web_world *world, const json_t *shape, json_t *row)
{
    char number[24];
    json_t *value = json_object_get(row, "value");
    snprintf(number, sizeof number, "%s", web_text(value, "v"));
    const char *name = json_string_value(json_object_get(json_object_get(shape, "states"), number));
    if (name)
        web_put_text(row, "meaning", web_say(world, name));
}

static json_t *energy_row(const struct web_world *world, const char *part, const char *label, const json_t *energy,
                          enum quantity quantity)
{
    static const char *const windows[] = {"today", "yesterday", "month", "last_month", "year"};
    json_t *row = json_object();
    web_put_text(row, "part", part);
    web_put_text(row, "label", label);
    put_quantity(world, row, quantity);
    bool estimated = false;
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        const json_t *window = json_object_get(energy, windows[i]);
        char number[48] = "–";
        double wh = web_number(window, "wh");
        if (window && web_number(window, "covered_s") > 0)
            web_digits(world, number, dimension_of(quantity) == D_VOLUME ? wh : wh / 1000, fabs(wh) < 1e5 ? 2 : 1);
        web_put_text(row, windows[i], number);
        estimated |= web_number(window, "estimated_wh") > 0.01 * fabs(wh);
    }
    web_put_text(row, "unit", dimension_of(quantity) == D_VOLUME ? "m³" : "kWh");
    if (estimated)
        web_put_text(row, "estimated", web_say(world, "partly estimated"));
    return row;
}

static void add_shape(const struct web_world *world, const json_t *device, json_t *view)
{
    const json_t *points = json_object_get(device, "points");
    static const char *const texts[] = {"vendor", "model", "serial", "firmware", "kind"};
    size_t i, k;
    json_t *part, *row;
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (*web_text(device, texts[i]))
            web_put_text(view, texts[i], web_text(device, texts[i]));
    json_array_foreach(json_object_get(view, "parts"), i, part)
    {
        json_array_foreach(json_object_get(part, "readings"), k, row)
        {
            const json_t *shape = shape_of(points, web_text(part, "part"), web_text(row, "quantity"));
            web_put_text(row, "source", web_text(shape, "source"));
            if (json_is_true(json_object_get(shape, "computed")))
                web_put_text(row, "source", web_say(world, "computed"));
            if (!strcmp(web_text(row, "quantity"), "state"))
                name_state(world, shape, row);
        }
    }
}

static const char *label_of(const json_t *view, const char *name)
{
    size_t i;
    const json_t *part;
    json_array_foreach(json_object_get(view, "parts"), i, part)
    {
        if (!strcmp(web_text(part, "part"), name))
            return web_text(part, "label");
    }
    return "";
}

void web_device_add(const struct web_world *world, const struct web_query *query, const json_t *answers, json_t *view)
{
    const json_t *device = json_object_get(json_array_get(answers, 0), "device"), *energy;
    json_t *energies = json_object_get(json_array_get(answers, 1), "energy"), *rows = json_array();
    const char *key;
    (void)query;
    add_shape(world, device, view);
    /* of the ledger alone: also when nobody answers */
    json_object_foreach(energies, key, energy)
    {
        char part[PART_MAX];
        const char *slash = strchr(key, '/');
        enum quantity quantity = quantity_parse(slash + 1);
        snprintf(part, sizeof part, "%.*s", (int)(slash - key), key);
        web_add(rows, energy_row(world, part, label_of(view, part), energy, quantity));
    }
    web_put(view, "has_energies", json_boolean(json_array_size(rows) > 0));
    web_put(view, "energies", rows);
    if (*web_text(json_array_get(answers, 1), "error"))
        web_put_text(view, "books_error", web_say(world, web_text(json_array_get(answers, 1), "error")));
}
