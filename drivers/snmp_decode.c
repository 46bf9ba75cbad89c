/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_decode.h"

#include "hash.h"

#include <math.h>
#include <string.h>

static bool same_valid(const struct snmp_op *a, const struct snmp_op *b)
{
    for (uint32_t i = 0; i < a->n_valid; i++)
        if (a->valid[i].value != b->valid[i].value || a->valid[i].condition != b->valid[i].condition)
            return false;
    return true;
}

static bool same_op(const struct snmp_op *a, const struct snmp_op *b)
{
    return a->value == b->value && a->device == b->device && a->point == b->point && a->n_valid == b->n_valid &&
           a->with_unit == b->with_unit && a->dimension == b->dimension && a->take == b->take && same_valid(a, b) &&
           value_op_same(&a->op, &b->op);
}

static bool same_compute(const struct compute_op *a, const struct compute_op *b)
{
    return a->device == b->device && a->point == b->point && a->op == b->op && a->order == b->order && a->n == b->n &&
           !memcmp(a->operand, b->operand, a->n * sizeof *a->operand) &&
           !memcmp(a->factor, b->factor, a->n * sizeof *a->factor);
}

/* Parts of one profile are the same when they are in the same place. */
static bool same(const struct shared *left, const struct shared *right)
{
    const struct snmp_decode *a = (const struct snmp_decode *)left, *b = (const struct snmp_decode *)right;
    bool equal = a->profile == b->profile && a->n == b->n && a->n_ops == b->n_ops && a->computes.n == b->computes.n;
    for (size_t i = 0; equal && i < a->n; i++)
        equal = oid_compare(a->ask[i], b->ask[i]) == 0;
    for (size_t i = 0; equal && i < a->n_ops; i++)
        equal = same_op(&a->op[i], &b->op[i]);
    for (size_t i = 0; equal && i < a->computes.n; i++)
        equal = same_compute(&a->computes.item[i], &b->computes.item[i]);
    return equal;
}

static struct shared *copy(struct arena *arena, const struct shared *draft)
{
    struct snmp_decode *own = arena_memdup(arena, draft, sizeof *own);
    own->ask = arena_memdup(arena, own->ask, own->n * sizeof *own->ask);
    for (size_t i = 0; i < own->n; i++)
        own->ask[i] = oid_copy(arena, own->ask[i].id, own->ask[i].n);
    own->op = arena_memdup(arena, own->op, own->n_ops * sizeof *own->op);
    for (size_t i = 0; i < own->n_ops; i++)
        own->op[i].valid = arena_memdup(arena, own->op[i].valid, own->op[i].n_valid * sizeof *own->op[i].valid);
    own->computes.item = arena_memdup(arena, own->computes.item, own->computes.n * sizeof *own->computes.item);
    for (size_t i = 0; i < own->computes.n; i++) {
        struct compute_op *op = &own->computes.item[i];
        op->operand = arena_memdup(arena, op->operand, op->n * sizeof *op->operand);
        op->factor = arena_memdup(arena, op->factor, op->n * sizeof *op->factor);
    }
    return &own->shared;
}

static struct shared_pool pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .same = same, .copy = copy};

const struct snmp_decode *snmp_decode_take(const struct snmp_decode *draft)
{
    uint64_t hash = hash_bytes(HASH_BEGIN, &draft->profile, sizeof draft->profile);
    for (size_t i = 0; i < draft->n; i++)
        hash = hash_bytes(hash, draft->ask[i].id, draft->ask[i].n * sizeof *draft->ask[i].id);
    return (const struct snmp_decode *)shared_take(&pool, &draft->shared, hash);
}

void snmp_decode_drop(const struct snmp_decode *decode)
{
    shared_drop(&pool, decode ? &decode->shared : NULL);
}

double snmp_decode_number(const struct snmp_value *value, const regex_t *take, bool with_unit, enum dimension dimension)
{
    char text[4096];
    regmatch_t group[2];
    if (!take || value->kind != SV_BYTES)
        return snmp_value_number(value, with_unit, dimension);
    snprintf(text, sizeof text, "%.*s", (int)value->n, (const char *)value->bytes);
    if (regexec(take, text, 2, group, 0) != 0 || group[1].rm_so < 0)
        return NAN;
    struct snmp_value part = {.kind = SV_BYTES,
                              .bytes = (const uint8_t *)text + group[1].rm_so,
                              .n = (size_t)(group[1].rm_eo - group[1].rm_so)};
    return snmp_value_number(&part, with_unit, dimension);
}

void snmp_decode_run(const struct snmp_decode *decode, const struct snmp_value *values, struct answer **answers)
{
    for (size_t i = 0; i < decode->n_ops; i++) {
        const struct snmp_op *op = &decode->op[i];
        const struct snmp_value *value = &values[op->value];
        struct sample sample = {NAN, QL_SENTINEL};
        double raw = snmp_decode_number(value, op->take, op->with_unit, op->dimension);
        if (value->kind == SV_BYTES && isnan(raw) && value->n)
            sample.quality = QL_IMPLAUSIBLE; /* a text where a number should be */
        else
            sample = value_op_sample(&op->op, raw);
        for (uint32_t k = 0; k < op->n_valid; k++)
            if (!condition_number_holds(op->valid[k].condition,
                                        snmp_value_number(&values[op->valid[k].value], false, D_NONE)))
                sample.quality = QL_SENTINEL;
        answers[op->device]->sample[op->point] = sample;
    }
    for (size_t i = 0; i < decode->computes.n; i++)
        compute_sample(&decode->computes.item[i], answers[decode->computes.item[i].device]->sample);
}
