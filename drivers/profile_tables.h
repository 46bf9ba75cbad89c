/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of tables and points, and how they become struct table_def.
 *
 * Errors: to the reader's diag, with the place of the key.
 */
#pragma once
#include "profile_point.h"

/* Tables of keys; the language reference in conf.d/profiles/README.md describes the same rows. */
extern const struct field profile_point_keys[];

int profile_read_table(struct field_reader *reader, const struct yaml_node *node, struct table_def *ret);
/* A list of points outside of any table: objects by their full names, registers by their addresses. */
int profile_read_points(struct field_reader *reader, const struct yaml_node *node, struct table_def *table);
