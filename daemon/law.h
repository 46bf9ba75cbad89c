/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws that reports stand on, as data: laws/NAME.yaml with its document, date and rows.
 *
 * Errors: -ENOENT: no such file; -EINVAL: it is none of ours.
 * Owner: the arena's.
 */
#pragma once
#include "drivers/yaml.h"

int law_load(struct arena *arena, const char *name, const struct yaml_node **ret);
/* "" where there is none. */
const char *law_text(const struct yaml_node *node, const char *key);
/* A plain number; NAN. */
double law_number(const struct yaml_node *node, const char *key);
