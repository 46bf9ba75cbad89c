/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration's key tables as JSON Schema.
 *
 * Source: JSON Schema, draft 2020-12.
 */
#pragma once
#include "drivers/field.h"

#include <jansson.h>

/* title: NULL for a part. The caller's. */
json_t *schema_of(const struct field *table, const char *title);
