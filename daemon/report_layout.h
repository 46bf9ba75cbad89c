/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which members of a section are shown, under which titles and in which units. One row a table.
 *
 * Shape: `path` is a member of the document, "heat" or "heat.rooms"; a list gives a row an element, an object a line a
 *        member. Columns without any value are left out, and tables without any row. Titles are English.
 * Units: those of report_value.h, and "date" "time" "name" "text".
 */
#pragma once
#include "daemon/language.h"
#include "daemon/report_page.h"

#include <jansson.h>

#define LAYOUT_COLUMNS 14

struct layout {
    const char *path, *title; /* title NULL: none of its own */
    struct layout_column {
        const char *key, *title, *unit;
    } column[LAYOUT_COLUMNS]; /* ended by key NULL */
    size_t most;              /* rows; 0: all */
};

extern const struct layout layouts[]; /* ended by path NULL; those of one section stand together */

const json_t *layout_find(const json_t *document, const char *path);
/* Adds the tables whose paths begin with section ("heat"), their titles included. */
void layout_section(struct page *page, const json_t *document, const char *section, struct language *language);
