/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a Modbus plan keeps for itself: how registers become samples.
 *
 * Owner: everything lies in the plan's arena.
 */
#pragma once
#include "modbus_blocks.h"
#include "modbus_cell.h"
#include "point_list.h"

struct modbus_want { /* where a candidate comes from, by its handle */
    const struct profile *profile;
    const struct table_def *table;
    struct reg reg; /* with what the site adds to the address */
};

struct modbus_read { /* a value of the poll */
    size_t span;
    struct reg reg;
    enum reg_order order;
};

struct modbus_valid {
    struct modbus_read read;
    const struct condition *condition;
};

struct modbus_factor { /* a scale that is read with each poll */
    struct modbus_read read;
    int rule;
};

struct modbus_op {
    struct modbus_read read;
    uint32_t point;
    size_t n_valid, n_factors;
    struct modbus_valid *valid;
    struct modbus_factor *factor;
    struct value_op op;
};

struct modbus_state {
    struct arena *arena;
    const struct profile *profile;
    const struct device_setup *setup;
    const char *why;
    int32_t offset;
    unsigned rounds;
    size_t n_models, n_wants, n_ops;
    struct sunspec_model *model;
    struct modbus_want *want;
    struct modbus_op *op;
    struct span_set spans;
    struct block_set blocks;
    struct compute_ops computes;
};

void modbus_decode_new(struct modbus_state *state, const struct point_list *list, struct modbus_place *place);
