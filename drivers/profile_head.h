/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One profile from its YAML: the head, how it is recognised, access, params, computed points; tables by
 * profile_tables.h.
 *
 * Errors: to the reader's diag.
 */
#pragma once
#include "profile_types.h"

extern const char *const profile_confidences[]; /* by struct profile.confidence */
extern const char *const profile_kinds[];       /* NULL-ended: pdu ups ats ... */

int profile_read(struct field_reader *reader, const struct yaml_node *root, struct profile *ret);
