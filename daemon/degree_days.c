/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/degree_days.h"

#include <math.h>

/* fmax would drop a NAN: a day without a mean has no degree days. */
static double above_zero(double x)
{
    return x < 0 ? 0 : x;
}

double degree_day(double mean)
{
    return above_zero(16.5 - mean);
}

double degree_day_equivalent(double today, double before, double two_before)
{
    return 0.6 * today + 0.3 * before + 0.1 * two_before;
}

double degree_day_heating_eu(double mean)
{
    return mean > 15 ? 0 : 18 - mean;
}

double degree_day_cooling_eu(double mean)
{
    return mean < 24 ? 0 : mean - 21;
}
