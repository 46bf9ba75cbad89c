/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "decimal.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define DIGITS_MAX 18

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits from p on; the first `point` positions behind the point lower the exponent. */
static const char *read_digits(const char *p, struct decimal *d, int *digits, bool fraction)
{
    for (; is_digit(*p); p++) {
        if (*digits > 0 || *p != '0')
            (*digits)++;
        if (*digits > DIGITS_MAX)
            return NULL;
        d->mantissa = d->mantissa * 10 + (*p - '0');
        if (fraction)
            d->exponent--;
    }
    return p;
}

static const char *read_exponent(const char *p, struct decimal *d)
{
    const char *q = p + 1;
    int sign = *q == '-' ? -1 : 1;
    if (*q == '-' || *q == '+')
        q++;
    if (!is_digit(*q))
        return p; /* no exponent after all: "10e" ends before the e */
    int e = 0;
    for (; is_digit(*q); q++)
        if (e < 1000)
            e = e * 10 + (*q - '0');
    if (e > 99)
        return NULL;
    d->exponent += sign * e;
    return q;
}

int decimal_parse(const char *text, struct decimal *ret, const char **ret_end)
{
    struct decimal d = {0, 0};
    const char *p = text;
    bool negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    if (!is_digit(*p) || (p[0] == '0' && is_digit(p[1])))
        return -EINVAL;
    int digits = 0;
    p = read_digits(p, &d, &digits, false);
    if (p && *p == '.') {
        if (!is_digit(p[1]))
            return -EINVAL;
        p = read_digits(p + 1, &d, &digits, true);
    }
    if (p && (*p == 'e' || *p == 'E'))
        p = read_exponent(p, &d);
    if (!p || *p == '.' || *p == ',')
        return -EINVAL;
    if (negative)
        d.mantissa = -d.mantissa;
    while (d.mantissa && d.mantissa % 10 == 0) {
        d.mantissa /= 10;
        d.exponent++;
    }
    if (!d.mantissa)
        d.exponent = 0;
    *ret = d;
    *ret_end = p;
    return 0;
}

struct decimal decimal_mul(struct decimal a, struct decimal b)
{
    int64_t product;
    while (__builtin_mul_overflow(a.mantissa, b.mantissa, &product)) {
        /* out of range: give up the last digit of the longer one */
        struct decimal *longer = llabs(a.mantissa) > llabs(b.mantissa) ? &a : &b;
        longer->mantissa /= 10;
        longer->exponent++;
    }
    return (struct decimal){product, a.exponent + b.exponent};
}

/* 10^n exactly for 0 <= n <= 22, the largest power of ten that a double holds. */
static double power_of_ten(int n)
{
    static const double exact[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return n <= 22 ? exact[n] : pow(10, n);
}

double decimal_scale(double value, struct decimal d)
{
    double product = value * (double)d.mantissa;
    return d.exponent < 0 ? product / power_of_ten(-d.exponent) : product * power_of_ten(d.exponent);
}

double decimal_value(struct decimal d)
{
    return decimal_scale(1, d);
}
