/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "uncertainty.h"

#include <math.h>

double uncertainty_of_class(double percent)
{
    return percent / 100 / sqrt(3);
}

double uncertainty_rss(double a, double b)
{
    return hypot(a, b);
}

double uncertainty_of_sum(double shared, double own, unsigned n)
{
    return n ? sqrt(shared * shared + own * own / n) : (double)NAN;
}

double uncertainty_of_ratio(double u_total, double u_it, double r)
{
    double variance = u_total * u_total + u_it * u_it - 2 * r * u_total * u_it;
    return isnan(variance) ? variance : sqrt(fmax(0, variance)); /* fmax would make a number of NAN */
}

double uncertainty_of_pair(double limit)
{
    return sqrt(2) * limit / sqrt(3);
}

double uncertainty_of_step(double step)
{
    return step / sqrt(12);
}

double uncertainty_of_components(double overhead, double it, double u_overhead, double u_it)
{
    return it > 0 ? overhead / it * uncertainty_rss(u_overhead, u_it) : (double)NAN;
}
