/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/free_cooling.h"

#include <math.h>

double free_cooling_share(double outdoor, double approach, double supply, double ret)
{
    double span = ret - supply, share = (ret - (outdoor + approach)) / span;
    if (!(span > 0) || isnan(share))
        return NAN;
    return share < 0 ? 0 : share > 1 ? 1 : share;
}
