/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/http_call.h"

#include <string.h>

#define JSON        "application/json"
#define TEXT        "text/plain; charset=utf-8"
#define OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"

static struct http_view view_of(const struct http_call *call)
{
    struct http_view view = {0};
    call->service->view(call->service->self, &view);
    return view;
}

static void get_health(struct http_call *call)
{
    struct http_view view = view_of(call);
    bool well = view.ready && !view.trouble;
    call->status = well ? 200 : 503;
    fprintf(call->out, "%s\n", well ? "ok" : view.trouble ? view.trouble : "starting");
}

static void get_status(struct http_call *call)
{
    struct http_view view = view_of(call);
    http_render_status(call->out, &view);
}

static void get_points(struct http_call *call)
{
    struct http_view view = view_of(call);
    http_render_points(call->out, &view, call->argument(call->context, "match"));
}

static void get_kpis(struct http_call *call)
{
    struct http_view view = view_of(call);
    const char *window = call->argument(call->context, "window");
    if (window && strcmp(window, "month") != 0)
        http_call_error(call, 400, "window: expected month, or nothing for the day");
    else if (http_render_kpis(call->out, &view, call->argument(call->context, "scope"), window != NULL) < 0)
        http_call_error(call, 404, "no room of this name, and not \"site\"");
}

static void get_alerts(struct http_call *call)
{
    struct http_view view = view_of(call);
    http_render_alerts(call->out, &view);
}

static void get_metrics(struct http_call *call)
{
    struct http_view view = view_of(call);
    http_render_metrics(call->out, &view);
}

static void post_flush(struct http_call *call)
{
    call->wants_flush = true;
}

/* Exact paths only: what libmicrohttpd has unescaped (.. and // and %2f) can match nothing else. */
static const struct route {
    const char *path;
    void (*get)(struct http_call *call);
    void (*post)(struct http_call *call);
    const char *type;
} routes[] = {
    {"/healthz", get_health, NULL, TEXT},
    {"/metrics", get_metrics, NULL, OPENMETRICS},
    {"/api/v1/status", get_status, NULL, JSON},
    {"/api/v1/points", get_points, NULL, JSON},
    {"/api/v1/kpi", get_kpis, NULL, JSON},
    {"/api/v1/alerts", get_alerts, NULL, JSON},
    {"/api/v1/silence", NULL, http_post_silence, JSON},
    {"/api/v1/meter/read", NULL, http_post_reading, JSON},
    {"/api/v1/meter/import", NULL, http_post_import, JSON},
    {"/api/v1/flush", NULL, post_flush, JSON},
};

static const struct route *find(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
        if (!strcmp(routes[i].path, path))
            return &routes[i];
    return NULL;
}

static bool is_get(const struct http_call *call)
{
    return !strcmp(call->method, "GET") || !strcmp(call->method, "HEAD");
}

void http_call_error(struct http_call *call, unsigned status, const char *what)
{
    rewind(call->out);
    call->status = status;
    call->type = JSON;
    http_render_error(call->out, call->path, what);
}

bool http_call_refused(struct http_call *call)
{
    const struct route *route = find(call->path);
    bool get = is_get(call);
    if (call->lengths > 1 || (get && call->n_body > 0)) {
        /* what follows on the connection could be taken for a request of its own */
        call->close = true;
        http_call_error(call, 400, get ? "a GET has no body" : "one length of the body, not several");
    } else if (!route) {
        http_call_error(call, 404, "there is no such page");
    } else if (get ? !route->get : !route->post || strcmp(call->method, "POST") != 0) {
        call->allow = route->get ? "GET, HEAD" : "POST";
        http_call_error(call, 405, route->get ? "expected GET" : "expected POST");
    } else if (!get && !call->local) {
        http_call_error(call, 403, "only by a unix socket");
    } else if (call->n_body > HTTP_BODY_MAX) {
        http_call_error(call, 413, "expected a body of at most 1 MiB");
    } else {
        return false;
    }
    if (!get)
        call->close = true; /* the body was not read */
    return true;
}

void http_call_run(struct http_call *call)
{
    const struct route *route = find(call->path);
    if (call->n_body > HTTP_BODY_MAX) {
        call->close = true;
        http_call_error(call, 413, "expected a body of at most 1 MiB");
        return;
    }
    call->status = 200;
    call->type = route->type;
    (is_get(call) ? route->get : route->post)(call);
}

void http_call_flushed(struct http_call *call, bool done)
{
    if (done)
        fputs("{\"flushed\": true}\n", call->out);
    else
        http_call_error(call, 503, "the files were not written in time");
}
