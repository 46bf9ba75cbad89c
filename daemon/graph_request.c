/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SPAN_LEAST 60
#define SPAN_MOST  (INT64_C(20) * 366 * 86400)
#define FUTURE     (INT64_C(366) * 86400) /* a graph may end at the end of the year */

static const char *const formats[] = {"svg", "png", "csv", "json", NULL};
static const char *const themes[] = {"light", "dark", NULL};
const char *const graph_languages[GRAPH_LANGUAGE_COUNT + 1] = {"en", "nl", "fr", NULL};

const char *graph_type(enum graph_format format)
{
    static const char *const types[GRAPH_FORMAT_COUNT] = {"image/svg+xml", "image/png", "text/csv; charset=utf-8",
                                                          "application/json"};
    return types[format];
}

void graph_answer_done(struct graph_answer *answer)
{
    free(answer->bytes);
    answer->bytes = NULL;
    answer->n = 0;
}

/* -24h, -90m, -7d, -2w: back from now. */
static int parse_back(const char *text, int64_t now_s, int64_t *ret_s)
{
    static const struct {
        const char *unit;
        int64_t s;
    } units[] = {{"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}, {"d", 86400}, {"w", 7 * 86400}, {"y", 366 * 86400}};
    char *end;
    if (text[1] < '0' || text[1] > '9' || strlen(text) > 12)
        return -EINVAL;
    int64_t n = strtoll(text + 1, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (!strcmp(end, units[i].unit)) {
            if (n > SPAN_MOST / units[i].s)
                return -ERANGE;
            *ret_s = now_s - n * units[i].s;
            return 0;
        }
    return -EINVAL;
}

static bool all_digits(const char *shape, const char *text)
{
    for (; *shape; shape++, text++)
        if (*shape == '9' ? *text < '0' || *text > '9' : *text != *shape)
            return false;
    return true;
}

/* 2026-10-25 (its local midnight), 2026-10-25T14:30[:00][Z|+01:00]; without a zone the site's. */
static int parse_stamp(const char *text, int64_t *ret_s)
{
    struct tm tm = {.tm_isdst = -1}, same;
    bool day = strlen(text) == 10 && all_digits("9999-99-99", text);
    if (!day && !all_digits("9999-99-99T99:99", text))
        return -EINVAL;
    tm.tm_year = atoi(text) - 1900;
    tm.tm_mon = atoi(text + 5) - 1;
    tm.tm_mday = atoi(text + 8);
    if (!day) {
        tm.tm_hour = atoi(text + 11);
        tm.tm_min = atoi(text + 14);
        text += 16;
        if (all_digits(":99", text)) {
            tm.tm_sec = atoi(text + 1);
            text += 3;
        }
        if (*text == '.') /* fractions of a second are not graphed */
            text += 1 + strspn(text + 1, "0123456789");
    } else {
        text += 10;
    }
    if (tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
        return -EINVAL;
    same = tm;
    same.tm_isdst = 0;
    int64_t utc = (int64_t)timegm(&same);
    if (same.tm_mday != tm.tm_mday || same.tm_mon != tm.tm_mon)
        return -EINVAL; /* 30 February */
    if (!*text)
        *ret_s = (int64_t)mktime(&tm);
    else if (!strcmp(text, "Z"))
        *ret_s = utc;
    else if ((*text == '+' || *text == '-') && all_digits("99:99", text + 1) && strlen(text) == 6)
        *ret_s = utc - (*text == '-' ? -1 : 1) * (atoi(text + 1) * 3600 + atoi(text + 4) * 60);
    else
        return -EINVAL;
    return 0;
}

int graph_time_parse(const char *text, int64_t now_s, int64_t *ret_s)
{
    if (!strcmp(text, "now")) {
        *ret_s = now_s;
        return 0;
    }
    return *text == '-' ? parse_back(text, now_s, ret_s) : parse_stamp(text, ret_s);
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text && *text ? text : otherwise;
}

__attribute__((format(printf, 2, 3))) static int refuse(char *why, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(why, GRAPH_WORDS, format, ap);
    va_end(ap);
    return -EINVAL;
}

static int choose(const char *name, const char *text, const char *const *names, char *why)
{
    for (int i = 0; names[i]; i++)
        if (!strcmp(names[i], text))
            return i;
    char all[40] = "";
    for (int i = 0; names[i]; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? " " : "", names[i]);
    return refuse(why, "%s: '%.40s' is none of %s", name, text, all);
}

static int read_size(const char *name, const char *text, uint32_t least, uint32_t most, uint32_t *ret, char *why)
{
    size_t digits = strspn(text, "0123456789");
    uint64_t n = digits < 10 ? strtoull(text, NULL, 10) : UINT64_MAX;
    if (!digits || text[digits] || n < least || n > most)
        return refuse(why, "%s: '%.40s', expected a whole number from %" PRIu32 " to %" PRIu32, name, text, least,
                      most);
    *ret = (uint32_t)n;
    return 0;
}

/* Names come from a URL: only what names are made of goes on. */
static int read_name(const char *name, const char *text, char *ret, size_t size, char *why)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_/:";
    if (strlen(text) >= size || text[strspn(text, letters)])
        return refuse(why, "%s: '%.60s' is no name of a graph, point, room, rack or device", name, text);
    snprintf(ret, size, "%s", text);
    return 0;
}

static int read_times(const struct graph_words *words, int64_t now_s, struct graph_request *request, char *why)
{
    const char *from = or_else(words->from, "-24h"), *to = or_else(words->to, "now");
    if (graph_time_parse(from, now_s, &request->from_s))
        return refuse(why, "from: '%.40s', expected a time like 2026-10-25, 2026-10-25T14:30:00Z, -24h or -7d", from);
    if (graph_time_parse(to, now_s, &request->to_s))
        return refuse(why, "to: '%.40s', expected a time like now, 2026-10-25, 2026-10-25T14:30:00Z or -1h", to);
    if (request->to_s - request->from_s < SPAN_LEAST)
        return refuse(why, "from: expected at least a minute before to");
    if (request->to_s - request->from_s > SPAN_MOST || request->from_s < 0 || request->to_s > now_s + FUTURE)
        return refuse(why, "from, to: expected at most 20 years, after 1970 and not more than a year ahead");
    return 0;
}

int graph_request_read(const struct graph_words *words, int64_t now_s, struct graph_request *ret, char why[GRAPH_WORDS])
{
    struct graph_request request;
    memset(&request, 0, sizeof request); /* it goes through a socket as it is */
    if (read_name("what", or_else(words->what, "list"), request.what, sizeof request.what, why) ||
        read_name("scope", or_else(words->scope, "site"), request.scope, sizeof request.scope, why))
        return -EINVAL;
    int format = choose("format", or_else(words->format, "svg"), formats, why);
    int theme = format < 0 ? format : choose("theme", or_else(words->theme, "light"), themes, why);
    int language = theme < 0 ? theme : choose("lang", or_else(words->language, "en"), graph_languages, why);
    if (language < 0 || read_times(words, now_s, &request, why))
        return -EINVAL;
    bool numbers = format == GRAPH_CSV || format == GRAPH_JSON;
    if (read_size("width", or_else(words->width, numbers ? "2000" : "900"), numbers ? 1 : 200, numbers ? 1000000 : 4000,
                  &request.width, why) ||
        read_size("height", or_else(words->height, "400"), 100, 3000, &request.height, why))
        return -EINVAL;
    request.format = (enum graph_format)format;
    request.theme = (enum graph_theme)theme;
    request.language = (enum graph_language)language;
    *ret = request;
    return 0;
}
