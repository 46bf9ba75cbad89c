/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a device's shape and the site's words to points: names, labels, roles, ratings; and to the disk's records.
 *
 * Shape: aspects other than the value itself (peaks, ratings, thresholds) make no point: a rating becomes the rating of
 *        the point beside it. Point numbers come from `number`, which gives the same name the same one for ever.
 * Threads: the loop's.
 */
#pragma once
#include "daemon/live.h"
#include "daemon/record.h"

struct binder {
    struct live *live;
    uint32_t (*number)(void *context, const char *name);
    void (*record)(void *context, const struct record *record);
    void *context;
};

/* Makes or refreshes the points of a device; points of its earlier shape that are no longer told are marked gone. */
void bind_device(const struct binder *binder, struct live_device *device, struct shape *shape);
/* The device's points are gone: nothing of its shape or of the configuration is pointed to any more. */
void bind_release(struct live_device *device);
/* The points of the KPIs of all scopes; those of scopes that the configuration has no more are gone. */
void bind_scopes(const struct binder *binder, const struct config *config);
/* A manual or constant source's energy account: DEVICE is the source's id, part total. */
void bind_source(const struct binder *binder, const struct source_config *source);
/* The part that a device's own role speaks of: total, or output, input, inlet-1, loop-1 by kind and role. */
const char *bind_main_part(const struct shape *shape, enum role role);
