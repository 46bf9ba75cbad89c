/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/lifetime.h"

#include <math.h>

#define HOURS 8760.0 /* of a year */

double lifetime_avoided(double embodied, double life, double more)
{
    return life > 0 && more >= 0 ? embodied * (1 / life - 1 / (life + more)) : (double)NAN;
}

double lifetime_break_even(double embodied_new, double power_old, double power_new, double pue, double electricity)
{
    double saved = (power_old - power_new) / 1e3 * HOURS * pue * electricity;
    return saved > 0 ? embodied_new / saved : (double)NAN;
}

double lifetime_idle(double power, double pue)
{
    return power * HOURS * pue;
}
