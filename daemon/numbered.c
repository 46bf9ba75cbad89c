/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numbered.h"

#include <stdlib.h>
#include <string.h>

void *numbered_reach(void *table, size_t *room, size_t number, size_t size)
{
    if (number < *room)
        return table;
    size_t larger = number + number / 4 + 64;
    void *grown = calloc(larger, size);
    if (!grown)
        abort();
    if (*room)
        memcpy(grown, table, *room * size);
    free(table);
    *room = larger;
    return grown;
}
