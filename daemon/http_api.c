/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/http_view.h"
#include "daemon/scope.h"
#include "daemon/wire_text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const char *const state_names[] = {
    [LIVE_STARTING] = "starting", [LIVE_ONLINE] = "online", [LIVE_OFFLINE] = "offline"};

/* One member of an object: comma where it is not the first, key, colon. */
static void key(FILE *out, const char *name)
{
    fprintf(out, "%s\"%s\": ", name[0] == '{' ? "{" : ", ", name + (name[0] == '{'));
}

static void put_text(FILE *out, const char *name, const char *text)
{
    key(out, name);
    wire_put_string(out, text && *text ? text : NULL);
}

static void put_number(FILE *out, const char *name, double value)
{
    key(out, name);
    wire_put_number(out, value);
}

static void put_time(FILE *out, const char *name, int64_t ms)
{
    key(out, name);
    wire_put_time(out, ms);
}

static void put_bool(FILE *out, const char *name, bool value)
{
    key(out, name);
    fputs(value ? "true" : "false", out);
}

static const char *room_of(const struct http_view *view, const struct device_config *device)
{
    return device->room < view->live->config->n_rooms ? view->live->config->room[device->room].id : NULL;
}

static void render_device(FILE *out, const struct http_view *view, const struct live_device *device)
{
    const struct shape *shape = device->shape;
    put_text(out, "{id", device->config->id);
    put_text(out, "room", room_of(view, device->config));
    put_text(out, "state", state_names[device->state]);
    put_text(out, "profile",
             shape && shape->identity.profile ? shape->identity.profile : device->config->setup->profile);
    put_time(out, "last_ok", device->last_ok_ms);
    put_number(out, "polls", (double)device->polls);
    put_number(out, "failures", (double)device->failures);
    put_number(out, "jitter_p99_ms", device->n_late ? (double)live_late_p99_us(device) / 1e3 : NAN);
    put_number(out, "latency_ms", device->last_ok_ms ? (double)device->latency_us / 1e3 : NAN);
    putc('}', out);
}

void http_render_status(FILE *out, const struct http_view *view)
{
    const struct live *live = view->live;
    put_text(out, "{version", view->version);
    put_text(out, "site", live->config->site);
    put_number(out, "uptime_s", floor((double)(view->now_ms - live->started_ms) / 1e3));
    put_bool(out, "ready", view->ready);
    key(out, "devices");
    const char *between = "[";
    for (size_t i = 0; i < live->n_devices; i++) {
        if (!live->device[i]->config)
            continue;
        fputs(between, out);
        render_device(out, view, live->device[i]);
        between = ", ";
    }
    fputs(*between == '[' ? "[]" : "]", out);
    key(out, "queues");
    put_number(out, "{log_rows", (double)view->disk.log_rows);
    put_number(out, "log_bytes", (double)view->disk.log_bytes);
    key(out, "readers");
    put_number(out, "{rrd", (double)view->disk.rrd.rows_behind);
    put_number(out, "ledger", (double)view->disk.ledger.rows_behind);
    put_number(out, "mqtt", (double)view->disk.mqtt.rows_behind);
    fputs("}}", out);
    put_number(out, "alerts", (double)view->n_alerts);
    fputs("}\n", out);
}

static void render_point(FILE *out, const struct live_point *point)
{
    put_text(out, "{point", point->name);
    put_number(out, "value", quality_has_value(point->quality) ? point->value : NAN);
    key(out, "unit"); /* a pure number has the unit "" */
    wire_put_string(out, quantity_row(point->quantity)->unit);
    put_text(out, "quality", quality_name(point->quality));
    put_time(out, "ts", point->ts_ms);
    put_text(out, "label", point->label);
    put_text(out, "room", point->room);
    put_text(out, "rack", point->rack);
    put_text(out, "feed", point->feed);
    put_text(out, "phase", phase_name(point->phase));
    put_text(out, "role", point->role == ROLE_NONE ? NULL : role_names[point->role]);
    put_number(out, "rating", point->rating > 0 ? point->rating : (double)NAN);
    putc('}', out);
}

void http_render_points(FILE *out, const struct http_view *view, const char *glob)
{
    const char *between = "[";
    for (size_t i = 0; i < view->live->n_points; i++) {
        const struct live_point *point = view->live->point[i];
        if (point->gone || (glob && !live_match(point, glob)))
            continue;
        fputs(between, out);
        render_point(out, point);
        between = ",\n";
    }
    fputs(*between == '[' ? "[]\n" : "]\n", out);
}

/* nth: which of its windows; the first is its reading's. */
static const struct kpi_result *find_kpi(const struct http_view *view, const char *scope, enum quantity id,
                                         unsigned nth)
{
    for (size_t i = 0; i < view->n_kpis; i++)
        if (view->kpi[i].id == id && !strcmp(view->kpi[i].scope, scope) && !nth--)
            return &view->kpi[i];
    return NULL;
}

static void render_kpi(FILE *out, const char *scope, enum quantity id, const struct kpi_result *kpi)
{
    /* an id that has no result is still told, with the reason: a consumer sees every id of the contract */
    static const struct kpi_result none = {
        .value = NAN, .coverage = NAN, .estimated = NAN, .uncertainty = NAN, .reason = "not computed yet"};
    if (!kpi)
        kpi = &none;
    put_text(out, "{id", quantity_row(id)->name);
    put_text(out, "scope", scope);
    put_number(out, "value", kpi->value);
    key(out, "unit");
    wire_put_string(out, quantity_row(id)->unit);
    put_text(out, "name", kpi->name);
    put_time(out, "from", kpi->from_s * 1000);
    put_time(out, "to", kpi->to_s * 1000);
    put_number(out, "category", kpi->category ? (double)kpi->category : (double)NAN);
    put_number(out, "coverage", kpi->coverage);
    put_number(out, "estimated", kpi->estimated);
    put_number(out, "uncertainty", kpi->uncertainty);
    put_text(out, "reason", kpi->reason);
    putc('}', out);
}

int http_render_kpis(FILE *out, const struct http_view *view, const char *scope, bool month)
{
    const struct config *config = view->live->config;
    const char *between = "[";
    bool any = false;
    for (size_t s = 0; s < scope_count(config); s++) {
        const char *id = scope_at(config, s).id;
        if (scope && strcmp(scope, id) != 0)
            continue;
        any = true;
        for (int q = Q_KPI_FIRST; q < Q_COUNT; q++) {
            const struct kpi_result *kpi = find_kpi(view, id, (enum quantity)q, month);
            if (month && !kpi)
                continue;
            fputs(between, out);
            render_kpi(out, id, (enum quantity)q, kpi);
            between = ",\n";
        }
    }
    if (!any) /* no such scope: there is always the site */
        return -ENOENT;
    fputs(*between == '[' ? "[]\n" : "]\n", out);
    return 0;
}

void http_render_alerts(FILE *out, const struct http_view *view)
{
    for (size_t i = 0; i < view->n_alerts; i++) {
        const struct alert_entry *alert = view->alert[i];
        fputs(i ? ",\n" : "[", out);
        put_text(out, "{id", alert->id);
        put_text(out, "rule", alert->rule);
        put_text(out, "state", alert->raised ? "active" : "cleared");
        put_number(out, "priority", alert->priority);
        put_text(out, "room", alert->room);
        put_text(out, "device", alert->device);
        put_text(out, "point", alert->point);
        put_number(out, "value", alert->value);
        put_text(out, "unit", alert->unit);
        put_number(out, "limit", alert->limit);
        put_time(out, "since", alert->since_ms);
        put_text(out, "text", alert->text);
        putc('}', out);
    }
    fputs(view->n_alerts ? "]\n" : "[]\n", out);
}

void http_render_error(FILE *out, const char *where, const char *what)
{
    fputs("{\"error\": {\"where\": ", out);
    wire_put_string(out, where);
    fputs(", \"what\": ", out);
    wire_put_string(out, what);
    fputs("}}\n", out);
}
