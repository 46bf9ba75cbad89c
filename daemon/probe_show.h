/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a look at a device found, for people and as JSON of contract D.
 *
 * Source: contract D, probe --json.
 */
#pragma once
#include "daemon/probe_run.h"

#include <jansson.h>
#include <stdio.h>

json_t *probe_json(const struct probe_result *result); /* the caller's */
void probe_put_json(json_t *value);                    /* on stdout; takes it */
void probe_print(const struct probe_result *result, FILE *out);
/* Lines for conf.d, to be finished by the reader. No secret is in them. */
void probe_print_snippet(const struct probe_result *result, FILE *out);
