/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The losses of a UPS over its load, fitted from what was logged. Pure.
 *
 * Shape: loss = rating * (c0 + c1 x + c2 x^2), x the load of the rating. Samples are gathered as sums; the fit uses as
 *        many terms as the spread of the loads can carry, never a falling or negative loss within the loads seen.
 * Units: W; x and c of the rating.
 * Errors: -ENODATA: too few samples, or a loss that is not above 0.
 * Source: fixed, proportional and square losses of double-conversion UPSs (as in Schneider Electric white paper 108).
 */
#pragma once
#include <stddef.h>

struct ups_samples {
    size_t n;
    double x[5]; /* sums of x^0..x^4 */
    double y[3]; /* sums of y, x y, x^2 y; y the loss of the rating */
    double yy, low, high;
};

struct ups_curve {
    double c[3];
    int terms;        /* that were fitted: 1 constant, 2, 3 */
    double low, high; /* loads seen, of the rating */
    double sigma;     /* standard deviation of the loss about the fit, of the rating */
};

void ups_samples_add(struct ups_samples *samples, double rating, double in, double out);
int ups_curve_fit(const struct ups_samples *samples, struct ups_curve *ret);
double ups_curve_loss(const struct ups_curve *curve, double load); /* of the rating */
double ups_curve_efficiency(const struct ups_curve *curve, double load);
