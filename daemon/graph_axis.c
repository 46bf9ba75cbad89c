/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_axis.h"

#include <math.h>
#include <string.h>

struct graph_prefix graph_prefix_of(const char *unit, double largest)
{
    static const char *const takers[] = {"W", "VA", "var", "Wh", "VAh", "varh", "Pa", "A", "V"};
    static const struct graph_prefix prefixes[] = {{"G", 1e9}, {"M", 1e6}, {"k", 1e3}};
    for (size_t i = 0; i < sizeof takers / sizeof takers[0]; i++) {
        if (strcmp(takers[i], unit) != 0)
            continue;
        for (size_t k = 0; k < sizeof prefixes / sizeof prefixes[0]; k++)
            if (largest >= prefixes[k].divisor)
                return prefixes[k];
    }
    return (struct graph_prefix){"", 1};
}

/* The next of 1, 2, 2.5, 5 times a power of ten. */
static double round_step(double least)
{
    static const double steps[] = {1, 2, 2.5, 5, 10};
    double power = pow(10, floor(log10(least)));
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (steps[i] * power >= least * (1 - 1e-9))
            return steps[i] * power;
    return 10 * power;
}

static int decimals_of(double step)
{
    int n = 0;
    while (n < 6 && fabs(step - round(step)) > 1e-6 * step) {
        step *= 10;
        n++;
    }
    /* 0.25 has two, 0.1 one: counted above by what is left behind the point */
    return n;
}

struct graph_scale graph_scale_of(double data_low, double data_high, double low, double high, int lines)
{
    if (isnan(data_low) || isnan(data_high))
        data_low = data_high = isnan(low) ? 0 : low;
    bool fixed = !isnan(low) && data_low >= low;
    double bottom = fixed ? low : data_low, top = !isnan(high) && data_high <= high ? high : data_high;
    if (!(top > bottom)) { /* a flat line lies in the middle of its own size */
        double room = fmax(fabs(top) * 0.1, 1e-3);
        top += room;
        bottom -= fixed ? 0 : room;
    }
    double step = round_step((top - bottom) / (lines ? lines : 5));
    double from = fixed ? bottom : floor(bottom / step + 1e-9) * step;
    /* fixed lines: a step more where rounding down has left the top out */
    for (int i = 0; lines && from + lines * step < top * (1 - 1e-12) && i < 4; i++) {
        step = round_step(step * 1.01);
        from = fixed ? bottom : floor(bottom / step + 1e-9) * step;
    }
    double n = lines ? lines : fmax(1, ceil((top - from) / step - 1e-9));
    return (struct graph_scale){from, from + n * step, step, decimals_of(step)};
}

int graph_scale_lines(const struct graph_scale *scale)
{
    return (int)lround((scale->high - scale->low) / scale->step);
}

const char *graph_time_grid(double seconds_a_pixel, enum graph_language language)
{
    static const struct {
        double most;         /* seconds a pixel */
        const char *grid[2]; /* English, else: numbers need no language */
    } rows[] = {
        {1, {"MINUTE:1:MINUTE:5:MINUTE:2:0:%H:%M", NULL}},
        {8, {"MINUTE:5:MINUTE:30:MINUTE:15:0:%H:%M", NULL}},
        {20, {"MINUTE:10:HOUR:1:MINUTE:30:0:%H:%M", NULL}},
        {45, {"MINUTE:30:HOUR:1:HOUR:1:0:%H:%M", NULL}},
        {70, {"HOUR:1:HOUR:6:HOUR:1:0:%H:%M", NULL}},
        {140, {"HOUR:1:HOUR:6:HOUR:2:0:%H:%M", NULL}},
        {450, {"HOUR:3:DAY:1:HOUR:12:0:%d %b %H:%M", "HOUR:3:DAY:1:HOUR:12:0:%d/%m %H:%M"}},
        {1300, {"HOUR:6:DAY:1:DAY:1:86400:%a %d %b", "HOUR:6:DAY:1:DAY:1:86400:%d/%m"}},
        {4000, {"DAY:1:WEEK:1:DAY:2:86400:%d %b", "DAY:1:WEEK:1:DAY:2:86400:%d/%m"}},
        {9000, {"DAY:1:WEEK:1:WEEK:1:0:%d %b", "DAY:1:WEEK:1:WEEK:1:0:%d/%m"}},
        {20000, {"WEEK:1:MONTH:1:MONTH:1:2592000:%b %Y", "WEEK:1:MONTH:1:MONTH:1:2592000:%m/%Y"}},
        {70000, {"MONTH:1:MONTH:3:MONTH:1:2592000:%b", "MONTH:1:MONTH:3:MONTH:1:2592000:%m/%y"}},
        {HUGE_VAL, {"MONTH:3:YEAR:1:YEAR:1:31536000:%Y", NULL}},
    };
    size_t i = 0;
    while (seconds_a_pixel > rows[i].most)
        i++;
    return rows[i].grid[language == GRAPH_EN || !rows[i].grid[1] ? 0 : 1];
}
