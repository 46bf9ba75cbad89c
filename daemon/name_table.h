/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names to numbers: tens of thousands of points are found by their names.
 *
 * Shape: open addressing; a name is put once and stays.
 * Owner: names are borrowed and live as long as the table.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define NAME_TABLE_NONE UINT32_MAX

struct name_slot {
    const char *name; /* NULL: free */
    uint32_t number, hash;
};

struct name_table {
    size_t n, room;
    struct name_slot *slot;
};

/* A zeroed table is empty. */
void name_table_done(struct name_table *table);
uint32_t name_table_find(const struct name_table *table, const char *name);
/* The number that the name has now: its older one where it was there. */
uint32_t name_table_put(struct name_table *table, const char *name, uint32_t number);
