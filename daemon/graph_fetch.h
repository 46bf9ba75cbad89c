/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of one data source on a grid of equal steps, out of whatever archives its RRD file has.
 *
 * Shape: row i stands for (from + i step, from + (i + 1) step]. A row is known where half of it is; steps of an archive
 *        that differ from the grid's are weighed by their overlap.
 * Units: seconds since 1970; the quantity's base unit; NAN: unknown.
 * Errors: -ENOENT no such file or source; -EBADMSG, -EMEDIUMTYPE a damaged file, or not ours; with words.
 * Threads: one thread (librrd).
 */
#pragma once
#include "daemon/config.h"
#include "daemon/rrd_plan.h"

#define GRAPH_ROWS_MAX  100000
#define GRAPH_SETTLED_S 600 /* what is younger may wait in the daemon: its batches are of five minutes */

struct graph_member {
    char path[RRD_PATH_MAX]; /* below STATE/rrd */
    enum quantity quantity;
    double factor;        /* of its value */
    int64_t from_s, to_s; /* in service */
};

struct graph_grid {
    int64_t from_s, step_s;
    int64_t archive_s; /* step of the archive to read */
    size_t rows;
};

/* The finest grid of at most `most` rows that the archives of the configuration have for [from_s, to_s). */
void graph_grid_of(const struct config *config, int64_t from_s, int64_t to_s, size_t most, int64_t now_s,
                   struct graph_grid *ret);
/* Fills ret[grid->rows]; untouched on failure. root: STATE/rrd. */
int graph_fetch(const char *root, const char *path, enum quantity quantity, enum rrd_function function,
                const struct graph_grid *grid, double *ret, char words[240]);
/* The begin of the first value that the file ever had, or INT64_MAX. */
int64_t graph_fetch_first(const char *root, const char *path, enum quantity quantity);
