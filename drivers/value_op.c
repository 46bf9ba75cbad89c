/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "value_op.h"

#include <math.h>
#include <string.h>

static double power_of_ten(int n)
{
    return decimal_value((struct decimal){1, n});
}

struct value_op value_op_make(const struct point_def *point, struct decimal k, double over, const struct unit *unit,
                              struct decimal ratio)
{
    struct value_op op = {.low = point->range[0],
                          .high = point->range[1],
                          .na = point->na.item,
                          .n_na = (uint32_t)point->na.n,
                          .transform = (uint8_t)point->transform,
                          .negative_na = point->negative_na,
                          .mask = (uint64_t)point->mask};
    struct decimal factor = decimal_mul(k, ratio);
    if (unit)
        factor = decimal_mul(factor, unit->factor);
    /* one division by an exact power of ten, so that 49 tenths are exactly 4.9 */
    op.times = (double)factor.mantissa * (factor.exponent > 0 ? power_of_ten(factor.exponent) : 1);
    op.over = over * (factor.exponent < 0 ? power_of_ten(-factor.exponent) : 1);
    if (unit) {
        op.over *= unit->divisor;
        op.plus = decimal_scale(point->offset, decimal_mul(unit->factor, ratio)) / unit->divisor + unit->offset;
    } else {
        op.plus = decimal_scale(point->offset, ratio);
    }
    return op;
}

/* Power factor of Schneider's meters: 0..1 drawn and lagging, 1..2 drawn and leading as 2 - x, negative likewise.
 * Source: Schneider PM5000 register list, "4Q_FP_PF". */
static double four_quadrant(double x)
{
    if (x > 1)
        return 2 - x;
    return x < -1 ? -2 - x : x;
}

static double transformed(const struct value_op *op, double raw)
{
    bool bitwise = op->mask || op->transform == TF_FIRST_BIT;
    if (bitwise && !(raw > -0x1p63 && raw < 0x1p64))
        return NAN; /* no set of bits */
    if (op->mask) {
        uint64_t bits = raw < 0 ? (uint64_t)(int64_t)raw : (uint64_t)raw;
        raw = (double)((bits & op->mask) >> __builtin_ctzll(op->mask));
    }
    switch ((enum transform)op->transform) {
    case TF_NONE:
    case TF_COUNT: break;
    case TF_INVERT: return -raw;
    case TF_ABSOLUTE: return fabs(raw);
    case TF_FOUR_QUADRANT: return four_quadrant(raw);
    case TF_FIRST_BIT: return raw > 0 ? __builtin_ctzll((uint64_t)raw) : -1;
    }
    return raw;
}

static bool equal(double a, double b)
{
    return !(a < b) && !(a > b);
}

static bool same_number(double a, double b)
{
    return isnan(a) ? isnan(b) : fabs(a - b) <= 0;
}

bool value_op_same(const struct value_op *a, const struct value_op *b)
{
    return same_number(a->times, b->times) && same_number(a->over, b->over) && same_number(a->plus, b->plus) &&
           same_number(a->low, b->low) && same_number(a->high, b->high) && a->na == b->na && a->n_na == b->n_na &&
           a->transform == b->transform && a->negative_na == b->negative_na && a->mask == b->mask;
}

struct sample value_op_sample(const struct value_op *op, double raw)
{
    if (isnan(raw))
        return (struct sample){NAN, QL_SENTINEL};
    if (op->negative_na && raw < 0)
        return (struct sample){raw, QL_SENTINEL};
    for (uint32_t i = 0; i < op->n_na; i++)
        if (equal(raw, op->na[i]))
            return (struct sample){raw, QL_SENTINEL};
    if (op->mask || op->transform)
        raw = transformed(op, raw);
    if (isnan(raw))
        return (struct sample){NAN, QL_IMPLAUSIBLE};
    double value = raw * op->times / op->over + op->plus;
    bool outside = value < op->low || value > op->high || !isfinite(value);
    return (struct sample){value, outside ? QL_IMPLAUSIBLE : QL_GOOD};
}

double value_of_text(const uint8_t *bytes, size_t n, bool with_unit, enum dimension dimension)
{
    char text[48];
    while (n && (*bytes == ' ' || *bytes == '+')) {
        bytes++;
        n--;
    }
    if (!n || n >= sizeof text || memchr(bytes, 0, n - 1))
        return NAN;
    memcpy(text, bytes, n);
    while (n && (text[n - 1] == ' ' || !text[n - 1]))
        n--;
    text[n] = '\0';
    double value;
    if (with_unit)
        return unit_parse_value(text, dimension, &value) == 0 ? value : NAN;
    return word_number(text, &value) && strncmp(text, "0x", 2) != 0 ? value : NAN;
}
