/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shape.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct shape *shape_new(void)
{
    struct arena *arena = arena_new();
    struct shape *shape = ARENA_NEW(arena, struct shape);
    shape->arena = arena;
    atomic_init(&shape->refs, 1);
    return shape;
}

void shape_reserve(struct shape *shape, size_t n)
{
    if (n <= shape->room)
        return;
    struct point_shape *larger = arena_alloc(shape->arena, n * sizeof *larger);
    if (shape->n)
        memcpy(larger, shape->point, shape->n * sizeof *larger);
    shape->point = larger;
    shape->room = n;
}

struct point_shape *shape_add(struct shape *shape)
{
    if (shape->n == shape->room)
        shape_reserve(shape, shape->room ? 2 * shape->room : 8);
    struct point_shape *point = &shape->point[shape->n++];
    point->rating = NAN;
    return point;
}

void shape_note(struct shape *shape, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    shape->note = arena_push(shape->arena, shape->note, &shape->n_notes, sizeof *shape->note);
    shape->note[shape->n_notes - 1] = arena_strdup(shape->arena, text);
}

struct shape *shape_ref(struct shape *shape)
{
    atomic_fetch_add(&shape->refs, 1);
    return shape;
}

void shape_unref(struct shape *shape)
{
    if (shape && atomic_fetch_sub(&shape->refs, 1) == 1)
        arena_free(shape->arena);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static bool same_identity(const struct identity *a, const struct identity *b)
{
    return same_text(a->profile, b->profile) && a->version == b->version && same_text(a->kind, b->kind) &&
           same_text(a->vendor, b->vendor) && same_text(a->model, b->model) && same_text(a->serial, b->serial) &&
           same_text(a->firmware, b->firmware);
}

static bool same_number(double a, double b)
{
    return isnan(a) ? isnan(b) : fabs(a - b) <= 0;
}

static bool same_point(const struct point_shape *a, const struct point_shape *b)
{
    return !strcmp(a->part, b->part) && a->quantity == b->quantity && a->aspect == b->aspect &&
           same_text(a->label, b->label) && same_text(a->source, b->source) && same_number(a->rating, b->rating);
}

bool shape_equal(const struct shape *a, const struct shape *b)
{
    if (a->n != b->n || !same_identity(&a->identity, &b->identity))
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!same_point(&a->point[i], &b->point[i]))
            return false;
    return true;
}
