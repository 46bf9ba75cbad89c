/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table by number, of points by theirs, that grows with the largest.
 *
 * Shape: new items are zero; those that are not used yet take no memory, as calloc gives untouched pages.
 * Owner: the table is the caller's, freed with free().
 * Errors: running out of memory ends the process, as in arena.h.
 */
#pragma once
#include <stddef.h>

/* The table, or a larger one in its place, with room for `number`. */
void *numbered_reach(void *table, size_t *room, size_t number, size_t size);
