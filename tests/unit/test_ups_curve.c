/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ups_curve, free_cooling, lifetime: the arithmetic under the advice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/free_cooling.h"
#include "daemon/lifetime.h"
#include "daemon/ups_curve.h"
#include "near.h"

#include <errno.h>
#include <math.h>

static const struct ups_curve example = {{0.02, 0.02, 0.015}, 3, 0.1, 1, 0};

static void test_ups_efficiency(void **state)
{
    (void)state;
    static const double rows[][2] = {{0.1, 0.819}, {0.2, 0.891}, {0.4, 0.929}, {0.5, 0.937}, {1, 0.948}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        near("efficiency", ups_curve_efficiency(&example, rows[i][0]), rows[i][1], 6e-4);
    near("no load", ups_curve_efficiency(&example, 0), NAN, 0);
}

/* A day of quarters between two loads, with noise that has no mean. */
static struct ups_samples day(double low, double high, double noise)
{
    struct ups_samples s = {0};
    for (int i = 0; i < 96; i++) {
        double x = low + (high - low) * i / 95, out = 10e3 * x;
        double loss = ups_curve_loss(&example, x) + noise * (i % 2 ? 1 : -1);
        ups_samples_add(&s, 10e3, out + 10e3 * loss, out);
    }
    return s;
}

static void test_ups_fit(void **state)
{
    (void)state;
    struct ups_curve fit;
    struct ups_samples wide = day(0.1, 0.9, 0), narrow = day(0.30, 0.36, 1e-4), still = day(0.3, 0.31, 1e-4);
    assert_int_equal(ups_curve_fit(&wide, &fit), 0);
    assert_int_equal(fit.terms, 3);
    for (int i = 0; i < 3; i++)
        near("c", fit.c[i], example.c[i], 1e-9);
    near("sigma", fit.sigma, 0, 1e-7);
    near("seen from", fit.low, 0.1, 1e-12);
    near("to", fit.high, 0.9, 1e-12);
    assert_int_equal(ups_curve_fit(&narrow, &fit), 0);
    assert_int_equal(fit.terms, 2);
    near("within what was seen", ups_curve_loss(&fit, 0.33), ups_curve_loss(&example, 0.33), 1e-4);
    near("sigma is the noise", fit.sigma, 1e-4, 2e-5);
    assert_int_equal(ups_curve_fit(&still, &fit), 0);
    assert_int_equal(fit.terms, 1);
    struct ups_samples few = {0}, wrong = {0};
    for (int i = 0; i < 50; i++)
        ups_samples_add(&few, 10e3, 5000, 4500);
    assert_int_equal(ups_curve_fit(&few, &fit), -ENODATA);
    for (int i = 0; i < 96; i++)
        ups_samples_add(&wrong, 10e3, 4000, 4500 + 10.0 * i); /* more out than in: the meters disagree */
    assert_int_equal(ups_curve_fit(&wrong, &fit), -ENODATA);
    size_t n = wide.n;
    ups_samples_add(&wide, 10e3, NAN, 4500);
    ups_samples_add(&wide, 0, 5000, 4500);
    assert_int_equal(wide.n, n);
}

static void test_free_cooling(void **state)
{
    (void)state;
    static const double rows[][2] = {{12, 1}, {15, 0.7}, {18, 0.4}, {22, 0}, {35, 0}, {-10, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        near("share", free_cooling_share(rows[i][0], FREE_COOLING_WATER, 22, 32), rows[i][1], 1e-12);
    near("no span", free_cooling_share(10, 10, 22, 22), NAN, 0);
    near("not known", free_cooling_share(NAN, 10, 22, 32), NAN, 0);
}

static void test_lifetime(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double embodied, before, after, years, tolerance;
    } rows[] = {
        {"one for one, 1,313 kg", 1313, 250, 180, 8.5, 0.06},  {"one for one, 4,283 kg", 4283, 250, 180, 27.8, 0.06},
        {"two for one, 1,313 kg", 1313, 500, 200, 1.99, 6e-3}, {"two for one, 4,283 kg", 4283, 500, 200, 6.49, 6e-3},
        {"no saving, never", 1313, 180, 180, NAN, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        near(rows[i].name, lifetime_break_even(rows[i].embodied, rows[i].before, rows[i].after, 1.5, 0.16749),
             rows[i].years, rows[i].tolerance);
    near("a cleaner grid",
         lifetime_break_even(1313, 250, 180, 1.5, 0.05) / lifetime_break_even(1313, 250, 180, 1.5, 0.16749), 3.35,
         6e-3);
    near("five years to eight", lifetime_avoided(1200, 5, 3), 1200 * (1.0 / 5 - 1.0 / 8), 1e-9);
    near("no life", lifetime_avoided(1200, 0, 3), NAN, 0);
    near("100 W that idle", lifetime_idle(100, 1), 876e3, 1e-6);
    near("at PUE 1.5", lifetime_idle(100, 1.5), 1314e3, 1e-6);
    near("fans at 80 % of their speed", pow(0.8, 3), 0.51, 3e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ups_efficiency), cmocka_unit_test(test_ups_fit),
                                       cmocka_unit_test(test_free_cooling), cmocka_unit_test(test_lifetime)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
