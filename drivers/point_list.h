/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The points that a device was found to have, on their way to shapes: what the site says of parts, the first of several
 * sources of one value, ratings, units of a chain, and what is computed.
 *
 * Shape: add candidates in the order of the profile, then point_list_finish once. After it the candidates stand in the
 *        order of their names, those with `also_of` set carry no point of their own, and each other knows its device
 *        and place in that device's shape.
 * Owner: everything lies in the arena given; shapes have their own.
 */
#pragma once
#include "cell.h"
#include "value_op.h"

struct candidate {
    const struct point_def *def;
    struct part part; /* unit: of the chain */
    enum quantity quantity;
    const char *label, *source;
    const struct unit *unit;
    struct decimal k;
    double over;
    double raw;    /* at discovery, NAN: not known; used for ratings */
    bool integral; /* raw is a whole number: the factor is the step */
    size_t handle; /* the planner's own */
    /* by point_list_finish */
    struct value_op op;
    bool left_out;
    const struct computed_def *computed; /* no def and no raw value, but operands */
    size_t n_operands, *operand;         /* candidates in final order */
    uint32_t device, point;
    size_t order;
};

struct point_device {
    uint32_t number; /* of the setup */
    unsigned unit;   /* of the chain, 0: all that are not given to another device */
    struct shape *shape;
};

struct point_list {
    struct arena *arena;
    const struct profile *profile;
    const struct device_setup *setup;
    size_t n;
    struct candidate *item;
    size_t n_notes;
    const char **note;
    size_t n_devices;
    struct point_device *device;
};

struct candidate *point_list_add(struct point_list *list, const struct point_def *def);
/* Says why a point is not there; the same words only once. */
void point_list_note(struct point_list *list, const char *words);
/* When a param was asked that the site does not say. */
void point_list_note_missing(struct point_list *list, const struct cells *cells, const struct point_def *def);
/* Chain, part, number, phase, label, unit and scale of a point at one row into a new candidate; NULL: no point here,
 * with a note where somebody can do something about it. */
struct candidate *point_list_resolve(struct point_list *list, struct cells *cells, const struct point_def *def,
                                     const char *source);
void point_list_finish(struct point_list *list, const char *why);

/* One computed value in the terms of one device's samples. */
struct compute_op {
    uint32_t device, point;
    enum compute op;
    size_t order;
    uint32_t n;
    const uint32_t *operand; /* points; UINT32_MAX: factor */
    const double *factor;
};
struct compute_ops {
    size_t n;
    struct compute_op *item;
};
struct compute_ops point_list_computes(const struct point_list *list, struct arena *arena);
void compute_sample(const struct compute_op *op, struct sample *samples);
