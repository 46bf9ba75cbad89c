/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Axes of a picture: round numbers on both sides of the same grid lines, prefixes of units, and marks of time. Pure.
 *
 * Units: seconds a pixel.
 */
#pragma once
#include "daemon/graph_request.h"

#include <stddef.h>

struct graph_scale {
    double low, high, step; /* of the axis, in shown units */
    int decimals;
};

struct graph_prefix {
    const char *text; /* "", "k", "M", "G" */
    double divisor;
};

/* A prefix that makes the largest value readable; none for units that take none (degC, %). */
struct graph_prefix graph_prefix_of(const char *unit, double largest);
/* low fixed where it is not NAN and the data do not go below; lines: 0 for 4 to 7, else exactly so many steps. */
struct graph_scale graph_scale_of(double data_low, double data_high, double low, double high, int lines);
int graph_scale_lines(const struct graph_scale *scale);
/* Argument of rrd_graph's --x-grid. */
const char *graph_time_grid(double seconds_a_pixel, enum graph_language language);
