/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact decimal factors: an integer and a power of ten, so that raw 49 times 0.1 is exactly 4.9.
 *
 * Errors: decimal_parse is strict: no comma, no nan, no inf, no hexadecimal, no leading 0 before a digit, no blanks;
 *         at most 18 significant digits.
 * Threads: any; does not look at the locale.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decimal {
    int64_t mantissa;
    int exponent; /* value = mantissa * 10^exponent */
};

#define DECIMAL_ONE ((struct decimal){1, 0})

/* Reads the longest number at the start of text; *ret_end is behind it. -EINVAL where there is none. */
int decimal_parse(const char *text, struct decimal *ret, const char **ret_end);
struct decimal decimal_mul(struct decimal a, struct decimal b);
double decimal_value(struct decimal d);
/* value * d with one rounding where the exponent allows it (|exponent| <= 22). */
double decimal_scale(double value, struct decimal d);
