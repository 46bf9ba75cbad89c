/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the native tree says of the past: rows of the log as {"samples": [...]}.
 *
 * Shape: contract F. A sample is the state object that was, or would have been, told live.
 * Threads: any; pure.
 */
#pragma once
#include "daemon/row.h"
#include "mqtt_payload.h"

#define MQTT_SAMPLES 100 /* in a message: some 20 kB */

/* Samples of the part in these rows, of *at on, at most MQTT_SAMPLES; *at is moved behind the last one looked at.
 * False: none of them has a value of the part, and nothing is written. */
bool mqtt_sample_part(FILE *out, const struct mqtt_points *part, const struct row *const *rows, size_t n, size_t *at);
/* The same of one KPI: {"ts", "q", "value"}. */
bool mqtt_sample_kpi(FILE *out, const struct live_point *point, const struct row *const *rows, size_t n, size_t *at);
