/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_text.h"

#include "daemon/wire_text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

const char *graph_local_time(char *buffer, size_t size, int64_t s)
{
    struct tm tm;
    time_t t = (time_t)s;
    localtime_r(&t, &tm);
    size_t n = strftime(buffer, size, "%Y-%m-%dT%H:%M:%S", &tm);
    long minutes = tm.tm_gmtoff / 60;
    long size_of = minutes < 0 ? -minutes : minutes;
    snprintf(buffer + n, size - n, "%c%02ld:%02ld", minutes < 0 ? '-' : '+', size_of / 60, size_of % 60);
    return buffer;
}

/* Quoted where it has to be: RFC 4180. A label that a table would take for a formula is a text all the same. */
static void put_cell(FILE *out, const char *label, const char *unit)
{
    char text[300];
    snprintf(text, sizeof text, "%s%s%s%s%s", strchr("=+-@", *label) && *label ? "'" : "", label, *unit ? " [" : "",
             unit, *unit ? "]" : "");
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    putc('"', out);
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            putc('"', out);
        putc(*p, out);
    }
    putc('"', out);
}

static const char *unit_of(const struct graph_column *column)
{
    return strcmp(column->trace->unit, "1") ? column->trace->unit : "";
}

static bool is_band(const struct graph_column *column)
{
    return column->trace->draw == GRAPH_BAND && column->low;
}

static void put_number(FILE *out, double value)
{
    if (!isnan(value))
        wire_put_number(out, value);
}

void graph_write_csv(FILE *out, const struct graph_frame *frame)
{
    char from[40], to[40], label[280];
    fputs("from,to", out);
    for (size_t k = 0; k < frame->n; k++) {
        const struct graph_column *c = &frame->column[k];
        putc(',', out);
        put_cell(out, c->trace->label, unit_of(c));
        for (int i = 0; i < 2 && is_band(c); i++) {
            snprintf(label, sizeof label, "%s %s", c->trace->label, i ? "max" : "min");
            putc(',', out);
            put_cell(out, label, unit_of(c));
        }
    }
    putc('\n', out);
    for (size_t i = 0; i < frame->rows; i++) {
        fprintf(out, "%s,%s", graph_local_time(from, sizeof from, frame->begin[i]),
                graph_local_time(to, sizeof to, frame->end[i]));
        for (size_t k = 0; k < frame->n; k++) {
            const struct graph_column *c = &frame->column[k];
            putc(',', out);
            put_number(out, c->value[i]);
            if (!is_band(c))
                continue;
            putc(',', out);
            put_number(out, c->low[i]);
            putc(',', out);
            put_number(out, c->high[i]);
        }
        putc('\n', out);
    }
}

static void put_text(FILE *out, const char *key, const char *text)
{
    fprintf(out, "\"%s\": ", key);
    wire_put_string(out, text);
    fputs(", ", out);
}

static void put_key_number(FILE *out, const char *key, double value)
{
    fprintf(out, "\"%s\": ", key);
    wire_put_number(out, value);
    fputs(", ", out);
}

static void put_values(FILE *out, const char *key, const double *value, size_t n)
{
    fprintf(out, "\"%s\": [", key);
    for (size_t i = 0; i < n; i++) {
        if (i)
            putc(',', out);
        wire_put_number(out, value[i]);
    }
    putc(']', out);
}

static void put_series(FILE *out, const struct graph_column *c, size_t rows, const char *colour)
{
    static const char *const draws[] = {"line", "stack", "band"};
    putc('{', out);
    put_text(out, "label", c->trace->label);
    put_text(out, "unit", unit_of(c));
    put_text(out, "color", colour);
    put_text(out, "axis", c->trace->right ? "right" : "left");
    put_text(out, "draw", draws[c->trace->draw]);
    put_key_number(out, "last", c->last);
    put_key_number(out, "mean", c->mean);
    put_key_number(out, "min", c->least);
    put_key_number(out, "max", c->most);
    put_values(out, "values", c->value, rows);
    if (is_band(c)) {
        fputs(", ", out);
        put_values(out, "low", c->low, rows);
        fputs(", ", out);
        put_values(out, "high", c->high, rows);
    }
    putc('}', out);
}

void graph_write_json(FILE *out, const struct graph_frame *frame, const struct graph_palette *palette,
                      const struct graph_request *request, const char *zone)
{
    const struct graph_plan *plan = frame->plan;
    putc('{', out);
    put_text(out, "what", plan->what);
    put_text(out, "scope", plan->view.id);
    put_text(out, "title", plan->title);
    put_text(out, "subject", plan->view.title);
    put_text(out, "timezone", zone);
    put_text(out, "note", frame->note);
    fprintf(out, "\"from\": %" PRId64 ", \"to\": %" PRId64 ", \"step\": ", frame->from_s, frame->to_s);
    if (frame->step_s)
        fprintf(out, "%" PRId64, frame->step_s);
    else
        fputs("null", out);
    fputs(", \"t\": [", out);
    /* a bar stands at its begin, a sample at the end of what it is the mean of, as in rrdtool */
    for (size_t i = 0; i < frame->rows; i++)
        fprintf(out, "%s%" PRId64, i ? "," : "", frame->step_s ? frame->end[i] : frame->begin[i]);
    fputs("], \"series\": [", out);
    for (size_t i = 0; i < frame->n; i++) {
        const struct graph_column *c = &frame->column[i];
        fputs(i ? ", " : "", out);
        put_series(out, c, frame->rows, graph_colour(palette, c->trace->colour, i, request->theme));
    }
    fputs("], \"limits\": [", out);
    for (size_t i = 0; i < plan->n_rules; i++) {
        fputs(i ? ", {" : "{", out);
        put_text(out, "label", plan->rule[i].label);
        put_text(out, "color", graph_colour(palette, plan->rule[i].colour, i, request->theme));
        put_text(out, "axis", plan->rule[i].right ? "right" : "left");
        fputs("\"value\": ", out);
        wire_put_number(out, plan->rule[i].value);
        putc('}', out);
    }
    fputs("]}\n", out);
}

void graph_write_list(FILE *out, const struct graph_set *set, enum graph_language language)
{
    fputs("{\"graphs\": [", out);
    for (size_t i = 0; i < set->n; i++) {
        const struct graph_definition *d = &set->definition[i];
        bool first = true;
        fputs(i ? ", {" : "{", out);
        put_text(out, "what", d->name);
        put_text(out, "title", d->title.in[language]);
        put_text(out, "from", d->from);
        fputs("\"scopes\": [", out);
        for (int k = 0; k < GRAPH_SCOPE_KINDS; k++)
            if (d->scopes >> k & 1) {
                fprintf(out, "%s\"%s\"", first ? "" : ", ", graph_scope_names[k]);
                first = false;
            }
        fputs("]}", out);
    }
    fputs("]}\n", out);
}
