/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which points a selection means within a site, a room, a rack or a device, and how they fall into groups. Pure.
 *
 * Owner: what is found borrows from the site; texts are in the arena given.
 */
#pragma once
#include "daemon/graph_definition.h"
#include "daemon/site_points.h"

struct graph_view {
    enum graph_scope_kind kind;
    const char *id, *title;           /* "site", room, rack, device */
    size_t room;                      /* NO_INDEX: none */
    const struct group_config *group; /* GRAPH_SITE: of these rooms alone; NULL: all */
};

struct graph_group {
    const char *name; /* for people: a rack's title, "feed A", a point's label */
    const char *key;  /* equal keys are one group; NULL: the one group of all */
};

/* -ENOENT with words. */
int graph_view_find(const struct site_points *site, const char *scope, struct graph_view *ret,
                    char ret_why[GRAPH_WORDS]);
/* Every point that is meant, in the order of names; *ret_n of them. */
const struct live_point **graph_select(struct arena *arena, const struct site_points *site,
                                       const struct graph_view *view, const struct graph_select *select, size_t *ret_n);
void graph_group_of(struct arena *arena, const struct site_points *site, const struct live_point *point, int by,
                    enum graph_language language, struct graph_group *ret);
