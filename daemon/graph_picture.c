/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_picture.h"

#include "daemon/graph_axis.h"
#include "daemon/graph_feed.h"
#include "daemon/graph_legend.h"

#include <errno.h>
#include <math.h>
#include <rrd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* librrd and fontconfig keep what they allocated while they drew, and pango starts fontconfig in a thread that the
 * checkers cannot see into: they are to look at ours only. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAKS_CHECKED
#endif
#if __has_feature(thread_sanitizer)
#define RACES_CHECKED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define LEAKS_CHECKED
#endif
#if defined(__SANITIZE_THREAD__)
#define RACES_CHECKED
#endif
#ifdef LEAKS_CHECKED
#include <sanitizer/lsan_interface.h>
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}
#else
#define __lsan_disable() ((void)0)
#define __lsan_enable()  ((void)0)
#endif
#ifdef RACES_CHECKED
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:libfontconfig\nrace:libpango\nrace:libglib\nrace:libcairo\ncalled_from_lib:libfontconfig.so\n";
}
#endif

#define LINE_PX   15 /* of the legend */
#define CANVAS_PX 90 /* beside and around the canvas, about */

struct drawing {
    struct arena *arena;
    const struct graph_frame *frame;
    const struct graph_paint *paint;
    const struct graph_request *request;
    struct graph_prefix left, right;
    struct graph_scale y, y2;
    size_t n, n_sources, lines;
    const char **argument;
    const double **source;
};

__attribute__((format(printf, 2, 3))) static void add(struct drawing *d, const char *format, ...)
{
    char *text = NULL;
    va_list ap;
    va_start(ap, format);
    if (vasprintf(&text, format, ap) < 0)
        abort();
    va_end(ap);
    d->argument = arena_push(d->arena, d->argument, &d->n, sizeof *d->argument);
    d->argument[d->n - 1] = arena_strdup(d->arena, text);
    free(text);
}

static const char *paper(const struct drawing *d, const char *name)
{
    return graph_paper(d->paint->palette, name, d->request->theme);
}

/* Shown values: with the unit's prefix; those of the right axis where the left one has the same height. */
static double shown(const struct drawing *d, double value, bool right)
{
    if (!right)
        return value / d->left.divisor;
    double part = (value / d->right.divisor - d->y2.low) / (d->y2.high - d->y2.low);
    return d->y.low + part * (d->y.high - d->y.low);
}

static double *new_source(struct drawing *d)
{
    double *rows = arena_alloc(d->arena, (d->frame->rows + 1) * sizeof *rows);
    d->source = arena_push(d->arena, d->source, &d->n_sources, sizeof *d->source);
    d->source[d->n_sources - 1] = rows;
    char name[GRAPH_FEED_NAME];
    graph_feed_name(name, d->n_sources - 1);
    add(d, "DEF:%s=" GRAPH_FEED_FILE ":%s:AVERAGE", name, name);
    return rows;
}

static void range_of(const struct drawing *d, bool right, double *ret_low, double *ret_high)
{
    const struct graph_frame *f = d->frame;
    double low = NAN, high = NAN;
    double *stack = arena_alloc(d->arena, (f->rows + 1) * sizeof *stack);
    for (size_t k = 0; k < f->n; k++) {
        const struct graph_column *c = &f->column[k];
        if (c->trace->right != right)
            continue;
        bool stacked = c->trace->draw == GRAPH_STACK, band = c->trace->draw == GRAPH_BAND && c->low;
        for (size_t i = 0; i < f->rows; i++) {
            if (isnan(c->value[i]))
                continue;
            stack[i] += stacked ? c->value[i] : 0;
            double v = stacked ? stack[i] : c->value[i];
            low = fmin(isnan(low) ? v : low, band ? c->low[i] : v);
            high = fmax(isnan(high) ? v : high, band ? c->high[i] : v);
        }
    }
    for (size_t i = 0; i < f->plan->n_rules; i++)
        if (f->plan->rule[i].right == right && !isnan(low)) {
            low = fmin(low, f->plan->rule[i].value);
            high = fmax(high, f->plan->rule[i].value);
        }
    *ret_low = low;
    *ret_high = high;
}

static void find_scales(struct drawing *d)
{
    const struct graph_plan *plan = d->frame->plan;
    double low, high;
    range_of(d, false, &low, &high);
    d->left = graph_prefix_of(plan->left.unit, fmax(fabs(low), fabs(high)));
    d->y = graph_scale_of(low / d->left.divisor, high / d->left.divisor, plan->left.low / d->left.divisor,
                          plan->left.high / d->left.divisor, 0);
    d->right = (struct graph_prefix){"", 1};
    if (!plan->right.unit)
        return;
    range_of(d, true, &low, &high);
    d->right = graph_prefix_of(plan->right.unit, fmax(fabs(low), fabs(high)));
    d->y2 = graph_scale_of(low / d->right.divisor, high / d->right.divisor, plan->right.low / d->right.divisor,
                           plan->right.high / d->right.divisor, graph_scale_lines(&d->y));
}

static const char *axis_title(const struct drawing *d, const struct graph_axis *axis, struct graph_prefix prefix)
{
    const char *label = axis->label.in[d->request->language], *unit = graph_unit(axis->unit);
    return arena_printf(d->arena, "%s%s%s%s", label, *unit && *label ? ", " : "", *unit ? prefix.text : "", unit);
}

static void add_axes(struct drawing *d)
{
    const struct graph_plan *plan = d->frame->plan;
    add(d, "--lower-limit=%.10g", d->y.low);
    add(d, "--upper-limit=%.10g", d->y.high);
    add(d, "--rigid");
    add(d, "--units-exponent=0");
    add(d, "--y-grid=%.10g:1", d->y.step);
    add(d, "--left-axis-format=%%.%dlf", d->y.decimals);
    add(d, "--vertical-label=%s", axis_title(d, &plan->left, d->left));
    if (plan->right.unit) {
        double scale = (d->y2.high - d->y2.low) / (d->y.high - d->y.low);
        add(d, "--right-axis=%.12g:%.12g", scale, d->y2.low - scale * d->y.low);
        add(d, "--right-axis-format=%%.%dlf", d->y2.decimals);
        add(d, "--right-axis-label=%s", axis_title(d, &plan->right, d->right));
    }
    double seconds = (double)(d->frame->to_s - d->frame->from_s);
    add(d, "--x-grid=%s", graph_time_grid(seconds / fmax(100, d->request->width - CANVAS_PX), d->request->language));
}

static void add_paper(struct drawing *d)
{
    static const char *const colours[][2] = {
        {"BACK", "background"}, {"CANVAS", "canvas"}, {"FONT", "text"},  {"GRID", "grid"},
        {"MGRID", "major"},     {"AXIS", "axis"},     {"ARROW", "axis"}, {"FRAME", "background"},
        {"SHADEA", "canvas"},   {"SHADEB", "canvas"},
    };
    for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++)
        add(d, "--color=%s%s", colours[i][0], paper(d, colours[i][1]));
    add(d, "--border=0");
    add(d, "--disable-rrdtool-tag");
    add(d, "--grid-dash=1:0");
    add(d, "--font=DEFAULT:8:DejaVu Sans");
    add(d, "--font=LEGEND:8:DejaVu Sans Mono");
}

static void add_line(struct drawing *d, const struct graph_column *c, const char *colour, const char *legend,
                     const char *dashes)
{
    double *rows = new_source(d);
    for (size_t i = 0; i < d->frame->rows; i++)
        rows[i] = shown(d, c->value[i], c->trace->right);
    if (c->trace->right) /* stands out from what is stacked below it */
        add(d, "LINE4:v%zu%s", d->n_sources - 1, paper(d, "canvas"));
    add(d, "LINE1.6:v%zu%s:%s%s", d->n_sources - 1, colour, legend, dashes);
}

static void add_band(struct drawing *d, const struct graph_column *c, const char *colour, const char *legend)
{
    if (c->low) {
        double *low = new_source(d), *height = new_source(d);
        for (size_t i = 0; i < d->frame->rows; i++) {
            low[i] = shown(d, c->low[i], c->trace->right);
            height[i] = shown(d, c->high[i], c->trace->right) - low[i];
        }
        add(d, "AREA:v%zu", d->n_sources - 2);
        add(d, "AREA:v%zu%s40::STACK", d->n_sources - 1, colour);
    }
    add_line(d, c, colour, legend, "");
}

/* On an unknown part nothing can be stacked; a part that has not begun yet is nothing. */
static void add_stack(struct drawing *d, const struct graph_column *c, const char *colour, const char *legend,
                      double *below, bool first)
{
    double *rows = new_source(d);
    bool begun = false;
    for (size_t i = 0; i < d->frame->rows; i++) {
        begun |= !isnan(c->value[i]);
        double v = begun ? shown(d, c->value[i], false) : 0;
        below[i] += v;
        rows[i] = isnan(below[i]) || !begun ? (double)NAN : v;
        if (!begun && !first)
            rows[i] = 0;
    }
    add(d, "AREA:v%zu%s:%s%s", d->n_sources - 1, colour, legend, first ? "" : ":STACK");
}

static void add_series(struct drawing *d, const struct graph_legend *legend)
{
    const struct graph_frame *f = d->frame;
    double *below = arena_alloc(d->arena, (f->rows + 1) * sizeof *below);
    bool first = true;
    for (size_t k = 0; k < f->n; k++) {
        const struct graph_column *c = &f->column[k];
        const char *colour = graph_colour(d->paint->palette, c->trace->colour, k, d->request->theme);
        const char *words = graph_legend_line(d->arena, legend, c);
        bool again = !c->trace->colour && k >= d->paint->palette->order.n; /* colours begin anew: dashed */
        d->lines++;
        switch ((enum graph_draw)c->trace->draw) {
        case GRAPH_LINE: add_line(d, c, colour, words, again ? ":dashes=6,3" : ""); break;
        case GRAPH_BAND: add_band(d, c, colour, words); break;
        case GRAPH_STACK:
            add_stack(d, c, colour, words, below, first);
            first = false;
            break;
        }
    }
}

static void add_rules(struct drawing *d, const struct graph_legend *legend)
{
    const struct graph_plan *plan = d->frame->plan;
    const char *told = "";
    for (size_t i = 0; i < plan->n_rules; i++) {
        const struct graph_rule *rule = &plan->rule[i];
        bool again = !strcmp(told, rule->label);
        double y = shown(d, rule->value, rule->right);
        if (y < d->y.low || y > d->y.high)
            continue;
        add(d, "LINE1.4:%.10g%s:%s:dashes=7,4", y, graph_colour(d->paint->palette, rule->colour, i, d->request->theme),
            again ? "" : graph_legend_text(d->arena, legend, rule->label));
        d->lines += !again;
        told = rule->label;
    }
}

static void add_words(struct drawing *d, const struct graph_legend *legend)
{
    const char *texts[] = {graph_legend_window(d->arena, d->frame, d->paint->timezone, d->request->language),
                           d->frame->note};
    for (size_t i = 0; i < 2; i++)
        for (const char *piece; (piece = graph_legend_piece(d->arena, legend, &texts[i])); d->lines++)
            add(d, "COMMENT:%s", piece);
}

static struct graph_feed feed_of(const struct drawing *d)
{
    const struct graph_frame *f = d->frame;
    /* bars: as fine as the pixels, else as the rows are */
    int64_t pixel = (f->to_s - f->from_s) / (d->request->width > CANVAS_PX ? d->request->width - CANVAS_PX : 1);
    int64_t step = f->step_s ? f->step_s : pixel < 60 ? 60 : pixel / 60 * 60;
    return (struct graph_feed){.from_s = f->from_s / step * step,
                               .to_s = (f->to_s + step - 1) / step * step,
                               .step_s = step,
                               .rows = f->rows,
                               .begin = f->begin,
                               .end = f->end,
                               .margin = f->step_s ? 0 : 0.08,
                               .n = d->n_sources,
                               .value = d->source};
}

/* cairo writes points, which a browser makes a third larger: the size is asked for in pixels. */
static void drop_points(struct graph_answer *answer)
{
    char *svg = memmem(answer->bytes, answer->n, "<svg", 4);
    char *end = svg ? memchr(svg, '>', answer->n - (size_t)(svg - answer->bytes)) : NULL;
    for (char *p = svg; p && p < end; p++)
        if (!memcmp(p, "pt\"", 3)) {
            memmove(p, p + 2, answer->n - (size_t)(p + 2 - answer->bytes));
            answer->n -= 2;
            end -= 2;
        }
}

static int run(struct drawing *d, struct graph_answer *ret)
{
    struct graph_feed feed = feed_of(d);
    graph_feed_use(&feed);
    rrd_clear_error();
    __lsan_disable();
    rrd_info_t *info = rrd_graph_v((int)d->n, (char **)d->argument);
    __lsan_enable();
    graph_feed_use(NULL);
    for (const rrd_info_t *i = info; i; i = i->next)
        if (!strcmp(i->key, "image") && i->type == RD_I_BLO && !ret->bytes) {
            ret->n = i->value.u_blo.size;
            ret->bytes = malloc(ret->n ? ret->n : 1);
            if (!ret->bytes)
                abort();
            memcpy(ret->bytes, i->value.u_blo.ptr, ret->n);
        }
    rrd_info_free(info);
    if (ret->bytes && d->request->format == GRAPH_SVG)
        drop_points(ret);
    if (ret->bytes)
        return 0;
    snprintf(ret->words, sizeof ret->words, "the picture cannot be drawn: %.180s", rrd_get_error());
    rrd_clear_error();
    return -EIO;
}

int graph_picture(struct arena *arena, const struct graph_frame *frame, const struct graph_paint *paint,
                  const struct graph_request *request, struct graph_answer *ret)
{
    const struct graph_plan *plan = frame->plan;
    struct drawing d = {.arena = arena, .frame = frame, .paint = paint, .request = request};
    struct graph_legend legend;
    find_scales(&d);
    graph_legend_of(frame, request, d.left, d.right, &legend);
    add(&d, "graph");
    add(&d, "-");
    add(&d, "--imgformat=%s", request->format == GRAPH_PNG ? "PNG" : "SVG");
    add(&d, "--start=%lld", (long long)frame->from_s);
    add(&d, "--end=%lld", (long long)frame->to_s);
    add(&d, "--full-size-mode");
    add(&d, "--width=%u", request->width);
    size_t height = d.n;
    add(&d, "--height");
    const char *title =
        strchr(plan->what, '/') ? plan->title : arena_printf(arena, "%s - %s", plan->title, plan->view.title);
    add(&d, "--title=%s", title);
    add_paper(&d);
    add(&d, "--font=TITLE:%d:DejaVu Sans", graph_legend_title_size(title, request->width));
    add_axes(&d);
    add(&d, "COMMENT:%s", graph_legend_head(arena, &legend));
    d.lines++;
    add_series(&d, &legend);
    add_rules(&d, &legend);
    add_words(&d, &legend);
    d.argument[height] = arena_printf(arena, "--height=%zu", request->height + d.lines * LINE_PX);
    return run(&d, ret);
}
