/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_frame.h"

#include "daemon/calendar.h"
#include "daemon/graph_balance.h"
#include "daemon/graph_sum.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN    90      /* pixels beside the canvas, about */
#define CELLS_MAX 4000000 /* rows of all series together: some hundred MB */
#define DAYS_MAX  800     /* bars; more than two years of days are months */

struct framing {
    struct arena *arena;
    struct arena *scratch; /* of one column: thousands of points are looked at for the ten highest */
    const struct graph_source *source;
    const struct graph_plan *plan;
    const struct graph_request *request;
    struct graph_frame *frame;
    struct graph_grid grid;
    struct graph_summing summing;
    struct graph_shares shares; /* share[0] NULL: not read yet */
    char *why;
};

static int fill_members(struct framing *f, struct graph_column *c)
{
    const struct graph_trace *t = c->trace;
    struct graph_sums sums, per;
    bool single = t->n == 1 && !t->n_per, extremes = single || t->draw == GRAPH_BAND;
    bool stacked = t->draw == GRAPH_STACK;
    int r = graph_sum(f->scratch, &f->summing, t->member, t->n, t->combine, extremes, stacked, &sums);
    if (!r && t->n_per)
        r = graph_sum(f->scratch, &f->summing, t->per, t->n_per, t->combine, false, stacked, &per);
    if (r)
        return r;
    c->value = sums.value;
    if (extremes) {
        c->low = sums.low;
        c->high = sums.high;
    }
    for (size_t i = 0; i < f->frame->rows; i++) {
        double k = t->n_per ? t->factor * (per.value[i] > 0 ? 1 / per.value[i] : (double)NAN) : t->factor;
        c->value[i] *= k;
        if (extremes) {
            c->low[i] *= k;
            c->high[i] *= k;
        }
    }
    return 0;
}

static int read_shares(struct framing *f)
{
    const char *scope = f->plan->view.id;
    struct graph_window *window = arena_alloc(f->arena, (f->frame->rows + 1) * sizeof *window);
    if (f->frame->step_s)
        return graph_balance_power(f->arena, f->source->site, f->summing.root, scope, &f->grid, f->source->now_s,
                                   &f->shares, f->why);
    for (size_t i = 0; i < f->frame->rows; i++)
        window[i] = (struct graph_window){f->frame->begin[i], f->frame->end[i]};
    return graph_balance_energy(f->arena, f->source->site->config,
                                arena_printf(f->arena, "%s/ledger.db", f->source->state), scope, window, f->frame->rows,
                                f->source->now_s, &f->shares, f->why);
}

static int fill_share(struct framing *f, struct graph_column *c)
{
    int r = f->shares.share[0] ? 0 : read_shares(f);
    if (r)
        return r;
    c->value = graph_sum_rows(f->scratch, f->frame->rows);
    for (size_t i = 0; i < f->frame->rows; i++)
        c->value[i] = f->shares.share[c->trace->balance][i] * c->trace->factor;
    return 0;
}

static void summarise(const struct graph_frame *frame, int64_t now_s, struct graph_column *c)
{
    double sum = 0, weight = 0;
    c->last = c->mean = c->least = c->most = NAN;
    for (size_t i = 0; i < frame->rows; i++) {
        double v = c->value[i], low = c->low ? c->low[i] : v, high = c->high ? c->high[i] : v;
        if (isnan(v))
            continue;
        double length = (double)(frame->end[i] - frame->begin[i]);
        c->last = v;
        if (!frame->step_s && frame->end[i] > now_s && i > 0)
            continue; /* a day that is not over is no day's energy yet */
        c->least = isnan(c->least) ? low : fmin(c->least, low);
        c->most = isnan(c->most) ? high : fmax(c->most, high);
        /* an energy's mean is of days, a power's of time */
        sum += frame->step_s ? v * length : v;
        weight += frame->step_s ? length : 1;
    }
    if (weight > 0)
        c->mean = sum / weight;
}

static int by_most(const void *a, const void *b)
{
    double x = (*(const struct graph_column *const *)a)->most, y = (*(const struct graph_column *const *)b)->most;
    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return (x < y) - (x > y);
}

/* Of the series that wants only `most`, those with the highest values, highest first. */
static void keep_most(struct framing *f, size_t series)
{
    struct graph_frame *frame = f->frame;
    const struct graph_column **own = arena_alloc(f->arena, (frame->n + 1) * sizeof *own);
    struct graph_column *kept = arena_alloc(f->arena, (frame->n + 1) * sizeof *kept);
    size_t n = 0, n_own = 0;
    unsigned most = 0;
    for (size_t i = 0; i < frame->n; i++)
        if (frame->column[i].trace->series == series) {
            own[n_own++] = &frame->column[i];
            most = frame->column[i].trace->most;
        }
    if (!most || n_own <= most)
        return;
    qsort(own, n_own, sizeof *own, by_most);
    for (size_t i = 0; i < frame->n; i++) {
        if (frame->column[i].trace->series != series)
            kept[n++] = frame->column[i];
        else if (own) {
            for (size_t k = 0; k < most; k++)
                kept[n++] = *own[k];
            own = NULL;
        }
    }
    frame->hidden += n_own - most;
    frame->column = kept;
    frame->n = n;
}

static void drop_empty(struct graph_frame *frame)
{
    size_t n = 0;
    for (size_t i = 0; i < frame->n; i++) {
        const struct graph_column *c = &frame->column[i];
        /* a share of nothing, like lighting where there is none, is no series */
        bool nothing = c->trace->balance && !(c->most > 0) && !(c->least < 0);
        if (!isnan(c->mean) && !nothing)
            frame->column[n++] = *c;
    }
    frame->n = n;
}

static void rows_of_grid(struct framing *f)
{
    struct graph_frame *frame = f->frame;
    bool numbers = f->request->format == GRAPH_CSV || f->request->format == GRAPH_JSON;
    size_t most = numbers ? f->request->width : f->request->width - MARGIN;
    most = most * f->plan->n <= CELLS_MAX ? most : CELLS_MAX / f->plan->n + 1;
    graph_grid_of(f->source->site->config, frame->from_s, frame->to_s, most, f->source->now_s, &f->grid);
    frame->step_s = f->grid.step_s;
    frame->rows = f->grid.rows;
    frame->begin = arena_alloc(f->arena, frame->rows * sizeof *frame->begin);
    frame->end = arena_alloc(f->arena, frame->rows * sizeof *frame->end);
    for (size_t i = 0; i < frame->rows; i++) {
        frame->begin[i] = f->grid.from_s + (int64_t)i * f->grid.step_s;
        frame->end[i] = frame->begin[i] + f->grid.step_s;
    }
}

static int rows_of_calendar(struct framing *f)
{
    struct graph_frame *frame = f->frame;
    enum calendar_span span = f->plan->every == GRAPH_EVERY_DAY ? SPAN_DAY : SPAN_MONTH;
    int64_t until = frame->to_s < f->source->now_s ? frame->to_s : f->source->now_s;
    int64_t t = calendar_start(span, frame->from_s, 0);
    frame->from_s = t;
    frame->begin = arena_alloc(f->arena, DAYS_MAX * sizeof *frame->begin);
    frame->end = arena_alloc(f->arena, DAYS_MAX * sizeof *frame->end);
    while (t < until) {
        if (frame->rows == DAYS_MAX) {
            snprintf(f->why, GRAPH_WORDS, "%s: more than %d bars, choose months or a shorter time", f->plan->what,
                     DAYS_MAX);
            return -EINVAL;
        }
        frame->begin[frame->rows] = t;
        t = calendar_start(span, t + 43200, 1);
        frame->end[frame->rows++] = t;
    }
    frame->to_s = t;
    return 0;
}

/* Whether fewer than `most` of its series are higher so far. */
static bool among_most(const struct graph_frame *frame, const struct graph_column *c)
{
    unsigned higher = 0;
    for (size_t i = 0; i < frame->n && c->trace->most; i++)
        higher += frame->column[i].trace->series == c->trace->series && frame->column[i].most >= c->most;
    return !c->trace->most || higher < c->trace->most;
}

static double *keep(const struct framing *f, const double *rows)
{
    return rows ? arena_memdup(f->arena, rows, f->frame->rows * sizeof *rows) : NULL;
}

static int add_column(struct framing *f, const struct graph_trace *trace)
{
    struct graph_column c = {.trace = trace};
    f->scratch = arena_new();
    int r = trace->balance ? fill_share(f, &c) : fill_members(f, &c);
    if (!r) {
        summarise(f->frame, f->source->now_s, &c);
        if (!isnan(c.mean) && among_most(f->frame, &c)) {
            c.value = keep(f, c.value);
            c.low = keep(f, c.low);
            c.high = keep(f, c.high);
            f->frame->column[f->frame->n++] = c;
        } else if (!isnan(c.mean)) {
            f->frame->hidden++;
        }
    }
    arena_free(f->scratch);
    f->scratch = NULL;
    return r;
}

static int fill(struct framing *f)
{
    struct graph_frame *frame = f->frame;
    frame->column = arena_alloc(f->arena, f->plan->n * sizeof *frame->column);
    for (size_t i = 0; i < f->plan->n; i++) {
        int r = add_column(f, &f->plan->trace[i]);
        if (r)
            return r;
    }
    for (size_t i = 0; i < f->plan->n_series; i++)
        keep_most(f, i);
    drop_empty(frame);
    return 0;
}

static const char *note_of(const struct framing *f)
{
    static const char *const words[4][GRAPH_LANGUAGE_COUNT] = {
        {"never read", "nooit gelezen", "jamais lu"},
        {"silent at times", "soms stil", "muet par moments"},
        {"the last bar is not over: not in mean, min and max", "de laatste staaf loopt nog: niet in gem., min en max",
         "la dernière barre est en cours : hors moyenne, min et max"},
        {"highest shown, left out", "hoogste getoond, weggelaten", "les plus hauts, omis"}};
    const struct graph_frame *frame = f->frame;
    enum graph_language language = f->request->language;
    bool open = !frame->step_s && frame->rows > 1 && frame->end[frame->rows - 1] > f->source->now_s;
    const char *hidden = frame->hidden ? arena_printf(f->arena, "%zu", frame->hidden) : "";
    const char *missing = *f->shares.missing ? f->shares.missing : f->summing.missing;
    const char *gaps = *f->shares.gaps ? f->shares.gaps : f->summing.gaps, *note = "";
    const char *told[4] = {missing, gaps, open ? " " : "", hidden};
    for (int i = 0; i < 4; i++)
        if (*told[i])
            note = arena_printf(f->arena, "%s%s%s%s%s", note, *note ? "; " : "", words[i][language],
                                *told[i] == ' ' ? "" : ": ", *told[i] == ' ' ? "" : told[i]);
    return note;
}

int graph_frame_make(struct arena *arena, const struct graph_source *source, const struct graph_plan *plan,
                     const struct graph_request *request, struct graph_frame *ret, char why[GRAPH_WORDS])
{
    struct graph_frame frame = {.plan = plan, .from_s = request->from_s, .to_s = request->to_s};
    struct framing f = {
        .arena = arena, .source = source, .plan = plan, .request = request, .frame = &frame, .why = why};
    f.summing = (struct graph_summing){
        .root = arena_printf(arena, "%s/rrd", source->state), .grid = &f.grid, .now_s = source->now_s, .why = why};
    int r = 0;
    if (plan->every == GRAPH_EVERY_STEP)
        rows_of_grid(&f);
    else
        r = rows_of_calendar(&f);
    if (!r)
        r = fill(&f);
    if (!r && !frame.n) {
        snprintf(why, GRAPH_WORDS, "%s of %s: not one value between these times%s%s", plan->what, plan->view.id,
                 *note_of(&f) ? "; " : "", note_of(&f));
        r = -ENODATA;
    }
    if (r)
        return r;
    frame.note = note_of(&f);
    *ret = frame;
    return 0;
}
