/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/circuit.h"

#include <math.h>
#include <stdint.h>

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

double circuit_sum(const struct circuit_feed *feed)
{
    double sum = 0;
    for (size_t i = 0; i < feed->n; i++)
        sum += feed->amperes[i];
    return sum;
}

size_t circuit_failover(const struct circuit_feed *stays, double failed, double part, double *ret_amperes,
                        double *ret_limit)
{
    double own = circuit_sum(stays), worst = -1;
    size_t at = SIZE_MAX;
    if (isnan(own) || isnan(failed))
        return SIZE_MAX;
    for (size_t i = 0; i < stays->n; i++) {
        double share = own > 0 ? stays->amperes[i] / own : 1 / (double)stays->n;
        double amperes = stays->amperes[i] + failed * share, limit = circuit_limit(stays->breaker[i], part);
        if (isnan(limit))
            return SIZE_MAX;
        if (amperes / limit <= worst)
            continue;
        worst = amperes / limit;
        at = i;
        *ret_amperes = amperes;
        *ret_limit = limit;
    }
    return at;
}
