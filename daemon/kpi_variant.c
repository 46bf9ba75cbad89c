/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/kpi_variant.h"

#include <math.h>

double kpi_variant_without_heat_pump(const struct kpi_window *w, const struct kpi_result *pue)
{
    const struct kpi_energies *e = &w->paired;
    bool direct = !e->role[ROLE_GRID].meters && !*w->ups_unmetered; /* what a UPS feeds is in its input */
    const struct kpi_energy *pump =
        direct && !e->role[ROLE_UPS_IN].meters ? &e->direct[ROLE_HEAT_PUMP] : &e->role[ROLE_HEAT_PUMP];
    char reason[200];
    struct kpi_energy it;
    if (!pump->meters || isnan(pue->value) || kpi_it(w, e, &it, reason) || !(it.wh > 0))
        return NAN;
    return pue->value - pump->wh / it.wh;
}
