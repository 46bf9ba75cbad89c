/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows of the calendar in the site's time zone: days of 23, 24 and 25 hours, ISO weeks, months, years.
 *
 * Shape: a window is [from, to). The zone is the process's (TZ is set once, before threads, and tzset() called).
 * Units: seconds since 1970, UTC.
 * Errors: -EINVAL for a text that is no period.
 * Threads: any (localtime_r, mktime).
 * Source: ISO 8601 for weeks: Monday first, week 1 holds 4 January.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum calendar_span { SPAN_DAY, SPAN_WEEK, SPAN_MONTH, SPAN_YEAR };

/* The start of the span that holds t, `offset` spans later or earlier. */
int64_t calendar_start(enum calendar_span span, int64_t t, int offset);
/* From the start of the month to t. */
void calendar_month_to_date(int64_t t, int64_t *ret_from, int64_t *ret_to);
/* The last twelve whole months. */
void calendar_twelve_months(int64_t t, int64_t *ret_from, int64_t *ret_to);
/* 2026, 2026-10, 2026-10-25, 2026-W40, FROM/TO of days (TO is not included) or of RFC 3339 times. */
int calendar_parse(const char *text, int64_t *ret_from, int64_t *ret_to);
