/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/http_call.h"
#include "daemon/wire_text.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 40000 /* a year of quarter-hours is 35,136 */

/* The body as an object with no other members than those named, or NULL with the answer written. */
static json_t *read_body(struct http_call *call, const char *const *names, size_t n)
{
    json_error_t error;
    char words[240];
    json_t *body = json_loadb(call->body ? call->body : "", call->n_body, JSON_REJECT_DUPLICATES, &error);
    if (!body) {
        snprintf(words, sizeof words, "%d:%d: %s, expected JSON", error.line, error.column, error.text);
        http_call_error(call, 400, words);
        return NULL;
    }
    const char *key;
    json_t *value;
    json_object_foreach(body, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < n; i++)
            known |= !strcmp(names[i], key);
        if (known)
            continue;
        snprintf(words, sizeof words, "%.64s: no such member", key);
        http_call_error(call, 400, words);
        json_decref(body);
        return NULL;
    }
    if (!json_is_object(body)) {
        http_call_error(call, 400, "expected an object");
        json_decref(body);
        return NULL;
    }
    return body;
}

static unsigned status_of(int r)
{
    return r == -ENOENT ? 404 : r == -EINVAL ? 400 : 503;
}

static void finish(struct http_call *call, int r, const char *words)
{
    if (r < 0)
        http_call_error(call, status_of(r), *words ? words : strerror(-r));
    else
        fputs("{\"ok\": true}\n", call->out);
}

void http_post_silence(struct http_call *call)
{
    static const char *const names[] = {"target", "duration_s", "reason"};
    json_t *body = read_body(call, names, 3);
    if (!body)
        return;
    const char *target = json_string_value(json_object_get(body, "target"));
    const char *reason = json_string_value(json_object_get(body, "reason"));
    double duration = json_number_value(json_object_get(body, "duration_s"));
    char words[240] = "";
    if (!target || !*target || strlen(target) > 120)
        http_call_error(call, 400, "target: expected a text of at most 120 characters");
    else if (!reason || !*reason || strlen(reason) > 200)
        http_call_error(call, 400, "reason: expected a text of at most 200 characters");
    else if (!json_is_number(json_object_get(body, "duration_s")) || !(duration >= 0 && duration <= 366 * 86400.0))
        http_call_error(call, 400, "duration_s: expected seconds, at most a year; 0 ends it");
    else
        finish(call, call->service->silence(call->service->self, target, llround(duration * 1e6), reason, words),
               words);
    json_decref(body);
}

/* A time: RFC 3339. Absent is *ret untouched. */
static bool read_time(const json_t *value, int64_t *ret_ms)
{
    return !value || (json_is_string(value) && wire_time_parse(json_string_value(value), ret_ms) == 0);
}

/* Absent is what the source counts in. */
static bool unit_fits(const struct http_view *view, const char *source, const json_t *unit)
{
    const struct config *config = view->live ? view->live->config : NULL;
    const char *said = json_string_value(unit);
    bool water = false;
    for (size_t i = 0; config && i < config->n_sources; i++)
        if (!strcmp(config->source[i].id, source))
            water = config->source[i].role == ROLE_WATER || config->source[i].role == ROLE_WATER_POTABLE;
    return !unit || (said && !strcmp(said, water ? "m3" : "Wh"));
}

void http_post_reading(struct http_call *call)
{
    static const char *const names[] = {"source", "value", "at", "unit"};
    json_t *body = read_body(call, names, 4);
    if (!body)
        return;
    struct http_view view = {0};
    call->service->view(call->service->self, &view);
    const char *source = json_string_value(json_object_get(body, "source"));
    const json_t *value = json_object_get(body, "value");
    int64_t at_ms = view.now_ms;
    char words[240] = "";
    if (!source || !id_valid(source))
        http_call_error(call, 400, "source: expected the name of a source");
    else if (!json_is_number(value) || json_number_value(value) < 0)
        http_call_error(call, 400, "value: expected the register in Wh, not negative");
    else if (!unit_fits(&view, source, json_object_get(body, "unit")))
        http_call_error(call, 400, "unit: expected Wh, or m3 for a source of water");
    else if (!read_time(json_object_get(body, "at"), &at_ms) || at_ms > view.now_ms + 60000)
        http_call_error(call, 400, "at: expected a time like 2026-01-31T08:00:00Z, not in the future");
    else
        finish(call, call->service->reading(call->service->self, source, at_ms, json_number_value(value), words),
               words);
    json_decref(body);
}

/* rows: [["2026-01-31T08:00:00Z", 1250.5], ...]: start of a quarter and its energy in Wh. */
static int read_rows(const json_t *rows, int64_t *quarter_s, double *wh, char words[240])
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        int64_t ms = -1;
        const json_t *at = json_array_get(row, 0), *value = json_array_get(row, 1);
        if (json_array_size(row) != 2 || !at || !read_time(at, &ms) || !json_is_number(value)) {
            snprintf(words, 240, "rows[%zu]: expected a time and the energy in Wh", i);
            return -EINVAL;
        }
        if (ms % 900000 != 0) { /* quarters start at UTC multiples of 900 s */
            snprintf(words, 240, "rows[%zu]: expected the start of a quarter of an hour", i);
            return -EINVAL;
        }
        if (json_number_value(value) < 0) {
            snprintf(words, 240, "rows[%zu]: expected an energy that is not negative", i);
            return -EINVAL;
        }
        quarter_s[i] = ms / 1000;
        wh[i] = json_number_value(value);
        if (i > 0 && quarter_s[i] <= quarter_s[i - 1]) {
            snprintf(words, 240, "rows[%zu]: expected a later quarter than the one before", i);
            return -EINVAL;
        }
    }
    return 0;
}

void http_post_import(struct http_call *call)
{
    static const char *const names[] = {"source", "rows"};
    json_t *body = read_body(call, names, 2);
    if (!body)
        return;
    const char *source = json_string_value(json_object_get(body, "source"));
    const json_t *rows = json_object_get(body, "rows");
    size_t n = json_array_size(rows);
    if (!source || !id_valid(source)) {
        http_call_error(call, 400, "source: expected the name of a source");
    } else if (!json_is_array(rows) || n == 0 || n > ROWS_MAX) {
        http_call_error(call, 400, "rows: expected 1 to 40000 rows");
    } else {
        char words[240] = "";
        int64_t *quarter_s = calloc(n, sizeof *quarter_s);
        double *wh = calloc(n, sizeof *wh);
        int r = quarter_s && wh ? read_rows(rows, quarter_s, wh, words) : -ENOMEM;
        if (!r)
            r = call->service->import(call->service->self, source, n, quarter_s, wh, words);
        finish(call, r, words);
        free(quarter_s);
        free(wh);
    }
    json_decref(body);
}
