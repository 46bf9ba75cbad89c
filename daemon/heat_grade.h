/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What heat is worth by its temperature: grade and exergy. Pure.
 *
 * Units: degC; shares 0..1 of the heat.
 * Source: second law; dead state 10 degC, near the year's mean of Uccle (10.9 degC, 1991-2020).
 */
#pragma once

#define HEAT_DEAD_STATE 10.0

enum heat_grade { HEAT_DIRECT, HEAT_LIFT, HEAT_TOO_COLD };

/* HEAT_DIRECT: warm enough over a heat exchanger's 5 K; HEAT_TOO_COLD: not above the dead state. */
enum heat_grade heat_grade(double source, double needed);
const char *heat_grade_name(enum heat_grade grade);
/* Work in heat at one temperature, and in a stream that cools from hot to cold. */
double heat_exergy(double celsius, double dead_state);
double heat_exergy_stream(double hot, double cold, double dead_state);
