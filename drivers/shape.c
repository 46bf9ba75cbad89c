/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shape.h"

#include "hash.h"

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

static void *larger(struct arena *arena, const void *array, size_t n, size_t room, size_t size)
{
    void *grown = arena_alloc(arena, room * size);
    if (n)
        memcpy(grown, array, n * size);
    return grown;
}

void shape_reserve(struct shape *shape, size_t n)
{
    if (n <= shape->room)
        return;
    shape->point = larger(shape->arena, shape->point, shape->n, n, sizeof *shape->point);
    shape->label = larger(shape->arena, shape->label, shape->n, n, sizeof *shape->label);
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
           same_text(a->source, b->source) && same_number(a->rating, b->rating);
}

bool shape_equal(const struct shape *a, const struct shape *b)
{
    if (a->n != b->n || !same_identity(&a->identity, &b->identity))
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!same_text(a->label[i], b->label[i]) || !same_point(&a->point[i], &b->point[i]))
            return false;
    return true;
}

/* ---- points that many devices have ---- */

struct points {
    struct shared shared; /* first */
    size_t n;
    struct point_shape *point;
};

static bool same_states(const char *const *a, const char *const *b)
{
    if (!a || !b)
        return a == b;
    for (; *a && *b; a++, b++)
        if (strcmp(*a, *b) != 0)
            return false;
    return !*a && !*b;
}

static bool same_points(const struct shared *left, const struct shared *right)
{
    const struct points *x = (const struct points *)left, *y = (const struct points *)right;
    if (x->n != y->n)
        return false;
    for (size_t i = 0; i < x->n; i++) {
        const struct point_shape *a = &x->point[i], *b = &y->point[i];
        if (!same_point(a, b) || a->computed != b->computed || !same_text(a->also, b->also) ||
            !same_states(a->states, b->states) || !same_number(a->modulus, b->modulus) ||
            !same_number(a->step, b->step) || !same_number(a->refresh, b->refresh))
            return false;
    }
    return true;
}

static const char *copied(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

static const char *const *copied_states(struct arena *arena, const char *const *states)
{
    size_t n = 0;
    while (states && states[n])
        n++;
    if (!states)
        return NULL;
    const char **own = arena_alloc(arena, (n + 1) * sizeof *own);
    for (size_t i = 0; i < n; i++)
        own[i] = arena_strdup(arena, states[i]);
    return own;
}

static struct shared *copy_points(struct arena *arena, const struct shared *draft)
{
    const struct points *from = (const struct points *)draft;
    struct points *own = ARENA_NEW(arena, struct points);
    own->n = from->n;
    own->point = arena_memdup(arena, from->point, from->n * sizeof *own->point);
    for (size_t i = 0; i < own->n; i++) {
        struct point_shape *point = &own->point[i];
        point->source = copied(arena, point->source);
        point->also = copied(arena, point->also);
        point->states = copied_states(arena, point->states);
    }
    return &own->shared;
}

static struct shared_pool pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .same = same_points, .copy = copy_points};

static uint64_t hash_of(const struct points *points)
{
    uint64_t hash = HASH_BEGIN;
    for (size_t i = 0; i < points->n; i++) {
        const struct point_shape *point = &points->point[i];
        const int what[] = {(int)point->quantity, (int)point->aspect};
        hash = hash_text(hash, point->part);
        hash = hash_text(hash_bytes(hash, what, sizeof what), point->source ? point->source : "");
    }
    return hash;
}

/* Neighbours are mostly of one part, and so have the same label. All lie in one piece: there are thousands. */
static void copy_labels(struct shape *shape, const struct shape *draft)
{
    size_t bytes = draft->n * sizeof *shape->label;
    for (size_t i = 0; i < draft->n; i++)
        if (draft->label[i] && !(i && same_text(draft->label[i], draft->label[i - 1])))
            bytes += strlen(draft->label[i]) + 1;
    shape->label = arena_alloc(shape->arena, bytes);
    char *at = (char *)(shape->label + draft->n);
    for (size_t i = 0; i < draft->n; i++) {
        const char *label = draft->label[i];
        if (!label || (i && same_text(label, draft->label[i - 1]))) {
            shape->label[i] = label ? shape->label[i - 1] : NULL;
            continue;
        }
        size_t size = strlen(label) + 1;
        shape->label[i] = memcpy(at, label, size);
        at += size;
    }
}

struct shape *shape_finish(struct shape *draft)
{
    const struct identity *identity = &draft->identity;
    const struct points points = {.n = draft->n, .point = draft->point};
    struct shape *shape = shape_new();
    struct arena *arena = shape->arena;
    shape->identity = (struct identity){
        .profile = copied(arena, identity->profile),
        .version = identity->version,
        .kind = copied(arena, identity->kind),
        .why = copied(arena, identity->why),
        .vendor = copied(arena, identity->vendor),
        .model = copied(arena, identity->model),
        .serial = copied(arena, identity->serial),
        .firmware = copied(arena, identity->firmware),
    };
    for (size_t i = 0; i < draft->n_notes; i++)
        shape_note(shape, "%s", draft->note[i]);
    shape->points = shared_take(&pool, &points.shared, hash_of(&points));
    shape->point = ((const struct points *)shape->points)->point;
    shape->n = shape->room = draft->n;
    copy_labels(shape, draft);
    shape_unref(draft);
    return shape;
}

struct shape *shape_ref(struct shape *shape)
{
    atomic_fetch_add(&shape->refs, 1);
    return shape;
}

void shape_unref(struct shape *shape)
{
    if (!shape || atomic_fetch_sub(&shape->refs, 1) != 1)
        return;
    shared_drop(&pool, shape->points);
    arena_free(shape->arena);
}
