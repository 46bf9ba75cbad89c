/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numbered.h"
#include "rrd_reader.h"
#include "rrd_series.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a point goes. */
struct way {
    struct rrd_series *series; /* NULL: nowhere */
    int source;
};

struct rrd_reader {
    char *root;
    struct rrd_plan archives;
    size_t n_ways, n_series, next; /* next: where the last flush stopped */
    struct way *way;               /* by point number */
    struct rrd_series **series;
    int64_t fed, replay_upto;
    rrd_say *say;
    void *context;
    unsigned in_trouble;
    struct rrd_counts counts;
};

int rrd_reader_new(const char *root, const struct config *config, int64_t cursor, int64_t replay_upto, rrd_say *say,
                   void *context, struct rrd_reader **ret)
{
    struct rrd_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return -ENOMEM;
    *reader = (struct rrd_reader){.fed = cursor, .replay_upto = replay_upto, .say = say, .context = context};
    reader->root = strdup(root);
    int r = reader->root ? rrd_reader_config(reader, config) : -ENOMEM;
    if (r < 0) {
        rrd_reader_free(reader);
        return r;
    }
    unsigned swept = rrd_file_sweep(root);
    if (swept) {
        char words[RRD_WORDS];
        snprintf(words, sizeof words, "%u unfinished files of a sudden end removed", swept);
        say(context, true, words);
        say(context, false, words);
    }
    *ret = reader;
    return 0;
}

void rrd_reader_free(struct rrd_reader *reader)
{
    if (!reader)
        return;
    for (size_t i = 0; i < reader->n_series; i++)
        rrd_series_free(reader->series[i]);
    free(reader->series);
    free(reader->way);
    free(reader->root);
    free(reader);
}

int rrd_reader_config(struct rrd_reader *reader, const struct config *config)
{
    struct rrd_plan archives;
    int r = rrd_plan_archives(config->rrd_step_s, config->span, config->n_spans, &archives);
    if (r < 0)
        return r;
    struct rrd_plan before = reader->archives;
    bool changed = rrd_plan_merge(&archives, &before, &reader->archives);
    for (size_t i = 0; i < reader->n_series; i++)
        rrd_series_renew(reader->series[i], changed);
    return 0;
}

static struct rrd_series *find_series(struct rrd_reader *reader, const char *path)
{
    /* from the newest: the points of a part come together */
    for (size_t i = reader->n_series; i-- > 0;)
        if (!strcmp(reader->series[i]->path, path))
            return reader->series[i];
    struct rrd_series **grown = reallocarray(reader->series, reader->n_series + 1, sizeof *grown);
    if (!grown)
        abort();
    reader->series = grown;
    return reader->series[reader->n_series++] = rrd_series_new(reader->root, path, &reader->archives);
}

int rrd_reader_point(struct rrd_reader *reader, uint32_t number, const char *device, const char *part,
                     enum quantity quantity, double period_s)
{
    char path[RRD_PATH_MAX];
    if (!quantity_row(quantity)->graphed)
        return 0;
    int r = rrd_plan_path(device, part, path);
    if (r < 0)
        return r;
    reader->way = numbered_reach(reader->way, &reader->n_ways, number, sizeof *reader->way);
    struct way *way = &reader->way[number];
    struct rrd_series *series = way->series ? way->series : find_series(reader, path);
    r = rrd_series_source(series, quantity, period_s);
    if (r < 0)
        return r;
    *way = (struct way){series, r};
    return 0;
}

static void trouble(struct rrd_reader *reader, struct rrd_series *series, const char *words)
{
    if (!series->in_trouble)
        reader->in_trouble++;
    series->in_trouble = true;
    reader->say(reader->context, true, words);
}

static void well(struct rrd_reader *reader, struct rrd_series *series)
{
    if (!series->in_trouble)
        return;
    series->in_trouble = false;
    if (!--reader->in_trouble)
        reader->say(reader->context, false, "all RRD files are written again");
}

static void emit(struct rrd_reader *reader, struct rrd_series *series, const struct row *row, int64_t now_s,
                 int64_t turn_s)
{
    char words[RRD_WORDS];
    bool repeating = series->repeated_in_row >= RRD_REPEATED_SAID;
    switch (rrd_series_emit(series, row->wall_ms, row->seq, now_s, turn_s)) {
    case RRD_TAKEN:
        reader->counts.samples++;
        if (repeating)
            well(reader, series);
        break;
    case RRD_NOT_DUE: break;
    case RRD_FUTURE: reader->counts.future++; break;
    case RRD_REPEATED:
        if (row->seq <= reader->replay_upto) {
            series->repeated_in_row = 0;
            reader->counts.passed_over++;
            break;
        }
        reader->counts.repeated++;
        if (series->repeated_in_row != RRD_REPEATED_SAID)
            break;
        snprintf(words, sizeof words,
                 "%s: the clock went back: its file has samples for %" PRId64 " s more, until then none is added",
                 series->path, series->last_s - row->wall_ms / 1000);
        trouble(reader, series, words);
        break;
    }
}

void rrd_reader_feed(struct rrd_reader *reader, const struct row *row, int64_t now_s, int64_t turn_s)
{
    struct rrd_series *touched = NULL;
    for (size_t i = 0; i < row->n; i++) {
        const struct row_value *value = &row->value[i];
        const struct way *way = value->point < reader->n_ways ? &reader->way[value->point] : NULL;
        if (!way || !way->series)
            continue;
        rrd_series_put(way->series, way->source, value, row->wall_ms);
        if (way->series->touched)
            continue;
        way->series->touched = true;
        way->series->next_touched = touched;
        touched = way->series;
    }
    for (struct rrd_series *s = touched; s; s = s->next_touched) {
        s->touched = false;
        emit(reader, s, row, now_s, turn_s);
    }
    rrd_reader_passed(reader, row->seq);
}

void rrd_reader_passed(struct rrd_reader *reader, int64_t seq)
{
    if (seq > reader->fed)
        reader->fed = seq;
}

/* Turns between two tries to write a file that could not be written. */
#define RETRY_S 10

static void flush_one(struct rrd_reader *reader, struct rrd_series *series, int64_t now_s, int64_t turn_s)
{
    char words[RRD_WORDS];
    int r = rrd_series_flush(series, reader->root, now_s, words);
    if (r == -EAGAIN)
        return; /* somebody reads it: the next turn */
    if (r < 0) {
        series->retry_s = turn_s + RETRY_S;
        if (!series->in_trouble)
            trouble(reader, series, words);
        return;
    }
    if (words[0])
        trouble(reader, series, words);
    if (series->repeated_in_row < RRD_REPEATED_SAID)
        well(reader, series);
}

/* A file of the usual spans that has to be made takes 15 to 30 ms, an update 0.2: measured. */
#define MAKING_COST 50

/* With nothing to flush it looks at a part of the files: one that is due can wait for LOOK_S more. */
#define LOOK_S 5

size_t rrd_reader_flush(struct rrd_reader *reader, int64_t now_s, int64_t turn_s, int64_t flush_seq, size_t most)
{
    size_t spent = 0, looked = flush_seq ? reader->n_series : (reader->n_series + LOOK_S - 1) / LOOK_S;
    for (size_t i = 0; i < looked && spent < most; i++) {
        struct rrd_series *series = reader->series[reader->next];
        reader->next = (reader->next + 1) % reader->n_series;
        if (!series->waiting || (rrd_series_seq(series) > flush_seq && !rrd_series_due(series, turn_s)) ||
            (series->failures && turn_s < series->retry_s))
            continue;
        spent += series->ready ? 1 : MAKING_COST;
        flush_one(reader, series, now_s, turn_s);
    }
    return spent;
}

bool rrd_reader_waits(const struct rrd_reader *reader, int64_t seq)
{
    for (size_t i = 0; i < reader->n_series; i++)
        if (rrd_series_seq(reader->series[i]) <= seq && !reader->series[i]->in_trouble)
            return true;
    return false;
}

int64_t rrd_reader_cursor(const struct rrd_reader *reader)
{
    int64_t cursor = reader->fed;
    for (size_t i = 0; i < reader->n_series; i++)
        if (rrd_series_seq(reader->series[i]) <= cursor)
            cursor = rrd_series_seq(reader->series[i]) - 1;
    return cursor;
}

void rrd_reader_counts(const struct rrd_reader *reader, struct rrd_counts *ret)
{
    *ret = reader->counts;
}
