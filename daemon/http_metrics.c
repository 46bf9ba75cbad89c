/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/http_view.h"
#include "daemon/wire_text.h"

#include <math.h>
#include <string.h>

/* OpenMetrics 1.0, ABNF escaped-string: backslash, quote and line feed. The text itself must be UTF-8: ids and parts
 * are, by their grammar. */
static void put_label_text(FILE *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '\\': fputs("\\\\", out); break;
        case '"': fputs("\\\"", out); break;
        case '\n': fputs("\\n", out); break;
        default: putc(*text, out); break;
        }
}

static void put_label(FILE *out, const char *before, const char *name, const char *text)
{
    fprintf(out, "%s%s=\"", before, name);
    put_label_text(out, text ? text : "");
    putc('"', out);
}

/* A family's head. The unit is the end of its name, as OpenMetrics wants it. */
static void head(FILE *out, const char *name, const char *unit, const char *type, const char *help)
{
    fprintf(out, "# TYPE %s %s\n", name, type);
    if (*unit)
        fprintf(out, "# UNIT %s %s\n", name, unit);
    fprintf(out, "# HELP %s %s\n", name, help);
}

static void end_sample(FILE *out, double value)
{
    fputs("} ", out);
    wire_put_number(out, value);
    putc('\n', out);
}

struct family {
    char name[80], unit[48];
    bool total; /* a counter: samples are NAME_total */
};

/* wattwacht_active_power_watts; wattwacht_energy_watthours and _total at each sample; KPIs apart from the measured
 * quantities of the same name, so that a sum over rooms counts nothing twice. */
static struct family family_of(enum quantity q)
{
    const struct quantity_row *row = quantity_row(q);
    struct family family;
    snprintf(family.unit, sizeof family.unit, "%s", row->metric);
    char *total = strstr(family.unit, "_total");
    family.total = total != NULL;
    if (total)
        *total = '\0';
    snprintf(family.name, sizeof family.name, "wattwacht_%s%s_%s", q >= Q_KPI_FIRST ? "kpi_" : "", row->name,
             family.unit);
    for (char *p = family.name; *p; p++)
        if (*p == '-')
            *p = '_';
    return family;
}

static bool has_sample(const struct live_point *point, enum quantity q)
{
    return point->quantity == q && !point->gone && quality_has_value(point->quality) && isfinite(point->value);
}

static void render_quantity(FILE *out, const struct http_view *view, enum quantity q)
{
    const struct live *live = view->live;
    struct family family = {.name = ""};
    for (size_t i = 0; i < live->n_points; i++) {
        const struct live_point *point = live->point[i];
        if (!has_sample(point, q))
            continue;
        if (!*family.name) {
            char help[120];
            family = family_of(q);
            snprintf(help, sizeof help, "%s of each part, in its base unit", quantity_row(q)->name);
            head(out, family.name, family.unit, family.total ? "counter" : "gauge", help);
        }
        const char *device = point->scope ? "" : live->device[point->device]->config->id;
        fputs(family.name, out);
        put_label(out, family.total ? "_total{" : "{", "site", live->config->site);
        put_label(out, ",", "room", point->room);
        put_label(out, ",", "device", device);
        put_label(out, ",", "part", point->part);
        end_sample(out, point->value);
    }
}

enum device_figure { FIGURE_POLLS, FIGURE_FAILURES, FIGURE_JITTER, FIGURE_LATENCY, FIGURE_ONLINE };

static const struct {
    const char *name, *unit, *type, *suffix, *help;
    enum device_figure figure;
} figures[] = {
    {"wattwacht_polls", "", "counter", "_total", "Polls begun.", FIGURE_POLLS},
    {"wattwacht_poll_failures", "", "counter", "_total", "Polls without an answer that could be used.",
     FIGURE_FAILURES},
    {"wattwacht_poll_jitter_seconds", "seconds", "gauge", "", "Lateness of the last polls, 99th percentile.",
     FIGURE_JITTER},
    {"wattwacht_poll_latency_seconds", "seconds", "gauge", "", "Duration of the last answered poll.", FIGURE_LATENCY},
    {"wattwacht_device_online", "", "gauge", "", "1 while the device answers.", FIGURE_ONLINE},
};

static double figure_of(const struct live_device *device, enum device_figure figure)
{
    switch (figure) {
    case FIGURE_POLLS: return (double)device->polls;
    case FIGURE_FAILURES: return (double)device->failures;
    case FIGURE_JITTER: return device->n_late ? (double)live_late_p99_us(device) / 1e6 : NAN;
    case FIGURE_LATENCY: return device->last_ok_ms ? (double)device->latency_us / 1e6 : NAN;
    case FIGURE_ONLINE: return device->state == LIVE_STARTING ? NAN : device->state == LIVE_ONLINE;
    }
    return NAN;
}

static void render_devices(FILE *out, const struct http_view *view)
{
    const struct live *live = view->live;
    for (size_t f = 0; f < sizeof figures / sizeof figures[0]; f++) {
        bool begun = false;
        for (size_t i = 0; i < live->n_devices; i++) {
            const struct live_device *device = live->device[i];
            double value = device->config ? figure_of(device, figures[f].figure) : NAN;
            if (isnan(value))
                continue;
            if (!begun)
                head(out, figures[f].name, figures[f].unit, figures[f].type, figures[f].help);
            begun = true;
            size_t room = device->config->room;
            fprintf(out, "%s%s", figures[f].name, figures[f].suffix);
            put_label(out, "{", "site", live->config->site);
            put_label(out, ",", "room", room < live->config->n_rooms ? live->config->room[room].id : "");
            put_label(out, ",", "device", device->config->id);
            end_sample(out, value);
        }
    }
}

static void render_own(FILE *out, const struct http_view *view)
{
    const char *site = view->live->config->site;
    const struct {
        const char *reader;
        int64_t rows;
    } queues[] = {{"log", view->disk.log_rows},
                  {"rrd", view->disk.rrd.rows_behind},
                  {"ledger", view->disk.ledger.rows_behind},
                  {"mqtt", view->disk.mqtt.rows_behind}};
    const struct {
        const char *name, *unit, *type, *suffix, *help;
        double value;
    } own[] = {
        {"wattwacht_queue_bytes", "bytes", "gauge", "", "Size of the log.", (double)view->disk.log_bytes},
        {"wattwacht_rows_dropped", "", "counter", "_total", "Rows trimmed before every reader had them.",
         (double)view->disk.dropped_rows},
        {"wattwacht_slow_turns", "", "counter", "_total", "Turns of the loop over 50 ms.", (double)view->slow_turns},
        {"wattwacht_alerts", "", "gauge", "", "Alerts active.", (double)view->n_alerts},
        {"process_cpu_seconds", "seconds", "counter", "_total", "Processor time of the daemon.", view->cpu_s},
        {"process_resident_memory_bytes", "bytes", "gauge", "", "Resident memory of the daemon.",
         (double)view->resident},
        {"process_start_time_seconds", "seconds", "gauge", "", "Start of the daemon since 1970.",
         (double)view->live->started_ms / 1e3},
    };
    head(out, "wattwacht_queue_rows", "", "gauge",
         "Rows in the log, and rows that each of its readers has yet to take.");
    for (size_t i = 0; i < sizeof queues / sizeof queues[0]; i++) {
        fputs("wattwacht_queue_rows", out);
        put_label(out, "{", "site", site);
        put_label(out, ",", "queue", queues[i].reader);
        end_sample(out, (double)queues[i].rows);
    }
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        head(out, own[i].name, own[i].unit, own[i].type, own[i].help);
        fprintf(out, "%s%s", own[i].name, own[i].suffix);
        put_label(out, "{", "site", site);
        end_sample(out, own[i].value);
    }
    head(out, "wattwacht_build", "", "info", "The version that runs.");
    fputs("wattwacht_build_info", out);
    put_label(out, "{", "site", site);
    put_label(out, ",", "version", view->version);
    end_sample(out, 1);
}

void http_render_metrics(FILE *out, const struct http_view *view)
{
    for (int q = Q_NONE + 1; q < Q_COUNT; q++)
        render_quantity(out, view, (enum quantity)q);
    render_devices(out, view);
    render_own(out, view);
    fputs("# EOF\n", out);
}
