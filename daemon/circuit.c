/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/circuit.h"

#include <math.h>

double circuit_limit(double breaker, double part)
{
    return part * breaker;
}

double circuit_room(double amperes, double breaker, double part)
{
    return circuit_limit(breaker, part) - amperes;
}

double circuit_three_phase(double line_to_line, double amperes)
{
    return sqrt(3) * line_to_line * amperes;
}

double circuit_imbalance(const double a[3])
{
    double mean = (a[0] + a[1] + a[2]) / 3, most = 0;
    for (int i = 0; i < 3; i++)
        most = fmax(most, fabs(a[i] - mean));
    if (isnan(mean))
        return NAN;
    return mean < CIRCUIT_SLIGHT || most < CIRCUIT_SLIGHT ? 0 : 100 * most / mean;
}

double circuit_neutral(const double a[3])
{
    double squares = a[0] * a[0] + a[1] * a[1] + a[2] * a[2] - a[0] * a[1] - a[1] * a[2] - a[2] * a[0];
    return isnan(squares) ? (double)NAN : sqrt(fmax(0, squares));
}

double circuit_survivor(const struct circuit_pair *pair, int failed, double part, double *ret_limit)
{
    *ret_limit = circuit_limit(pair->breaker[!failed], part);
    return pair->amperes[0] + pair->amperes[1];
}
