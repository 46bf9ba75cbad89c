/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_chart.h"

#include <math.h>
#include <string.h>

/* The picture, in its own units; CSS stretches it to the page. */
#define WIDTH  720.0
#define HEIGHT 195.0
#define LEFT   58.0
#define RIGHT  8.0
#define TOP    30.0
#define BOTTOM 24.0

static const char *const colours[] = {"#0072b2", "#56b4e9", "#e69f00", "#f0e442", "#999999", "#cc79a7", "#009e73"};

struct axis {
    double low, high, step;
    int digits;
};

void report_escape(FILE *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '&': fputs("&amp;", out); break;
        case '"': fputs("&quot;", out); break;
        default:
            if ((unsigned char)*text >= 0x20 || *text == '\t')
                fputc(*text, out);
        }
}

/* 1, 2 or 5 times a power of ten. */
static double nice(double step)
{
    double power = pow(10, floor(log10(step))), part = step / power;
    return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

static double stacked(const struct page_block *c, size_t i, size_t upto)
{
    double sum = 0;
    for (size_t k = 0; k < upto; k++)
        sum += isfinite(c->series[k].value[i]) ? fmax(0, c->series[k].value[i]) : 0;
    return sum / c->divisor;
}

static struct axis axis_of(const struct page_block *c)
{
    double low = c->base, high = c->base;
    for (size_t i = 0; i < c->n_points; i++) {
        if (c->chart == CHART_STACK) {
            high = fmax(high, stacked(c, i, c->n_series));
            continue;
        }
        for (size_t k = 0; k < c->n_series; k++)
            if (isfinite(c->series[k].value[i])) {
                low = fmin(low, c->series[k].value[i] / c->divisor);
                high = fmax(high, c->series[k].value[i] / c->divisor);
            }
    }
    high = high > low ? high : low + 1;
    double step = nice((high - low) / 4);
    struct axis a = {floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step, step, 0};
    a.digits = (int)fmax(0, ceil(-log10(step) - 1e-9));
    return a;
}

static double x_of(const struct page_block *c, double i)
{
    return LEFT + (WIDTH - LEFT - RIGHT) * i / (double)c->n_points;
}

static double y_of(const struct axis *a, double value)
{
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - a->low) / (a->high - a->low);
}

static void draw_axis(FILE *out, const struct page_block *c, const struct axis *a, struct language *l)
{
    for (double v = a->low; v <= a->high + a->step / 2; v += a->step) {
        fprintf(out, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, WIDTH - RIGHT,
                y_of(a, v), y_of(a, v));
        fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT - 6, y_of(a, v) + 4,
                language_number(l, v, a->digits));
    }
    size_t every = c->n_points / 16 + 1;
    for (size_t i = 0; i < c->n_points; i += every) {
        fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", x_of(c, (double)i + 0.5), HEIGHT - 6);
        report_escape(out, c->label[i]);
        fputs("</text>\n", out);
    }
}

static void draw_legend(FILE *out, const struct page_block *c)
{
    double x = LEFT;
    fprintf(out, "<text x=\"%.1f\" y=\"16\" text-anchor=\"end\">", LEFT - 6);
    report_escape(out, c->unit);
    fputs("</text>", out);
    for (size_t k = 0; k < c->n_series; k++) {
        fprintf(out, "<rect x=\"%.1f\" y=\"7\" width=\"10\" height=\"10\" fill=\"%s\"/><text x=\"%.1f\" y=\"16\">", x,
                colours[k % 7], x + 15);
        report_escape(out, c->series[k].name);
        fputs("</text>\n", out);
        x += 36 + 6.2 * (double)strlen(c->series[k].name);
    }
}

static void draw_bars(FILE *out, const struct page_block *c, const struct axis *a)
{
    double width = (WIDTH - LEFT - RIGHT) / (double)c->n_points;
    for (size_t k = 0; k < c->n_series; k++)
        for (size_t i = 0; i < c->n_points; i++) {
            double low = stacked(c, i, k), high = stacked(c, i, k + 1);
            if (!(high > low))
                continue;
            fprintf(out, "<rect x=\"%.1f\" y=\"%.2f\" width=\"%.1f\" height=\"%.2f\" fill=\"%s\"/>\n",
                    x_of(c, (double)i + 0.1), y_of(a, high), width * 0.8, y_of(a, low) - y_of(a, high), colours[k % 7]);
        }
}

/* A line breaks where nothing is known; a point alone is a dot. */
static void draw_lines(FILE *out, const struct page_block *c, const struct axis *a)
{
    for (size_t k = 0; k < c->n_series; k++) {
        const double *v = c->series[k].value;
        const char *command = "M";
        fprintf(out, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"2\" d=\"", colours[k % 7]);
        for (size_t i = 0; i < c->n_points; i++) {
            if (isfinite(v[i]))
                fprintf(out, "%s%.1f %.2f", command, x_of(c, (double)i + 0.5), y_of(a, v[i] / c->divisor));
            command = isfinite(v[i]) ? "L" : "M";
        }
        fputs("\"/>\n", out);
        for (size_t i = 0; i < c->n_points && c->n_points <= 62; i++)
            if (isfinite(v[i]))
                fprintf(out, "<circle cx=\"%.1f\" cy=\"%.2f\" r=\"2.5\" fill=\"%s\"/>\n", x_of(c, (double)i + 0.5),
                        y_of(a, v[i] / c->divisor), colours[k % 7]);
    }
}

void report_chart(FILE *out, const struct page_block *c, struct language *l)
{
    if (!c->n_series || !c->n_points)
        return;
    struct axis a = axis_of(c);
    fputs("<figure><figcaption>", out);
    report_escape(out, c->text);
    fprintf(out, "</figcaption>\n<svg role=\"img\" viewBox=\"0 0 %.0f %.0f\" aria-label=\"", WIDTH, HEIGHT);
    report_escape(out, c->text);
    fputs("\">\n", out);
    draw_axis(out, c, &a, l);
    switch (c->chart) {
    case CHART_STACK: draw_bars(out, c, &a); break;
    case CHART_LINE: draw_lines(out, c, &a); break;
    }
    draw_legend(out, c);
    fputs("</svg></figure>\n", out);
}
