/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/check.h"

#include <math.h>

/* A breaker of rating I carries less than 8 I for more than an instant: magnetic trip of the widest common
 * characteristic, 5 to 10 I (C) in IEC 60898-1. A measured mean above that is a wrong scale. */
#define CURRENT_FACTOR 8.0

enum quality check_sample(const struct live_point *point, const struct sample *sample, int64_t now_us)
{
    const struct quantity_row *row = quantity_row(point->quantity);
    if (!quality_has_value(sample->quality))
        return sample->quality;
    if (!isfinite(sample->value) || sample->value < row->low || sample->value > row->high)
        return QL_IMPLAUSIBLE;
    if (point->quantity == Q_CURRENT && fabs(sample->value) > CURRENT_FACTOR * point->rating)
        return QL_IMPLAUSIBLE;
    bool same = fabs(sample->value - point->value) <= 0;
    if (point->refresh_s > 0 && same && point->changed_us &&
        (double)(now_us - point->changed_us) / 1e6 > point->refresh_s)
        return QL_STALE;
    return sample->quality;
}
