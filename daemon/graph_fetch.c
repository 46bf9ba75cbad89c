/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_fetch.h"

#include "daemon/rrd_head.h"
#include "daemon/rrd_rows.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>

/* The next round span from s on that is a multiple of the archive's step: 15 min, not 13. */
static int64_t round_span(int64_t s, int64_t archive)
{
    static const int64_t spans[] = {1,     2,     5,     10,    15,        20,        30,         60,        120,
                                    180,   300,   600,   900,   1200,      1800,      3600,       7200,      10800,
                                    14400, 21600, 43200, 86400, 2 * 86400, 7 * 86400, 14 * 86400, 28 * 86400};
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++)
        if (spans[i] >= s && spans[i] % archive == 0)
            return spans[i];
    return archive * ((s + archive - 1) / archive);
}

void graph_grid_of(const struct config *config, int64_t from_s, int64_t to_s, size_t most, int64_t now_s,
                   struct graph_grid *ret)
{
    int64_t wanted = (to_s - from_s + (int64_t)most - 1) / (int64_t)most, archive = 0, longest = 0, last = 1;
    for (size_t i = 0; i < config->n_spans; i++) {
        const struct rrd_span *span = &config->span[i];
        bool reaches = span->keep_s >= now_s - from_s;
        if (span->keep_s > longest) {
            longest = span->keep_s;
            last = span->step_s;
        }
        /* the coarsest that is fine enough, else the finest there is */
        if (reaches && (!archive ||
                        (span->step_s <= wanted ? span->step_s > archive || archive > wanted : span->step_s < archive)))
            archive = span->step_s;
    }
    if (!archive)
        archive = last;
    int64_t least = (to_s - from_s) / (GRAPH_ROWS_MAX - 2) + 1;
    int64_t step = round_span(wanted > least ? wanted : least, archive);
    ret->archive_s = archive;
    ret->step_s = step;
    ret->from_s = from_s / step * step;
    ret->rows = (size_t)((to_s - ret->from_s + step - 1) / step);
}

static int read_head(const char *root, const char *path, enum quantity quantity, char full[PATH_MAX],
                     struct rrd_head *ret, char words[240])
{
    char why[160] = "";
    if (strchr(root, '%') || snprintf(full, PATH_MAX, "%s/%s", root, path) >= PATH_MAX)
        return -ENAMETOOLONG;
    int r = rrd_head_read(full, ret, why);
    if (!r && rrd_plan_find(&ret->plan, quantity) < 0)
        r = -ENOENT;
    if (r < 0)
        snprintf(words, 240, "%s: %s", path, *why ? why : strerror(-r));
    return r;
}

static int read_rows(const char *full, const char *path, enum quantity quantity, enum rrd_function function,
                     int64_t from_s, int64_t to_s, int64_t step_s, struct rrd_rows *ret, char words[240])
{
    char why[160];
    int r = rrd_rows_read(full, quantity, function, from_s, to_s, step_s, ret, why);
    if (r < 0)
        snprintf(words, 240, "%s: cannot be read: %s", path, why);
    return r;
}

struct cell {
    double sum, known, low, high;
};

static void add_overlap(struct cell *cell, double value, double overlap)
{
    if (isnan(value) || overlap <= 0)
        return;
    cell->low = cell->known > 0 ? fmin(cell->low, value) : value;
    cell->high = cell->known > 0 ? fmax(cell->high, value) : value;
    cell->sum += value * overlap;
    cell->known += overlap;
}

static double cell_value(const struct cell *cell, enum rrd_function function, double expected)
{
    if (!(cell->known > 0) || cell->known * 2 < expected)
        return NAN;
    switch (function) {
    case RF_MIN: return cell->low;
    case RF_MAX: return cell->high;
    case RF_AVERAGE:
    case RF_COUNT: break;
    }
    return cell->sum / cell->known;
}

/* last_s: what lies behind the last update cannot be known yet, and does not make a row unknown. */
static void spread(const struct rrd_rows *rows, const struct graph_grid *grid, enum rrd_function function,
                   int64_t last_s, double *ret)
{
    int64_t step = rows->step_s, n = (int64_t)rows->n;
    for (size_t i = 0; i < grid->rows; i++) {
        int64_t from = grid->from_s + (int64_t)i * grid->step_s, to = from + grid->step_s;
        struct cell cell = {0, 0, NAN, NAN};
        int64_t k = from > rows->from_s ? (from - rows->from_s) / step : 0;
        for (; k < n && rows->from_s + k * step < to; k++) {
            int64_t begin = rows->from_s + k * step, end = begin + step;
            int64_t overlap = (end < to ? end : to) - (begin > from ? begin : from);
            add_overlap(&cell, rrd_rows_at(rows, (size_t)k), (double)overlap);
        }
        ret[i] = cell_value(&cell, function, (double)((to < last_s ? to : last_s) - from));
    }
}

int graph_fetch(const char *root, const char *path, enum quantity quantity, enum rrd_function function,
                const struct graph_grid *grid, double *ret, char words[240])
{
    char full[PATH_MAX];
    struct rrd_head head;
    int r = read_head(root, path, quantity, full, &head, words);
    if (r < 0)
        return r;
    struct rrd_rows rows;
    int64_t to_s = grid->from_s + (int64_t)grid->rows * grid->step_s;
    /* the base step has no MIN and MAX of its own: each value is both */
    if (grid->archive_s <= head.plan.step_s)
        function = grid->step_s == grid->archive_s ? RF_AVERAGE : function;
    r = read_rows(full, path, quantity, grid->archive_s <= head.plan.step_s ? RF_AVERAGE : function, grid->from_s, to_s,
                  grid->archive_s, &rows, words);
    if (r < 0)
        return r;
    spread(&rows, grid, function, head.last_s, ret);
    rrd_rows_done(&rows);
    return 0;
}

int64_t graph_fetch_first(const char *root, const char *path, enum quantity quantity)
{
    char full[PATH_MAX], words[240];
    struct rrd_head head;
    int64_t first = INT64_MAX;
    if (read_head(root, path, quantity, full, &head, words) < 0)
        return first;
    /* the coarsest reaches furthest, but knows nothing of what is younger than half of its step */
    for (size_t i = 0; i < head.plan.n_archives; i++) {
        const struct rrd_archive *archive = &head.plan.archive[i];
        int64_t step = (int64_t)archive->steps * head.plan.step_s;
        struct rrd_rows rows;
        if (archive->function != RF_AVERAGE ||
            read_rows(full, path, quantity, RF_AVERAGE, head.last_s - (int64_t)archive->rows * step, head.last_s, step,
                      &rows, words) < 0)
            continue;
        size_t k = 0;
        while (k < rows.n && isnan(rrd_rows_at(&rows, k)))
            k++;
        int64_t begin = rows.from_s + (int64_t)k * rows.step_s;
        if (k < rows.n && begin < first)
            first = begin;
        rrd_rows_done(&rows);
    }
    return first;
}
