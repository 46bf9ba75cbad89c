/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/check.h"

#include <math.h>

/* A breaker of rating I carries less than 8 I for more than an instant: magnetic trip of the widest common
 * characteristic, 5 to 10 I (C) in IEC 60898-1. A measured mean above that is a wrong scale. Nor does anything deliver
 * eight times its rated power. */
#define RATING_FACTOR 8.0

static bool has_limit(enum quantity q)
{
    return q == Q_CURRENT || q == Q_ACTIVE_POWER || q == Q_APPARENT_POWER;
}

enum quality check_sample(const struct live_point *point, const struct sample *sample, int64_t now_us)
{
    const struct quantity_row *row = quantity_row(point->quantity);
    if (!quality_has_value(sample->quality))
        return sample->quality;
    if (!isfinite(sample->value) || sample->value < row->low || sample->value > row->high)
        return QL_IMPLAUSIBLE;
    if (has_limit(point->quantity) && point->rating > 0 && fabs(sample->value) > RATING_FACTOR * point->rating)
        return QL_IMPLAUSIBLE;
    bool same = fabs(sample->value - point->value) <= 0;
    if (point->refresh_s > 0 && same && point->changed_us &&
        (double)(now_us - point->changed_us) / 1e6 > point->refresh_s)
        return QL_STALE;
    return sample->quality;
}
