/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The balance of a room or the site over time, split into shares: of powers out of RRD files, or of energies of
 * calendar days and months out of the ledger.
 *
 * Shape: a site with a grid meter of its own is one balance, else the sum of its rooms, as figures.h does it. A meter
 *        counts from its first value on; unknown afterwards is unknown. BALANCE_RATIO of powers is over 15 minutes.
 * Units: W; Wh. NAN: not known.
 * Errors: -errno with words; a meter that was never read is named in `missing` and left out.
 */
#pragma once
#include "daemon/balance_share.h"
#include "daemon/graph_fetch.h"
#include "daemon/site_points.h"

struct graph_shares {
    double *share[BALANCE_SHARES]; /* a value a row */
    char missing[160], gaps[160];  /* never read; silent at times */
};

struct graph_window {
    int64_t from_s, to_s;
};

/* scope: a room's id, a group's, or "site". Arrays are in the arena. */
int graph_balance_power(struct arena *arena, const struct site_points *site, const char *root, const char *scope,
                        const struct graph_grid *grid, int64_t now_s, struct graph_shares *ret, char words[240]);
/* ledger: the path of ledger.db. */
int graph_balance_energy(struct arena *arena, const struct config *config, const char *ledger, const char *scope,
                         const struct graph_window *window, size_t n, int64_t now_s, struct graph_shares *ret,
                         char words[240]);
