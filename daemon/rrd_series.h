/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One part's samples on their way into its RRD file: put on the grid, gated, gathered, written in batches.
 *
 * Shape: a sample has all data sources of the part; a slower quantity repeats its last good value while that is fresh.
 *        Samples that wait lie side by side; rrd_series_seq is the row of the first. The first batch of a run ends
 *        early, each series' at its own time, so that the files are written in turn and not all at once.
 * Units: t in whole seconds on the grid of the step (librrd mixes neighbouring steps for fractions).
 * Source: librrd 1.7.2, measured: a sample out of phase with the step halves peaks; a time in the far future wipes a
 * file.
 */
#pragma once
#include "daemon/row.h"
#include "daemon/rrd_file.h"

#define RRD_BATCH       30  /* polls */
#define RRD_BATCH_S     300 /* or this long */
#define RRD_FUTURE_S    60
#define RRD_SAMPLES_MAX 720 /* of a file that cannot be written: two hours of 10 s */
#define RRD_REPEATED_SAID                                                                       \
    3 /* one repeated time is a poll that came early; three in a row are a clock that went back \
       */

/* Counted from where the series' waiting samples begin: tens of thousands of parts gather five minutes of them. */
struct rrd_sample {
    uint32_t t, seq;
    double value[]; /* a value each source */
};

struct rrd_source {
    struct rrd_ds ds;
    double period_s; /* 0: only in the file */
    double value;    /* the last; NAN */
    int64_t value_ms;
};

struct rrd_series {
    char *path;
    const struct rrd_plan *archives; /* of all series; borrowed */
    size_t n;
    struct rrd_source *source; /* in the order of the file */
    double shortest_s;
    bool ready;        /* the file fits the plan */
    bool anchored;     /* offset_ms holds */
    int64_t offset_ms; /* of the polls from the grid */
    int64_t emitted_ms, last_s, gathered_s, retry_s;
    int64_t begin_s, begin_seq; /* what the samples that wait count from */
    unsigned char *sample;      /* `waiting` of them, room for `room` */
    unsigned waiting, room, early, repeated_in_row, failures;
    bool in_trouble, touched;
    double fastest_s; /* of the sources in the row at hand */
    struct rrd_series *next_touched;
};

enum rrd_gate { RRD_TAKEN, RRD_NOT_DUE, RRD_REPEATED, RRD_FUTURE };

/* A series with what the file, where there is one, holds already. archives lives as long as it does. */
struct rrd_series *rrd_series_new(const char *root, const char *path, const struct rrd_plan *archives);
void rrd_series_free(struct rrd_series *series);
void rrd_series_renew(struct rrd_series *series, bool changed); /* after what archives points to was set anew */
/* The index of a data source. period_s 0: as the file has it, else the step. -EINVAL where it is not graphed. */
int rrd_series_source(struct rrd_series *series, enum quantity quantity, double period_s);
void rrd_series_put(struct rrd_series *series, int source, const struct row_value *value, int64_t wall_ms);
enum rrd_gate rrd_series_emit(struct rrd_series *series, int64_t wall_ms, int64_t seq, int64_t now_s, int64_t turn_s);
/* The row of the oldest sample that waits; INT64_MAX: none does. */
int64_t rrd_series_seq(const struct rrd_series *series);
bool rrd_series_due(const struct rrd_series *series, int64_t turn_s);
/* Writes what waits. Negative: it still waits, words say why; else words say what was done to the file, or "". */
int rrd_series_flush(struct rrd_series *series, const char *root, int64_t now_s, char words[RRD_WORDS]);
