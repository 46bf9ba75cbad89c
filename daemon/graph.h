/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Graphs from the files alone: definitions, configuration and what was learnt of the devices in; a picture by librrd,
 * or its numbers, out.
 *
 * Shape: CSV has a line a step: from, to, and a column a series. JSON is {"what", "title", "from", "to", "step",
 *        "timezone", "t": [end of each step, s], "series": [{"label", "unit", "color", "axis", "last", "mean", "min",
 *        "max", "values": [number|null]}], "limits": [{"label", "value"}]}. what "list" as JSON: {"graphs": [{"what",
 *        "title", "scopes": ["site", "room", "rack", "device"]}]}.
 * Errors: graph_run gives them in the answer.
 * Owner: graph_close; an answer by graph_answer_done.
 * Threads: one for the whole process (rrd_graph's state is static): who serves many uses graph_pool.h.
 */
#pragma once
#include "daemon/graph_request.h"
#include "drivers/diag.h"

#include <stdbool.h>

struct graph;

struct graph_place {
    const char *const *dirs; /* of the configuration */
    size_t n_dirs;
    const char *state;
};

/* Sets TZ to the site's time zone. */
int graph_open(const struct graph_place *place, struct diag *diag, struct graph **ret);
void graph_close(struct graph *graph);
/* The first of the site's languages that graphs speak: "en", "nl" or "fr". */
const char *graph_site_language(const struct graph *graph);
/* Whether devices have been learnt, or learnt anew, since it was opened. */
bool graph_is_old(const struct graph *graph);
void graph_run(struct graph *graph, const struct graph_request *request, struct graph_answer *ret);
