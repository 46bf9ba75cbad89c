/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diag.h"

#include "arena.h"

#include <stdarg.h>
#include <stdlib.h>

#define LINES_MAX 200

struct line {
    const char *text;
    bool warning;
};

struct diag {
    struct arena *arena;
    struct line *line;
    size_t n, errors, warnings, lost;
};

struct diag *diag_new(void)
{
    struct diag *diag = calloc(1, sizeof *diag);
    if (!diag)
        abort();
    diag->arena = arena_new();
    return diag;
}

void diag_free(struct diag *diag)
{
    if (!diag)
        return;
    arena_free(diag->arena);
    free(diag);
}

static const char *place_text(struct arena *arena, struct place at)
{
    const char *file = at.file ? at.file : "-";
    return at.line ? arena_printf(arena, "%s:%u:%u", file, at.line, at.col) : arena_printf(arena, "%s", file);
}

__attribute__((format(printf, 5, 0))) static void add(struct diag *diag, struct place at, const char *key, bool warning,
                                                      const char *format, va_list args)
{
    if (diag->n >= LINES_MAX) {
        diag->lost++;
        return;
    }
    char what[512];
    vsnprintf(what, sizeof what, format, args);
    diag->line = arena_push(diag->arena, diag->line, &diag->n, sizeof *diag->line);
    diag->line[diag->n - 1] =
        (struct line){.text = arena_printf(diag->arena, "%s: %s%s%s%s", place_text(diag->arena, at),
                                           warning ? "warning: " : "", key ? key : "", key ? ": " : "", what),
                      .warning = warning};
}

void diag_error(struct diag *diag, struct place at, const char *key, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(diag, at, key, false, format, args);
    va_end(args);
    diag->errors++;
}

void diag_warn(struct diag *diag, struct place at, const char *key, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(diag, at, key, true, format, args);
    va_end(args);
    diag->warnings++;
}

void diag_take(struct diag *diag, const struct diag *from, bool as_warnings)
{
    for (size_t i = 0; i < from->n; i++) {
        if (diag->n >= LINES_MAX) {
            diag->lost++;
            continue;
        }
        diag->line = arena_push(diag->arena, diag->line, &diag->n, sizeof *diag->line);
        diag->line[diag->n - 1] = (struct line){.text = arena_strdup(diag->arena, from->line[i].text),
                                                .warning = as_warnings || from->line[i].warning};
    }
    diag->lost += from->lost;
    diag->errors += as_warnings ? 0 : from->errors;
    diag->warnings += from->warnings + (as_warnings ? from->errors : 0);
}

size_t diag_errors(const struct diag *diag)
{
    return diag->errors;
}

size_t diag_warnings(const struct diag *diag)
{
    return diag->warnings;
}

const char *diag_first(const struct diag *diag)
{
    for (size_t i = 0; i < diag->n; i++)
        if (!diag->line[i].warning)
            return diag->line[i].text;
    return NULL;
}

const char *diag_line(const struct diag *diag, size_t i)
{
    return i < diag->n ? diag->line[i].text : NULL;
}

void diag_print(const struct diag *diag, FILE *out)
{
    for (size_t i = 0; i < diag->n; i++)
        fprintf(out, "%s\n", diag->line[i].text);
    if (diag->lost)
        fprintf(out, "and %zu more\n", diag->lost);
}
