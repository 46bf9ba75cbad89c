/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report.h"

#include "daemon/wire_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *report_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *report_time(int64_t s)
{
    char text[WIRE_TIME_MAX];
    if (!s)
        return json_null();
    wire_time(text, sizeof text, s * 1000);
    return json_string(text);
}

json_t *report_text(const char *text)
{
    if (!text || !*text)
        return json_null();
    json_t *json = json_string(text);
    if (json)
        return json;
    char *ascii = strdup(text);
    if (!ascii)
        abort();
    for (char *p = ascii; *p; p++)
        *p = *p & '\x80' ? '?' : *p;
    json = json_string(ascii);
    free(ascii);
    return json;
}

void report_missing(const struct report_source *source, const char *what, const char *format, ...)
{
    char why[300];
    va_list ap;
    va_start(ap, format);
    vsnprintf(why, sizeof why, format, ap);
    va_end(ap);
    json_t *one = json_object();
    json_object_set_new(one, "what", report_text(what));
    json_object_set_new(one, "why", report_text(why));
    size_t i;
    json_t *old;
    json_array_foreach(source->missing, i, old) if (json_equal(old, one))
    {
        json_decref(one);
        return;
    }
    json_array_append_new(source->missing, one);
}

void report_assume(const struct report_source *source, const char *key, double value, const char *unit,
                   const char *where)
{
    size_t i;
    json_t *old;
    json_array_foreach(source->assumed, i,
                       old) if (!strcmp(json_string_value(json_object_get(old, "key")), key)) return;
    json_t *one = json_object();
    json_object_set_new(one, "key", report_text(key));
    json_object_set_new(one, "value", report_number(value));
    json_object_set_new(one, "unit", json_string(unit));
    json_object_set_new(one, "source", report_text(where));
    json_array_append_new(source->assumed, one);
}

const struct kpi_result *report_figure(const struct report_source *source, enum quantity id)
{
    for (size_t i = 0; i < source->n_figures; i++)
        if (source->figure[i].id == id)
            return &source->figure[i];
    return NULL;
}

bool report_covers(const struct report_source *source, size_t room)
{
    return scope_covers(&source->of, room);
}

const struct eu_config *report_entered(const struct report_source *s)
{
    if (s->room && s->room->eu)
        return s->room->eu;
    bool site = s->room ? s->config->n_rooms == 1 : !s->of.group; /* a site's one room is the site */
    return site ? s->config->eu : NULL;
}

bool report_summed(const struct report_source *source)
{
    bool single = !source->of.group && figures_site_single(source->figures);
    return !source->room && !single && source->config->n_rooms;
}
