/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A graph's numbers as CSV and as JSON, and the list of graphs. Pure.
 *
 * Shape: CSV (RFC 4180): from,to and a column a series, "LABEL [UNIT]"; unknown is empty; times are RFC 3339 in the
 *        site's time zone. JSON as graph.h says: columns, as uPlot takes them.
 * Units: base units, seconds since 1970.
 * Threads: any (localtime_r).
 */
#pragma once
#include "daemon/graph_frame.h"

#include <stdio.h>

void graph_write_csv(FILE *out, const struct graph_frame *frame);
void graph_write_json(FILE *out, const struct graph_frame *frame, const struct graph_palette *palette,
                      const struct graph_request *request, const char *zone);
void graph_write_list(FILE *out, const struct graph_set *set, enum graph_language language);
/* 2026-11-22T08:00:00+01:00 */
const char *graph_local_time(char *buffer, size_t size, int64_t s);
