/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report as a page: headings, words, tables and charts in order, already in the reader's language.
 *
 * Shape: composed once, shown as text or as HTML. A table's column whose title begins with '>' is aligned to the right;
 *        a row without any text is not kept.
 * Owner: the page copies what it is given.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum block_kind {
    BLOCK_TITLE,
    BLOCK_HEADING,
    BLOCK_WORDS,
    BLOCK_NOTE,
    BLOCK_TABLE,
    BLOCK_CARDS,
    BLOCK_CHART,
    BLOCK_FOOT
};
enum chart_kind { CHART_STACK, CHART_LINE };

#define PAGE_COLUMNS 12

struct page_series {
    const char *name;
    double *value; /* NAN: none */
};

struct page_block {
    enum block_kind kind;
    const char *text; /* TITLE HEADING WORDS NOTE CHART FOOT */
    size_t n_columns, n_rows;
    const char *title[PAGE_COLUMNS];
    const char **cell; /* n_rows * n_columns */
    enum chart_kind chart;
    const char *unit;
    double divisor, base;
    size_t n_series, n_points;
    struct page_series *series;
    const char **label; /* n_points */
};

struct page;

struct page *page_new(void);
void page_free(struct page *page);
size_t page_blocks(const struct page *page, const struct page_block **ret);

void page_title(struct page *page, const char *text);
void page_heading(struct page *page, const char *text);
void page_words(struct page *page, const char *text); /* "" adds nothing */
void page_note(struct page *page, const char *text);  /* a caveat */
/* Begins a table; titles ended by NULL. */
void page_table(struct page *page, const char *const *titles);
void page_row(struct page *page, const char *const *cells); /* as many as the table has columns */
/* The figures that matter most: name, value and a word on each. */
void page_cards(struct page *page);
void page_foot(struct page *page, const char *text);
/* Begins a chart of n points; values are shown divided, over an axis that holds base. */
void page_chart(struct page *page, enum chart_kind kind, const char *text, const char *unit, double divisor,
                double base, const char *const *labels, size_t n);
void page_series(struct page *page, const char *name, const double *values);
