/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/ups_curve.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define LEAST_SAMPLES 96 /* a day of quarters; assumption */
/* So far apart must loads be before they say something of the slope, and of the curvature; assumption. */
#define SPREAD_SLOPE 0.03
#define SPREAD_CURVE 0.20

void ups_samples_add(struct ups_samples *s, double rating, double in, double out)
{
    double x = out / rating, y = (in - out) / rating, power = 1;
    if (!(rating > 0) || isnan(x) || isnan(y) || x <= 0)
        return;
    for (int i = 0; i < 5; i++, power *= x) {
        s->x[i] += power;
        if (i < 3)
            s->y[i] += power * y;
    }
    s->yy += y * y;
    s->low = s->n ? fmin(s->low, x) : x;
    s->high = s->n ? fmax(s->high, x) : x;
    s->n++;
}

/* Normal equations of `terms` terms by Gauss with pivots; false: singular. */
static int solve(const struct ups_samples *s, int terms, double c[3])
{
    double a[3][4];
    for (int i = 0; i < terms; i++) {
        for (int k = 0; k < terms; k++)
            a[i][k] = s->x[i + k];
        a[i][terms] = s->y[i];
    }
    for (int i = 0; i < terms; i++) {
        int best = i;
        for (int k = i + 1; k < terms; k++)
            best = fabs(a[k][i]) > fabs(a[best][i]) ? k : best;
        double row[4];
        memcpy(row, a[i], sizeof row);
        memcpy(a[i], a[best], sizeof row);
        memcpy(a[best], row, sizeof row);
        if (fabs(a[i][i]) < 1e-12)
            return -ENODATA;
        for (int k = 0; k < terms; k++) {
            double f = k == i ? 0 : a[k][i] / a[i][i];
            for (int j = i; j <= terms; j++)
                a[k][j] -= f * a[i][j];
        }
    }
    memset(c, 0, 3 * sizeof *c);
    for (int i = 0; i < terms; i++)
        c[i] = a[i][terms] / a[i][i];
    return 0;
}

/* Losses grow with the load and stay above 0, also without load: else the noise was fitted. */
static int plausible(const struct ups_curve *c)
{
    double slope = c->c[1] + 2 * c->c[2] * c->low;
    return c->c[0] > 0 && c->c[2] >= 0 && slope >= 0;
}

static double deviation(const struct ups_samples *s, const double c[3])
{
    double sum = s->yy - 2 * (c[0] * s->y[0] + c[1] * s->y[1] + c[2] * s->y[2]);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            sum += c[i] * c[k] * s->x[i + k];
    return sqrt(fmax(0, sum) / (double)s->n);
}

int ups_curve_fit(const struct ups_samples *s, struct ups_curve *ret)
{
    double spread = s->high - s->low;
    int most = spread >= SPREAD_CURVE ? 3 : spread >= SPREAD_SLOPE ? 2 : 1;
    if (s->n < LEAST_SAMPLES || !(s->y[0] > 0))
        return -ENODATA;
    for (int terms = most; terms > 0; terms--) {
        struct ups_curve fit = {.terms = terms, .low = s->low, .high = s->high};
        if (solve(s, terms, fit.c) || !plausible(&fit))
            continue;
        fit.sigma = deviation(s, fit.c);
        *ret = fit;
        return 0;
    }
    return -ENODATA;
}

double ups_curve_loss(const struct ups_curve *c, double load)
{
    return c->c[0] + load * (c->c[1] + load * c->c[2]);
}

double ups_curve_efficiency(const struct ups_curve *c, double load)
{
    return load > 0 ? load / (load + ups_curve_loss(c, load)) : (double)NAN;
}
