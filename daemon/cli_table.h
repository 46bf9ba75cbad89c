/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables for people: aligned columns with a head.
 *
 * Shape: cells are added row by row; a column that is empty in every row is left out. What a device says is shown
 *        without control characters, which a terminal would obey.
 */
#pragma once
#include <stddef.h>
#include <stdio.h>

struct table;

/* Titles ended by NULL; one that begins with '>' is aligned to the right. */
struct table *table_new(const char *const *titles);
void table_free(struct table *table);
void table_add(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Keeps a NULL or empty text as an empty cell. */
void table_text(struct table *table, const char *text);
void table_print(const struct table *table, FILE *out);
/* How many columns of a terminal a text takes; UTF-8, one column a character. */
size_t table_width(const char *text);
/* In place: what a terminal would obey becomes a question mark. */
void table_tame(char *text);
