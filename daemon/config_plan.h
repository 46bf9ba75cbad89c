/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an operator enters for reports: the EU's fields, and the goals of an action plan.
 *
 * Errors: wrong values go to the reader's diag with their place.
 * Owner: the reader's arena.
 * Source: Delegated Regulation (EU) 2024/1364; kpi.h for what a goal can be on.
 */
#pragma once
#include "daemon/config.h"
#include "drivers/field.h"

struct raw_target {
    const char *id, *title, *kpi, *first_step;
    struct {
        unsigned year;
        const char *value;
    } baseline;
    const char *goal[TARGET_YEARS];
};

extern const struct field config_eu_fields[], config_target_fields[];

/* NULL where node is: nothing was entered. */
const struct eu_config *config_eu(struct field_reader *reader, const struct yaml_node *node,
                                  const struct eu_config *raw);
size_t config_targets(struct field_reader *reader, const struct yaml_node *node, const struct field_items *raw,
                      struct target_config **ret);
