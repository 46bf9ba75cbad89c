/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_blocks.h"

#include <stdlib.h>
#include <string.h>

static int compare(const struct modbus_block *a, const struct modbus_block *b)
{
    if (a->space != b->space)
        return a->space < b->space ? -1 : 1;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return a->count < b->count ? -1 : a->count > b->count;
}

size_t spans_want(struct span_set *set, struct modbus_block span)
{
    for (size_t i = 0; i < set->n; i++)
        if (compare(&set->span[i], &span) == 0)
            return i;
    set->span = arena_push(set->arena, set->span, &set->n, sizeof span);
    set->span[set->n - 1] = span;
    return set->n - 1;
}

struct numbered {
    struct modbus_block span;
    size_t before;
};

static int by_address(const void *left, const void *right)
{
    return compare(&((const struct numbered *)left)->span, &((const struct numbered *)right)->span);
}

void spans_sort(struct span_set *set, size_t **ret_place)
{
    struct numbered *all = arena_alloc(set->arena, set->n * sizeof *all);
    size_t *place = arena_alloc(set->arena, set->n * sizeof *place);
    for (size_t i = 0; i < set->n; i++)
        all[i] = (struct numbered){set->span[i], i};
    qsort(all, set->n, sizeof *all, by_address);
    for (size_t i = 0; i < set->n; i++) {
        set->span[i] = all[i].span;
        place[all[i].before] = i;
    }
    set->dropped = arena_alloc(set->arena, set->n * sizeof *set->dropped);
    *ret_place = place;
}

static uint32_t end_of(const struct modbus_block *block)
{
    return (uint32_t)block->address + block->count;
}

/* The block that the profile wants read whole and that holds the value, or NULL. */
static const unsigned *block_wanted(const struct modbus_access *access, const struct modbus_block *span, int32_t offset)
{
    for (size_t i = 0; (int)span->space == access->space && i < access->blocks.n; i++) {
        const unsigned *pair = (const unsigned *)access->blocks.item + 2 * i;
        int64_t first = (int64_t)pair[0] + offset;
        if (span->address >= first && end_of(span) <= first + pair[1])
            return pair;
    }
    return NULL;
}

static bool barrier_between(const struct modbus_access *access, uint32_t first, uint32_t end, int32_t offset)
{
    for (size_t i = 0; i < access->barriers.n; i++) {
        double at = access->barriers.item[i] + offset;
        if (at > first && at < end)
            return true;
    }
    return false;
}

static void add_block(struct block_set *set, struct arena *arena, struct modbus_block block, size_t first)
{
    size_t n = set->n;
    set->block = arena_push(arena, set->block, &n, sizeof block);
    set->run = arena_push(arena, set->run, &set->n, sizeof *set->run);
    set->block[set->n - 1] = block;
    set->run[set->n - 1] = (struct modbus_run){first, 1};
}

struct block_set spans_gather(const struct span_set *set, const struct modbus_access *access, unsigned max_registers,
                              int32_t offset)
{
    struct block_set blocks = {0};
    const unsigned *whole = NULL;
    for (size_t i = 0; i < set->n; i++) {
        const struct modbus_block *span = &set->span[i];
        struct modbus_block *last = blocks.n ? &blocks.block[blocks.n - 1] : NULL;
        const unsigned *wanted = block_wanted(access, span, offset);
        if (last && last->space == span->space && wanted == whole) {
            uint32_t end = end_of(span) > end_of(last) ? end_of(span) : end_of(last);
            bool near = span->address <= end_of(last) + access->hole && end - last->address <= max_registers &&
                        !barrier_between(access, last->address, end, offset);
            if (wanted || near) {
                last->count = (uint16_t)(end - last->address);
                blocks.run[blocks.n - 1].n++;
                continue;
            }
        }
        struct modbus_block block = *span;
        if (wanted) {
            block.address = (uint16_t)((int32_t)wanted[0] + offset);
            block.count = (uint16_t)wanted[1];
        }
        add_block(&blocks, set->arena, block, i);
        whole = wanted;
    }
    return blocks;
}

/* The block that just holds the values of a run. */
static struct modbus_block tight(const struct span_set *spans, struct modbus_run run)
{
    struct modbus_block block = spans->span[run.first];
    for (size_t i = run.first; i < run.first + run.n; i++)
        if (end_of(&spans->span[i]) > end_of(&block))
            block.count = (uint16_t)(end_of(&spans->span[i]) - block.address);
    return block;
}

/* Where to cut: at the widest hole, else in the middle, never through a value. 0: nowhere. */
static size_t cut_of(const struct span_set *spans, struct modbus_run run)
{
    uint32_t end = end_of(&spans->span[run.first]), widest = 0;
    size_t best = 0, middle = 0;
    for (size_t i = 1; i < run.n; i++) {
        const struct modbus_block *span = &spans->span[run.first + i];
        if (span->address >= end) {
            if (span->address - end > widest) {
                widest = span->address - end;
                best = i;
            }
            if (!middle || i <= run.n / 2)
                middle = i;
        }
        end = end_of(span) > end ? end_of(span) : end;
    }
    return widest ? best : middle;
}

bool block_refused(struct block_set *blocks, struct span_set *spans, size_t i)
{
    struct modbus_run run = blocks->run[i];
    struct modbus_block whole = tight(spans, run);
    /* first without the registers around the values, when the profile's block was wider than they are */
    if (whole.address != blocks->block[i].address || whole.count != blocks->block[i].count) {
        blocks->block[i] = whole;
        return true;
    }
    size_t cut = cut_of(spans, run);
    if (!cut) {
        for (size_t k = 0; k < run.n; k++)
            spans->dropped[run.first + k] = true;
        blocks->n--;
        memmove(&blocks->block[i], &blocks->block[i + 1], (blocks->n - i) * sizeof *blocks->block);
        memmove(&blocks->run[i], &blocks->run[i + 1], (blocks->n - i) * sizeof *blocks->run);
        return blocks->n > 0;
    }
    add_block(blocks, spans->arena, blocks->block[i], 0);
    memmove(&blocks->block[i + 1], &blocks->block[i], (blocks->n - 1 - i) * sizeof *blocks->block);
    memmove(&blocks->run[i + 1], &blocks->run[i], (blocks->n - 1 - i) * sizeof *blocks->run);
    blocks->run[i] = (struct modbus_run){run.first, cut};
    blocks->run[i + 1] = (struct modbus_run){run.first + cut, run.n - cut};
    blocks->block[i] = tight(spans, blocks->run[i]);
    blocks->block[i + 1] = tight(spans, blocks->run[i + 1]);
    return true;
}
