/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readers of the parts of a profile that are not plain fields. Each is a field_read: one row of a table of keys.
 *
 * Errors: to the reader's diag.
 * Owner: regular expressions are kept in the context's list, to be freed with the set.
 */
#pragma once
#include "field.h"
#include "profile_ref.h"

struct pattern_list {
    struct pattern_list *next;
    regex_t regex;
};

struct profile_context { /* field_reader.context while a profile is read */
    bool modbus, mqtt;
    size_t n_index, n_joins; /* names that references may use here */
    const char **index, **join;
    size_t n_params;
    const char **param;
    const struct yaml_node *sets; /* cases that points may share */
    struct pattern_list **patterns;
};

int ref_parse(struct field_reader *reader, const struct yaml_node *at, const char *text, struct ref *ret);
regex_t *pattern_read(struct field_reader *reader, const struct yaml_node *at, const char *text);
bool word_number(const char *text, double *ret); /* decimal or 0x..., nothing behind it */
void patterns_free(struct pattern_list *list);

field_read profile_ref_field;        /* struct ref */
field_read profile_select_field;     /* struct select */
field_read profile_selects_field;    /* struct field_items of struct select; one alone is a list of one */
field_read profile_conditions_field; /* struct condition_list */
field_read profile_pattern_field;    /* regex_t * */
field_read profile_scales_field;     /* struct scale_list */
field_read profile_labels_field;     /* struct template_list */
field_read profile_numbers_field;    /* struct number_list: decimals or 0x... */
field_read profile_range_field;      /* double[2]: [low, high] */
field_read profile_states_field;     /* const char **: pairs "number", "name", NULL-ended */
field_read profile_quantity_field;   /* int: enum quantity */
field_read profile_aspect_field;     /* int: enum aspect */
field_read profile_oids_field;       /* struct field_items of struct oid; one alone is a list of one */

struct condition_list {
    size_t n;
    struct condition *item;
};
struct scale_list {
    size_t n;
    struct scale *item;
};
struct template_list {
    size_t n;
    struct template *item;
};
struct number_list {
    size_t n;
    double *item;
};
