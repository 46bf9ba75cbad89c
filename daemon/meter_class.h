/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits of error of meters and current transformers by their class, as far as their load lets them keep it. Pure.
 *
 * Units: % of reading; load 0..1 of the rated current, NAN: not known, then as at full load; NAN: no class.
 *        Below what the standard limits METER_UNSTATED is taken.
 * Source: IEC 62053-22 (0.2S, 0.5S: from 5 %; twice that from 1 %), IEC 62053-21 (1, 2: from 10 %; half a per cent more
 *         from 5 %), EN 50470-3 (MID A, B, C as 2, 1, 0.5), IEC 61869-2 table 201 (transformers, straight lines in
 *         between); at power factor 1. Other classes by the nearest of these. EN 1434-1 for heat meters.
 */
#pragma once

/* Where no class or load tells: what a simple metered rack PDU keeps (2 to 5 %); assumption. */
#define METER_UNSTATED 5.0

/* "0.5S", "1", "B"; or "1%", a limit of error at any load. */
double meter_class_limit(const char *class_, double load);
double meter_transformer_limit(const char *class_, double load);
/* A heat meter of class 1, 2 or 3: the sum for flow, pair and calculator at a difference of temperatures (NAN: at the
 * least one that it is made for, METER_KELVIN) and at a flow as a part of its permanent one. NAN below that difference.
 */
#define METER_KELVIN 3.0
double meter_heat_limit(const char *class_, double kelvin, double flow_part);
/* Both together: independent, so by root of the sum of squares. Transformer NULL: none, or known to the meter. */
double meter_limit(const char *class_, const char *transformer, double load);
