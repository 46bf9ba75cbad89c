/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_world.h"

#include "daemon/people.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *web_say(const struct web_world *world, const char *english)
{
    const char *said = world->words.translate ? world->words.translate(world->words.context, english) : NULL;
    return said ? said : english;
}

void web_put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value ? value : json_null()) < 0)
        abort();
}

/* Labels come from devices: what is no UTF-8 is shown as far as it is. */
static json_t *text_of(const char *text)
{
    json_t *value = json_string(text);
    if (value)
        return value;
    char *plain = strdup(text);
    if (!plain)
        abort();
    for (char *c = plain; *c; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    value = json_string(plain);
    free(plain);
    return value;
}

void web_put_text(json_t *object, const char *key, const char *text)
{
    if (text)
        web_put(object, key, text_of(text));
}

void web_put_words(json_t *object, const char *key, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    web_put_text(object, key, text);
}

json_t *web_add(json_t *list, json_t *object)
{
    if (json_array_append_new(list, object) < 0)
        abort();
    return object;
}

static void decimal(const struct web_world *world, char *text)
{
    char *point = world->decimal && world->decimal != '.' ? strchr(text, '.') : NULL;
    if (point)
        *point = world->decimal;
}

const char *web_digits(const struct web_world *world, char buffer[48], double value, int digits)
{
    if (!isfinite(value)) {
        snprintf(buffer, 48, "–");
        return buffer;
    }
    snprintf(buffer, 48, "%.*f", digits, value);
    decimal(world, buffer);
    return buffer;
}

void web_value_text(const struct web_world *world, enum quantity quantity, double value, char number[48], char unit[16])
{
    char text[64];
    *unit = '\0';
    if (isnan(value)) {
        snprintf(number, 48, "–");
        return;
    }
    if (quantity_row(quantity)->counter && dimension_of(quantity) == D_ENERGY) /* as the device's own display */
        snprintf(text, sizeof text, "%.1f kWh", value / 1000);
    else
        people_value(text, sizeof text, quantity, value);
    char *blank = dimension_of(quantity) == D_TIME ? NULL : strchr(text, ' ');
    if (blank) {
        *blank++ = '\0';
        bool degrees = !strcmp(blank, "degC");
        snprintf(unit, 16, "%s", degrees ? "°C" : !strcmp(blank, "m3/h") ? "m³/h" : blank);
    }
    snprintf(number, 48, "%s%s", *text == '-' && text[1] ? "−" : "", *text == '-' && text[1] ? text + 1 : text);
    decimal(world, number);
}

json_t *web_live_text(const char *key, const char *text, const char *state)
{
    json_t *object = json_object();
    web_put_text(object, "k", key);
    web_put_text(object, "v", text);
    web_put_text(object, "s", state);
    return object;
}

json_t *web_live_bar(const char *key, double part, const char *state)
{
    json_t *object = web_live_text(key, NULL, state);
    double width = isnan(part) ? 0 : 100 * fmin(fmax(part, 0), 1);
    web_put(object, "w", json_real(round(10 * width) / 10));
    return object;
}

json_t *web_value(const struct web_world *world, const char *key, enum quantity quantity, double value,
                  const char *state)
{
    char number[48], unit[16];
    web_value_text(world, quantity, value, number, unit);
    json_t *object = web_live_text(key, number, isnan(value) ? WEB_ABSENT : state ? state : WEB_FINE);
    web_put_text(object, "u", unit);
    return object;
}

json_t *web_value_of(const struct web_world *world, const struct web_point *point)
{
    if (!point)
        return web_live_text("", "–", WEB_ABSENT);
    return web_value(world, point->name, point->quantity,
                     quality_has_value(point->quality) ? point->value : (double)NAN, NULL);
}

const char *web_clock(char buffer[40], int64_t ms)
{
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    if (ms <= 0 || !localtime_r(&t, &tm) || !strftime(buffer, 40, "%Y-%m-%d %H:%M", &tm))
        snprintf(buffer, 40, "–");
    return buffer;
}

const char *web_ago(const struct web_world *world, char buffer[60], int64_t ms)
{
    static const struct {
        int64_t below, unit;
        const char *format;
    } rows[] = {{120, 1, "%lld s ago"},
                {7200, 60, "%lld min ago"},
                {172800, 3600, "%lld h ago"},
                {INT64_MAX, 86400, "%lld days ago"}};
    int64_t s = (world->now_ms - ms) / 1000;
    char english[60];
    if (ms <= 0) {
        snprintf(buffer, 60, "%s", web_say(world, "never"));
        return buffer;
    }
    size_t i = 0;
    while (s >= rows[i].below)
        i++;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(english, sizeof english, rows[i].format, (long long)((s > 0 ? s : 0) / rows[i].unit));
#pragma GCC diagnostic pop
    snprintf(buffer, 60, "%s", web_say(world, english));
    return buffer;
}

/* What stands under a figure moves as it does: live, each by a key of its own. */
static void put_ground(json_t *figure, const json_t *kpi, const char *name, const char *text)
{
    char key[ID_MAX + 60];
    snprintf(key, sizeof key, "%s/kpi/%s/%s", web_text(kpi, "scope"), web_text(kpi, "id"), name);
    web_put(figure, name, web_live_text(key, text, NULL));
}

static void put_share(const struct web_world *world, json_t *figure, const json_t *kpi, const char *name)
{
    char digits[48], text[64];
    double value = web_number(kpi, name);
    if (isnan(value))
        return;
    snprintf(text, sizeof text, "%s %%", web_digits(world, digits, 100 * value, value > 0.995 && value < 1 ? 1 : 0));
    put_ground(figure, kpi, name, text);
}

/* A value and its uncertainty with the digits that the uncertainty gives: two of its own, three decimals at most
 * (GUM 7.2.6). */
static void put_measured(const struct web_world *world, json_t *figure, const json_t *kpi, enum quantity quantity)
{
    char number[48], plain[48], unit[16], text[80], key[ID_MAX + 40];
    double value = web_number(kpi, "value"), uncertainty = web_number(kpi, "uncertainty");
    snprintf(key, sizeof key, "%s/kpi/%s", web_text(kpi, "scope"), web_text(kpi, "id"));
    const struct web_world english = {.decimal = '.'};
    web_value_text(&english, quantity, value, plain, unit);
    double scale = strtod(plain, NULL) > 0 ? value / strtod(plain, NULL) : 0;
    if (!(uncertainty > 0) || !(scale > 0)) {
        web_put(figure, "value", web_value(world, key, quantity, value, NULL));
        return;
    }
    scale = pow(10, round(log10(scale))); /* of the unit's prefix */
    int digits = (int)fmin(fmax(1 - floor(log10(uncertainty / scale)), 0), 3);
    json_t *shown = web_live_text(key, web_digits(world, number, value / scale, digits), WEB_FINE);
    web_put_text(shown, "u", unit);
    web_put(figure, "value", shown);
    snprintf(text, sizeof text, "± %s%s%s", web_digits(world, number, uncertainty / scale, digits), *unit ? " " : "",
             unit);
    put_ground(figure, kpi, "uncertainty", text);
}

static void put_window(json_t *figure, const json_t *kpi)
{
    char from[40], to[40];
    int64_t from_ms = web_time(kpi, "from"), to_ms = web_time(kpi, "to");
    if (!from_ms || to_ms <= from_ms)
        return;
    put_ground(figure, kpi, "from", web_clock(from, from_ms));
    put_ground(figure, kpi, "to", web_clock(to, to_ms));
}

json_t *web_figure(const struct web_world *world, const json_t *kpi)
{
    json_t *figure = json_object();
    if (!kpi)
        return figure;
    const char *id = web_text(kpi, "id"), *name = web_text(kpi, "name"), *reason = web_text(kpi, "reason");
    enum quantity quantity = quantity_parse(id);
    web_put_text(figure, "id", id);
    web_put_text(figure, "name", web_say(world, *name ? name : id));
    put_measured(world, figure, kpi, quantity);
    if (json_is_number(json_object_get(kpi, "category")))
        web_put(figure, "category", json_integer((json_int_t)web_number(kpi, "category")));
    put_share(world, figure, kpi, "coverage");
    if (web_number(kpi, "estimated") > 0)
        put_share(world, figure, kpi, "estimated");
    put_window(figure, kpi);
    if (*reason)
        put_ground(figure, kpi, "reason", web_say(world, reason));
    return figure;
}

const struct room_config *web_room(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->n_rooms; i++)
        if (!strcmp(config->room[i].id, id))
            return &config->room[i];
    return NULL;
}

const struct rack_config *web_rack(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->n_racks; i++)
        if (!strcmp(config->rack[i].id, id))
            return &config->rack[i];
    return NULL;
}

const struct device_config *web_device(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->n_devices; i++)
        if (!strcmp(config->device[i].id, id))
            return &config->device[i];
    return NULL;
}

const char *web_role(const struct web_world *world, enum role role)
{
    static const char *const words[ROLE_COUNT] = {
        [ROLE_NONE] = "",
        [ROLE_GRID] = "Grid",
        [ROLE_GENERATOR] = "Generator",
        [ROLE_SOLAR] = "Solar",
        [ROLE_FUEL] = "Fuel",
        [ROLE_EXPORT] = "Export",
        [ROLE_UPS_IN] = "UPS input",
        [ROLE_UPS_OUT] = "UPS output",
        [ROLE_IT] = "IT",
        [ROLE_COOLING] = "Cooling",
        [ROLE_COOLING_IMPORT] = "Cooling bought",
        [ROLE_LIGHTING] = "Lighting",
        [ROLE_OTHER] = "Other",
        [ROLE_NOT_ROOM] = "Not of the room",
        [ROLE_HEAT_OUT] = "Heat out",
        [ROLE_HEAT_PUMP] = "Heat pump",
        [ROLE_WATER] = "Water",
        [ROLE_WATER_POTABLE] = "Drinking water",
    };
    return *words[role] ? web_say(world, words[role]) : "";
}

const char *web_room_title(const struct room_config *room)
{
    return room->title && *room->title ? room->title : room->id;
}

const char *web_rack_title(const struct rack_config *rack)
{
    return rack->title && *rack->title ? rack->title : rack->id;
}
