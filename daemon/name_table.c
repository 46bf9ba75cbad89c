/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/name_table.h"

#include "drivers/hash.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 256

static uint32_t hash_of(const char *name)
{
    uint64_t hash = hash_text(HASH_BEGIN, name);
    return (uint32_t)(hash ^ hash >> 32);
}

/* The slot of a name, or the free one where it belongs. */
static struct name_slot *slot_of(const struct name_table *table, const char *name, uint32_t hash)
{
    size_t i = hash & (table->room - 1);
    while (table->slot[i].name && (table->slot[i].hash != hash || strcmp(table->slot[i].name, name) != 0))
        i = (i + 1) & (table->room - 1);
    return &table->slot[i];
}

static void grow(struct name_table *table)
{
    struct name_table larger = {.n = table->n, .room = table->room ? table->room * 2 : ROOM_FIRST};
    larger.slot = calloc(larger.room, sizeof *larger.slot);
    if (!larger.slot)
        abort();
    for (size_t i = 0; i < table->room; i++)
        if (table->slot[i].name)
            *slot_of(&larger, table->slot[i].name, table->slot[i].hash) = table->slot[i];
    free(table->slot);
    *table = larger;
}

void name_table_done(struct name_table *table)
{
    free(table->slot);
    *table = (struct name_table){0};
}

uint32_t name_table_find(const struct name_table *table, const char *name)
{
    const struct name_slot *slot = table->n ? slot_of(table, name, hash_of(name)) : NULL;
    return slot && slot->name ? slot->number : NAME_TABLE_NONE;
}

uint32_t name_table_put(struct name_table *table, const char *name, uint32_t number)
{
    if ((table->n + 1) * 4 > table->room * 3)
        grow(table);
    uint32_t hash = hash_of(name);
    struct name_slot *slot = slot_of(table, name, hash);
    if (!slot->name) {
        *slot = (struct name_slot){name, number, hash};
        table->n++;
    }
    return slot->number;
}
