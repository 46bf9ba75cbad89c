/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Graph definitions: graphs/NAME.yaml as read.
 *
 * Shape: a definition says which points by role, quantity, part, place, feed; never by name, so that one serves any
 *        site. A series takes its values from one of `select`, `kpi` or `balance`.
 * Errors: to diag.
 * Owner: the reader's arena.
 */
#pragma once
#include "daemon/graph_request.h"
#include "daemon/role.h"
#include "daemon/room_config.h"
#include "drivers/field.h"

enum graph_scope_kind { GRAPH_SITE, GRAPH_ROOM, GRAPH_RACK, GRAPH_DEVICE, GRAPH_SCOPE_KINDS };
enum graph_draw { GRAPH_LINE, GRAPH_STACK, GRAPH_BAND };
enum graph_by { GRAPH_BY_ALL, GRAPH_BY_ROOM, GRAPH_BY_RACK, GRAPH_BY_FEED, GRAPH_BY_DEVICE, GRAPH_BY_POINT };
enum graph_every { GRAPH_EVERY_STEP, GRAPH_EVERY_DAY, GRAPH_EVERY_MONTH };
enum graph_combine { GRAPH_SUM, GRAPH_MEAN };
enum graph_limit_from {
    GRAPH_LIMIT_VALUE,
    GRAPH_LIMIT_RATING,
    GRAPH_LIMIT_RECOMMENDED,
    GRAPH_LIMIT_ALLOWABLE,
    GRAPH_LIMIT_SINK
};

struct graph_text {
    const char *in[GRAPH_LANGUAGE_COUNT]; /* "" where there is none, never NULL */
};

/* Masks of 1 << enum; 0: any. */
struct graph_select {
    uint64_t quantities, roles, kinds, phases, bases;
    int place;       /* enum location */
    bool rated, own; /* own: only parts that count in the energy balance */
};

struct graph_series {
    struct graph_text label;
    struct graph_select select;
    struct graph_select per; /* divided by the sum of these */
    enum quantity kpi;       /* Q_NONE: no */
    int balance;             /* enum balance_share; 0: no */
    int by, draw, combine;
    bool percent, right; /* percent: of the rating; right: on the right axis */
    double factor;
    unsigned most; /* 0: all; else those with the highest values */
    const char *colour;
};

struct graph_limit {
    int from;
    double value; /* of GRAPH_LIMIT_VALUE */
    struct graph_text label;
    const char *colour;
    bool right;
};

struct graph_axis {
    struct graph_text label;
    const char *unit;
    double low, high; /* NAN: by the data */
};

struct graph_definition {
    const char *name;
    struct graph_text title;
    uint64_t scopes;  /* mask of enum graph_scope_kind */
    const char *from; /* the span shown by itself, like -7d */
    int every;
    struct graph_axis left, right;
    struct field_items series, limits; /* struct graph_series, struct graph_limit */
};

extern const char *const graph_scope_names[GRAPH_SCOPE_KINDS + 1];
extern const char *const graph_kinds[];

int graph_definition_read(struct field_reader *reader, const struct yaml_node *root, const char *name,
                          struct graph_definition *ret);
