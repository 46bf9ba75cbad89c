/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What HTTP shows: one moment of the daemon as plain data, and the pure functions that write it as JSON and
 * OpenMetrics.
 *
 * Units: times in ms since 1970; base units.
 * Errors: render functions fail only for want of memory: the stream's error flag says so.
 * Owner: a view borrows everything until the loop's next turn.
 * Source: contract E; OpenMetrics 1.0.
 */
#pragma once
#include "daemon/alert_entry.h"
#include "daemon/disk.h"
#include "daemon/kpi.h"
#include "daemon/live.h"

#include <stdio.h>

struct http_view {
    const struct live *live; /* live->config too */
    const char *version;
    int64_t now_ms;
    bool ready;
    const char *trouble; /* lasting, in words; NULL: none */
    size_t n_kpis;
    const struct kpi_result *kpi; /* of all scopes, any order */
    size_t n_alerts;
    const struct alert_entry *const *alert; /* the active ones */
    struct disk_stats disk;
    uint64_t slow_turns; /* of the loop, over 50 ms */
    double cpu_s;        /* of the process */
    uint64_t resident;   /* bytes */
};

void http_render_status(FILE *out, const struct http_view *view);
void http_render_points(FILE *out, const struct http_view *view, const char *glob); /* NULL: all */
/* scope NULL: all rooms and the site. month: of those that have one, the month to date instead of the day.
 * -ENOENT for a scope that there is not. */
int http_render_kpis(FILE *out, const struct http_view *view, const char *scope, bool month);
void http_render_alerts(FILE *out, const struct http_view *view);
void http_render_error(FILE *out, const char *where, const char *what);
void http_render_metrics(FILE *out, const struct http_view *view);
