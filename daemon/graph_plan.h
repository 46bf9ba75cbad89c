/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A definition spread over a site: which points of which files make which series, and where limits lie. Pure.
 *
 * Shape: traces come in the order of the definition, groups by name. A trace is of members, of a KPI (one member), or a
 *        share of the balance.
 * Errors: -ENOENT no such graph, point or scope; -EINVAL not of this scope; -ENODATA nothing to draw there; with words.
 * Owner: all in the arena given.
 */
#pragma once
#include "daemon/graph_fetch.h"
#include "daemon/graph_select.h"
#include "daemon/graph_set.h"
#include "daemon/site_points.h"

#define GRAPH_MEMBERS_MAX 20000

struct graph_trace {
    const char *label, *unit, *key; /* key: of its group; NULL: the one of all */
    const char *colour;             /* of the palette; NULL: in its turn */
    int draw, combine, balance;
    bool right;
    unsigned most; /* of the traces of its series */
    size_t series; /* number of its series */
    double factor; /* of the quotient */
    size_t n, n_per;
    struct graph_member *member, *per;
};

struct graph_rule {
    const char *label, *colour;
    double value;
    bool right;
};

struct graph_plan {
    const char *what, *title;
    struct graph_view view;
    int every;
    struct graph_axis left, right; /* right.unit NULL: none */
    size_t n, n_rules, n_series;
    struct graph_trace *trace;
    struct graph_rule *rule;
};

int graph_plan_make(struct arena *arena, const struct graph_set *set, const struct site_points *site,
                    const struct graph_request *request, struct graph_plan *ret, char ret_why[GRAPH_WORDS]);
/* Base unit as people write it: degC is °C. */
const char *graph_unit(const char *unit);
