/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be asked of graphs, and what comes back: plain data that goes through a socket as it is.
 *
 * Shape: texts of a command line or a URL become a request by graph_request_read and by nothing else: all limits are
 *        there. Times: RFC 3339, a date, now, or a span back from now like -24h, -7d.
 * Units: seconds since 1970; pixels of the whole picture.
 * Errors: -EINVAL with words for people.
 * Threads: any. A time without a zone is local: TZ is the site's, set before the first thread.
 */
#pragma once
#include "drivers/part.h"

#include <stdint.h>

enum graph_format { GRAPH_SVG, GRAPH_PNG, GRAPH_CSV, GRAPH_JSON, GRAPH_FORMAT_COUNT };
enum graph_theme { GRAPH_LIGHT, GRAPH_DARK, GRAPH_THEME_COUNT };
enum graph_language { GRAPH_EN, GRAPH_NL, GRAPH_FR, GRAPH_LANGUAGE_COUNT };

#define GRAPH_NAME_MAX  (ID_MAX + PART_MAX + 24)
#define GRAPH_SCOPE_MAX (ID_MAX + 8)

struct graph_request {
    char what[GRAPH_NAME_MAX];   /* a definition's name, or a point: DEVICE/PART/QUANTITY, ROOM/kpi/ID, site/kpi/ID */
    char scope[GRAPH_SCOPE_MAX]; /* "site", a room, a device, a rack (rack:ID where a room or device has its name) */
    int64_t from_s, to_s;
    uint32_t width, height; /* CSV and JSON: width is the most rows */
    enum graph_theme theme;
    enum graph_language language;
    enum graph_format format;
};

/* The same as texts; NULL or "": the default (site, -24h, now, 900, 400, light, en, svg). */
struct graph_words {
    const char *what, *scope, *from, *to, *width, *height, *theme, *language, *format;
};

#define GRAPH_WORDS 240

struct graph_answer {
    int error;               /* 0 or -errno: -ENOENT no such graph, point or scope; -ENODATA nothing in it */
    char words[GRAPH_WORDS]; /* what is wrong */
    const char *type;        /* "image/svg+xml", ... */
    size_t n;
    char *bytes; /* for free() */
};

extern const char *const graph_languages[GRAPH_LANGUAGE_COUNT + 1]; /* "en", ... */

int graph_request_read(const struct graph_words *words, int64_t now_s, struct graph_request *ret,
                       char ret_why[GRAPH_WORDS]);
int graph_time_parse(const char *text, int64_t now_s, int64_t *ret_s);
const char *graph_type(enum graph_format format);
void graph_answer_done(struct graph_answer *answer);
