/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_table.h"

#include "drivers/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

struct table {
    struct arena *arena;
    const char *const *title;
    size_t columns, n; /* cells */
    const char **cell;
};

struct table *table_new(const char *const *titles)
{
    struct arena *arena = arena_new();
    struct table *table = ARENA_NEW(arena, struct table);
    table->arena = arena;
    table->title = titles;
    while (titles[table->columns])
        table->columns++;
    return table;
}

void table_free(struct table *table)
{
    if (table)
        arena_free(table->arena);
}

/* Bytes below blank, DEL and the C1 controls (U+0080 to U+009F, 0xc2 0x80 to 0xc2 0x9f) become '?'. */
void table_tame(char *text)
{
    for (unsigned char *p = (unsigned char *)text; *p; p++) {
        if (*p < 0x20 || *p == 0x7f)
            *p = '?';
        else if (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
            p[0] = p[1] = '?';
    }
}

void table_text(struct table *table, const char *text)
{
    char *cell = arena_strdup(table->arena, text ? text : "");
    table_tame(cell);
    table->cell = arena_push(table->arena, table->cell, &table->n, sizeof *table->cell);
    table->cell[table->n - 1] = cell;
}

void table_add(struct table *table, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    table_text(table, text);
}

size_t table_width(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static const char *title_of(const struct table *table, size_t column)
{
    return table->title[column] + (table->title[column][0] == '>');
}

/* 0: nothing in it. */
static size_t width_of(const struct table *table, size_t column)
{
    size_t width = 0;
    for (size_t i = column; i < table->n; i += table->columns) {
        size_t n = table_width(table->cell[i]);
        width = n > width ? n : width;
    }
    size_t title = table_width(title_of(table, column));
    return width && title > width ? title : width;
}

static void print_row(const struct table *table, const size_t *width, const char *const *cells, bool head, FILE *out)
{
    size_t owed = 0; /* blanks are written before a text only: no line ends in them */
    for (size_t c = 0; c < table->columns; c++) {
        if (!width[c])
            continue;
        const char *text = head ? title_of(table, c) : cells[c];
        size_t pad = width[c] - table_width(text);
        bool right = table->title[c][0] == '>';
        if (*text) {
            fprintf(out, "%*s%s", (int)(owed + (right ? pad : 0)), "", text);
            owed = right ? 0 : pad;
        } else {
            owed += width[c];
        }
        owed += 2;
    }
    putc('\n', out);
}

void table_print(const struct table *table, FILE *out)
{
    size_t width[32] = {0};
    for (size_t c = 0; c < table->columns && c < 32; c++)
        width[c] = width_of(table, c);
    print_row(table, width, NULL, true, out);
    for (size_t i = 0; i + table->columns <= table->n; i += table->columns)
        print_row(table, width, table->cell + i, false, out);
}
