/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Meters at one place: what same-as: may say, and two that claim the same grid without it.
 *
 * Errors: what is wrong goes to the reader's diag; two at one grid are a warning, for there may be two connections.
 */
#pragma once
#include "daemon/config_raw.h"

/* After devices and sources: each may name the other. */
void config_check_places(struct field_reader *reader, const struct yaml_node *root, const struct config *config);
