/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The points of a profile and the tables they lie in, once read. Private to the profile, plan and vector files.
 *
 * Shape: a table hands its keys on to its points, and a point to its cases, so that here every point is complete.
 * Owner: everything lies in the arena of the set.
 */
#pragma once
#include "profile_read.h"

enum transform { TF_NONE, TF_INVERT, TF_ABSOLUTE, TF_FOUR_QUADRANT, TF_FIRST_BIT, TF_COUNT };

struct point_def {
    struct place at;
    struct ref from, by;
    const struct yaml_node *cases; /* only while it is read */
    int quantity, aspect;          /* enum quantity, enum aspect */
    struct select chain, part, phase, unit;
    struct field_items number; /* of struct select, added up */
    struct ref plus;           /* REGISTER: a param that is added to the address */
    struct template_list label;
    struct scale_list scale;
    struct number_list na;             /* raw */
    struct condition_list when, valid; /* at discovery; with every poll */
    bool negative_na, drop_na, text_unit, ignore;
    regex_t *take;   /* of a longer text only its first group; NULL: all */
    double offset;   /* after the scale, in the unit */
    double range[2]; /* base unit; NAN: none */
    int64_t mask;    /* raw & mask, moved down to bit 0; 0: none */
    int transform;   /* enum transform */
    double modulus;  /* raw; 0: unknown */
    int64_t refresh_us;
    const char **states;
};

enum index_kind { IX_INT, IX_TEXT, IX_IMPLIED, IX_OCTETS, IX_OID, IX_REST };

struct index_def {
    const char *name;
    enum index_kind kind;
    unsigned octets; /* IX_OCTETS */
};

struct join_def {
    const char *name;
    struct oid entry;
    struct field_items index; /* of struct join_part */
};
struct join_part {
    struct ref from; /* REF_NONE: the constant */
    uint32_t constant;
};

struct table_def {
    const char *name;
    struct place at;
    struct point_def inherit; /* keys of the table that its points take over */
    struct oid entry;         /* n 0: objects by their full names, or registers */
    size_t n_index, n_joins, n_points;
    struct index_def *index;
    struct join_def *join;
    struct point_def *point;
    const char *topic;         /* MQTT: a row is each topic that matches, a + is a part of the index */
    struct number_list models; /* SunSpec: addresses count from the model's first register */
};
