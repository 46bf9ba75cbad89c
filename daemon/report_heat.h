/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's "heat": what could have been recovered in the period, at what temperature, what a heat pump would make
 * of it, and what a year of that is worth.
 *
 * Shape: {"rooms": [...]} and for the scope as a whole the sums; "year" stands for twelve months like the period's
 * mean, where a demand is stated what of it can be used (degree days), else all that is delivered.
 */
#pragma once
#include "daemon/report.h"

report_build_section report_heat;
