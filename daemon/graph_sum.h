/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several points as one series: their sum, their mean, or the lowest and highest of them, row by row.
 *
 * Shape: a point counts from its first value ever on, while its device is in service. An unknown part makes a sum
 *        unknown; a mean and an envelope are of what is known.
 * Errors: of graph_fetch.h; a point that was never read is named in `missing` and left out.
 * Threads: one thread (librrd).
 */
#pragma once
#include "daemon/graph_definition.h"
#include "daemon/graph_fetch.h"

struct graph_summing {
    const char *root; /* STATE/rrd */
    const struct graph_grid *grid;
    int64_t now_s;
    char missing[160], gaps[160]; /* never read; silent at times, where the series does not tell whose gap it is */
    char *why;                    /* GRAPH_WORDS */
};

struct graph_sums {
    double *value, *low, *high; /* low and high as in `value` unless extremes were asked for */
    unsigned *n;
    bool *gap;
};

/* extremes: MIN and MAX of the archives too. stacked: gaps are named also for one point. */
int graph_sum(struct arena *arena, struct graph_summing *summing, const struct graph_member *member, size_t n,
              int combine, bool extremes, bool stacked, struct graph_sums *ret);
/* Unknown rows. */
double *graph_sum_rows(struct arena *arena, size_t rows);
