/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/track.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int track_read(const struct plant *plant, const struct live_point *point, const struct track_span *span,
               struct track *ret)
{
    struct track t = {0};
    int64_t recent = span->now_s - TRACK_RECENT_S;
    int r = plant_past(plant, point, RF_AVERAGE, span->from_s, span->to_s, &t.window);
    if (!r)
        r = plant_past(plant, point, RF_AVERAGE, recent, span->now_s, &t.recent);
    if (r)
        track_done(&t);
    *ret = t;
    return r;
}

void track_done(struct track *track)
{
    past_done(&track->window);
    past_done(&track->recent);
}

static void add(struct past *to, const struct past *from)
{
    if (!to->value) {
        *to = *from;
        to->value = from->n ? malloc(from->n * sizeof *to->value) : NULL;
        if (from->n && !to->value)
            abort();
        if (from->n)
            memcpy(to->value, from->value, from->n * sizeof *to->value);
        return;
    }
    to->known = 0;
    for (size_t i = 0; i < to->n; i++) {
        to->value[i] += i < from->n ? from->value[i] : (double)NAN;
        to->known += !isnan(to->value[i]);
    }
    if (from->resolution_s > to->resolution_s)
        to->resolution_s = from->resolution_s;
}

void track_add(struct track *to, const struct track *from)
{
    add(&to->window, &from->window);
    add(&to->recent, &from->recent);
}

struct track_load track_load(const struct track *t)
{
    size_t most = past_most(&t->window), last = past_last(&t->recent);
    struct track_load load = {.latest = NAN,
                              .peak = NAN,
                              .p95 = past_quantile(&t->window, 0.95),
                              .mean = past_mean(&t->window),
                              .coverage = t->window.n ? (double)t->window.known / (double)t->window.n : 0,
                              .resolution_s = t->window.resolution_s};
    if (most != SIZE_MAX) {
        load.peak = t->window.value[most];
        load.peak_s = past_time(&t->window, most);
    }
    if (last != SIZE_MAX) {
        load.latest = t->recent.value[last];
        load.latest_s = past_time(&t->recent, last);
    }
    return load;
}
