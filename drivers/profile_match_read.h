/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a profile is recognised, and what is computed from its points: the keys `match` and `computed`.
 *
 * Errors: to the reader's diag.
 */
#pragma once
#include "profile_types.h"

int profile_read_match(struct field_reader *reader, const struct yaml_node *node, struct profile *profile);
int profile_read_computed(struct field_reader *reader, const struct yaml_node *node, struct profile *profile);
