/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a value must move before it is told again: report by exception.
 *
 * Shape: the larger of an absolute and a relative band around the value told last; what equals it is inside. Counters,
 *        states and volumes have none: every change is told.
 * Units: base units; relative 0..1.
 * Source: Sparkplug 3.0, principles-rbe-recommended. The bands are ours: about a tenth of what the devices of the
 *         profiles are accurate to (class 1 meters, 0.5 K sensors), so that a band never hides what is measured.
 */
#pragma once
#include "drivers/quantity.h"

struct sparkplug_band {
    double absolute, relative;
};

struct sparkplug_band sparkplug_band(enum quantity quantity);
/* own: the site's absolute band; NAN: the table's. */
bool sparkplug_band_left(enum quantity quantity, double own, double told, double value);
