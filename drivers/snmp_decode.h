/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What agents of one model are asked with each poll, and how the answers become samples: made once for all of them.
 *
 * Owner: counted references; borrows the profile, which each plan that uses it keeps.
 * Threads: any; read only once taken.
 */
#pragma once
#include "point_list.h"
#include "shared.h"
#include "snmp_cell.h"

/* A validity column: numbers only, since it is asked with every poll. */
struct snmp_valid {
    uint32_t value; /* of the asks */
    const struct condition *condition;
};

struct snmp_op {
    uint32_t value, device, point;
    uint32_t n_valid;
    struct snmp_valid *valid;
    bool with_unit;
    enum dimension dimension;
    const regex_t *take;
    struct value_op op;
};

struct snmp_decode {
    struct shared shared; /* first */
    const struct profile *profile;
    size_t n, n_ops;
    struct oid *ask; /* exact objects, each once */
    struct snmp_op *op;
    struct compute_ops computes;
};

/* The same as the draft, which stays the caller's. */
const struct snmp_decode *snmp_decode_take(const struct snmp_decode *draft);
void snmp_decode_drop(const struct snmp_decode *decode);
/* A number that stands within a longer text: the first group of take, where that is given. */
double snmp_decode_number(const struct snmp_value *value, const regex_t *take, bool with_unit,
                          enum dimension dimension);
void snmp_decode_run(const struct snmp_decode *decode, const struct snmp_value *values, struct answer **answers);
