/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the RRD files remember of one quantity, on a grid of quarters of an hour: for what people ask of a month.
 *
 * Shape: value[i] is that of the quarter from from_s + i * 900: the mean (or least, or most) of what was recorded in
 *        it; NAN where less than half of it was. Where only longer steps are kept, each of their quarters has the
 *        step's value and resolution_s says so.
 * Units: as the quantity; seconds since 1970.
 * Errors: -ENOENT: never recorded; else -errno.
 * Owner: past_done.
 * Threads: one thread (librrd).
 */
#pragma once
#include "daemon/rrd_plan.h"

#define PAST_STEP 900

struct past {
    int64_t from_s, resolution_s;
    size_t n, known;
    double *value;
};

/* state: STATE. [from_s, to_s) is widened to whole quarters. */
int past_read(const char *state, const char *device, const char *part, enum quantity quantity,
              enum rrd_function function, int64_t from_s, int64_t to_s, struct past *ret);
void past_done(struct past *past);
/* The quarter's start. */
int64_t past_time(const struct past *past, size_t i);
/* Indexes, or SIZE_MAX where nothing is known. */
size_t past_most(const struct past *past);
size_t past_last(const struct past *past);
double past_mean(const struct past *past);
/* part 0..1 of the known values are at most this. */
double past_quantile(const struct past *past, double part);
