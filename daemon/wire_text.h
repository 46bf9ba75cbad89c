/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, times and texts as all exits write them: JSON and OpenMetrics.
 *
 * Shape: a number has at most 15 significant digits, no exponent and no trailing zeros; NAN and what is too large for
 *        its buffer is null, less than 1e-20 is 0. A time is RFC 3339 in UTC with milliseconds and Z. Text is valid
 *        UTF-8: bytes that are not become U+FFFD.
 * Threads: any; LC_NUMERIC is C.
 * Source: RFC 8259 section 6 and 7, RFC 3339 section 5.6.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define WIRE_NUMBER_MAX 40 /* with the NUL: 36 digits before the point, or 20 zeros and 15 digits behind it */
#define WIRE_TIME_MAX   32 /* 2026-11-22T04:47:26.000Z and its NUL */

/* Both return the length; the text is NUL-ended and never more than size. */
size_t wire_number(char *buf, size_t size, double value);
size_t wire_time(char *buf, size_t size, int64_t ms);
/* -EINVAL on anything but RFC 3339: a date, T or a blank, a time, Z or an offset. */
int wire_time_parse(const char *text, int64_t *ret_ms);
/* Length of the valid UTF-8 sequence at p; 0: none. */
size_t wire_text_sequence(const char *p);

/* The same into a stream. A string comes with its quotes; NULL is null. A time of 0 is null, else quoted. */
void wire_put_number(FILE *out, double value);
void wire_put_time(FILE *out, int64_t ms);
void wire_put_string(FILE *out, const char *text);
