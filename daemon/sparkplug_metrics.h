/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The metrics of an Edge Node and its devices: which points of live.h they are, and what was told of each last.
 *
 * Shape: one set a device, and one of the node itself (KPIs). A set is told whole at birth, then by exception. A metric
 *        is PART/QUANTITY of a device, kpi/SCOPE/ID of the node. A set that gained or lost a point has to be born
 * again. Aliases are numbers of the first sight, unique over all sets, kept until the process ends. Owner: points are
 * live's. Names live as long as the metrics. Threads: the loop's thread.
 */
#pragma once
#include "live.h"
#include "row.h"
#include "sparkplug_payload.h"

struct sparkplug_item {
    const struct live_point *point;
    char *name;
    uint64_t alias;
    bool told, told_past;     /* since the birth; since the outage's beginning */
    double value, value_past; /* as told last; NAN: null */
    enum sparkplug_quality quality;
    bool hidden; /* not for this broker */
};

#define SPARKPLUG_ABOUT 16 /* aliases of a set for what it says beside its points */

struct sparkplug_set {
    uint64_t alias;  /* the first of them */
    uint32_t device; /* index into live.device; NO_DEVICE: the node's */
    char *id;        /* of the device as born; NULL: the node's, or not born yet */
    bool born;
    bool changed; /* since it was born: points came or went, or say something else of themselves */
    size_t n;
    struct sparkplug_item **item;
};

struct sparkplug_style {
    bool aliases, typed;
    const double *band; /* by quantity, NAN: the table's; NULL: the table's for all */
};

struct sparkplug_metrics {
    uint64_t aliases;
    size_t n_sets, n_points;    /* n_points: of the table by point number */
    struct sparkplug_set **set; /* 0: the node's; others as devices were seen */
    struct sparkplug_item **of_point;
};

void sparkplug_metrics_done(struct sparkplug_metrics *metrics);
/* The set of a device, or of the node, made at first sight. */
struct sparkplug_set *sparkplug_metrics_set(struct sparkplug_metrics *metrics, uint32_t device);
/* Sees a point, and whether the broker is to have it. */
void sparkplug_metrics_see(struct sparkplug_metrics *metrics, const struct live_point *point, bool wanted);
typedef bool sparkplug_wants(const void *context, const struct live_point *point);
/* Sees every point that live.h has by now. */
void sparkplug_metrics_find(struct sparkplug_metrics *metrics, const struct live *live, sparkplug_wants *wants,
                            const void *context);
/* The item of a point in its set; NULL: not seen. */
struct sparkplug_item *sparkplug_metrics_item(const struct sparkplug_metrics *metrics, uint32_t point);

/* As DATA messages have it: the name or the alias, never both; the datatype where the site wants it. */
void sparkplug_metric_shorten(struct sparkplug_metric *metric, const struct sparkplug_style *style);
enum sparkplug_quality sparkplug_quality_of(enum quality quality);
bool sparkplug_set_any(const struct sparkplug_set *set); /* has it anything to tell? */
void sparkplug_set_unborn(struct sparkplug_set *set);
/* All that the set has: name, alias, datatype, properties, value. */
void sparkplug_set_birth(struct sparkplug_set *set, const struct sparkplug_style *style, int64_t now_ms,
                         struct sparkplug_payload *payload);
/* What has changed since it was told. */
void sparkplug_set_data(struct sparkplug_set *set, const struct sparkplug_style *style,
                        struct sparkplug_payload *payload);
/* A row of the log, as history. */
void sparkplug_metrics_past(struct sparkplug_metrics *metrics, const struct sparkplug_style *style,
                            const struct row *row, struct sparkplug_payload *payload);
/* History begins anew: what was told live last is its beginning. */
void sparkplug_metrics_past_begin(struct sparkplug_metrics *metrics);
