/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What flowed in one window of one balance, or of several while all meters that any of them needs were read.
 *
 * Shape: the caller chooses the meters, balance after balance in one array; planned, paired with the ledger and held
 *        against each other they come back used, and as what. One balance alone is paired by itself; several have one
 *        covered time, so that their sums are of the same time.
 * Units: seconds since 1970; energies as kpi.h.
 * Errors: -errno of the ledger.
 * Owner: all is the caller's; texts are borrowed.
 */
#pragma once
#include "daemon/balance.h"
#include "daemon/pairing.h"
#include "drivers/arena.h"

struct balance_slice {
    size_t first, n; /* of the arrays */
    struct kpi_window window;
};

struct balance_pool {
    struct ledger *ledger;
    struct arena *arena; /* for the work */
    struct balance_meter *meter;
    struct paired_meter *paired;
    size_t n_slices;
    struct balance_slice *slice;
    int64_t from_s, to_s, now_s;
};

int balance_window(struct balance_pool *pool);
