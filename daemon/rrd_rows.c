/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rrd_rows.h"

#include <errno.h>
#include <math.h>
#include <rrd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PAUSE_MS 5

/* What librrd gives. */
struct fetched {
    time_t start, end;
    unsigned long step, sources;
    char **names;
    rrd_value_t *data;
};

static int fetch(const char *path, const char *function, struct fetched *f, char words[160])
{
    const struct fetched wanted = *f;
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    for (int waited = 0;; waited += PAUSE_MS) {
        *f = wanted;
        rrd_clear_error();
        if (rrd_fetch_r(path, function, &f->start, &f->end, &f->step, &f->sources, &f->names, &f->data) == 0)
            break;
        bool locked = strstr(rrd_get_error(), "could not lock");
        snprintf(words, 160, "%s", locked ? "it is locked by another program" : rrd_get_error());
        rrd_clear_error();
        if (!locked)
            return -EBADMSG;
        if (waited >= RRD_ROWS_WAIT_MS)
            return -EAGAIN;
        nanosleep(&pause, NULL);
    }
    return 0;
}

static size_t find(const struct fetched *f, enum quantity quantity)
{
    size_t i = 0;
    while (i < f->sources && strcmp(f->names[i], quantity_row(quantity)->name) != 0)
        i++;
    return i;
}

int rrd_rows_read(const char *path, enum quantity quantity, enum rrd_function function, int64_t from_s, int64_t to_s,
                  int64_t step_s, struct rrd_rows *ret, char words[160])
{
    struct fetched f = {.start = (time_t)from_s, .end = (time_t)to_s, .step = (unsigned long)step_s};
    int r = fetch(path, rrd_function_names[function], &f, words);
    if (r < 0)
        return r;
    size_t source = find(&f, quantity);
    for (size_t i = 0; i < f.sources; i++)
        rrd_freemem(f.names[i]);
    rrd_freemem(f.names);
    if (source == f.sources || !f.step) {
        snprintf(words, 160, "no %s in it", quantity_row(quantity)->name);
        rrd_freemem(f.data);
        return -ENOENT;
    }
    *ret = (struct rrd_rows){.from_s = f.start,
                             .step_s = (int64_t)f.step,
                             .n = (size_t)((uint64_t)(f.end - f.start) / f.step),
                             .value = f.data,
                             .stride = f.sources,
                             .source = source};
    return 0;
}

double rrd_rows_at(const struct rrd_rows *rows, size_t i)
{
    return i < rows->n ? rows->value[i * rows->stride + rows->source] : (double)NAN;
}

void rrd_rows_done(struct rrd_rows *rows)
{
    rrd_freemem(rows->value);
    *rows = (struct rrd_rows){0};
}
