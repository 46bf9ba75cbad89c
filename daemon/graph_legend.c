/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_legend.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define LETTER_PX 7 /* of DejaVu Sans Mono at 8 points, and a little */
#define COLUMN    9
#define AROUND    8 /* letters beside label and numbers: the box and the unit */
#define LABEL_MAX 48

static const char *const heads[GRAPH_LANGUAGE_COUNT][4] = {
    {"last", "mean", "min", "max"}, {"laatste", "gem.", "min", "max"}, {"dernier", "moyenne", "min", "max"}};

/* Letters, not bytes: UTF-8's further bytes begin with 10. */
static size_t letters(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* The bytes of the first n letters. */
static size_t bytes_of(const char *text, size_t n)
{
    size_t i = 0;
    for (; text[i]; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80 && n-- == 0)
            break;
    return i;
}

void graph_legend_of(const struct graph_frame *frame, const struct graph_request *request, struct graph_prefix left,
                     struct graph_prefix right, struct graph_legend *ret)
{
    size_t room = request->width / LETTER_PX, width = 8;
    unsigned columns = room >= 4 * COLUMN + AROUND + 16 ? 4 : room >= 2 * COLUMN + AROUND + 12 ? 2 : 1;
    size_t taken = columns * COLUMN + AROUND, most = room > taken + 8 ? room - taken : 8;
    for (size_t i = 0; i < frame->n; i++) {
        size_t n = letters(frame->column[i].trace->label);
        width = n > width ? n : width;
    }
    most = most < LABEL_MAX ? most : LABEL_MAX;
    *ret = (struct graph_legend){.language = request->language,
                                 .left = left,
                                 .right = right,
                                 .plan = frame->plan,
                                 .width = width < most ? width : most,
                                 .most = room > 4 ? room - 4 : room,
                                 .columns = columns};
}

/* Which of last, mean, min, max is shown. */
static bool shows(const struct graph_legend *legend, int column)
{
    return legend->columns == 4 || column == 0 || (legend->columns == 2 && column == 3);
}

/* A colon ends a text in rrd_graph's arguments, and a backslash begins something. */
static const char *escape(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, 2 * strlen(text) + 1), *p = out;
    for (; *text; text++) {
        if (*text == ':' || *text == '\\')
            *p++ = '\\';
        *p++ = (unsigned char)*text < ' ' ? ' ' : *text;
    }
    *p = '\0';
    return out;
}

const char *graph_legend_head(struct arena *arena, const struct graph_legend *legend)
{
    /* 3: the box of a series' colour */
    const char *text = arena_printf(arena, "%*s", (int)legend->width + 3, "");
    for (int i = 0; i < 4; i++)
        if (shows(legend, i)) {
            const char *head = heads[legend->language][i];
            text = arena_printf(arena, "%s%*s", text, COLUMN, head);
        }
    return arena_printf(arena, "%s\\l", text);
}

static void number(char ret[16], double value, const struct graph_prefix *prefix)
{
    double v = value / prefix->divisor;
    if (isnan(v))
        snprintf(ret, 16, "-");
    else
        snprintf(ret, 16, "%.*f", fabs(v) >= 1000 ? 0 : fabs(v) >= 100 ? 1 : fabs(v) >= 9.995 ? 2 : 3, v);
}

const char *graph_legend_line(struct arena *arena, const struct graph_legend *legend, const struct graph_column *column)
{
    const struct graph_prefix *prefix = column->trace->right ? &legend->right : &legend->left;
    const struct graph_axis *axis = column->trace->right ? &legend->plan->right : &legend->plan->left;
    const char *label = column->trace->label, *unit = graph_unit(axis->unit);
    const double value[] = {column->last, column->mean, column->least, column->most};
    size_t n = letters(label), shown = n < legend->width ? n : legend->width;
    const char *text =
        arena_printf(arena, "%.*s%*s", (int)bytes_of(label, shown), label, (int)(legend->width - shown), "");
    for (int i = 0; i < 4; i++)
        if (shows(legend, i)) {
            char words[16];
            number(words, value[i], prefix);
            text = arena_printf(arena, "%s%*s", text, COLUMN, words);
        }
    return arena_printf(arena, "%s %s%s\\l", escape(arena, text), *unit ? prefix->text : "", escape(arena, unit));
}

const char *graph_legend_text(struct arena *arena, const struct graph_legend *legend, const char *text)
{
    size_t n = letters(text) < legend->most ? strlen(text) : bytes_of(text, legend->most);
    return arena_printf(arena, "%s\\l", escape(arena, arena_strndup(arena, text, n)));
}

const char *graph_legend_piece(struct arena *arena, const struct graph_legend *legend, const char **text)
{
    const char *rest = *text;
    if (!rest || !*rest)
        return NULL;
    size_t n = bytes_of(rest, legend->most);
    if (rest[n])
        for (size_t i = n; i > n / 2; i--)
            if (rest[i] == ' ') {
                n = i;
                break;
            }
    *text = rest + n + strspn(rest + n, " ");
    return arena_printf(arena, "%s\\l", escape(arena, arena_strndup(arena, rest, n)));
}

int graph_legend_title_size(const char *title, unsigned width)
{
    static const int sizes[] = {11, 9, 8, 7};
    size_t i = 0;
    /* a letter is about 0.85 of its points wide, in pixels */
    while (i < 3 && (double)letters(title) * sizes[i] * 0.85 > width - 10.0)
        i++;
    return sizes[i];
}

static const char *span_words(struct arena *arena, int64_t s, enum graph_language language)
{
    static const struct {
        int64_t s;
        const char *unit[GRAPH_LANGUAGE_COUNT];
    } units[] = {{86400, {"d", "d", "j"}}, {3600, {"h", "u", "h"}}, {60, {"min", "min", "min"}}, {1, {"s", "s", "s"}}};
    size_t i = 0;
    while (units[i].s > 1 && s % units[i].s)
        i++;
    return arena_printf(arena, "%lld %s", (long long)(s / units[i].s), units[i].unit[language]);
}

const char *graph_legend_window(struct arena *arena, const struct graph_frame *frame, const char *zone,
                                enum graph_language language)
{
    static const char *const to[] = {"to", "tot", "à"};
    static const char *const each[] = {"each value the mean of", "elke waarde het gemiddelde van",
                                       "chaque valeur est la moyenne de"};
    static const char *const ledger[] = {"from the ledger", "uit het grootboek", "du grand livre"};
    char from_text[32], to_text[32];
    struct tm tm;
    time_t t = (time_t)frame->from_s;
    strftime(from_text, sizeof from_text, "%Y-%m-%d %H:%M", localtime_r(&t, &tm));
    t = (time_t)frame->to_s;
    strftime(to_text, sizeof to_text, "%Y-%m-%d %H:%M", localtime_r(&t, &tm));
    const char *step = frame->step_s
                           ? arena_printf(arena, "%s %s", each[language], span_words(arena, frame->step_s, language))
                           : ledger[language];
    return arena_printf(arena, "%s %s %s, %s; %s", from_text, to[language], to_text, zone, step);
}
