/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/names.h"

#include "daemon/name_table.h"
#include "drivers/arena.h"

#include <stdlib.h>

struct names {
    struct arena *texts;
    struct name_table table;
    uint32_t next;
};

struct names *names_new(void)
{
    struct names *names = calloc(1, sizeof *names);
    if (!names)
        abort();
    names->texts = arena_new();
    names->next = 1;
    return names;
}

void names_free(struct names *names)
{
    if (!names)
        return;
    name_table_done(&names->table);
    arena_free(names->texts);
    free(names);
}

void names_know(struct names *names, uint32_t number, const char *text)
{
    if (name_table_find(&names->table, text) == NAME_TABLE_NONE)
        name_table_put(&names->table, arena_strdup(names->texts, text), number);
    if (number >= names->next)
        names->next = number + 1;
}

uint32_t names_number(struct names *names, const char *text)
{
    uint32_t number = name_table_find(&names->table, text);
    if (number != NAME_TABLE_NONE)
        return number;
    names_know(names, names->next, text);
    return names->next - 1;
}
