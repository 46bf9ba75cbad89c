/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole profile, once read: head, recognition, access, tables, what is computed. Private to the profile, plan and
 * vector files.
 *
 * Owner: everything lies in the arena of the set.
 */
#pragma once
#include "part.h"
#include "profile_access.h"
#include "profile_point.h"

#include <stdatomic.h>

enum match_kind {
    MK_OBJECT_ID,
    MK_OBJECT_UNDER,
    MK_DESCRIPTION,
    MK_NOT_DESCRIPTION,
    MK_EXISTS,
    MK_ABSENT,
    MK_UNDER,
    MK_VALUE,
    MK_SUNSPEC,
    MK_IDENT
};

struct match_test {
    enum match_kind kind;
    struct field_items oids; /* of struct oid; any will do, but for MK_EXISTS and MK_ABSENT all count */
    regex_t *like;
    const char *text;       /* of like, for words */
    struct condition value; /* MK_VALUE */
    struct number_list models;
};
struct match_rule {
    size_t n;
    struct match_test *test;
};

enum compute { CP_SUM, CP_PRODUCT, CP_RATIO, CP_MEAN, CP_DIFFERENCE, CP_COUNT };
struct operand {
    const char *part, *quantity; /* part may end in a star: any that begins so; NULL: factor */
    double factor;
};
struct computed_def {
    struct place at;
    const char *part;
    int quantity, aspect;
    enum compute op;
    size_t n;
    struct operand *operand;
};

struct param_def {
    const char *name, *help, *initial; /* initial NULL: the site must say it */
};

struct identity_def {                                   /* alternatives, the first that answers */
    struct field_items vendor, model, serial, firmware; /* of struct select */
};

struct profile {
    struct place at;
    const char *name, *title, *vendor;
    int kind, confidence;
    unsigned version, priority;
    bool modbus, mqtt; /* neither: SNMP */
    uint64_t hash;
    struct field_items sources, include; /* of const char * */
    struct identity_def identity;
    struct snmp_access snmp;
    struct modbus_access registers;
    struct mqtt_access messages;
    size_t n_rules, n_tables, n_computed, n_params, n_included;
    struct match_rule *rule;
    struct table_def *table;
    struct computed_def *computed;
    struct param_def *param;
    const struct profile **included; /* itself first */
};
