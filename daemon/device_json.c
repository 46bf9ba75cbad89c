/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/device_json.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA 1

static json_t *text_or_null(const char *text)
{
    /* a label may hold bytes that are no UTF-8: better none than no file */
    json_t *value = text ? json_string(text) : NULL;
    return value ? value : json_null();
}

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *states_json(const char *const *states)
{
    json_t *object = json_object();
    for (; states && states[0] && states[1]; states += 2)
        json_object_set_new(object, states[0], text_or_null(states[1]));
    return object;
}

static json_t *point_json(const struct point_shape *p, const char *label)
{
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "part", p->part, "quantity",
                  quantity_row(p->quantity)->name, "aspect", aspect_name(p->aspect), "computed", p->computed, "label",
                  text_or_null(label), "source", text_or_null(p->source), "also", text_or_null(p->also), "rating",
                  number_or_null(p->rating), "modulus", number_or_null(p->modulus), "step", number_or_null(p->step),
                  "refresh", number_or_null(p->refresh));
    if (object && p->states)
        json_object_set_new(object, "states", states_json(p->states));
    return object;
}

static json_t *manners_json(const struct manners *manners)
{
    return json_pack("{s:i, s:i, s:b, s:b}", "varbinds", (int)manners->varbinds, "repetitions",
                     (int)manners->repetitions, "no_bulk", manners->no_bulk, "version_1", manners->version_1);
}

char *device_json_write(const struct shape *shape)
{
    return device_json_write_with(shape, &(struct manners){0});
}

char *device_json_write_with(const struct shape *shape, const struct manners *manners)
{
    const struct identity *id = &shape->identity;
    json_t *points = json_array();
    for (size_t i = 0; i < shape->n; i++)
        json_array_append_new(points, point_json(&shape->point[i], shape->label[i]));
    json_t *root = json_pack("{s:i, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "schema", SCHEMA, "profile",
                             text_or_null(id->profile), "version", (int)id->version, "kind", text_or_null(id->kind),
                             "vendor", text_or_null(id->vendor), "model", text_or_null(id->model), "serial",
                             text_or_null(id->serial), "firmware", text_or_null(id->firmware), "points", points);
    if (!manners_equal(manners, &(struct manners){0}))
        json_object_set_new(root, "manners", manners_json(manners));
    char *text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    json_decref(root);
    return text;
}

static const char *get_text(struct arena *arena, json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? arena_strdup(arena, text) : NULL;
}

static double get_number(json_t *object, const char *key, double otherwise)
{
    json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

static const char *const *get_states(struct arena *arena, json_t *object)
{
    const char *key;
    json_t *value;
    size_t n = 0;
    if (!json_is_object(object) || !json_object_size(object))
        return NULL;
    const char **states = arena_alloc(arena, (2 * json_object_size(object) + 2) * sizeof *states);
    json_object_foreach(object, key, value)
    {
        if (!json_is_string(value))
            continue;
        states[n++] = arena_strdup(arena, key);
        states[n++] = arena_strdup(arena, json_string_value(value));
    }
    return states;
}

static void read_point(struct shape *shape, json_t *object)
{
    struct part part;
    const char *name = json_string_value(json_object_get(object, "part"));
    const char *quantity = json_string_value(json_object_get(object, "quantity"));
    const char *aspect = json_string_value(json_object_get(object, "aspect"));
    enum quantity q = quantity ? quantity_parse(quantity) : Q_NONE;
    int a = aspect && *aspect ? aspect_parse(aspect) : A_VALUE;
    if (!name || part_parse(name, &part) < 0 || q == Q_NONE || a < 0)
        return;
    struct point_shape *p = shape_add(shape);
    snprintf(p->part, sizeof p->part, "%s", name);
    p->quantity = q;
    p->aspect = (enum aspect)a;
    p->computed = json_is_true(json_object_get(object, "computed"));
    shape->label[shape->n - 1] = get_text(shape->arena, object, "label");
    p->source = get_text(shape->arena, object, "source");
    p->also = get_text(shape->arena, object, "also");
    p->states = get_states(shape->arena, json_object_get(object, "states"));
    p->rating = get_number(object, "rating", NAN);
    p->modulus = get_number(object, "modulus", 0);
    p->step = get_number(object, "step", 0);
    p->refresh = get_number(object, "refresh", 0);
}

static unsigned get_count(json_t *object, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(object, key));
    return value > 0 && value <= 1000 ? (unsigned)value : 0;
}

struct manners device_json_manners(const char *text)
{
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *object = json_object_get(root, "manners");
    struct manners manners = {get_count(object, "varbinds"), get_count(object, "repetitions"),
                              json_is_true(json_object_get(object, "no_bulk")),
                              json_is_true(json_object_get(object, "version_1"))};
    json_decref(root);
    return manners;
}

int device_json_read(const char *text, struct shape **ret)
{
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    json_t *points = json_object_get(root, "points");
    if (!json_is_array(points) || json_integer_value(json_object_get(root, "schema")) != SCHEMA) {
        json_decref(root);
        return -EBADMSG;
    }
    struct shape *shape = shape_new();
    shape->identity = (struct identity){
        .profile = get_text(shape->arena, root, "profile"),
        .version = (unsigned)json_integer_value(json_object_get(root, "version")),
        .kind = get_text(shape->arena, root, "kind"),
        .vendor = get_text(shape->arena, root, "vendor"),
        .model = get_text(shape->arena, root, "model"),
        .serial = get_text(shape->arena, root, "serial"),
        .firmware = get_text(shape->arena, root, "firmware"),
    };
    for (size_t i = 0; i < json_array_size(points); i++)
        read_point(shape, json_array_get(points, i));
    json_decref(root);
    *ret = shape_finish(shape);
    return 0;
}
