/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers for rrd_graph that come from memory: data sources of "cb//graph".
 *
 * Shape: source i of the feed is named by graph_feed_name; rows of any length become equal steps of step_s.
 * Owner: the feed is borrowed until the next graph_feed_use.
 * Threads: one in the whole process.
 * Source: librrd 1.7.2: a data source whose file begins with "cb//" is asked of rrd_fetch_cb_register's function; it is
 *         exported and documented (RRDs(3pm), fetch_cb_register), but in no header.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define GRAPH_FEED_FILE "cb//graph"
#define GRAPH_FEED_NAME 16

struct graph_feed {
    int64_t from_s, to_s, step_s; /* multiples of step_s */
    size_t rows;
    const int64_t *begin, *end; /* of each row, ascending */
    double margin;              /* part of a row at each end that stays empty: bars */
    size_t n;
    const double *const *value;
};

void graph_feed_use(const struct graph_feed *feed); /* NULL: none */
const char *graph_feed_name(char buffer[GRAPH_FEED_NAME], size_t i);
