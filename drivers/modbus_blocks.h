/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many values in few reads: registers gathered into blocks within the limits of a profile, and blocks that a device
 * refuses taken apart again.
 *
 * Owner: arrays lie in the arena.
 */
#pragma once
#include "modbus_plan.h"
#include "profile_types.h"

struct span_set { /* values wanted, each once, in the order of addresses after spans_gather */
    struct arena *arena;
    size_t n;
    struct modbus_block *span;
    bool *dropped; /* the device does not have it */
};

struct block_set { /* parallel arrays: a read, and the values in it */
    size_t n;
    struct modbus_block *block;
    struct modbus_run {
        size_t first, n; /* of the spans */
    } * run;
};

size_t spans_want(struct span_set *set, struct modbus_block span);
/* Sorts; ret_place[i] is where the i-th wanted span stands now. */
void spans_sort(struct span_set *set, size_t **ret_place);
struct block_set spans_gather(const struct span_set *set, const struct modbus_access *access, unsigned max_registers,
                              int32_t offset);
/* See modbus_plan_refused. */
bool block_refused(struct block_set *blocks, struct span_set *spans, size_t i);
