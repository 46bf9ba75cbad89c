/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the API tells, as text for people: used by status, read, alerts and top.
 *
 * Units: as the API's: base units, RFC 3339 times.
 */
#pragma once
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

void cli_live_devices(FILE *out, const json_t *status);
void cli_live_points(FILE *out, const json_t *points, size_t most); /* at most so many rows */
void cli_live_alerts(FILE *out, const json_t *alerts);
/* The value of a point or KPI object in people's units. */
const char *cli_live_value(char *buffer, size_t size, const json_t *object, const char *name);
/* "12 s ago", "3 h ago", "never". */
const char *cli_live_ago(char *buffer, size_t size, const char *time, int64_t now_ms);
