/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a device turned out to be: who it is and which points it has.
 *
 * Shape: immutable once made; samples of an answer stand in the order of the points here. shape_finish gives the points
 *        to all devices that have the same ones; identity and labels are each device's own.
 * Owner: counted references; the last shape_unref frees all.
 * Threads: references are atomic; the rest is read only.
 */
#pragma once
#include "arena.h"
#include "part.h"
#include "quantity.h"
#include "shared.h"

#include <stdatomic.h>

struct identity {
    const char *profile;                            /* the profile resolved */
    unsigned version;                               /* of the profile */
    const char *kind;                               /* pdu ups ats cooling meter heat-meter env entity */
    const char *why;                                /* which rule matched, in words */
    const char *vendor, *model, *serial, *firmware; /* NULL: not told */
};

struct point_shape {
    char part[PART_MAX];
    enum quantity quantity;
    enum aspect aspect;
    bool computed;             /* by the driver from others, not told by the device */
    const char *source;        /* numeric OID, or holding:N / input:N / coil:N / discrete:N */
    const char *also;          /* other sources asked that carry the same; blank separated, NULL: none */
    const char *const *states; /* Q_STATE: NULL-ended pairs "number", "name"; NULL: none */
    double rating;             /* rated power, current or so of the part in the base unit; NAN: not told */
    double modulus;            /* counters: where they wrap, in the base unit; 0: unknown */
    double step;               /* resolution in the base unit; 0: unknown */
    double refresh;            /* seconds after which an unchanged value is stale; 0: never */
};

struct shape {
    atomic_uint refs;
    struct arena *arena;
    struct identity identity;
    size_t n, room;
    struct point_shape *point;
    const char **label;          /* of each point's part, by the device; NULL: none */
    const struct shared *points; /* where point stands, once finished; NULL: in the arena */
    size_t n_notes;              /* in words: points left out, and why (params: missing, columns absent) */
    const char **note;
};

/* A shape with one reference and its own arena; points and their labels are added before it is handed on. */
struct shape *shape_new(void);
void shape_reserve(struct shape *shape, size_t n);  /* room for n points in all: no more memory than they need */
struct point_shape *shape_add(struct shape *shape); /* zeroed; rating NAN; may move the others */
void shape_note(struct shape *shape, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same in as little memory as can be; the reference to the draft is taken. Nothing can be added but notes. */
struct shape *shape_finish(struct shape *draft);
struct shape *shape_ref(struct shape *shape);
void shape_unref(struct shape *shape);
/* The same parts, quantities, aspects, identity, labels and sources in the same order. */
bool shape_equal(const struct shape *a, const struct shape *b);
