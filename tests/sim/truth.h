/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The true quantities of a device by the names that wattwacht gives them: PART/QUANTITY.
 *
 * Shape: electrical devices: total and its lines total-l1 .. total-l3 with active_power apparent_power reactive_power
 *        power_factor energy voltage current frequency, total-l1l2 .. with voltage; rack PDUs the same as inlet-1 where
 *        the device says so, outlet-NN with active_power current energy where outlets are metered, branch-NN current,
 *        sensor-01 temperature humidity of the air at the inlet. A UPS: input, output (with lines), battery. Heat
 * meter: loop-1. Cooler: air, total, sensor-03 outdoors. Entity sensors: sensor-1001 and on, as device_ups.c has them.
 * Units: base units of contract B; energies since the start of the model.
 */
#pragma once
#include "meter.h"

#define TRUTH_MAX 640

enum truth_kind { TRUTH_ELECTRIC, TRUTH_PDU, TRUTH_INLET, TRUTH_UPS, TRUTH_HEAT, TRUTH_AIR, TRUTH_ENTITY };

struct truth {
    char part[24];
    const char *quantity;
    double value;
};

/* Fills ret[TRUTH_MAX]; the same points in the same order each time. Returns how many. */
size_t truth_list(enum truth_kind kind, const struct view *view, struct truth *ret);
