/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of keys: how a map in a YAML file becomes a struct. One row a key; the man page and the JSON Schema come
 * from the same rows.
 *
 * Shape: a row names the key, the function that reads it, where it goes, and what it means. Keys absent take the
 *        default, itself read by the row's function, so that a wrong default cannot hide.
 * Units: field_value() reads a number with its unit into the base unit of the row's dimension (double), times into
 *        microseconds (int64_t) by field_duration().
 * Errors: all wrong keys and values of a map are reported to diag, with the nearest key as a suggestion; the result
 *         is -EINVAL when any was.
 * Owner: what is read is copied into the arena of the reader.
 */
#pragma once
#include "quantity.h"
#include "yaml.h"

#include <stdint.h>

struct field_reader {
    struct arena *arena;
    struct diag *diag;
    void *context; /* for custom readers */
    bool partial;  /* of several files one could not be read: what is missing may stand there */
};

struct field;
typedef int field_read(struct field_reader *reader, const struct field *field, const struct yaml_node *node,
                       void *into);

struct field {
    const char *name;
    field_read *read;
    size_t offset;
    const char *initial; /* default as it would be written, NULL: none (zero) */
    const char *help;    /* one sentence */
    const void *arg;     /* choices, sub-table, dimension row: what the reader function says */
    enum dimension dimension;
    bool required;
    size_t size; /* field_map, field_list: of one element */
};

/* A map by its table (ended by a row without name) into the struct at `into`, defaults included. node NULL: defaults.
 */
int field_read_map(struct field_reader *reader, const struct field *table, const struct yaml_node *node, void *into);

/* Readers, with the type they write. */
field_read field_text;     /* const char *: any text, not empty */
field_read field_id;       /* const char *: an id of contract B, not reserved */
field_read field_bool;     /* bool: yes no true false */
field_read field_count;    /* unsigned: a whole number, >= 0 */
field_read field_integer;  /* int64_t; 0x allowed */
field_read field_number;   /* double: a plain number */
field_read field_decimal;  /* struct decimal */
field_read field_value;    /* double: number with unit of .dimension, in the base unit */
field_read field_duration; /* int64_t: microseconds */
field_read field_size;     /* uint64_t: bytes, "2GB" */
field_read field_choice;   /* int: index into .arg, a NULL-ended array of names */
field_read field_oid;      /* struct oid */
field_read
    field_map_of; /* struct field_items: each value of a map by table .arg; element begins with const char *key */
field_read field_list_of; /* struct field_items: each item of a list by table .arg */
field_read field_texts;   /* struct field_items of const char *; one text alone is a list of one */
field_read field_sub;     /* the struct itself, by table .arg */
field_read field_node;    /* const struct yaml_node *: kept for later */

struct field_items {
    size_t n;
    void *item; /* array of elements of .size */
};

/* The nearest name within two edits, or NULL: "did you mean". */
const char *field_nearest(const char *text, const char *const *names, size_t n);
