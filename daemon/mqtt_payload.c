/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_payload.h"
#include "wire_text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* "key":, with a comma before it unless it is the first of its object. */
static void put_key(FILE *out, bool *first, const char *key)
{
    if (!*first)
        putc(',', out);
    *first = false;
    wire_put_string(out, key);
    putc(':', out);
}

static void put_text(FILE *out, bool *first, const char *key, const char *text)
{
    put_key(out, first, key);
    wire_put_string(out, text && text[0] ? text : NULL);
}

static void put_number(FILE *out, bool *first, const char *key, double value)
{
    put_key(out, first, key);
    wire_put_number(out, value);
}

static void put_time(FILE *out, bool *first, const char *key, int64_t ms)
{
    put_key(out, first, key);
    wire_put_time(out, ms);
}

/* Names of quantities, qualities and the keys here are plain ASCII: nothing to escape, and this is the hot path. */
static void put_plain(FILE *out, const char *name)
{
    fputs(",\"", out);
    fputs(name, out);
    fputs("\":", out);
}

static void put_bad(FILE *out, const struct mqtt_points *part)
{
    bool any = false;
    for (size_t i = 0; i < part->n; i++) {
        const struct live_point *point = part->point[i];
        if (point->gone || quality_has_value(point->quality))
            continue;
        fputs(any ? ",\"" : ",\"bad\":{\"", out);
        fputs(quantity_row(point->quantity)->name, out);
        fputs("\":\"", out);
        fputs(quality_name(point->quality), out);
        putc('"', out);
        any = true;
    }
    if (any)
        putc('}', out);
}

bool mqtt_payload_state(FILE *out, const struct mqtt_points *part)
{
    enum quality worst = QL_GOOD;
    int64_t ts_ms = 0;
    for (size_t i = 0; i < part->n; i++) {
        const struct live_point *point = part->point[i];
        if (point->gone)
            continue;
        if (point->quality > worst)
            worst = point->quality;
        if (point->ts_ms > ts_ms)
            ts_ms = point->ts_ms;
    }
    if (ts_ms == 0)
        return false;
    fputs("{\"ts\":", out);
    wire_put_time(out, ts_ms);
    fputs(",\"q\":\"", out);
    fputs(quality_name(worst), out);
    putc('"', out);
    for (size_t i = 0; i < part->n; i++) {
        const struct live_point *point = part->point[i];
        if (point->gone)
            continue;
        put_plain(out, quantity_row(point->quantity)->name);
        wire_put_number(out, quality_has_value(point->quality) ? point->value : NAN);
    }
    if (!quality_has_value(worst))
        put_bad(out, part);
    putc('}', out);
    return true;
}

/* What the numbers of a state mean: {"1":"off","2":"on"}. */
static void put_states(FILE *out, const char *const *states)
{
    bool first = true;
    putc('{', out);
    for (; states[0] && states[1]; states += 2) {
        put_key(out, &first, states[0]);
        wire_put_string(out, states[1]);
    }
    putc('}', out);
}

/* Peaks, ratings and the like that the device tells of the part: contract B, aspect. {"active_power":["peak"]} */
static void put_aspects(FILE *out, bool *first, const struct shape *shape, const char *part)
{
    bool any = false;
    for (enum quantity q = Q_NONE; q < Q_COUNT; q++) {
        bool of_this = false;
        for (size_t i = 0; shape && i < shape->n; i++) {
            const struct point_shape *point = &shape->point[i];
            if (point->quantity != q || point->aspect == A_VALUE || strcmp(point->part, part) != 0)
                continue;
            if (!any)
                put_key(out, first, "aspects");
            fputs(of_this ? "," : any ? ",\"" : "{\"", out);
            if (!of_this)
                fprintf(out, "%s\":[", quantity_row(q)->name);
            fprintf(out, "\"%s\"", aspect_name(point->aspect));
            any = of_this = true;
        }
        if (of_this)
            putc(']', out);
    }
    if (any)
        putc('}', out);
}

static void put_part(FILE *out, const struct mqtt_points *part, const struct shape *shape)
{
    bool first = true, first_unit = true;
    const struct live_point *any = NULL, *rated = NULL;
    const char *const *states = NULL;
    for (size_t i = 0; i < part->n; i++)
        if (!part->point[i]->gone) {
            const struct live_point *point = part->point[i];
            any = any ? any : point;
            rated = isfinite(point->rating) ? point : rated;
            states = point->quantity == Q_STATE && point->states ? point->states : states;
        }
    putc('{', out);
    put_text(out, &first, "label", any->label);
    if (any->phase != PH_NONE)
        put_text(out, &first, "phase", phase_name(any->phase));
    put_text(out, &first, "feed", any->feed);
    put_text(out, &first, "role", any->role == ROLE_NONE ? NULL : role_names[any->role]);
    put_key(out, &first, "units");
    putc('{', out);
    for (size_t i = 0; i < part->n; i++)
        if (!part->point[i]->gone) {
            const struct quantity_row *row = quantity_row(part->point[i]->quantity);
            put_key(out, &first_unit, row->name);
            wire_put_string(out, row->unit);
        }
    putc('}', out);
    if (rated) {
        put_key(out, &first, "rating");
        fprintf(out, "{\"%s\":", quantity_row(rated->quantity)->name);
        wire_put_number(out, rated->rating);
        putc('}', out);
    }
    if (states) {
        put_key(out, &first, "states");
        put_states(out, states);
    }
    put_aspects(out, &first, shape, part->part);
    putc('}', out);
}

static bool has_point(const struct mqtt_points *part)
{
    for (size_t i = 0; i < part->n; i++)
        if (!part->point[i]->gone)
            return true;
    return false;
}

void mqtt_payload_device(FILE *out, const struct live_device *device, const struct live *live,
                         const struct mqtt_points *parts, size_t n)
{
    const struct device_config *config = device->config;
    const struct identity none = {0}, *identity = device->shape ? &device->shape->identity : &none;
    bool first = true, first_part = true;
    putc('{', out);
    put_text(out, &first, "name", config->id);
    put_text(out, &first, "kind", identity->kind);
    put_text(out, &first, "vendor", identity->vendor);
    put_text(out, &first, "model", identity->model);
    put_text(out, &first, "serial", identity->serial);
    put_text(out, &first, "firmware", identity->firmware);
    put_text(out, &first, "profile", identity->profile);
    put_text(out, &first, "room", config->room == NO_INDEX ? NULL : live->config->room[config->room].id);
    put_text(out, &first, "rack", config->rack == NO_INDEX ? NULL : live->config->rack[config->rack].id);
    put_text(out, &first, "feed", config->feed);
    put_text(out, &first, "role", config->role == ROLE_NONE ? NULL : role_names[config->role]);
    put_number(out, &first, "every_s", config->setup ? (double)config->setup->every_us / 1e6 : NAN);
    put_key(out, &first, "parts");
    putc('{', out);
    for (size_t i = 0; i < n; i++)
        if (has_point(&parts[i])) {
            put_key(out, &first_part, parts[i].part);
            put_part(out, &parts[i], device->shape);
        }
    fputs("}}", out);
}

void mqtt_payload_site(FILE *out, const struct live *live, const char *version, const char *host)
{
    bool first = true;
    putc('{', out);
    put_number(out, &first, "schema", 1);
    put_text(out, &first, "site", live->config->site);
    put_text(out, &first, "title", live->config->title);
    put_text(out, &first, "sw", version);
    put_text(out, &first, "host", host);
    put_time(out, &first, "started", live->started_ms);
    put_number(out, &first, "devices", (double)live->config->n_devices);
    putc('}', out);
}

void mqtt_payload_kpi(FILE *out, const struct kpi_result *result, int64_t ts_ms)
{
    const struct quantity_row *row = quantity_row(result->id);
    bool first = true;
    putc('{', out);
    put_time(out, &first, "ts", ts_ms);
    put_number(out, &first, "value", result->value);
    put_key(out, &first, "unit");
    wire_put_string(out, row->unit);
    put_text(out, &first, "name", result->name);
    put_time(out, &first, "from", result->from_s * 1000);
    put_time(out, &first, "to", result->to_s * 1000);
    put_number(out, &first, "category", result->category ? (double)result->category : NAN);
    put_number(out, &first, "coverage", result->coverage);
    put_number(out, &first, "estimated", result->estimated);
    put_number(out, &first, "uncertainty", result->uncertainty);
    put_text(out, &first, "reason", result->reason);
    putc('}', out);
}

/* RFC 5424 table 2 in the words that people filter on. */
static const char *severity(int priority)
{
    return priority <= 2 ? "critical" : priority == 3 ? "error" : priority == 4 ? "warning" : "notice";
}

void mqtt_payload_alert(FILE *out, const struct alert_entry *entry, uint64_t seq)
{
    bool first = true;
    putc('{', out);
    put_time(out, &first, "ts", entry->at_ms);
    if (seq > 0) {
        put_key(out, &first, "seq");
        fprintf(out, "%" PRIu64, seq);
    }
    put_text(out, &first, "id", entry->id);
    put_text(out, &first, "state", entry->raised ? "active" : "cleared");
    put_text(out, &first, "rule", entry->rule);
    put_text(out, &first, "severity", severity(entry->priority));
    put_time(out, &first, "since", entry->since_ms);
    put_text(out, &first, "room", entry->room);
    put_text(out, &first, "device", entry->device);
    put_text(out, &first, "point", entry->point);
    put_number(out, &first, "value", entry->value);
    put_number(out, &first, "limit", entry->limit);
    put_text(out, &first, "unit", entry->unit);
    put_text(out, &first, "text", entry->text);
    putc('}', out);
}
