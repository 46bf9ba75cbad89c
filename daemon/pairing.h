/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Energies of several accounts over one window: all that is known, and what flowed while all were covered.
 *
 * Shape: day by day; a whole UTC day in which every needed meter is full, or one has nothing, is taken from the day
 *        totals, any other from its quarters. In a quarter each meter's covered energy is scaled to the time that all
 *        needed ones cover.
 * Errors: -errno of the ledger.
 * Owner: meters are the caller's.
 */
#pragma once
#include "daemon/ledger.h"

#include <stddef.h>

struct paired_meter {
    uint32_t account; /* 0: constant */
    double constant;  /* W */
    double per_unit;
    int64_t from_s, to_s; /* in service */
    bool gone;            /* in service until its last covered quarter */
    bool needed;          /* ratios need its time */
    /* results, in base units */
    double whole, whole_estimated, paired, paired_estimated;
    int64_t covered_ms;
};

/* *ret_covered_ms: while all needed meters were covered. until_s: the present, the end of what can be covered. */
int pairing_run(struct ledger *ledger, struct paired_meter *meters, size_t n, int64_t from_s, int64_t to_s,
                int64_t until_s, int64_t *ret_covered_ms);
