/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_plain.h"

#include "daemon/cli_table.h"

#include <string.h>

#define WIDTH 110

static void rule(FILE *out, const char *text, const char *dash)
{
    fprintf(out, "%s\n", text);
    for (size_t i = table_width(text); i; i--)
        fputs(dash, out);
    fputc('\n', out);
}

/* Words broken at blanks: the first line goes on where it is, the next ones begin with `indent` blanks. */
static void flow(FILE *out, const char *text, const char *head, size_t indent, size_t width)
{
    size_t used = table_width(head);
    fputs(head, out);
    for (const char *word = text; *word;) {
        size_t n = strcspn(word, " "), wide = 0;
        for (size_t i = 0; i < n; i++)
            wide += ((unsigned char)word[i] & 0xc0) != 0x80;
        if (word > text && used + wide + 1 > width) {
            fprintf(out, "\n%*s", (int)indent, "");
            used = 0;
        } else if (word > text) {
            fputc(' ', out);
            used++;
        }
        fprintf(out, "%.*s", (int)n, word);
        used += wide;
        word += n + (word[n] == ' ');
    }
    fputc('\n', out);
}

static const char *title_of(const struct page_block *b, size_t column)
{
    return b->title[column] + (*b->title[column] == '>');
}

/* 0: nothing in it. */
static size_t width_of(const struct page_block *b, size_t column)
{
    size_t width = 0;
    for (size_t i = column; i < b->n_rows * b->n_columns; i += b->n_columns) {
        size_t n = table_width(b->cell[i]);
        width = n > width ? n : width;
    }
    size_t title = table_width(title_of(b, column));
    return width && title > width ? title : width;
}

static void show_row(FILE *out, const struct page_block *b, const size_t *width, const char *const *cells)
{
    size_t owed = 0, at = 0; /* blanks are written before a text only: no line ends in them */
    for (size_t c = 0; c < b->n_columns; c++) {
        const char *text = cells ? cells[c] : title_of(b, c);
        size_t pad = width[c] > table_width(text) ? width[c] - table_width(text) : 0;
        bool right = *b->title[c] == '>';
        if (!width[c])
            continue;
        if (c + 1 == b->n_columns && c && !right) {
            if (!*text)
                break;
            fprintf(out, "%*s", (int)owed, "");
            flow(out, text, "", at, WIDTH > at + 30 ? WIDTH - at : 30);
            return;
        }
        if (*text)
            fprintf(out, "%*s%s", (int)(owed + (right ? pad : 0)), "", text);
        owed = (*text ? (right ? 0 : pad) : owed + width[c]) + 2;
        at += width[c] + 2;
    }
    fputc('\n', out);
}

static void show_table(FILE *out, const struct page_block *b)
{
    size_t width[PAGE_COLUMNS] = {0};
    bool head = false;
    for (size_t c = 0; c < b->n_columns; c++) {
        width[c] = width_of(b, c);
        head |= width[c] && *title_of(b, c);
    }
    if (head)
        show_row(out, b, width, NULL);
    for (size_t i = 0; i < b->n_rows; i++)
        show_row(out, b, width, b->cell + i * b->n_columns);
}

void report_plain(FILE *out, const struct page *page)
{
    const struct page_block *block;
    size_t n = page_blocks(page, &block);
    for (size_t i = 0; i < n; i++)
        switch (block[i].kind) {
        case BLOCK_TITLE: rule(out, block[i].text, "═"); break;
        case BLOCK_HEADING:
            fputc('\n', out);
            rule(out, block[i].text, "─");
            break;
        case BLOCK_WORDS: flow(out, block[i].text, "", 0, WIDTH); break;
        case BLOCK_NOTE: flow(out, block[i].text, "! ", 2, WIDTH); break;
        case BLOCK_TABLE: show_table(out, &block[i]); break;
        case BLOCK_CARDS: /* the tables tell the same */
        case BLOCK_CHART: break;
        case BLOCK_FOOT:
            fputc('\n', out);
            flow(out, block[i].text, "", 0, WIDTH);
            break;
        }
}
