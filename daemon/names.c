/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/names.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct name {
    uint32_t number;
    char text[];
};

struct names {
    void *tree; /* tsearch(3) */
    uint32_t next;
};

/* Keys and elements begin alike: the text stands behind the number. */
static int compare(const void *a, const void *b)
{
    return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

struct names *names_new(void)
{
    struct names *names = calloc(1, sizeof *names);
    if (!names)
        abort();
    names->next = 1;
    return names;
}

void names_free(struct names *names)
{
    if (!names)
        return;
    tdestroy(names->tree, free);
    free(names);
}

void names_know(struct names *names, uint32_t number, const char *text)
{
    size_t n = strlen(text) + 1;
    struct name *name = malloc(sizeof *name + n);
    if (!name)
        abort();
    name->number = number;
    memcpy(name->text, text, n);
    struct name **found = tsearch(name, &names->tree, compare);
    if (!found)
        abort();
    if (*found != name)
        free(name);
    if (number >= names->next)
        names->next = number + 1;
}

uint32_t names_number(struct names *names, const char *text)
{
    size_t n = strlen(text) + 1;
    struct name *key = malloc(sizeof *key + n);
    if (!key)
        abort();
    memcpy(key->text, text, n);
    struct name **found = tfind(key, &names->tree, compare);
    free(key);
    if (found)
        return (*found)->number;
    names_know(names, names->next, text);
    return names->next - 1;
}
