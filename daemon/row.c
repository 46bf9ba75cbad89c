/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packed form: version, uptime, count, then for each value the distance to the previous point, the quality and, where
 * the quality has a value, its eight bytes, least significant first. Counts are base-128 numbers, low group first. */
#include "row.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROW_VERSION 1

struct out {
    uint8_t *bytes;
    size_t size, n; /* n may pass size: then it is what would be needed */
};

struct in {
    const uint8_t *at, *end;
    bool bad; /* latched: checked once a value */
};

struct row *row_new(size_t n)
{
    struct row *row = calloc(1, sizeof *row + n * sizeof row->value[0]);
    if (!row)
        abort();
    row->n = n;
    for (size_t i = 0; i < n; i++)
        row->value[i] = (struct row_value){0, QL_SILENT, NAN};
    return row;
}

void row_free(struct row *row)
{
    free(row);
}

static void put_byte(struct out *out, uint8_t byte)
{
    if (out->n < out->size)
        out->bytes[out->n] = byte;
    out->n++;
}

static void put_count(struct out *out, uint64_t count)
{
    for (; count >= 0x80; count >>= 7)
        put_byte(out, (uint8_t)(count | 0x80));
    put_byte(out, (uint8_t)count);
}

static void put_double(struct out *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (unsigned i = 0; i < 8; i++)
        put_byte(out, (uint8_t)(bits >> (8 * i)));
}

size_t row_encode(const struct row *row, uint8_t *buffer, size_t size)
{
    struct out out = {buffer, size, 0};
    uint64_t next = 0;
    put_byte(&out, ROW_VERSION);
    put_count(&out, row->uptime_s);
    put_count(&out, row->n);
    for (size_t i = 0; i < row->n; i++) {
        const struct row_value *v = &row->value[i];
        /* a value that is no number must not reach any sum */
        enum quality quality = quality_has_value(v->quality) && !isfinite(v->value) ? QL_IMPLAUSIBLE : v->quality;
        put_count(&out, v->point - next);
        put_byte(&out, (uint8_t)quality);
        if (quality_has_value(quality))
            put_double(&out, v->value);
        next = (uint64_t)v->point + 1;
    }
    return out.n;
}

static uint8_t get_byte(struct in *in)
{
    if (in->at >= in->end) {
        in->bad = true;
        return 0;
    }
    return *in->at++;
}

/* Only the shortest form of a number is right: two packed rows are equal exactly if their bytes are. */
static uint64_t get_count(struct in *in)
{
    uint64_t count = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint8_t byte = get_byte(in);
        count |= (uint64_t)(byte & 0x7f) << shift;
        if (byte & 0x80)
            continue;
        if ((!byte && shift) || count > UINT32_MAX)
            in->bad = true;
        return count;
    }
    in->bad = true;
    return 0;
}

static double get_double(struct in *in)
{
    uint64_t bits = 0;
    double value;
    for (unsigned i = 0; i < 8; i++)
        bits |= (uint64_t)get_byte(in) << (8 * i);
    memcpy(&value, &bits, sizeof value);
    if (!isfinite(value))
        in->bad = true;
    return value;
}

static void get_value(struct in *in, uint64_t *next, struct row_value *ret)
{
    uint64_t point = *next + get_count(in);
    uint8_t quality = get_byte(in);
    if (point > UINT32_MAX || quality >= QL_COUNT) {
        in->bad = true;
        return;
    }
    ret->point = (uint32_t)point;
    ret->quality = (enum quality)quality;
    if (quality_has_value(ret->quality))
        ret->value = get_double(in);
    *next = point + 1;
}

int row_decode(const uint8_t *bytes, size_t n, struct row **ret)
{
    struct in in = {bytes, bytes + n, false};
    if (get_byte(&in) != ROW_VERSION)
        return -EBADMSG;
    uint64_t uptime = get_count(&in), count = get_count(&in);
    /* a value takes two bytes at least: a false count must not ask for memory */
    if (in.bad || count > (size_t)(in.end - in.at) / 2)
        return -EBADMSG;
    struct row *row = row_new((size_t)count);
    row->uptime_s = (uint32_t)uptime;
    uint64_t next = 0;
    for (size_t i = 0; i < row->n && !in.bad; i++)
        get_value(&in, &next, &row->value[i]);
    if (in.bad || in.at != in.end) {
        row_free(row);
        return -EBADMSG;
    }
    *ret = row;
    return 0;
}
