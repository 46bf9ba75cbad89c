/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_feed.h"

#include <math.h>
#include <rrd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int fetch_function(const char *file, int consolidation, time_t *start, time_t *end, unsigned long *step,
                           unsigned long *n, char ***names, rrd_value_t **data);
int rrd_fetch_cb_register(fetch_function *function);

static const struct graph_feed *current;

const char *graph_feed_name(char buffer[GRAPH_FEED_NAME], size_t i)
{
    snprintf(buffer, GRAPH_FEED_NAME, "v%zu", i);
    return buffer;
}

/* The row that the step from t on lies in, or rows. */
static size_t row_at(const struct graph_feed *feed, int64_t t, size_t row)
{
    while (row < feed->rows && feed->end[row] <= t)
        row++;
    return row;
}

static void fill(const struct graph_feed *feed, rrd_value_t *data, size_t steps)
{
    size_t row = 0;
    for (size_t i = 0; i < steps; i++) {
        int64_t t = feed->from_s + (int64_t)i * feed->step_s + feed->step_s / 2;
        row = row_at(feed, t, row);
        bool inside = row < feed->rows && t >= feed->begin[row];
        if (inside && feed->margin > 0) {
            double part = (double)(t - feed->begin[row]) / (double)(feed->end[row] - feed->begin[row]);
            inside = part >= feed->margin && part <= 1 - feed->margin;
        }
        for (size_t k = 0; k < feed->n; k++)
            data[i * feed->n + k] = inside ? feed->value[k][row] : (double)NAN;
    }
}

static int fetch(const char *file, int consolidation, time_t *start, time_t *end, unsigned long *step, unsigned long *n,
                 char ***names, rrd_value_t **data)
{
    const struct graph_feed *feed = current;
    (void)file;
    (void)consolidation;
    if (!feed)
        return -1;
    size_t steps = (size_t)((feed->to_s - feed->from_s) / feed->step_s);
    /* librrd frees them */
    *names = malloc((feed->n + 1) * sizeof **names);
    *data = malloc((steps + 1) * feed->n * sizeof **data);
    if (!*names || !*data)
        abort();
    for (size_t i = 0; i < feed->n; i++) {
        char name[GRAPH_FEED_NAME];
        (*names)[i] = strdup(graph_feed_name(name, i));
    }
    fill(feed, *data, steps);
    *start = (time_t)feed->from_s;
    *end = (time_t)feed->to_s;
    *step = (unsigned long)feed->step_s;
    *n = feed->n;
    return 0;
}

void graph_feed_use(const struct graph_feed *feed)
{
    current = feed;
    rrd_fetch_cb_register(fetch);
}
