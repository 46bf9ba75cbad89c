/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A graph as SVG or PNG, drawn by librrd from the numbers of a frame.
 *
 * Shape: the width is the whole picture's; the height grows with the legend. The legend tells last, mean and highest in
 *        one unit; below stand the window, its time zone and what one value stands for.
 * Errors: -EIO with librrd's words.
 * Threads: one in the whole process: rrd_graph has static state.
 * Source: librrd 1.7.2: a data source whose file begins with "cb//" is asked of rrd_fetch_cb_register's function, so
 *         that pictures of the ledger need no files; it is exported and documented (RRDs(3pm)), but in no header.
 */
#pragma once
#include "daemon/graph_frame.h"

struct graph_paint {
    const struct graph_palette *palette;
    const char *timezone;
};

int graph_picture(struct arena *arena, const struct graph_frame *frame, const struct graph_paint *paint,
                  const struct graph_request *request, struct graph_answer *ret);
