/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the operator entered for the EU's report, by the regulation's field names. Pure.
 *
 * Shape: a yearly figure is told for its own calendar year alone.
 * Units: those of the field list: kWh, kW, degC, m2, m3, ...
 */
#pragma once
#include "daemon/eu_config.h"

#include <stdint.h>

/* The calendar year that the window is, local time; 0: it is none. */
unsigned eu_year(int64_t from_s, int64_t to_s);
/* A text; NULL: not entered, or no text. */
const char *eu_entered_text(const struct eu_config *eu, const char *field);
/* A number; NAN: not entered. *ret_other: it was entered for that other year. */
double eu_entered_number(const struct eu_config *eu, const char *field, unsigned year, unsigned *ret_other);
/* Renewable energy of that year, Wh: guarantees, purchase and on site; NAN: nothing was entered for it. */
double eu_renewable(const struct eu_config *eu, unsigned year);
