/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers of a graph: rows of equal steps, or calendar days and months, and a column a series.
 *
 * Shape: what CSV, JSON and the picture are made of, so that all three say the same.
 * Units: base units; seconds since 1970; NAN: unknown.
 * Errors: -ENODATA where not one value is known; a file's trouble otherwise; with words.
 * Owner: all in the arena given.
 * Threads: one thread (librrd).
 */
#pragma once
#include "daemon/graph_plan.h"

struct graph_column {
    const struct graph_trace *trace;
    double *value, *low, *high;     /* low and high: the lowest and highest within each row; NULL: not known */
    double last, mean, least, most; /* over the rows; NAN */
};

struct graph_frame {
    const struct graph_plan *plan;
    int64_t from_s, to_s; /* as asked */
    int64_t step_s;       /* 0: calendar days or months */
    size_t rows, n;
    int64_t *begin, *end; /* of each row */
    struct graph_column *column;
    size_t hidden;    /* series left out by `most` */
    const char *note; /* in words; "" */
};

struct graph_source {
    const struct site_points *site;
    const char *state;
    int64_t now_s;
};

int graph_frame_make(struct arena *arena, const struct graph_source *source, const struct graph_plan *plan,
                     const struct graph_request *request, struct graph_frame *ret, char ret_why[GRAPH_WORDS]);
