/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an exit is: MQTT and HTTP are told what changed and read the rest from live.h. They cannot reach each other.
 *
 * Shape: calls come in the loop's thread and never wait; NULL: not of interest to this sink.
 * Errors: a sink's own trouble (broker away) is told by its trouble() in words; the loop goes on.
 */
#pragma once
#include "daemon/alert_entry.h"
#include "daemon/kpi.h"
#include "daemon/live.h"

struct sink {
    const char *name;
    void (*polled)(void *self, const struct live_device *device, const struct live_point *const *points, size_t n);
    void (*device)(void *self, const struct live_device *device); /* state, shape or label changed */
    void (*kpis)(void *self, const struct kpi_result *results, size_t n);
    /* A transition, already in the ledger; or, before the first one, what was raised already. */
    void (*alert)(void *self, const struct alert_entry *entry, bool transition);
    /* Words of a trouble that lasts, or NULL. */
    const char *(*trouble)(void *self);
};
