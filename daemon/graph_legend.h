/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words below a picture: a line a series with last, mean, lowest and highest in one unit, the window, its zone and
 * resolution. Pure.
 *
 * Shape: texts are escaped for rrd_graph and end their line; columns stand under each other in a monospaced font.
 */
#pragma once
#include "daemon/graph_axis.h"
#include "daemon/graph_frame.h"

struct graph_legend {
    enum graph_language language;
    struct graph_prefix left, right;
    const struct graph_plan *plan;
    size_t width;     /* letters of the labels */
    size_t most;      /* letters of a line */
    unsigned columns; /* 4; on narrow screens 2, last and max, or 1 */
};

void graph_legend_of(const struct graph_frame *frame, const struct graph_request *request, struct graph_prefix left,
                     struct graph_prefix right, struct graph_legend *ret);
const char *graph_legend_head(struct arena *arena, const struct graph_legend *legend);
const char *graph_legend_line(struct arena *arena, const struct graph_legend *legend,
                              const struct graph_column *column);
/* Cut to the line; and the next line of a longer text, NULL behind the last. */
const char *graph_legend_text(struct arena *arena, const struct graph_legend *legend, const char *text);
const char *graph_legend_piece(struct arena *arena, const struct graph_legend *legend, const char **text);
int graph_legend_title_size(const char *title, unsigned width); /* points */
const char *graph_legend_window(struct arena *arena, const struct graph_frame *frame, const char *zone,
                                enum graph_language language);
