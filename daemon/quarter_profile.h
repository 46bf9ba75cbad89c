/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What entered a scope, quarter of an hour by quarter of an hour: for peaks, tariffs and profiles.
 *
 * Shape: of each balance at the grid where that is metered (less what is not the room's), else the sum of the parts
 * that enter. wh[i] is that of the quarter from from_s + i * 900; NAN where a meter did not cover the quarter (a spread
 * gap has no known shape). Electricity only: fuel and cooling bought are no load of the grid. Units: Wh. Errors: -errno
 * of the ledger; -E2BIG: more quarters than QUARTER_PROFILE_MOST over all meters. Owner: quarter_profile_done.
 */
#pragma once
#include "daemon/figures_site.h"

#define QUARTER_PROFILE_MOST 3000000

struct quarter_profile {
    int64_t from_s;
    size_t n, known, n_meters;
    double *wh;
    bool at_grid; /* all of it */
};

int quarter_profile_of(struct ledger *ledger, const struct figures_meter *meters, size_t n, int64_t from_s,
                       int64_t to_s, int64_t now_s, struct quarter_profile *ret);
void quarter_profile_done(struct quarter_profile *profile);
/* The highest quarter of [first, end); SIZE_MAX: none is known. */
size_t quarter_profile_peak(const struct quarter_profile *profile, size_t first, size_t end);
int64_t quarter_profile_time(const struct quarter_profile *profile, size_t i);
