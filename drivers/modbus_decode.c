/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_decode.h"

#include <math.h>

static bool add_read(struct modbus_state *state, const struct modbus_place *place, const struct reg *reg,
                     struct modbus_read *ret)
{
    struct modbus_block block;
    if (!modbus_locate(place, reg, &block))
        return false;
    *ret = (struct modbus_read){spans_want(&state->spans, block), *reg, modbus_order(place->profile, reg)};
    return true;
}

static void add_op(struct modbus_state *state, const struct candidate *c, const struct modbus_place *place,
                   struct modbus_op *op)
{
    const struct point_def *def = c->def;
    op->op = c->op;
    op->point = c->point;
    add_read(state, place, &state->want[c->handle].reg, &op->read);
    op->valid = arena_alloc(state->arena, def->valid.n * sizeof *op->valid);
    op->factor = arena_alloc(state->arena, def->scale.n * sizeof *op->factor);
    for (size_t i = 0; i < def->valid.n; i++)
        if (add_read(state, place, &def->valid.item[i].from.reg, &op->valid[op->n_valid].read))
            op->valid[op->n_valid++].condition = &def->valid.item[i];
    for (size_t i = 0; i < def->scale.n; i++)
        if (def->scale.item[i].each &&
            add_read(state, place, &def->scale.item[i].from.reg, &op->factor[op->n_factors].read))
            op->factor[op->n_factors++].rule = def->scale.item[i].rule;
}

static void move_read(struct modbus_read *read, const size_t *place)
{
    read->span = place[read->span];
}

void modbus_decode_new(struct modbus_state *state, const struct point_list *list, struct modbus_place *place)
{
    size_t *moved;
    state->op = arena_alloc(state->arena, list->n * sizeof *state->op);
    for (size_t i = 0; i < list->n; i++) {
        const struct candidate *c = &list->item[i];
        if (c->left_out || c->computed || c->device) /* units of a chain share no register map */
            continue;
        place->profile = state->want[c->handle].profile;
        place->table = state->want[c->handle].table;
        add_op(state, c, place, &state->op[state->n_ops++]);
    }
    spans_sort(&state->spans, &moved);
    for (size_t i = 0; i < state->n_ops; i++) {
        struct modbus_op *op = &state->op[i];
        move_read(&op->read, moved);
        for (size_t k = 0; k < op->n_valid; k++)
            move_read(&op->valid[k].read, moved);
        for (size_t k = 0; k < op->n_factors; k++)
            move_read(&op->factor[k].read, moved);
    }
    state->computes = point_list_computes(list, state->arena);
}

/* False: not read in this poll. */
static bool number_of(const struct modbus_state *state, const struct modbus_image *image,
                      const struct modbus_read *read, double *ret)
{
    uint16_t registers[64];
    struct modbus_block block = state->spans.span[read->span];
    if (block.count > 64 || !modbus_image_get(image, block, registers))
        return false;
    *ret = modbus_number(&read->reg, read->order, registers);
    return true;
}

static bool is_valid(const struct modbus_state *state, const struct modbus_image *image,
                     const struct modbus_valid *valid)
{
    const struct condition *c = valid->condition;
    double x;
    if (state->spans.dropped[valid->read.span])
        return true; /* a register that the device does not have asks nothing */
    if (!number_of(state, image, &valid->read, &x) || isnan(x))
        return false;
    return condition_number_holds(c, x);
}

static struct sample sample_of(const struct modbus_state *state, const struct modbus_image *image,
                               const struct modbus_op *op)
{
    struct value_op own = op->op;
    double raw, x;
    if (state->spans.dropped[op->read.span])
        return (struct sample){NAN, QL_SENTINEL};
    if (!number_of(state, image, &op->read, &raw))
        return (struct sample){NAN, QL_SILENT};
    for (size_t i = 0; i < op->n_valid; i++)
        if (!is_valid(state, image, &op->valid[i]))
            return (struct sample){raw, QL_SENTINEL};
    for (size_t i = 0; i < op->n_factors; i++) {
        struct decimal k = DECIMAL_ONE;
        double over = 1;
        if (!number_of(state, image, &op->factor[i].read, &x) || isnan(x) ||
            !scale_apply(op->factor[i].rule, x, &k, &over))
            return (struct sample){raw, QL_SENTINEL};
        if (k.exponent < 0)
            over *= decimal_value((struct decimal){1, -k.exponent});
        own.times *= decimal_value((struct decimal){k.mantissa, k.exponent > 0 ? k.exponent : 0});
        own.over *= over;
    }
    return value_op_sample(&own, raw);
}

void modbus_plan_decode(const struct modbus_plan *plan, const struct modbus_image *image, struct answer *answer)
{
    const struct modbus_state *state = plan->decode;
    for (size_t i = 0; i < state->n_ops; i++)
        answer->sample[state->op[i].point] = sample_of(state, image, &state->op[i]);
    for (size_t i = 0; i < state->computes.n; i++)
        compute_sample(&state->computes.item[i], answer->sample);
}
