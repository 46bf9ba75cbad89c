/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_model.h"

#include "daemon/wire_text.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *web_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

double web_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

int64_t web_time(const json_t *object, const char *key)
{
    int64_t ms;
    return wire_time_parse(web_text(object, key), &ms) == 0 ? ms : 0;
}

static enum role role_of(const char *name)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        if (!strcmp(role_names[i], name))
            return (enum role)i;
    return ROLE_NONE;
}

static const char *text_or_null(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* False for a name that is none. */
static bool read_point(const json_t *object, struct web_point *point)
{
    *point = (struct web_point){.name = web_text(object, "point")};
    const char *part = strchr(point->name, '/'), *quantity = part ? strchr(part + 1, '/') : NULL;
    if (!quantity || (size_t)(part - point->name) >= sizeof point->device ||
        (size_t)(quantity - part - 1) >= sizeof point->part)
        return false;
    memcpy(point->device, point->name, (size_t)(part - point->name));
    memcpy(point->part, part + 1, (size_t)(quantity - part - 1));
    int quality = quality_parse(web_text(object, "quality"));
    point->quantity = quantity_parse(quantity + 1);
    point->quality = quality < 0 ? QL_SILENT : (enum quality)quality;
    point->value = web_number(object, "value");
    point->rating = web_number(object, "rating");
    point->label = text_or_null(object, "label");
    point->room = text_or_null(object, "room");
    point->rack = text_or_null(object, "rack");
    point->feed = text_or_null(object, "feed");
    point->role = role_of(web_text(object, "role"));
    point->ts_ms = web_time(object, "ts");
    return true;
}

static void read_points(struct web_model *model, const json_t *points)
{
    size_t i;
    const json_t *object;
    model->n = 0;
    model->index = json_object();
    model->metering = json_object();
    model->point = calloc(json_array_size(points) + 1, sizeof *model->point);
    if (!model->point || !model->index || !model->metering)
        abort();
    json_array_foreach(points, i, object)
    {
        if (!read_point(object, &model->point[model->n]))
            continue;
        json_object_set_new(model->index, model->point[model->n].name, json_integer((json_int_t)model->n));
        if (model->point[model->n].role != ROLE_NONE)
            json_object_set_new(model->metering, model->point[model->n].device, json_true());
        model->n++;
    }
}

static void forget(struct web_model *model)
{
    json_decref(model->json);
    json_decref(model->index);
    json_decref(model->metering);
    free(model->point);
    model->json = model->index = model->metering = NULL;
    model->point = NULL;
    model->n = 0;
    model->status = model->kpis = model->alerts = NULL;
}

int web_model_take(struct web_model *model, const char *bytes, size_t n, int64_t now_ms)
{
    json_t *json = json_loadb(bytes, n, 0, NULL);
    const char *error = json_string_value(json_object_get(json, "error"));
    if (error)
        web_model_down(model, error);
    if (error || !json_is_object(json_object_get(json, "status"))) {
        json_decref(json);
        return error ? 0 : -EBADMSG;
    }
    forget(model);
    model->json = json;
    model->status = json_object_get(json, "status");
    model->kpis = json_object_get(json, "kpi");
    model->alerts = json_object_get(json, "alerts");
    read_points(model, json_object_get(json, "points"));
    model->up = true;
    model->told_ms = now_ms;
    model->sequence++;
    *model->words = '\0';
    return 0;
}

void web_model_down(struct web_model *model, const char *words)
{
    model->up = false;
    model->sequence++;
    snprintf(model->words, sizeof model->words, "%s", words);
}

void web_model_done(struct web_model *model)
{
    forget(model);
}

const struct web_point *web_model_point(const struct web_model *model, const char *format, ...)
{
    char name[ID_MAX + PART_MAX + 32];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    const json_t *at = json_object_get(model->index, name);
    return at ? &model->point[json_integer_value(at)] : NULL;
}

double web_model_value(const struct web_model *model, const char *name)
{
    const struct web_point *point = web_model_point(model, "%s", name);
    return point ? point->value : (double)NAN;
}

static const json_t *find(const json_t *list, const char *key, const char *value, const char *scope)
{
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one)
    {
        if (!strcmp(web_text(one, key), value) && (!scope || !strcmp(web_text(one, "scope"), scope)))
            return one;
    }
    return NULL;
}

const json_t *web_model_kpi(const struct web_model *model, const char *scope, const char *id)
{
    return find(model->kpis, "id", id, scope);
}

const json_t *web_model_device(const struct web_model *model, const char *id)
{
    return find(json_object_get(model->status, "devices"), "id", id, NULL);
}
