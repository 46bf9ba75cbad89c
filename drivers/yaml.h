/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One YAML file as a tree with places. Everything is text: typing is field.h's work.
 *
 * Shape: scalar, list or map; a map keeps its order and has no key twice.
 * Errors: refused with a place: anchors, aliases, tags, merge keys, a second document, keys that are not scalars,
 *         more than 1 MiB, more than 32 levels, 100,000 nodes; invalid UTF-8. An empty file is an empty map.
 *         Where keys given twice are all that is wrong, the root is returned too: the first of each.
 * Owner: all nodes live in the arena given.
 * Source: libyaml 0.2.5, event interface.
 */
#pragma once
#include "arena.h"
#include "diag.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    struct place at;
    const char *text; /* scalar: its text, without NUL inside */
    bool quoted;      /* scalar: written in quotes or as a block, so never a bare number, boolean or null */
    const char *key;  /* the key of this value in its map, else NULL */
    struct place key_at;
    size_t n;                /* list, map: how many */
    struct yaml_node **item; /* list items, or map values in order */
};

int yaml_load_file(struct arena *arena, const char *path, struct diag *diag, struct yaml_node **ret_root);
/* file: the name in places, borrowed for as long as these. */
int yaml_load_text(struct arena *arena, const char *file, const char *text, size_t n, struct diag *diag,
                   struct yaml_node **ret_root);
/* The value of a key, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);
