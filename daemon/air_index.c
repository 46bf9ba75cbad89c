/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/air_index.h"

#include <math.h>

void air_rci_add(struct air_rci *rci, const struct envelope *envelope, double inlet)
{
    if (isnan(inlet))
        return;
    rci->n++;
    rci->over += fmax(0, inlet - envelope->recommended_high);
    rci->under += fmax(0, envelope->recommended_low - inlet);
}

static double rci(double outside, unsigned long n, double width)
{
    return n && width > 0 ? 100 * (1 - outside / ((double)n * width)) : (double)NAN;
}

double air_rci_high(const struct air_rci *r, const struct envelope *envelope)
{
    return rci(r->over, r->n, envelope->allowable_high - envelope->recommended_high);
}

double air_rci_low(const struct air_rci *r, const struct envelope *envelope)
{
    return rci(r->under, r->n, envelope->recommended_low - envelope->allowable_low);
}

double air_rti(double returned, double supplied, double equipment)
{
    return equipment > 0 ? 100 * (returned - supplied) / equipment : (double)NAN;
}

void air_shi_add(struct air_shi *shi, double weight, double supplied, double inlet, double outlet)
{
    if (isnan(weight) || isnan(supplied) || isnan(inlet) || isnan(outlet))
        return;
    shi->warmed += weight * (inlet - supplied);
    shi->risen += weight * (outlet - supplied);
}

double air_shi(const struct air_shi *shi)
{
    return shi->risen > 0 ? shi->warmed / shi->risen : (double)NAN;
}
