/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks once at one device or many: discovery and one poll each, in a loop of its own.
 *
 * Shape: one result a setup, in their order; setup->number is its index.
 * Owner: probe_result_done frees what a result holds.
 */
#pragma once
#include "drivers/inbox.h"
#include "drivers/setup.h"

struct probe_result {
    const struct device_setup *setup; /* borrowed */
    struct shape *shape;              /* NULL: not recognised */
    struct answer *values;            /* NULL: failed */
    enum fault fault;
    char words[200];
    bool done;
};

typedef void probe_progress(void *user, size_t done, size_t n);

int probe_run(struct device_setup *const *setups, size_t n, struct probe_result *results, probe_progress *progress,
              void *user);
void probe_result_done(struct probe_result *result);
