/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "registers.h"

#include <stdlib.h>
#include <string.h>

#define BLOCKS 32

struct block {
    enum space space;
    unsigned first, n;
    uint16_t *word;
};

struct registers {
    struct block block[BLOCKS];
    unsigned hole[BLOCKS][2];
    size_t n, n_holes;
    unsigned limit;
    bool confused;
};

struct registers *registers_new(void)
{
    struct registers *registers = calloc(1, sizeof *registers);
    if (!registers)
        abort();
    registers->limit = 125; /* V1.1b3 section 6.3 */
    return registers;
}

void registers_free(struct registers *registers)
{
    if (!registers)
        return;
    for (size_t i = 0; i < registers->n; i++)
        free(registers->block[i].word);
    free(registers);
}

void registers_block(struct registers *registers, enum space space, unsigned first, unsigned n)
{
    if (registers->n == BLOCKS)
        abort();
    uint16_t *word = calloc(n, sizeof *word);
    if (!word)
        abort();
    registers->block[registers->n++] = (struct block){space, first, n, word};
}

void registers_hole(struct registers *registers, unsigned first, unsigned last)
{
    if (registers->n_holes == BLOCKS)
        abort();
    registers->hole[registers->n_holes][0] = first;
    registers->hole[registers->n_holes++][1] = last;
}

void registers_limit(struct registers *registers, unsigned n)
{
    registers->limit = n;
}

static uint16_t *find(const struct registers *registers, enum space space, unsigned at, unsigned n)
{
    for (size_t i = 0; i < registers->n; i++) {
        const struct block *b = &registers->block[i];
        if (b->space == space && at >= b->first && at + n <= b->first + b->n)
            return b->word + (at - b->first);
    }
    return NULL;
}

static void put(struct registers *registers, enum space space, unsigned at, uint64_t value, unsigned n)
{
    uint16_t *word = find(registers, space, at, n);
    if (!word)
        abort();
    for (unsigned i = 0; i < n; i++)
        word[i] = (uint16_t)(value >> (16 * (n - 1 - i)));
}

void registers_u16(struct registers *registers, enum space space, unsigned at, int64_t value)
{
    put(registers, space, at, (uint64_t)value & 0xffff, 1);
}

void registers_u32(struct registers *registers, enum space space, unsigned at, uint32_t value)
{
    put(registers, space, at, value, 2);
}

void registers_i64(struct registers *registers, enum space space, unsigned at, int64_t value)
{
    put(registers, space, at, (uint64_t)value, 4);
}

void registers_float(struct registers *registers, enum space space, unsigned at, double value)
{
    float f = (float)value;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    put(registers, space, at, bits, 2);
}

void registers_text(struct registers *registers, enum space space, unsigned at, unsigned n, const char *text)
{
    size_t length = strlen(text);
    for (unsigned i = 0; i < n; i++) {
        unsigned high = 2 * i < length ? (unsigned char)text[2 * i] : 0;
        unsigned low = 2 * i + 1 < length ? (unsigned char)text[2 * i + 1] : 0;
        put(registers, space, at + i, high << 8 | low, 1);
    }
}

void registers_confuse(struct registers *registers, bool confused)
{
    registers->confused = confused;
}

int registers_read(const struct registers *registers, enum space space, unsigned at, unsigned n, uint16_t *ret)
{
    unsigned limit = space == SPACE_COIL || space == SPACE_DISCRETE ? 2000 : registers->limit;
    if (!n || n > limit)
        return 3;
    const uint16_t *word = find(registers, space, at, n);
    for (size_t i = 0; word && i < registers->n_holes; i++)
        if (at <= registers->hole[i][1] && at + n > registers->hole[i][0])
            word = NULL;
    if (!word)
        return 2;
    for (unsigned i = 0; i < n; i++)
        ret[i] = registers->confused ? __builtin_bswap16(word[i]) : word[i];
    return 0;
}
