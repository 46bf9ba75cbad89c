/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_series.h"

#include "daemon/calendar.h"
#include "daemon/report_energy.h"

#include <math.h>

#define HOUR_S INT64_C(3600)
#define DAY_S  INT64_C(86400)

enum step { STEP_HOUR, STEP_DAY, STEP_MONTH };
static const char *const step_names[] = {"hour", "day", "month"};

static enum step step_of(const struct report_source *s)
{
    int64_t length = s->to_s - s->from_s;
    return length <= 2 * DAY_S + HOUR_S ? STEP_HOUR : length <= 62 * DAY_S + HOUR_S ? STEP_DAY : STEP_MONTH;
}

static int64_t next(enum step step, int64_t t)
{
    switch (step) {
    case STEP_HOUR: return t / HOUR_S * HOUR_S + HOUR_S;
    case STEP_DAY: return calendar_start(SPAN_DAY, t, 1);
    case STEP_MONTH: return calendar_start(SPAN_MONTH, t, 1);
    }
    return t + DAY_S;
}

static void put_split(json_t *row, const struct energy_split *s)
{
    json_object_set_new(row, "total_wh", report_number(s->total));
    json_object_set_new(row, "entered_wh", report_number(s->entered));
    json_object_set_new(row, "it_wh", report_number(s->it));
    json_object_set_new(row, "cooling_wh", report_number(s->cooling));
    json_object_set_new(row, "losses_wh", report_number(energy_split_losses(s)));
    json_object_set_new(row, "lighting_wh", report_number(s->lighting));
    json_object_set_new(row, "other_wh", report_number(s->other));
    json_object_set_new(row, "unmetered_wh", report_number(s->unmetered));
    json_object_set_new(row, "heat_out_wh", report_number(s->heat_out));
}

/* Mean power of what the rooms' loops carried; NAN where none was measured. */
static double heat_of(const struct report_source *source, int64_t from_s, int64_t to_s)
{
    double sum = NAN;
    for (size_t i = 0; i < source->config->n_rooms; i++) {
        const struct heat_period *p = &source->heat[i];
        double power = 0;
        size_t known = 0;
        for (size_t k = (size_t)((from_s - p->from_s) / QUARTER_S); k < p->n; k++) {
            if (p->from_s + (int64_t)k * QUARTER_S >= to_s)
                break;
            power += isnan(p->quarter[k]) ? 0 : p->quarter[k];
            known += !isnan(p->quarter[k]);
        }
        if (known)
            sum = (isnan(sum) ? 0 : sum) + power / (double)known;
    }
    return sum;
}

static int add_row(const struct report_source *source, int64_t from_s, int64_t to_s, json_t *rows)
{
    struct kpi_window window;
    struct kpi_scope scope;
    struct kpi_result ratio[KPI_RESULTS];
    struct energy_split split;
    int r = figures_site_window(source->figures, source->scope, from_s, to_s, &window, &scope);
    if (!r)
        r = report_split(source, from_s, to_s, &split);
    if (r)
        return r;
    kpi_of_window(&scope, &window, KPI_MONTH, ratio);
    json_t *row = json_object();
    json_object_set_new(row, "from", report_time(from_s));
    json_object_set_new(row, "to", report_time(to_s));
    put_split(row, &split);
    json_object_set_new(row, "ratio", report_number(ratio[0].value));
    json_object_set_new(row, "coverage", report_number(ratio[0].coverage));
    double hours = window.covered * (double)(window.to_s - from_s) / 3600;
    json_object_set_new(row, "heat_w", report_number(heat_of(source, from_s, to_s)));
    json_object_set_new(row, "heat_out_w", report_number(hours > 0 ? split.heat_out / hours : (double)NAN));
    json_array_append_new(rows, row);
    return 0;
}

int report_series(const struct report_source *source, json_t **ret)
{
    enum step step = step_of(source);
    json_t *rows = json_array();
    int64_t end = source->to_s < source->now_s ? source->to_s : source->now_s;
    for (int64_t from = source->from_s, to; from < end; from = to) {
        to = next(step, from);
        to = to < source->to_s ? to : source->to_s;
        int r = add_row(source, from, to, rows);
        if (r) {
            json_decref(rows);
            return r;
        }
    }
    json_t *series = json_object();
    json_object_set_new(series, "step", json_string(step_names[step]));
    json_object_set_new(series, "rows", rows);
    *ret = series;
    return 0;
}
