/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sparkplug_metrics.h"
#include "sparkplug_band.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *need(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static void *push(void *array, size_t *n, const void *element, size_t size)
{
    char *bytes = need(reallocarray(array, *n + 1, size));
    memcpy(bytes + (*n)++ * size, element, size);
    return bytes;
}

void sparkplug_metrics_done(struct sparkplug_metrics *metrics)
{
    for (size_t i = 0; i < metrics->n_sets; i++) {
        struct sparkplug_set *set = metrics->set[i];
        for (size_t k = 0; k < set->n; k++) {
            free(set->item[k]->name);
            free(set->item[k]);
        }
        free(set->item);
        free(set->id);
        free(set);
    }
    free(metrics->set);
    free(metrics->of_point);
    *metrics = (struct sparkplug_metrics){0};
}

static struct sparkplug_set *set_add(struct sparkplug_metrics *metrics, uint32_t device)
{
    struct sparkplug_set *set = need(calloc(1, sizeof *set));
    set->device = device;
    set->alias = metrics->aliases + 1;
    metrics->aliases += SPARKPLUG_ABOUT;
    metrics->set = push(metrics->set, &metrics->n_sets, &set, sizeof set);
    return set;
}

struct sparkplug_set *sparkplug_metrics_set(struct sparkplug_metrics *metrics, uint32_t device)
{
    if (metrics->n_sets == 0)
        set_add(metrics, NO_DEVICE);
    for (size_t i = 0; i < metrics->n_sets; i++)
        if (metrics->set[i]->device == device)
            return metrics->set[i];
    return set_add(metrics, device);
}

static void add_point(struct sparkplug_metrics *metrics, const struct live_point *point)
{
    struct sparkplug_set *set = sparkplug_metrics_set(metrics, point->device);
    struct sparkplug_item *item = need(calloc(1, sizeof *item));
    const char *quantity = quantity_row(point->quantity)->name;
    int rc = point->device == NO_DEVICE ? asprintf(&item->name, "kpi/%s/%s", point->scope, quantity)
                                        : asprintf(&item->name, "%s/%s", point->part, quantity);
    if (rc < 0)
        abort();
    item->point = point;
    item->alias = ++metrics->aliases;
    set->item = push(set->item, &set->n, &item, sizeof item);
    set->changed = true;
    metrics->of_point[point->number] = item;
}

static struct sparkplug_item *item_at(struct sparkplug_metrics *metrics, const struct live_point *point)
{
    if (point->number >= metrics->n_points) {
        size_t larger = 2 * (size_t)point->number + 64, grown = larger - metrics->n_points;
        metrics->of_point = need(reallocarray(metrics->of_point, larger, sizeof(struct sparkplug_item *)));
        memset(metrics->of_point + metrics->n_points, 0, grown * sizeof(struct sparkplug_item *));
        metrics->n_points = larger;
    }
    if (!metrics->of_point[point->number])
        add_point(metrics, point);
    return metrics->of_point[point->number];
}

void sparkplug_metrics_see(struct sparkplug_metrics *metrics, const struct live_point *point, bool wanted)
{
    if (point->gone && !sparkplug_metrics_item(metrics, point->number))
        return;
    struct sparkplug_item *item = item_at(metrics, point);
    bool hidden = point->gone || !wanted;
    if (item->hidden == hidden && item->told == !hidden)
        return;
    item->hidden = hidden;
    sparkplug_metrics_set(metrics, point->device)->changed = true;
}

void sparkplug_metrics_find(struct sparkplug_metrics *metrics, const struct live *live, sparkplug_wants *wants,
                            const void *context)
{
    sparkplug_metrics_set(metrics, NO_DEVICE);
    for (size_t i = 0; i < live->n_points; i++)
        sparkplug_metrics_see(metrics, live->point[i], wants(context, live->point[i]));
}

bool sparkplug_set_any(const struct sparkplug_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        if (!set->item[i]->hidden && !set->item[i]->point->gone)
            return true;
    return false;
}

void sparkplug_set_unborn(struct sparkplug_set *set)
{
    set->born = false;
    free(set->id);
    set->id = NULL;
    for (size_t i = 0; i < set->n; i++)
        set->item[i]->told = false;
}

struct sparkplug_item *sparkplug_metrics_item(const struct sparkplug_metrics *metrics, uint32_t point)
{
    return point < metrics->n_points ? metrics->of_point[point] : NULL;
}

enum sparkplug_quality sparkplug_quality_of(enum quality quality)
{
    switch (quality) {
    case QL_GOOD:
    case QL_ESTIMATED: return SPARKPLUG_GOOD;
    case QL_SILENT:
    case QL_STALE: return SPARKPLUG_STALE;
    case QL_SENTINEL:
    case QL_IMPLAUSIBLE: return SPARKPLUG_BAD;
    case QL_COUNT: break;
    }
    return SPARKPLUG_BAD;
}

static enum sparkplug_type type_of(const struct live_point *point)
{
    return point->quantity == Q_STATE ? SPARKPLUG_INT64 : SPARKPLUG_DOUBLE;
}

static void add_value(struct sparkplug_metric *metric, double value)
{
    metric->null = !isfinite(value);
    metric->real = value;
    metric->whole = isfinite(value) && fabs(value) < 0x1p62 ? llround(value) : 0;
}

static void add_text(struct sparkplug_metric *metric, const char *key, const char *text)
{
    if (text && text[0])
        metric->property[metric->n_properties++] = (struct sparkplug_property){.key = key, .text = text};
}

/* Ignition and others know these names as properties of a tag. */
static void add_properties(struct sparkplug_metric *metric, const struct live_point *point)
{
    add_text(metric, "engUnit", quantity_row(point->quantity)->unit);
    add_text(metric, "documentation", point->label);
    if (isfinite(point->rating))
        metric->property[metric->n_properties++] =
            (struct sparkplug_property){.key = "engHigh", .number = point->rating};
    add_text(metric, "feed", point->feed);
}

static struct sparkplug_metric metric_of(const struct sparkplug_item *item, const struct sparkplug_style *style,
                                         int64_t ts_ms, enum quality quality, double value)
{
    struct sparkplug_metric metric = {
        .name = item->name,
        .alias = style->aliases ? item->alias : 0,
        .ts_ms = ts_ms,
        .type = type_of(item->point),
        .quality = sparkplug_quality_of(quality),
    };
    add_value(&metric, quality_has_value(quality) ? value : NAN);
    return metric;
}

void sparkplug_metric_shorten(struct sparkplug_metric *metric, const struct sparkplug_style *style)
{
    if (metric->alias > 0)
        metric->name = NULL;
    metric->untyped = !style->typed;
}

/* A good quality is said only where it was another before. */
static void say_good(struct sparkplug_metric *metric, enum sparkplug_quality before)
{
    if (metric->quality == SPARKPLUG_GOOD && before == SPARKPLUG_GOOD)
        metric->quality = SPARKPLUG_UNSAID;
}

void sparkplug_set_birth(struct sparkplug_set *set, const struct sparkplug_style *style, int64_t now_ms,
                         struct sparkplug_payload *payload)
{
    for (size_t i = 0; i < set->n; i++) {
        struct sparkplug_item *item = set->item[i];
        const struct live_point *point = item->point;
        item->told = !item->hidden && !point->gone;
        if (!item->told)
            continue;
        struct sparkplug_metric metric =
            metric_of(item, style, point->ts_ms ? point->ts_ms : now_ms, point->quality, point->value);
        item->value = metric.null ? NAN : point->value;
        item->quality = metric.quality;
        say_good(&metric, SPARKPLUG_GOOD);
        add_properties(&metric, point);
        sparkplug_payload_add(payload, &metric);
    }
    set->born = true;
    set->changed = false;
}

static bool moved(const struct sparkplug_item *item, const struct sparkplug_style *style, double told, double value)
{
    enum quantity quantity = item->point->quantity;
    if (isnan(told) || isnan(value))
        return isnan(told) != isnan(value);
    return sparkplug_band_left(quantity, style->band ? style->band[quantity] : NAN, told, value);
}

void sparkplug_set_data(struct sparkplug_set *set, const struct sparkplug_style *style,
                        struct sparkplug_payload *payload)
{
    for (size_t i = 0; i < set->n; i++) {
        struct sparkplug_item *item = set->item[i];
        const struct live_point *point = item->point;
        if (point->gone || !item->told)
            continue;
        struct sparkplug_metric metric = metric_of(item, style, point->ts_ms, point->quality, point->value);
        double value = metric.null ? NAN : point->value;
        if (metric.quality == item->quality && !moved(item, style, item->value, value))
            continue;
        enum sparkplug_quality before = item->quality;
        item->value = value;
        item->quality = metric.quality;
        say_good(&metric, before);
        sparkplug_metric_shorten(&metric, style);
        sparkplug_payload_add(payload, &metric);
    }
}

void sparkplug_metrics_past_begin(struct sparkplug_metrics *metrics)
{
    for (size_t i = 0; i < metrics->n_sets; i++)
        for (size_t k = 0; k < metrics->set[i]->n; k++)
            metrics->set[i]->item[k]->told_past = false;
}

void sparkplug_metrics_past(struct sparkplug_metrics *metrics, const struct sparkplug_style *style,
                            const struct row *row, struct sparkplug_payload *payload)
{
    for (size_t i = 0; i < row->n; i++) {
        const struct row_value *from = &row->value[i];
        struct sparkplug_item *item = sparkplug_metrics_item(metrics, from->point);
        if (!item || item->point->gone || !item->told)
            continue; /* not in the birth: nobody knows it */
        struct sparkplug_metric metric = metric_of(item, style, row->wall_ms, from->quality, from->value);
        double value = metric.null ? NAN : from->value;
        if (item->told_past && !moved(item, style, item->value_past, value))
            continue;
        item->told_past = true;
        item->value_past = value;
        metric.historical = true;
        say_good(&metric, SPARKPLUG_GOOD);
        sparkplug_metric_shorten(&metric, style);
        sparkplug_payload_add(payload, &metric);
    }
}
