/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of one data source of an RRD file, beside the daemon that writes it.
 *
 * Shape: row i is the value of from_s + i * step_s to from_s + (i + 1) * step_s; NAN: unknown.
 * Errors: -ENOENT: no such data source; -EAGAIN: somebody kept it locked for RRD_ROWS_WAIT_MS; -EBADMSG.
 * Owner: rrd_rows_done, after success alone.
 * Threads: one thread for all RRD files of a process: librrd's locks are the process's.
 * Source: librrd 1.7.2 takes its locks without waiting: a file that is being updated, or changed for some ms, cannot be
 *         read at that moment.
 */
#pragma once
#include "daemon/rrd_plan.h"

#define RRD_ROWS_WAIT_MS 2000

struct rrd_rows {
    int64_t from_s, step_s;
    size_t n;
    double *value; /* of row i at [i * stride + source] */
    size_t stride, source;
};

/* Of the archive whose step is nearest to step_s. */
int rrd_rows_read(const char *path, enum quantity quantity, enum rrd_function function, int64_t from_s, int64_t to_s,
                  int64_t step_s, struct rrd_rows *ret, char words[160]);
double rrd_rows_at(const struct rrd_rows *rows, size_t i); /* NAN behind the last */
void rrd_rows_done(struct rrd_rows *rows);
