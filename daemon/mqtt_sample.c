/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_sample.h"
#include "wire_text.h"

#include <math.h>
#include <stdlib.h>

static int by_number(const void *key, const void *element)
{
    const uint32_t *number = key;
    const struct row_value *value = element;
    return *number < value->point ? -1 : *number > value->point;
}

static const struct row_value *value_of(const struct row *row, const struct live_point *point)
{
    return bsearch(&point->number, row->value, row->n, sizeof row->value[0], by_number);
}

static void put_head(FILE *out, bool *any, const struct row *row, enum quality worst)
{
    fputs(*any ? ",{\"ts\":" : "{\"samples\":[{\"ts\":", out);
    *any = true;
    wire_put_time(out, row->wall_ms);
    fputs(",\"q\":\"", out);
    fputs(quality_name(worst), out);
    putc('"', out);
}

static void put_value(FILE *out, const char *name, const struct row_value *value)
{
    fputs(",\"", out);
    fputs(name, out);
    fputs("\":", out);
    wire_put_number(out, quality_has_value(value->quality) ? value->value : NAN);
}

static void put_bad(FILE *out, const struct mqtt_points *part, const struct row *row)
{
    bool any = false;
    for (size_t i = 0; i < part->n; i++) {
        const struct row_value *value = value_of(row, part->point[i]);
        if (!value || quality_has_value(value->quality))
            continue;
        fputs(any ? ",\"" : ",\"bad\":{\"", out);
        fputs(quantity_row(part->point[i]->quantity)->name, out);
        fputs("\":\"", out);
        fputs(quality_name(value->quality), out);
        putc('"', out);
        any = true;
    }
    if (any)
        putc('}', out);
}

static bool put_sample(FILE *out, bool *any, const struct mqtt_points *part, const struct row *row)
{
    enum quality worst = QL_GOOD;
    bool found = false;
    for (size_t i = 0; i < part->n; i++) {
        const struct row_value *value = value_of(row, part->point[i]);
        found |= value != NULL;
        if (value && value->quality > worst)
            worst = value->quality;
    }
    if (!found)
        return false;
    put_head(out, any, row, worst);
    for (size_t i = 0; i < part->n; i++) {
        const struct row_value *value = value_of(row, part->point[i]);
        if (value)
            put_value(out, quantity_row(part->point[i]->quantity)->name, value);
    }
    if (!quality_has_value(worst))
        put_bad(out, part, row);
    putc('}', out);
    return true;
}

bool mqtt_sample_part(FILE *out, const struct mqtt_points *part, const struct row *const *rows, size_t n, size_t *at)
{
    bool any = false;
    for (unsigned samples = 0; *at < n && samples < MQTT_SAMPLES; (*at)++)
        samples += put_sample(out, &any, part, rows[*at]);
    if (any)
        fputs("]}", out);
    return any;
}

bool mqtt_sample_kpi(FILE *out, const struct live_point *point, const struct row *const *rows, size_t n, size_t *at)
{
    bool any = false;
    for (unsigned samples = 0; *at < n && samples < MQTT_SAMPLES; (*at)++) {
        const struct row_value *value = value_of(rows[*at], point);
        if (!value)
            continue;
        put_head(out, &any, rows[*at], value->quality);
        put_value(out, "value", value);
        putc('}', out);
        samples++;
    }
    if (any)
        fputs("]}", out);
    return any;
}
