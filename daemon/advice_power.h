/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Advisers on the power chain and on heat: UPS at low load, phases, feeds, heat recovery.
 *
 * Source: a UPS's losses are fitted from what its input and output recorded (ups_curve.h); limits of circuit.h.
 */
#pragma once
#include "daemon/advice.h"

advise advice_ups, advice_phases, advice_feeds, advice_heat;
