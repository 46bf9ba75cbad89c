/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_sum.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

double *graph_sum_rows(struct arena *arena, size_t n)
{
    double *rows = arena_alloc(arena, (n + 1) * sizeof *rows);
    for (size_t i = 0; i < n; i++)
        rows[i] = NAN;
    return rows;
}

static void list(char text[160], const char *path)
{
    size_t n = strlen(text);
    char name[RRD_PATH_MAX];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(path, "."), path);
    if (!strstr(text, name) && n + strlen(name) + 3 < 160)
        snprintf(text + n, 160 - n, "%s%s", n ? ", " : "", name);
}

/* Its row is not its: before its first value ever, or out of service. */
static bool absent(const struct graph_member *m, int64_t first_s, int64_t from, int64_t to)
{
    return to <= first_s || to <= m->from_s || from >= m->to_s;
}

static void add_value(struct graph_sums *s, size_t row, double value, double low, double high)
{
    if (isnan(value)) {
        s->gap[row] = true;
        return;
    }
    s->value[row] = s->n[row]++ ? s->value[row] + value : value;
    s->low[row] = isnan(s->low[row]) ? low : fmin(s->low[row], low);
    s->high[row] = isnan(s->high[row]) ? high : fmax(s->high[row], high);
}

/* Adds what was read; true where rows are unknown that should be there by now. */
static bool add_rows(const struct graph_summing *g, const struct graph_member *m, int64_t first_s, const double *value,
                     const double *low, const double *high, struct graph_sums *sums)
{
    bool gap = false;
    for (size_t i = 0; i < g->grid->rows; i++) {
        int64_t from = g->grid->from_s + (int64_t)i * g->grid->step_s, to = from + g->grid->step_s;
        if (absent(m, first_s, from, to))
            continue;
        gap |= isnan(value[i]) && to <= g->now_s - GRAPH_SETTLED_S;
        add_value(sums, i, value[i] * m->factor, low[i] * m->factor, high[i] * m->factor);
    }
    return gap;
}

static int add_member(struct graph_summing *g, const struct graph_member *m, bool extremes, bool named,
                      struct graph_sums *sums)
{
    size_t rows = g->grid->rows;
    double *value = calloc(3 * rows + 1, sizeof *value), *low = value + rows, *high = low + rows;
    int64_t first_s = INT64_MIN;
    if (!value)
        abort();
    int r = graph_fetch(g->root, m->path, m->quantity, RF_AVERAGE, g->grid, value, g->why);
    if (!r && extremes)
        r = graph_fetch(g->root, m->path, m->quantity, RF_MIN, g->grid, low, g->why);
    if (!r && extremes)
        r = graph_fetch(g->root, m->path, m->quantity, RF_MAX, g->grid, high, g->why);
    if (!r && isnan(value[0]))
        first_s = graph_fetch_first(g->root, m->path, m->quantity);
    if (!r && add_rows(g, m, first_s, value, extremes ? low : value, extremes ? high : value, sums) && named)
        list(g->gaps, m->path);
    free(value);
    if (r != -ENOENT)
        return r;
    list(g->missing, m->path);
    return 0;
}

int graph_sum(struct arena *arena, struct graph_summing *g, const struct graph_member *member, size_t n, int combine,
              bool extremes, bool stacked, struct graph_sums *ret)
{
    size_t rows = g->grid->rows;
    struct graph_sums sums = {.value = graph_sum_rows(arena, rows),
                              .low = graph_sum_rows(arena, rows),
                              .high = graph_sum_rows(arena, rows),
                              .n = arena_alloc(arena, (rows + 1) * sizeof *sums.n),
                              .gap = arena_alloc(arena, rows + 1)};
    for (size_t i = 0; i < n; i++) {
        int r = add_member(g, &member[i], extremes, combine == GRAPH_SUM && (n > 1 || stacked), &sums);
        if (r)
            return r;
    }
    for (size_t i = 0; i < rows; i++) {
        if (combine == GRAPH_MEAN && sums.n[i])
            sums.value[i] /= sums.n[i];
        if (combine == GRAPH_SUM && sums.gap[i])
            sums.value[i] = sums.low[i] = sums.high[i] = NAN;
    }
    *ret = sums;
    return 0;
}
