/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Uncertainty of measured energies and of their ratios.
 *
 * Units: relative standard uncertainties as fractions (0.01 is 1 %); limits of error in %. NAN: unknown, and stays so.
 * Source: GUM (JCGM 100:2008) 4.3.7 for limits of error (rectangular), 5.1.2 for sums and ratios; U = 2 u (k = 2).
 */
#pragma once

#define COVERAGE_FACTOR 2.0

/* Limit of error in % of reading (an accuracy class) to standard uncertainty. */
double uncertainty_of_class(double percent);
double uncertainty_rss(double a, double b);
/* Meters of one kind: s is what they share, i each one's own. */
double uncertainty_of_sum(double shared, double own, unsigned n);
/* Of a ratio, relative: r is the correlation of the two. */
double uncertainty_of_ratio(double u_total, double u_it, double r);
/* Of the difference of two sensors, absolute: each within `limit`. */
double uncertainty_of_pair(double limit);
/* Of a value that is told in steps (a counter's resolution), absolute. */
double uncertainty_of_step(double step);
/* Of 1 + overhead/it, absolute: the form for an overhead with meters of its own. */
double uncertainty_of_components(double overhead, double it, double u_overhead, double u_it);
