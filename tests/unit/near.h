/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers that have to be near others: says both where they are not. NAN is near NAN alone. */
#pragma once
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <math.h>
#include <stdbool.h>

static inline void near(const char *name, double value, double wanted, double tolerance)
{
    bool right = fabs(value - wanted) <= tolerance || (isnan(value) && isnan(wanted));
    if (!right)
        print_message("  %s: %.9g, wanted %.9g\n", name, value, wanted);
    assert_true(right);
}

/* Named by its own words; what is wanted is a number. */
#define NEAR(value, wanted, tolerance)                 \
    do {                                               \
        double wanted_number = (wanted);               \
        assert_false(isnan(wanted_number));            \
        near(#value, value, wanted_number, tolerance); \
    } while (0)
