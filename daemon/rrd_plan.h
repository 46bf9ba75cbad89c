/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an RRD file holds: data sources and archives of one part of a device. Pure.
 *
 * Shape: STATE/rrd/DEVICE/PART.rrd, one data source a graphed quantity, named as the quantity; for each span an AVERAGE
 *        and, above the base step, a MIN and a MAX of the same length. A data source once there stays.
 * Units: seconds, bytes.
 * Errors: -EINVAL; -E2BIG for more spans than RRD_SPANS_MAX.
 * Source: librrd 1.7.2, measured: an archive of one step answers for every function, the first in the file wins, so MIN
 *         and MAX there are never read; bytes = 128 + 232 ds + 128 rra + 16 + 80 rra ds + 8 ds rows, exactly.
 */
#pragma once
#include "daemon/config.h"

#define RRD_SPANS_MAX    16
#define RRD_ARCHIVES_MAX (RRD_SPANS_MAX * RF_COUNT + 1) /* one to fill the others from */
#define RRD_PATH_MAX     (ID_MAX + PART_MAX + 16)       /* below STATE/rrd */

enum rrd_function { RF_AVERAGE, RF_MIN, RF_MAX, RF_COUNT };

struct rrd_archive {
    enum rrd_function function;
    uint64_t steps, rows;
};

struct rrd_ds {
    enum quantity quantity;
    int64_t heartbeat_s;
};

struct rrd_plan {
    int64_t step_s;
    size_t n_ds, n_archives;
    struct rrd_ds ds[Q_COUNT];
    struct rrd_archive archive[RRD_ARCHIVES_MAX];
};

/* Arguments of rrd_create_r2. */
struct rrd_arguments {
    int n;
    const char *argument[Q_COUNT + RRD_ARCHIVES_MAX];
    char text[Q_COUNT + RRD_ARCHIVES_MAX][64];
};

extern const char *const rrd_function_names[RF_COUNT];

/* A plan without data sources. */
int rrd_plan_archives(int64_t step_s, const struct rrd_span *span, size_t n, struct rrd_plan *ret);
/* A data source, polled every period_s: unknown after three periods without a value. Its index, or -EINVAL. */
int rrd_plan_add(struct rrd_plan *plan, enum quantity quantity, double period_s);
int rrd_plan_find(const struct rrd_plan *plan, enum quantity quantity); /* -ENOENT */
/* As `wanted`, but nothing that is present is lost, and it keeps its place. True where the file has to change. */
bool rrd_plan_merge(const struct rrd_plan *wanted, const struct rrd_plan *present, struct rrd_plan *ret);
/* The archive that librrd needs to fill those of the plan from an older file: of single steps, twice as long as the
 * longest row. False where the plan has it. */
bool rrd_plan_filler(const struct rrd_plan *plan, struct rrd_archive *ret);
uint64_t rrd_plan_bytes(const struct rrd_plan *plan, size_t n_ds);
void rrd_plan_arguments(const struct rrd_plan *plan, struct rrd_arguments *ret);
/* DEVICE/PART.rrd; part "kpi" too. -EINVAL for anything outside the grammar: librrd takes a path for a format. */
int rrd_plan_path(const char *device, const char *part, char ret[RRD_PATH_MAX]);
