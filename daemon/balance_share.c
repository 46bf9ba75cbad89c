/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/balance_share.h"

#include <math.h>

const char *const balance_share_names[BALANCE_SHARES + 1] = {"none",  "it",    "cooling", "lighting", "other", "losses",
                                                             "total", "ratio", "heat",    "covered",  NULL};

void balance_share_add(const struct kpi_window *window, const struct kpi_energies *energies, double ret[BALANCE_SHARES])
{
    static const struct {
        enum balance_share share;
        enum role role;
    } rows[] = {{BALANCE_COOLING, ROLE_COOLING},
                {BALANCE_COOLING, ROLE_COOLING_IMPORT},
                {BALANCE_LIGHTING, ROLE_LIGHTING},
                {BALANCE_OTHER, ROLE_OTHER},
                {BALANCE_OTHER, ROLE_HEAT_PUMP}};
    char reason[200];
    struct kpi_energy it, total = kpi_entered(window, energies);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (energies->role[rows[i].role].meters)
            ret[rows[i].share] += energies->role[rows[i].role].wh;
    if (!kpi_it(window, energies, &it, reason))
        ret[BALANCE_IT] += it.wh;
    if (total.meters) /* of two meters at one place, undecided, the sum is no total */
        ret[BALANCE_TOTAL] += *window->overlap ? (double)NAN : total.wh;
    if (energies->heat.meters)
        ret[BALANCE_HEAT] += energies->heat.wh;
}

void balance_share_end(double shares[BALANCE_SHARES])
{
    double rest = shares[BALANCE_TOTAL] - shares[BALANCE_IT] - shares[BALANCE_COOLING] - shares[BALANCE_LIGHTING] -
                  shares[BALANCE_OTHER];
    /* meters differ by their errors: less than nothing is lost nowhere */
    shares[BALANCE_LOSSES] = rest < 0 ? 0 : rest;
    shares[BALANCE_RATIO] = shares[BALANCE_IT] > 0 && shares[BALANCE_TOTAL] >= shares[BALANCE_IT]
                                ? shares[BALANCE_TOTAL] / shares[BALANCE_IT]
                                : (double)NAN;
}
