/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_page.h"

#include "drivers/arena.h"

#include <math.h>
#include <string.h>

struct page {
    struct arena *arena;
    size_t n;
    struct page_block *block;
};

struct page *page_new(void)
{
    struct arena *arena = arena_new();
    struct page *page = ARENA_NEW(arena, struct page);
    page->arena = arena;
    return page;
}

void page_free(struct page *page)
{
    if (page)
        arena_free(page->arena);
}

size_t page_blocks(const struct page *page, const struct page_block **ret)
{
    *ret = page->block;
    return page->n;
}

static struct page_block *add(struct page *page, enum block_kind kind, const char *text)
{
    page->block = arena_push(page->arena, page->block, &page->n, sizeof *page->block);
    struct page_block *block = &page->block[page->n - 1];
    block->kind = kind;
    block->text = text ? arena_strdup(page->arena, text) : NULL;
    return block;
}

void page_title(struct page *page, const char *text)
{
    add(page, BLOCK_TITLE, text);
}

void page_heading(struct page *page, const char *text)
{
    add(page, BLOCK_HEADING, text);
}

void page_words(struct page *page, const char *text)
{
    if (*text)
        add(page, BLOCK_WORDS, text);
}

void page_note(struct page *page, const char *text)
{
    if (*text)
        add(page, BLOCK_NOTE, text);
}

void page_table(struct page *page, const char *const *titles)
{
    struct page_block *table = add(page, BLOCK_TABLE, NULL);
    for (; titles[table->n_columns] && table->n_columns < PAGE_COLUMNS; table->n_columns++)
        table->title[table->n_columns] = arena_strdup(page->arena, titles[table->n_columns]);
}

void page_row(struct page *page, const char *const *cells)
{
    struct page_block *table = &page->block[page->n - 1];
    size_t n = table->n_rows * table->n_columns;
    bool any = false;
    for (size_t i = 0; i < table->n_columns; i++)
        any |= cells[i] && *cells[i];
    if (!any)
        return;
    for (size_t i = 0; i < table->n_columns; i++) {
        table->cell = arena_push(page->arena, table->cell, &n, sizeof *table->cell);
        table->cell[n - 1] = arena_strdup(page->arena, cells[i] ? cells[i] : "");
    }
    table->n_rows++;
}

void page_chart(struct page *page, enum chart_kind kind, const char *text, const char *unit, double divisor,
                double base, const char *const *labels, size_t n)
{
    struct page_block *chart = add(page, BLOCK_CHART, text);
    chart->chart = kind;
    chart->unit = arena_strdup(page->arena, unit);
    chart->divisor = divisor;
    chart->base = base;
    chart->n_points = n;
    chart->label = arena_alloc(page->arena, n * sizeof *chart->label);
    for (size_t i = 0; i < n; i++)
        chart->label[i] = arena_strdup(page->arena, labels[i]);
}

void page_series(struct page *page, const char *name, const double *values)
{
    struct page_block *chart = &page->block[page->n - 1];
    bool any = false;
    for (size_t i = 0; i < chart->n_points; i++)
        any |= isfinite(values[i]);
    if (!any)
        return;
    chart->series = arena_push(page->arena, chart->series, &chart->n_series, sizeof *chart->series);
    chart->series[chart->n_series - 1] = (struct page_series){
        arena_strdup(page->arena, name), arena_memdup(page->arena, values, chart->n_points * sizeof *values)};
}

void page_cards(struct page *page)
{
    static const char *const titles[] = {"", ">", "", NULL};
    page_table(page, titles);
    page->block[page->n - 1].kind = BLOCK_CARDS;
}

void page_foot(struct page *page, const char *text)
{
    add(page, BLOCK_FOOT, text);
}
