/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_peaks.h"

#include "daemon/calendar.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RACKS_SHOWN 5

struct rack_load {
    const char *rack; /* a device that stands in none has its own name */
    double wh;
};

static const char *rack_of(const struct report_source *s, const char *device)
{
    for (size_t i = 0; i < s->config->n_devices; i++) {
        const struct device_config *d = &s->config->device[i];
        if (!strcmp(d->id, device))
            return d->rack >= s->config->n_racks ? device : s->config->rack[d->rack].id;
    }
    return device;
}

static int sum_quarter(void *context, const struct quarter *q)
{
    *(double *)context += (double)q->mwh;
    return 0;
}

static int compare(const void *a, const void *b)
{
    double x = ((const struct rack_load *)a)->wh, y = ((const struct rack_load *)b)->wh;
    return x < y ? 1 : x > y ? -1 : 0;
}

static int load_at(const struct report_source *s, int64_t at_s, struct rack_load *load, size_t *n)
{
    for (size_t i = 0; i < s->n_meters; i++) {
        const struct figures_meter *m = &s->meter[i];
        double milli = 0;
        if (!m->meter.used || m->meter.role != ROLE_IT || !m->paired.account)
            continue;
        int r = ledger_quarters(s->ledger, m->paired.account, at_s, at_s + QUARTER_S, sum_quarter, &milli);
        if (r)
            return r;
        const char *rack = rack_of(s, m->meter.device);
        size_t k = 0;
        while (k < *n && strcmp(load[k].rack, rack))
            k++;
        *n += k == *n;
        load[k].rack = rack;
        load[k].wh += milli / m->paired.per_unit * m->meter.weight;
    }
    return 0;
}

/* What each rack took in that quarter, the largest first. */
static int racks_at(const struct report_source *s, int64_t at_s, json_t *list)
{
    struct rack_load *load = calloc(s->n_meters + 1, sizeof *load);
    size_t n = 0;
    double all = 0;
    if (!load)
        abort();
    int r = load_at(s, at_s, load, &n);
    for (size_t i = 0; i < n; i++)
        all += load[i].wh;
    qsort(load, n, sizeof *load, compare);
    for (size_t i = 0; i < n && i < RACKS_SHOWN && !r; i++) {
        json_t *one = json_object();
        json_object_set_new(one, "rack", report_text(load[i].rack));
        json_object_set_new(one, "power_w", report_number(load[i].wh * 4));
        json_object_set_new(one, "share_of_it", report_number(all > 0 ? load[i].wh / all : (double)NAN));
        json_array_append_new(list, one);
    }
    free(load);
    return r;
}

static size_t index_of(const struct quarter_profile *p, int64_t t)
{
    return t <= p->from_s ? 0 : (size_t)((t - p->from_s) / QUARTER_S);
}

static size_t known_of(const struct quarter_profile *p, size_t first, size_t end)
{
    size_t known = 0;
    for (size_t i = first; i < end && i < p->n; i++)
        known += !isnan(p->wh[i]);
    return known;
}

/* "l1 4.1 kW, l3 3.9 kW": the racks of a peak in words. */
static json_t *racks_words(const json_t *racks)
{
    char words[200] = "";
    size_t at = 0;
    for (size_t i = 0; i < json_array_size(racks) && i < 3; i++) {
        const json_t *one = json_array_get(racks, i);
        int more = snprintf(words + at, sizeof words - at, "%s%s %.1f kW", i ? ", " : "",
                            json_string_value(json_object_get(one, "rack")),
                            json_number_value(json_object_get(one, "power_w")) / 1e3);
        if (more < 0 || (size_t)more >= sizeof words - at)
            break;
        at += (size_t)more;
    }
    return report_text(words);
}

static int add_month(const struct report_source *s, int64_t from_s, int64_t to_s, json_t *months)
{
    const struct quarter_profile *p = s->profile;
    size_t first = index_of(p, from_s), end = index_of(p, to_s), peak = quarter_profile_peak(p, first, end);
    bool any = peak != SIZE_MAX;
    json_t *one = json_object(), *racks = json_array();
    end = end < p->n ? end : p->n;
    int r = any ? racks_at(s, quarter_profile_time(p, peak), racks) : 0;
    json_object_set_new(one, "from", report_time(from_s));
    json_object_set_new(one, "at", any ? report_time(quarter_profile_time(p, peak)) : json_null());
    json_object_set_new(one, "power_w", report_number(any ? p->wh[peak] * 4 : (double)NAN));
    json_object_set_new(one, "coverage",
                        report_number(end > first ? (double)known_of(p, first, end) / (double)(end - first) : 0));
    json_object_set_new(one, "by", racks_words(racks));
    json_object_set_new(one, "racks", racks);
    json_array_append_new(months, one);
    return r;
}

double report_peaks_mean(const struct report_source *s, size_t *ret_months)
{
    double sum = 0;
    size_t n = 0;
    const struct quarter_profile *p = s->profile;
    for (int64_t from = s->from_s, to; from < s->to_s && from < s->now_s; from = to) {
        to = calendar_start(SPAN_MONTH, from, 1);
        size_t peak = quarter_profile_peak(p, index_of(p, from), index_of(p, to < s->to_s ? to : s->to_s));
        if (peak == SIZE_MAX)
            continue;
        sum += fmax(PEAK_LEAST_W, p->wh[peak] * 4);
        n++;
    }
    *ret_months = n;
    return n ? sum / (double)n : (double)NAN;
}

int report_peaks(const struct report_source *source, json_t **ret)
{
    json_t *months = json_array(), *peaks = json_object();
    size_t n;
    int r = 0;
    for (int64_t from = source->from_s, to; from < source->to_s && from < source->now_s && !r; from = to) {
        to = calendar_start(SPAN_MONTH, from, 1);
        r = source->profile->n ? add_month(source, from, to < source->to_s ? to : source->to_s, months) : 0;
    }
    json_object_set_new(peaks, "basis",
                        json_string(source->profile->at_grid ? "meter at the grid" : "sum of what enters"));
    json_object_set_new(peaks, "mean_w", report_number(report_peaks_mean(source, &n)));
    json_object_set_new(peaks, "months", months);
    json_object_set_new(peaks, "reason",
                        n ? json_null() : json_string("no quarter of an hour in which all that enters was metered"));
    if (!n)
        report_missing(source, "peaks", "no quarter of an hour in which all that enters was metered");
    if (r)
        json_decref(peaks);
    else
        *ret = peaks;
    return r;
}
