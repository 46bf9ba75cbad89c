/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The points of a site as its configuration and what was learnt of its devices name them, without a daemon.
 *
 * Shape: STATE/devices is read, each device is bound as the daemon binds it; values are silent. What a point did in a
 *        window comes from the RRD files (past.h), what its account booked from the ledger.
 * Errors: a device that was never learnt has no points: plant_unlearnt counts it.
 * Owner: plant_free. The configuration is the caller's and outlives it.
 * Threads: one thread (librrd).
 */
#pragma once
#include "daemon/live.h"
#include "daemon/past.h"

struct plant {
    struct live *live; /* a device not learnt has no shape */
    const char *state;
    size_t unlearnt;
};

/* state NULL: nothing is learnt. */
struct plant *plant_new(const struct config *config, const char *state);
void plant_free(struct plant *plant);
/* The first point of a device in which `part` and quantity agree; NULL. */
const struct live_point *plant_point(const struct live_device *device, const char *part, enum quantity quantity);
const struct live_point *plant_named(const struct plant *plant, const char *name);
const struct device_config *plant_device(const struct plant *plant, const struct live_point *point);
enum location plant_place(const struct plant *plant, const struct live_point *point, double *ret_height);
int plant_past(const struct plant *plant, const struct live_point *point, enum rrd_function function, int64_t from_s,
               int64_t to_s, struct past *ret);
