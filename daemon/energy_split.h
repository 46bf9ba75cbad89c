/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a window's energy went: IT, cooling, losses of the UPS and of the distribution, light, and what no meter shows.
 * Pure.
 *
 * Shape: what is known; NAN where a meter is missing, and the reason beside it. Losses are differences of meters: UPS
 *        input less output, UPS output less what is metered behind it. The rest is what the grid gave less all that is
 *        metered: without a meter at the grid it cannot be seen.
 * Units: Wh, m3 for water; u: expanded uncertainty (k = 2), NAN: unknown.
 * Source: what is behind a meter is at most what it shows: a rest, or a loss, within its uncertainty is none.
 */
#pragma once
#include "daemon/kpi.h"

struct energy_split {
    double total, entered; /* entered: what is metered of it, complete or not */
    double it, cooling, cooling_bought, lighting, other, heat_pump;
    double ups_losses, ups_losses_u, distribution, distribution_u, unmetered, unmetered_u;
    double solar, generator, exported, fuel, heat_out, removed, water, potable;
    char no_total[200], no_it[200], no_cooling[40], no_losses[240], no_rest[200];
};

void energy_split_of(const struct kpi_scope *scope, const struct kpi_window *window,
                     const struct kpi_energies *energies, struct energy_split *ret);
/* Adds a room's to the site's; id for the reasons. */
void energy_split_add(struct energy_split *to, const struct energy_split *room, const char *id);
/* Losses of UPS and distribution together, as far as they are known. */
double energy_split_losses(const struct energy_split *split);
