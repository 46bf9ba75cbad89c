/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times in messages: RFC 3339 with its zone, or a number since 1970.
 *
 * Errors: -EINVAL: no time, or one without a zone, which could be any.
 * Source: RFC 3339 section 5.6.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

int mqtt_time_parse(const char *text, int64_t *ret_ms);
/* Seconds or milliseconds, told apart by their size: both between 2001 and 2286. */
bool mqtt_time_number(double number, int64_t *ret_ms);
