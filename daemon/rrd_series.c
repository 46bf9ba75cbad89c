/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rrd_series.h"

#include "daemon/wire_text.h"
#include "drivers/hash.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROWTH 8 /* samples */

static size_t sample_size(size_t n)
{
    return sizeof(struct rrd_sample) + n * sizeof(double);
}

static struct rrd_sample *sample_at(const struct rrd_series *series, size_t i)
{
    return (struct rrd_sample *)(void *)(series->sample + i * sample_size(series->n));
}

static void drop(struct rrd_series *series, unsigned n)
{
    series->waiting -= n;
    if (series->waiting) {
        memmove(series->sample, sample_at(series, n), series->waiting * sample_size(series->n));
        return;
    }
    free(series->sample);
    series->sample = NULL;
    series->room = 0;
}

/* Samples that wait have no value of the sources that are new. */
static void widen(struct rrd_series *series, size_t n)
{
    size_t before = sample_size(series->n), after = sample_size(n);
    unsigned char *wider = series->waiting ? malloc(series->waiting * after) : NULL;
    if (series->waiting && !wider)
        abort();
    for (size_t i = 0; i < series->waiting; i++) {
        struct rrd_sample *sample = (struct rrd_sample *)(void *)(wider + i * after);
        memcpy(sample, series->sample + i * before, before);
        for (size_t k = series->n; k < n; k++)
            sample->value[k] = NAN;
    }
    free(series->sample);
    series->sample = wider;
    series->room = series->waiting;
}

/* Its data sources in their order with the archives of all. */
static void plan_of(const struct rrd_series *series, struct rrd_plan *ret)
{
    *ret = *series->archives;
    ret->n_ds = series->n;
    for (size_t i = 0; i < series->n; i++)
        ret->ds[i] = series->source[i].ds;
}

static void follow_plan(struct rrd_series *series, const struct rrd_plan *plan)
{
    if (plan->n_ds > series->n) {
        struct rrd_source *grown = reallocarray(series->source, plan->n_ds, sizeof *grown);
        if (!grown)
            abort();
        series->source = grown;
        widen(series, plan->n_ds);
    }
    for (; series->n < plan->n_ds; series->n++)
        series->source[series->n] = (struct rrd_source){.value = NAN};
    for (size_t i = 0; i < series->n; i++)
        series->source[i].ds = plan->ds[i];
}

struct rrd_series *rrd_series_new(const char *root, const char *path, const struct rrd_plan *archives)
{
    char full[PATH_MAX], why[160];
    struct rrd_head head;
    struct rrd_series *series = calloc(1, sizeof *series);
    if (!series || !(series->path = strdup(path)))
        abort();
    series->archives = archives;
    series->early = (unsigned)(hash_text(HASH_BEGIN, path) >> 32) % RRD_BATCH;
    /* a bad file is dealt with when it is written */
    if (snprintf(full, sizeof full, "%s/%s", root, path) < PATH_MAX && rrd_head_read(full, &head, why) >= 0) {
        struct rrd_plan plan;
        rrd_plan_merge(archives, &head.plan, &plan);
        follow_plan(series, &plan);
        series->last_s = head.last_s;
    }
    return series;
}

void rrd_series_free(struct rrd_series *series)
{
    if (!series)
        return;
    free(series->sample);
    free(series->source);
    free(series->path);
    free(series);
}

void rrd_series_renew(struct rrd_series *series, bool changed)
{
    if (changed)
        series->ready = false;
    series->anchored = false;
}

int rrd_series_source(struct rrd_series *series, enum quantity quantity, double period_s)
{
    struct rrd_plan plan;
    plan_of(series, &plan);
    int at = rrd_plan_find(&plan, quantity);
    int64_t heartbeat = at >= 0 ? plan.ds[at].heartbeat_s : 0;
    if (period_s > 0)
        at = rrd_plan_add(&plan, quantity, period_s);
    else if (at >= 0)
        period_s = (double)heartbeat / 3;
    else
        at = rrd_plan_add(&plan, quantity, period_s = (double)plan.step_s);
    if (at < 0)
        return at;
    if (plan.n_ds != series->n || plan.ds[at].heartbeat_s != heartbeat)
        series->ready = false;
    follow_plan(series, &plan);
    series->source[at].period_s = period_s;
    series->shortest_s = HUGE_VAL;
    for (size_t i = 0; i < series->n; i++)
        if (series->source[i].period_s > 0)
            series->shortest_s = fmin(series->shortest_s, series->source[i].period_s);
    return at;
}

void rrd_series_put(struct rrd_series *series, int source, const struct row_value *value, int64_t wall_ms)
{
    struct rrd_source *own = &series->source[source];
    bool good = quality_has_value(value->quality) && isfinite(value->value);
    own->value = good ? value->value : NAN;
    own->value_ms = wall_ms;
    if (!series->touched || own->period_s < series->fastest_s)
        series->fastest_s = own->period_s;
}

/* The whole second on the grid that this poll stands for. The polls' distance from the grid is followed slowly, so that
 * polls half-way between two lines do not fall on one of them twice. */
static int64_t grid(struct rrd_series *series, int64_t wall_ms)
{
    double step = fmin((double)series->archives->step_s, series->shortest_s);
    int64_t g = floor(step) < step || step < 1 ? 1000 : (int64_t)step * 1000;
    /* a wide grid is never rounded up: the sample would lie in the future */
    int64_t low = g > RRD_FUTURE_S * 1000 ? 0 : -g / 2;
    if (series->anchored && (series->offset_ms < low - g / 4 || series->offset_ms >= low + g + g / 4))
        series->anchored = false;
    if (!series->anchored) {
        series->offset_ms = wall_ms - (wall_ms - low) / g * g;
        series->anchored = true;
    }
    int64_t t = (wall_ms - series->offset_ms + g / 2) / g * g;
    series->offset_ms += (wall_ms - series->offset_ms - t) / 8;
    return t / 1000;
}

static double fresh_value(const struct rrd_source *source, int64_t wall_ms)
{
    int64_t age = wall_ms - source->value_ms;
    return age >= 0 && age <= source->ds.heartbeat_s * 1000 ? source->value : NAN;
}

static void put_sample(struct rrd_series *series, int64_t wall_ms, int64_t t, int64_t seq)
{
    if (series->waiting == series->room) {
        series->room += GROWTH;
        series->sample = realloc(series->sample, series->room * sample_size(series->n));
        if (!series->sample)
            abort();
    }
    if (!series->waiting) {
        series->begin_s = t;
        series->begin_seq = seq;
    }
    struct rrd_sample *sample = sample_at(series, series->waiting++);
    sample->t = (uint32_t)(t - series->begin_s);
    sample->seq = (uint32_t)(seq - series->begin_seq);
    for (size_t i = 0; i < series->n; i++)
        sample->value[i] = fresh_value(&series->source[i], wall_ms);
}

enum rrd_gate rrd_series_emit(struct rrd_series *series, int64_t wall_ms, int64_t seq, int64_t now_s, int64_t turn_s)
{
    /* quantities slower than the part's fastest ride along, unless the fastest are gone */
    if (series->fastest_s > series->shortest_s * 1.001 &&
        wall_ms - series->emitted_ms < (int64_t)(series->fastest_s * 500))
        return RRD_NOT_DUE;
    int64_t t = grid(series, wall_ms);
    if (t > now_s + RRD_FUTURE_S)
        return RRD_FUTURE;
    /* polls faster than the finest grid: the first of a second stands for it, and no clock went back */
    if (t == series->last_s && series->emitted_ms && wall_ms > series->emitted_ms && series->shortest_s < 1)
        return RRD_NOT_DUE;
    if (t <= series->last_s) {
        series->repeated_in_row++;
        return RRD_REPEATED;
    }
    put_sample(series, wall_ms, t, seq);
    if (series->waiting == 1)
        series->gathered_s = turn_s;
    series->repeated_in_row = 0;
    series->last_s = t;
    series->emitted_ms = wall_ms;
    return RRD_TAKEN;
}

bool rrd_series_due(const struct rrd_series *series, int64_t turn_s)
{
    int64_t age_s = turn_s - series->gathered_s + series->early * (RRD_BATCH_S / RRD_BATCH);
    return series->waiting && (series->waiting + series->early >= RRD_BATCH || age_s >= RRD_BATCH_S);
}

int64_t rrd_series_seq(const struct rrd_series *series)
{
    return series->waiting ? series->begin_seq + sample_at(series, 0)->seq : INT64_MAX;
}

/* The file first: made, migrated, set aside. The order of its sources is the series' own, since that began with it. */
static int make_ready(struct rrd_series *series, const char *root, int64_t now_s, char words[RRD_WORDS])
{
    enum rrd_outcome outcome;
    struct rrd_plan wanted, plan;
    int64_t last;
    plan_of(series, &wanted);
    int r = rrd_file_ready(root, series->path, &wanted, series->begin_s + sample_at(series, 0)->t - wanted.step_s,
                           now_s, &plan, &last, &outcome, words);
    if (r < 0)
        return r;
    for (size_t i = 0; i < series->n; i++)
        if (plan.n_ds != series->n || plan.ds[i].quantity != series->source[i].ds.quantity) {
            snprintf(words, RRD_WORDS, "%s: was changed by somebody else; the daemon has to be started again",
                     series->path);
            return -ESTALE;
        }
    series->ready = true;
    if (last > now_s + RRD_FUTURE_S) {
        snprintf(words, RRD_WORDS,
                 "%s: its last sample is %" PRId64 " s in the future, until then nothing can be added; "
                 "move it away to begin anew",
                 series->path, last - now_s);
        series->last_s = last;
        drop(series, series->waiting);
    }
    return 0;
}

/* A time; or a colon and a number */
#define FIELD_MAX (1 + WIRE_NUMBER_MAX)

/* The time, and ":" and a value for each source; exact to 15 digits. */
static char *format(char *at, const struct rrd_series *series, const struct rrd_sample *sample)
{
    at += snprintf(at, FIELD_MAX, "%" PRId64, series->begin_s + sample->t);
    for (size_t i = 0; i < series->n; i++) {
        *at++ = ':';
        if (fabs(sample->value[i]) < 1e20)
            at += wire_number(at, FIELD_MAX, sample->value[i]);
        else
            *at++ = 'U';
        *at = '\0';
    }
    return at + 1;
}

/* Of a long backlog: opening the file costs as much as some dozen samples. */
#define AT_ONCE 480

static int write_batch(struct rrd_series *series, const char *root, char words[RRD_WORDS])
{
    const char *sample[AT_ONCE];
    unsigned n = 0, most = series->waiting < AT_ONCE ? series->waiting : AT_ONCE;
    char *text = malloc(most * (1 + series->n) * FIELD_MAX), *at = text;
    if (!text)
        abort();
    for (; n < most; n++) {
        sample[n] = at;
        at = format(at, series, sample_at(series, n));
    }
    int r = rrd_file_update(root, series->path, (int)n, sample, words);
    free(text);
    if (r >= 0)
        drop(series, n);
    return r;
}

int rrd_series_flush(struct rrd_series *series, const char *root, int64_t now_s, char words[RRD_WORDS])
{
    int r = 0;
    words[0] = '\0';
    while (series->waiting && r >= 0) {
        char trouble[RRD_WORDS];
        if (!series->ready)
            r = make_ready(series, root, now_s, words);
        if (r < 0 || !series->waiting)
            break;
        r = write_batch(series, root, trouble);
        if (r >= 0)
            continue;
        memcpy(words, trouble, sizeof trouble);
        series->ready = r == -EAGAIN; /* looked at again the next time: it may have been moved away or damaged */
    }
    if (r != -EAGAIN)
        series->failures = r < 0 ? series->failures + 1 : 0;
    /* RRD is a view: what cannot be written for hours must not fill memory or hold the log */
    if (r < 0 && series->waiting > RRD_SAMPLES_MAX)
        drop(series, series->waiting - RRD_SAMPLES_MAX);
    if (!series->waiting)
        series->early = 0;
    return r;
}
