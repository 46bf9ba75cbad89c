/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thermal envelopes of IT equipment: ASHRAE TC 9.9, fifth edition 2021.
 *
 * Units: degC dry bulb at the inlet.
 * Source: the reference card of the 5th edition (values only); H1 as in its supplement on high-density equipment.
 */
#pragma once
#include "daemon/config.h"

struct envelope {
    double recommended_low, recommended_high, allowable_low, allowable_high;
};

const struct envelope *envelope_of(enum ashrae class_);
