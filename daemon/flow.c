/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/flow.h"

#include "daemon/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One lost answer is no outage; the second in a row is: lessons of NUT, whose single lost reply was "stale". */
#define FAILURES_OFFLINE 2

struct told {
    const struct sink *sink;
    void *self;
};

struct flow {
    struct live *live;
    struct watch *watch;
    struct flow_exits exits;
    struct binder binder;
    bool clock_sane;
    size_t n_sinks, n_kpis;
    struct told *sink;
    struct kpi_result *kpi;
};

struct flow *flow_new(struct live *live, struct watch *watch, const struct flow_exits *exits)
{
    struct flow *flow = calloc(1, sizeof *flow);
    if (!flow)
        abort();
    *flow = (struct flow){.live = live, .watch = watch, .exits = *exits};
    flow->binder = (struct binder){live, exits->number, exits->record, exits->context};
    return flow;
}

void flow_free(struct flow *flow)
{
    if (!flow)
        return;
    free(flow->sink);
    free(flow->kpi);
    free(flow);
}

void flow_add_sink(struct flow *flow, const struct sink *sink, void *self)
{
    flow->sink = realloc(flow->sink, (flow->n_sinks + 1) * sizeof *flow->sink);
    if (!flow->sink)
        abort();
    flow->sink[flow->n_sinks++] = (struct told){sink, self};
}

void flow_remove_sinks(struct flow *flow)
{
    flow->n_sinks = 0;
}

static void tell_device(struct flow *flow, const struct live_device *device)
{
    for (size_t i = 0; i < flow->n_sinks; i++)
        if (flow->sink[i].sink->device)
            flow->sink[i].sink->device(flow->sink[i].self, device);
}

static void tell_polled(struct flow *flow, const struct live_device *device)
{
    for (size_t i = 0; i < flow->n_sinks; i++)
        if (flow->sink[i].sink->polled)
            flow->sink[i].sink->polled(flow->sink[i].self, device, (const struct live_point *const *)device->bound,
                                       device->n_bound);
}

static void forget_device(struct flow *flow, struct live_device *device)
{
    bind_release(device);
    shape_unref(device->shape);
    device->shape = NULL;
    device->state = LIVE_OFFLINE;
    tell_device(flow, device);
    device->config = NULL;
}

void flow_config(struct flow *flow, const struct config *config,
                 struct shape *(*learnt)(void *context, const char *device))
{
    struct live *live = flow->live;
    for (size_t i = 0; i < live->n_devices; i++)
        if (live->device[i]->config && !config_device(config, live->device[i]->number))
            forget_device(flow, live->device[i]);
    live->config = config;
    bind_scopes(&flow->binder, config);
    for (size_t i = 0; i < config->n_sources; i++)
        bind_source(&flow->binder, &config->source[i]);
    for (size_t i = 0; i < config->n_devices; i++) {
        uint32_t number = config->device[i].setup->number, index = live_index(live, number);
        struct live_device *device = index == NO_DEVICE ? live_device_add(live, number) : live->device[index];
        struct shape *shape = device->shape ? shape_ref(device->shape) : NULL;
        device->config = &config->device[i];
        if (!shape && learnt)
            shape = learnt(flow->exits.context, config->device[i].id);
        if (shape)
            bind_device(&flow->binder, device, shape);
        shape_unref(shape);
    }
    watch_config(flow->watch, config);
}

/* Another serial number is another device under the same name. */
static void compare_serial(struct flow *flow, struct live_device *device, const struct shape *shape, struct moment now)
{
    const char *before = device->shape ? device->shape->identity.serial : NULL, *after = shape->identity.serial;
    if (!before || !after || !*before || !*after || !strcmp(before, after))
        return;
    device->replaced_us = now.boot_us;
    watch_replaced(flow->watch, device, before, after, now);
}

/* What a shape says in words: points left out, fields that are not what they should be. */
static bool notes_known(const struct shape *before, const struct shape *now)
{
    for (size_t i = 0; i < now->n_notes; i++) {
        bool known = false;
        for (size_t k = 0; k < before->n_notes && !known; k++)
            known = strcmp(before->note[k], now->note[i]) == 0;
        if (!known)
            return false;
    }
    return true;
}

static void take_shape(struct flow *flow, struct live_device *device, struct answer *answer, struct moment now)
{
    bool same = device->shape && shape_equal(device->shape, answer->shape) && notes_known(device->shape, answer->shape);
    compare_serial(flow, device, answer->shape, now);
    bind_device(&flow->binder, device, answer->shape);
    if (!same)
        flow->exits.learnt(flow->exits.context, device->config->id, answer->shape);
    tell_device(flow, device);
}

static void put_row(struct flow *flow, struct row *row)
{
    if (row->n && flow->clock_sane)
        flow->exits.row(flow->exits.context, row);
    else
        row_free(row);
}

static int compare_points(const void *a, const void *b)
{
    const struct row_value *x = a, *y = b;
    return (x->point > y->point) - (x->point < y->point);
}

/* Points get their numbers in the order of the shape, so a row is nearly always sorted already. */
static void sort_row(struct row *row)
{
    for (size_t i = 1; i < row->n; i++)
        if (row->value[i].point < row->value[i - 1].point) {
            qsort(row->value, row->n, sizeof *row->value, compare_points);
            return;
        }
}

static void put_device_row(struct flow *flow, const struct live_device *device, const struct answer *answer)
{
    struct row *row = row_new(device->n_bound);
    row->device = device->number;
    row->wall_ms = answer->wall_ms;
    row->boot_us = answer->boot_us;
    row->uptime_s = answer->uptime_s;
    row->n = 0;
    for (size_t i = 0; i < device->n_bound; i++) {
        const struct live_point *point = device->bound[i];
        if (point)
            row->value[row->n++] = (struct row_value){point->number, point->quality, point->value};
    }
    sort_row(row);
    put_row(flow, row);
}

static void store_sample(struct live_point *point, const struct sample *sample, const struct answer *answer)
{
    enum quality quality = check_sample(point, sample, answer->boot_us);
    bool has = quality_has_value(quality);
    if (has && !(fabs(sample->value - point->value) <= 0))
        point->changed_us = answer->boot_us;
    point->raw = sample->value;
    point->quality = quality;
    /* a stale value is remembered, so that the first different one ends it */
    point->value = has || quality == QL_STALE ? sample->value : NAN;
    point->ts_ms = answer->wall_ms;
}

static void take_values(struct flow *flow, struct live_device *device, const struct answer *answer, struct moment now)
{
    if (answer->n != device->n_bound)
        return; /* an answer of a shape that is gone: the next has the right length */
    if (!manners_equal(&device->manners, &answer->manners)) {
        device->manners = answer->manners;
        if (flow->exits.manners)
            flow->exits.manners(flow->exits.context, device);
    }
    for (size_t i = 0; i < answer->n; i++)
        if (device->bound[i])
            store_sample(device->bound[i], &answer->sample[i], answer);
    device->last_ok_ms = device->last_poll_ms = answer->wall_ms;
    device->failures_in_row = 0;
    device->latency_us = answer->latency_us;
    device->late_us[device->n_late++ % 64] = answer->late_us;
    if (device->n_late >= 128)
        device->n_late = 64; /* the ring is full for good */
    bool back = device->state != LIVE_ONLINE;
    device->state = LIVE_ONLINE;
    put_device_row(flow, device, answer);
    watch_polled(flow->watch, device, now);
    if (back)
        tell_device(flow, device);
    tell_polled(flow, device);
}

/* Silence flows down the same pipe as values: once, when the device is called offline. */
static void go_offline(struct flow *flow, struct live_device *device, const struct answer *answer)
{
    device->state = LIVE_OFFLINE;
    for (size_t i = 0; i < device->n_bound; i++) {
        struct live_point *point = device->bound[i];
        if (!point)
            continue;
        point->quality = QL_SILENT;
        point->value = point->raw = NAN;
        point->ts_ms = answer->wall_ms;
    }
    put_device_row(flow, device, answer);
    tell_device(flow, device);
    tell_polled(flow, device);
}

static void take_failure(struct flow *flow, struct live_device *device, const struct answer *answer, struct moment now)
{
    device->failures++;
    device->last_poll_ms = answer->wall_ms;
    device->fault = answer->fault;
    memcpy(device->words, answer->words, sizeof device->words);
    if (!device->failures_in_row++)
        device->silent_since_ms = answer->wall_ms;
    if (device->state != LIVE_OFFLINE && device->failures_in_row >= FAILURES_OFFLINE)
        go_offline(flow, device, answer);
    watch_failed(flow->watch, device, now);
}

static void take(struct flow *flow, struct answer *answer, struct moment now)
{
    uint32_t index = live_index(flow->live, answer->device);
    struct live_device *device = index == NO_DEVICE ? NULL : flow->live->device[index];
    if (!device || !device->config)
        return; /* removed while the answer was under way */
    switch (answer->kind) {
    case ANSWER_SHAPE: take_shape(flow, device, answer, now); break;
    case ANSWER_VALUES:
        device->polls++;
        take_values(flow, device, answer, now);
        break;
    case ANSWER_FAILED:
        device->polls++;
        take_failure(flow, device, answer, now);
        break;
    }
}

void flow_answers(struct flow *flow, struct answer *answers, struct moment now)
{
    for (struct answer *a = answers, *next; a; a = next) {
        next = a->next;
        take(flow, a, now);
        answer_free(a);
    }
}

static bool same_kpi(const struct kpi_result *a, const struct kpi_result *b)
{
    return a->id == b->id && !strcmp(a->scope, b->scope);
}

/* A round replaces all windows of the KPIs that it tells. */
static void keep_results(struct flow *flow, const struct kpi_result *results, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < flow->n_kpis; i++) {
        bool told = false;
        for (size_t k = 0; k < n && !told; k++)
            told = same_kpi(&flow->kpi[i], &results[k]);
        if (!told)
            flow->kpi[kept++] = flow->kpi[i];
    }
    flow->kpi = realloc(flow->kpi, (kept + n) * sizeof *flow->kpi);
    if (!flow->kpi && kept + n)
        abort();
    if (n)
        memcpy(flow->kpi + kept, results, n * sizeof *results);
    flow->n_kpis = kept + n;
}

/* One row a scope; where an id comes with several windows the first is the id's reading. */
static void put_scope_row(struct flow *flow, const struct kpi_result *results, size_t n, struct moment now)
{
    struct row *row = row_new(n);
    row->device = NO_DEVICE;
    row->wall_ms = now.wall_ms;
    row->boot_us = now.boot_us;
    row->n = 0;
    for (size_t i = 0; i < n; i++) {
        char name[120];
        snprintf(name, sizeof name, "%s/kpi/%s", results[i].scope, quantity_row(results[i].id)->name);
        struct live_point *point = live_find(flow->live, name);
        if (!point || (i && results[i].id == results[i - 1].id))
            continue;
        point->quality = isnan(results[i].value) ? QL_SILENT : results[i].estimated > 0 ? QL_ESTIMATED : QL_GOOD;
        point->value = point->raw = results[i].value;
        point->ts_ms = now.wall_ms;
        row->value[row->n++] = (struct row_value){point->number, point->quality, point->value};
    }
    sort_row(row);
    put_row(flow, row);
}

/* A sink has one place for each id: its longer windows would take turns there with its reading. */
static void tell_readings(const struct told *to, const struct kpi_result *results, size_t n)
{
    for (size_t from = 0, end; from < n; from = end) {
        for (end = from + 1; end < n && !same_kpi(&results[end], &results[end - 1]);)
            end++;
        to->sink->kpis(to->self, results + from, end - from);
        while (end < n && same_kpi(&results[end], &results[end - 1]))
            end++;
    }
}

void flow_kpis(struct flow *flow, const struct kpi_result *results, size_t n, struct moment now)
{
    keep_results(flow, results, n);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && !strcmp(results[to].scope, results[from].scope);)
            to++;
        put_scope_row(flow, results + from, to - from, now);
    }
    watch_kpis(flow->watch, results, n, now);
    for (size_t i = 0; i < flow->n_sinks; i++)
        if (flow->sink[i].sink->kpis)
            tell_readings(&flow->sink[i], results, n);
}

void flow_alert(struct flow *flow, const struct alert_entry *entry)
{
    for (size_t i = 0; i < flow->n_sinks; i++)
        if (flow->sink[i].sink->alert)
            flow->sink[i].sink->alert(flow->sink[i].self, entry, true);
}

void flow_clock(struct flow *flow, bool sane)
{
    flow->clock_sane = sane;
}

const struct kpi_result *flow_last_kpis(const struct flow *flow, size_t *ret_n)
{
    *ret_n = flow->n_kpis;
    return flow->kpi;
}
