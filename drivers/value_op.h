/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a raw number to a sample: bits, transform, sentinels, factor, range. All that can be known before is in here,
 * so that a poll does arithmetic only.
 *
 * Units: the result is in the base unit of the point's quantity: raw * times / over + plus.
 * Threads: any; a value_op is read only once made.
 */
#pragma once
#include "inbox.h"
#include "profile_point.h"
#include "unit.h"

struct value_op {
    double times, over, plus;
    double low, high; /* NAN: no bound */
    const double *na;
    uint32_t n_na;
    uint8_t transform; /* enum transform */
    bool negative_na;
    uint64_t mask;
};

/* k and over: the scale of the point, by decimals and by a divisor; ratio: of the site, 1 else; unit NULL: none. */
struct value_op value_op_make(const struct point_def *point, struct decimal k, double over, const struct unit *unit,
                              struct decimal ratio);
/* Of the same point of a profile, and in nothing different. */
bool value_op_same(const struct value_op *a, const struct value_op *b);
/* raw NAN: no value. */
struct sample value_op_sample(const struct value_op *op, double raw);
/* A number in text, with or without blanks around it, and its unit where `with_unit`; NAN where it is none. */
double value_of_text(const uint8_t *bytes, size_t n, bool with_unit, enum dimension dimension);
