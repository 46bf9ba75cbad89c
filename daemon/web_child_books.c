/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_child.h"

#include "daemon/calendar.h"
#include "daemon/device_file.h"
#include "daemon/ledger_alerts.h"
#include "daemon/report_document.h"
#include "daemon/report_render.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HISTORY_MOST 400

struct task {
    const struct web_books_place *place;
    struct ledger *ledger; /* NULL: cannot be read, no_ledger says why */
    char no_ledger[200];
    const json_t *request;
    int64_t now_ms;
};

static json_t *failed(const char *words)
{
    return json_pack("{s:s}", "error", words);
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* What was learnt of a device: its identity and points. */
static json_t *tell_device(const struct task *task)
{
    char *text = device_file_read(task->place->state, text_of(task->request, "device"));
    json_t *device = text ? json_loads(text, 0, NULL) : NULL;
    free(text);
    return device ? json_pack("{s:o}", "device", device) : failed("nothing was learnt of it yet");
}

/* Energies of a device by part over the usual windows. */
struct energies {
    json_t *parts; /* by part/quantity */
    const char *device, *window;
};

static int add_flow(void *context, const struct flowed *flowed)
{
    struct energies *energies = context;
    char key[PART_MAX + 32];
    if (!flowed->record || strcmp(flowed->record->device, energies->device) != 0)
        return 0;
    snprintf(key, sizeof key, "%s/%s", flowed->record->part, quantity_row(flowed->record->quantity)->name);
    json_t *part = json_object_get(energies->parts, key);
    if (!part)
        json_object_set_new(energies->parts, key, part = json_object());
    json_object_set_new(part, energies->window,
                        json_pack("{s:f, s:f, s:I}", "wh", flowed->wh, "estimated_wh", flowed->estimated_wh,
                                  "covered_s", (json_int_t)flowed->covered_s));
    return 0;
}

static json_t *tell_energy(const struct task *task)
{
    static const struct {
        const char *name;
        enum calendar_span span;
        int offset;
    } windows[] = {{"today", SPAN_DAY, 0},
                   {"yesterday", SPAN_DAY, -1},
                   {"month", SPAN_MONTH, 0},
                   {"last_month", SPAN_MONTH, -1},
                   {"year", SPAN_YEAR, 0}};
    struct energies energies = {.parts = json_object(), .device = text_of(task->request, "device")};
    int64_t now_s = task->now_ms / 1000, quarter_end = now_s / 900 * 900 + 900;
    if (!task->ledger) {
        json_decref(energies.parts);
        return failed(task->no_ledger);
    }
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        int64_t from = calendar_start(windows[i].span, now_s, windows[i].offset);
        int64_t to = windows[i].offset ? calendar_start(windows[i].span, now_s, windows[i].offset + 1) : quarter_end;
        energies.window = windows[i].name;
        ledger_sum(task->ledger, 0, from, to, add_flow, &energies);
    }
    return json_pack("{s:o}", "energy", energies.parts);
}

/* Quarter-hour peaks of a room: what its meters booked, quarter by quarter. */
struct day {
    int64_t from_s;
    double mwh[100]; /* a day of 25 hours has 100 quarters */
    unsigned meters[100], wanted;
};

static int add_quarter(void *context, const struct quarter *quarter)
{
    struct day *day = context;
    int64_t i = (quarter->start_s - day->from_s) / 900;
    if (i < 0 || i >= 100)
        return 0;
    day->mwh[i] += (double)quarter->mwh;
    day->meters[i] += quarter->covered_s >= 800;
    return 0;
}

struct meters {
    const struct config *config;
    const char *room;
    uint64_t roles;
    size_t n;
    uint32_t account[512];
};

/* A constant of the configuration: no meter, and nothing of it is booked by the quarter. */
static bool is_constant(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->n_sources; i++)
        if (!strcmp(config->source[i].id, id))
            return isfinite(config->source[i].constant);
    return false;
}

static double constants_of(const struct config *config, const char *room, uint64_t roles)
{
    double w = 0;
    for (size_t i = 0; i < config->n_sources; i++) {
        const struct source_config *source = &config->source[i];
        if (source->room < config->n_rooms && !strcmp(config->room[source->room].id, room) &&
            (roles >> source->role & 1) && isfinite(source->constant))
            w += source->constant;
    }
    return w;
}

static int add_meter(void *context, const struct flowed *flowed)
{
    struct meters *meters = context;
    const struct record *record = flowed->record;
    if (!record || record->quantity != Q_ENERGY || !record->room || strcmp(record->room, meters->room) != 0 ||
        !(meters->roles >> record->role & 1) || meters->n == sizeof meters->account / sizeof meters->account[0] ||
        is_constant(meters->config, record->device))
        return 0;
    meters->account[meters->n++] = flowed->account;
    return 0;
}

#define BIT(role) (UINT64_C(1) << (role))

static json_t *peak_of(const struct task *task, uint64_t roles, int64_t from_s, int64_t to_s)
{
    struct day day = {.from_s = from_s};
    struct meters meters = {.config = task->place->config, .room = text_of(task->request, "room"), .roles = roles};
    ledger_sum(task->ledger, 0, from_s, to_s, add_meter, &meters);
    for (size_t i = 0; i < meters.n; i++)
        ledger_quarters(task->ledger, meters.account[i], from_s, to_s, add_quarter, &day);
    size_t best = SIZE_MAX, full = 0;
    for (size_t i = 0; i < 100; i++) {
        if (!meters.n || day.meters[i] < meters.n) /* a meter is missing: no sum */
            continue;
        full++;
        if (best == SIZE_MAX || day.mwh[i] > day.mwh[best])
            best = i;
    }
    if (best == SIZE_MAX)
        return json_null();
    return json_pack(
        "{s:f, s:I, s:f}", "w", day.mwh[best] / 1000 * 4 + constants_of(task->place->config, meters.room, roles), "at",
        (json_int_t)(from_s + 900 * (int64_t)best), "known", (double)full / (double)((to_s - from_s) / 900));
}

static json_t *tell_peaks(const struct task *task)
{
    uint64_t behind = BIT(ROLE_UPS_IN) | BIT(ROLE_COOLING) | BIT(ROLE_LIGHTING) | BIT(ROLE_OTHER);
    json_t *days = json_object();
    if (!task->ledger) {
        json_decref(days);
        return failed(task->no_ledger);
    }
    for (int offset = -1; offset <= 0; offset++) {
        int64_t now_s = task->now_ms / 1000, from = calendar_start(SPAN_DAY, now_s, offset);
        int64_t to = offset ? calendar_start(SPAN_DAY, now_s, 0) : now_s / 900 * 900;
        json_t *total = from < to ? peak_of(task, BIT(ROLE_GRID), from, to) : json_null();
        if (json_is_null(total) && from < to) /* no meter at the grid: the sum of what is behind it */
            total = peak_of(task, behind, from, to);
        json_t *it = from < to ? peak_of(task, BIT(ROLE_IT), from, to) : json_null();
        json_object_set_new(days, offset ? "yesterday" : "today", json_pack("{s:o, s:o}", "total", total, "it", it));
    }
    return days;
}

static int add_alert(void *context, const struct alert_entry *e)
{
    json_t *list = context;
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:i, s:o, s:o, s:s, s:I, s:I, s:s}", "id",
                                          e->id, "rule", e->rule, "room", e->room, "device", e->device, "point",
                                          e->point, "raised", e->raised, "priority", e->priority, "value",
                                          number(e->value), "limit", number(e->limit), "unit", e->unit, "since_ms",
                                          (json_int_t)e->since_ms, "at_ms", (json_int_t)e->at_ms, "text", e->text));
    return json_array_size(list) >= HISTORY_MOST; /* 1 ends it */
}

static int add_silence(void *context, const char *target, int64_t until_ms, const char *reason)
{
    json_array_append_new(
        context, json_pack("{s:s, s:I, s:s}", "target", target, "until_ms", (json_int_t)until_ms, "reason", reason));
    return 0;
}

static json_t *tell_history(const struct task *task)
{
    json_t *alerts = json_array(), *silences = json_array();
    int64_t days = json_integer_value(json_object_get(task->request, "days"));
    if (task->ledger) {
        ledger_alert_history(task->ledger, task->now_ms - days * 86400000, INT64_MAX, add_alert, alerts);
        ledger_silences(task->ledger, task->now_ms, add_silence, silences);
    }
    json_t *told = json_pack("{s:o, s:o}", "alerts", alerts, "silences", silences);
    if (!task->ledger)
        json_object_set_new(told, "error", json_string(task->no_ledger));
    return told;
}

/* The report as a document; NULL with *ret_error. */
static json_t *build(const struct task *task, json_t **ret_error)
{
    struct report_request request = {.config = task->place->config,
                                     .ledger = task->ledger,
                                     .no_ledger = task->no_ledger,
                                     .state = task->place->state,
                                     .scope = text_of(task->request, "scope"),
                                     .now_s = task->now_ms / 1000};
    json_t *document = NULL;
    if (calendar_parse(text_of(task->request, "period"), &request.from_s, &request.to_s) < 0) {
        *ret_error = failed("expected a period like 2026, 2026-10, 2026-W40 or 2026-10-01/2026-10-15");
        return NULL;
    }
    int r = report_build(&request, &document);
    if (r < 0)
        *ret_error = failed(r == -ENOENT ? "there is no such room" : strerror(-r));
    return r < 0 ? NULL : document;
}

static json_t *tell_document(const struct task *task)
{
    json_t *error = NULL, *document = build(task, &error);
    return document ? json_pack("{s:o}", "document", document) : error;
}

static json_t *tell_report(const struct task *task)
{
    const char *name = text_of(task->request, "format");
    const struct report_format *format = report_format_find(name);
    json_t *error = NULL, *document = format ? build(task, &error) : NULL;
    if (!format)
        return failed("expected one of text, csv, json, html and eu");
    if (!document)
        return error;
    struct diag *diag = diag_new();
    char *text = NULL;
    size_t n = 0;
    int r = report_render(document, format, text_of(task->request, "lang"), diag, &text, &n);
    json_t *told = r < 0 ? failed(diag_first(diag) ? diag_first(diag) : strerror(-r))
                         : json_pack("{s:s#, s:s, s:s}", "text", text, (int)n, "type", format->type, "ending",
                                     !strcmp(name, "text") ? "txt"
                                     : !strcmp(name, "eu") ? "json"
                                                           : name);
    diag_free(diag);
    free(text);
    json_decref(document);
    return told ? told : failed("the report is not text");
}

static const struct {
    const char *name;
    json_t *(*tell)(const struct task *task);
} tasks[] = {
    {"device", tell_device},   {"energy", tell_energy},     {"peaks", tell_peaks},
    {"history", tell_history}, {"document", tell_document}, {"report", tell_report},
};

json_t *web_books_answer(const struct web_books_place *place, const json_t *request, int64_t now_ms)
{
    struct task task = {.place = place, .request = request, .now_ms = now_ms};
    char path[4096];
    snprintf(path, sizeof path, "%s/ledger.db", place->state);
    int r = ledger_open(path, false, &task.ledger);
    if (r < 0) {
        task.ledger = NULL;
        snprintf(task.no_ledger, sizeof task.no_ledger, "the ledger cannot be read: %s", ledger_words(r));
    }
    json_t *answer = NULL;
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++)
        if (!strcmp(tasks[i].name, text_of(request, "do")))
            answer = tasks[i].tell(&task);
    ledger_close(task.ledger);
    return answer ? answer : failed("nobody knows how to do that");
}
