/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calendar.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t midnight(int year, int month, int day)
{
    /* mktime brings months and days beyond their range in order; noon would hide a missing midnight, this finds the
     * first moment after it. */
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_isdst = -1};
    return (int64_t)mktime(&tm);
}

int64_t calendar_start(enum calendar_span span, int64_t t, int offset)
{
    struct tm tm;
    time_t time = (time_t)t;
    localtime_r(&time, &tm);
    int year = tm.tm_year + 1900, month = tm.tm_mon + 1;
    switch (span) {
    case SPAN_DAY: return midnight(year, month, tm.tm_mday + offset);
    case SPAN_WEEK: return midnight(year, month, tm.tm_mday - (tm.tm_wday + 6) % 7 + 7 * offset);
    case SPAN_MONTH: return midnight(year, month + offset, 1);
    case SPAN_YEAR: return midnight(year + offset, 1, 1);
    }
    return t;
}

void calendar_month_to_date(int64_t t, int64_t *ret_from, int64_t *ret_to)
{
    *ret_from = calendar_start(SPAN_MONTH, t, 0);
    *ret_to = t;
}

void calendar_twelve_months(int64_t t, int64_t *ret_from, int64_t *ret_to)
{
    *ret_from = calendar_start(SPAN_MONTH, t, -12);
    *ret_to = calendar_start(SPAN_MONTH, t, 0);
}

static int parse_day(const char *text, int *year, int *month, int *day)
{
    int n = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", year, month, day, &n) != 3 || n != 10 || text[n])
        return -EINVAL;
    struct tm tm = {.tm_year = *year - 1900, .tm_mon = *month - 1, .tm_mday = *day, .tm_hour = 12, .tm_isdst = -1};
    bool same = mktime(&tm) != -1 && tm.tm_mon == *month - 1 && tm.tm_mday == *day;
    return same ? 0 : -EINVAL;
}

static int parse_moment(const char *text, int64_t *ret)
{
    int year, month, day;
    if (!parse_day(text, &year, &month, &day)) {
        *ret = midnight(year, month, day);
        return 0;
    }
    struct tm tm = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!end)
        return -EINVAL;
    if (!strcmp(end, "Z"))
        *ret = (int64_t)timegm(&tm);
    else if (strptime(end, "%z", &tm) && (end[0] == '+' || end[0] == '-')) {
        long offset = tm.tm_gmtoff;
        tm.tm_gmtoff = 0;
        *ret = (int64_t)timegm(&tm) - offset;
    } else
        return -EINVAL;
    return 0;
}

static int parse_range(const char *text, const char *slash, int64_t *ret_from, int64_t *ret_to)
{
    char first[40];
    int64_t from, to;
    if ((size_t)(slash - text) >= sizeof first)
        return -EINVAL;
    snprintf(first, sizeof first, "%.*s", (int)(slash - text), text);
    if (parse_moment(first, &from) || parse_moment(slash + 1, &to) || from >= to)
        return -EINVAL;
    *ret_from = from;
    *ret_to = to;
    return 0;
}

static bool digits(const char *text, const char *shape)
{
    for (; *shape; shape++, text++)
        if (*shape == '9' ? *text < '0' || *text > '9' : *text != *shape)
            return false;
    return !*text;
}

int calendar_parse(const char *text, int64_t *ret_from, int64_t *ret_to)
{
    const char *slash = strchr(text, '/');
    int year = 0, second = 0, day = 0;
    if (slash)
        return parse_range(text, slash, ret_from, ret_to);
    if (digits(text, "9999") && sscanf(text, "%4d", &year) == 1 && year >= 1970) {
        *ret_from = midnight(year, 1, 1);
        *ret_to = midnight(year + 1, 1, 1);
    } else if (digits(text, "9999-99") && sscanf(text, "%4d-%2d", &year, &second) == 2 && second >= 1 && second <= 12) {
        *ret_from = midnight(year, second, 1);
        *ret_to = midnight(year, second + 1, 1);
    } else if (digits(text, "9999-W99") && sscanf(text, "%4d-W%2d", &year, &second) == 2 && second >= 1 &&
               second <= 53) {
        int64_t first = calendar_start(SPAN_WEEK, midnight(year, 1, 4), 0);
        int64_t from = calendar_start(SPAN_WEEK, first + 43200, second - 1);
        if (from >= calendar_start(SPAN_WEEK, midnight(year + 1, 1, 4), 0))
            return -EINVAL; /* a year without a week 53 */
        *ret_from = from;
        *ret_to = calendar_start(SPAN_WEEK, from + 43200, 1);
    } else if (digits(text, "9999-99-99") && !parse_day(text, &year, &second, &day)) {
        *ret_from = midnight(year, second, day);
        *ret_to = midnight(year, second, day + 1);
    } else {
        return -EINVAL;
    }
    return 0;
}
