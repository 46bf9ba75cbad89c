/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/past.h"

#include "daemon/rrd_head.h"
#include "daemon/rrd_rows.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double cell_value(const struct rrd_rows *rows, enum rrd_function function, int64_t start_s)
{
    double sum = 0, known = 0, all = 0;
    for (int64_t at = start_s; at < start_s + PAST_STEP; at += rows->step_s < PAST_STEP ? rows->step_s : PAST_STEP) {
        double v = at < rows->from_s ? (double)NAN : rrd_rows_at(rows, (size_t)((at - rows->from_s) / rows->step_s));
        all++;
        if (isnan(v))
            continue;
        if (function == RF_AVERAGE)
            sum += v;
        else
            sum = !(known > 0) ? v : function == RF_MIN ? fmin(sum, v) : fmax(sum, v);
        known++;
    }
    if (!(known * 2 >= all))
        return NAN;
    return function == RF_AVERAGE ? sum / known : sum;
}

static int file_path(const char *state, const char *device, const char *part, char *path, size_t size)
{
    char name[RRD_PATH_MAX], words[160];
    struct rrd_head head;
    int r = state ? rrd_plan_path(device, part, name) : -ENOENT;
    if (r)
        return r;
    if (snprintf(path, size, "%s/rrd/%s", state, name) >= (int)size)
        return -ENAMETOOLONG;
    return rrd_head_read(path, &head, words);
}

int past_read(const char *state, const char *device, const char *part, enum quantity quantity,
              enum rrd_function function, int64_t from_s, int64_t to_s, struct past *ret)
{
    char path[4096], words[160];
    struct rrd_rows rows;
    struct past past = {.from_s = from_s / PAST_STEP * PAST_STEP};
    if (to_s <= from_s)
        return -EINVAL;
    int r = file_path(state, device, part, path, sizeof path);
    if (!r)
        r = rrd_rows_read(path, quantity, function, past.from_s, to_s, PAST_STEP, &rows, words);
    if (r)
        return r;
    past.n = (size_t)((to_s - past.from_s + PAST_STEP - 1) / PAST_STEP);
    past.value = calloc(past.n, sizeof *past.value);
    if (!past.value)
        abort();
    for (size_t i = 0; i < past.n; i++) {
        past.value[i] = cell_value(&rows, function, past.from_s + (int64_t)i * PAST_STEP);
        past.known += !isnan(past.value[i]);
    }
    past.resolution_s = rows.step_s > PAST_STEP ? rows.step_s : PAST_STEP;
    rrd_rows_done(&rows);
    *ret = past;
    return 0;
}

void past_done(struct past *past)
{
    free(past->value);
    *past = (struct past){0};
}

int64_t past_time(const struct past *past, size_t i)
{
    return past->from_s + (int64_t)i * PAST_STEP;
}

size_t past_most(const struct past *past)
{
    size_t most = SIZE_MAX;
    for (size_t i = 0; i < past->n; i++)
        if (!isnan(past->value[i]) && (most == SIZE_MAX || past->value[i] > past->value[most]))
            most = i;
    return most;
}

size_t past_last(const struct past *past)
{
    for (size_t i = past->n; i-- > 0;)
        if (!isnan(past->value[i]))
            return i;
    return SIZE_MAX;
}

double past_mean(const struct past *past)
{
    double sum = 0;
    for (size_t i = 0; i < past->n; i++)
        sum += isnan(past->value[i]) ? 0 : past->value[i];
    return past->known ? sum / (double)past->known : (double)NAN;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double past_quantile(const struct past *past, double part)
{
    size_t n = 0;
    double *sorted = calloc(past->known + 1, sizeof *sorted);
    if (!sorted)
        abort();
    for (size_t i = 0; i < past->n; i++)
        if (!isnan(past->value[i]))
            sorted[n++] = past->value[i];
    qsort(sorted, n, sizeof *sorted, ascending);
    double rank = ceil(part * (double)n);
    double value = n ? sorted[rank < 1 ? 0 : (size_t)rank - 1] : (double)NAN;
    free(sorted);
    return value;
}
