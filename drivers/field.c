/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "field.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* Edits (insert, delete, replace, swap of neighbours) from a to b; counts up to 3.
 * Source: optimal string alignment distance, Damerau 1964. */
static unsigned distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    unsigned d[34][34];
    if (n > 32 || m > 32)
        return 3;
    for (size_t i = 0; i <= n; i++)
        d[i][0] = (unsigned)i;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++)
        for (size_t j = 1; j <= m; j++) {
            unsigned cost = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            unsigned drop = d[i - 1][j] + 1, add = d[i][j - 1] + 1;
            unsigned least = cost < drop ? cost : drop;
            least = least < add ? least : add;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < least)
                least = d[i - 2][j - 2] + 1;
            d[i][j] = least;
        }
    return d[n][m];
}

const char *field_nearest(const char *text, const char *const *names, size_t n)
{
    const char *best = NULL;
    unsigned least = 3;
    for (size_t i = 0; i < n; i++) {
        unsigned d = strcasecmp(text, names[i]) == 0 ? 0 : distance(text, names[i]);
        /* two edits of a three-letter word is another word */
        if (d < least && d * 2 < strlen(names[i]) + 1) {
            least = d;
            best = names[i];
        }
    }
    return best;
}

static const struct field *find(const struct field *table, const char *name)
{
    for (const struct field *f = table; f->name; f++)
        if (!strcmp(f->name, name))
            return f;
    return NULL;
}

static void unknown_key(struct field_reader *reader, const struct field *table, const struct yaml_node *value)
{
    const char *names[64] = {0};
    size_t n = 0;
    for (const struct field *f = table; f->name && n < 64; f++)
        names[n++] = f->name;
    const char *near = field_nearest(value->key, names, n);
    if (near) {
        diag_error(reader->diag, value->key_at, value->key, "unknown key, did you mean '%s'?", near);
        return;
    }
    char all[400];
    size_t used = 0;
    all[0] = '\0';
    for (size_t i = 0; i < n && used < sizeof all; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? " " : "", names[i]);
    diag_error(reader->diag, value->key_at, value->key, "unknown key, expected one of: %s", all);
}

/* The default goes through the reader of its row, as if it stood in a file. */
static int read_initial(struct field_reader *reader, const struct field *f, void *into)
{
    struct yaml_node *node;
    struct arena *scratch = arena_new(); /* so no default can be a node that is kept */
    int r = yaml_load_text(scratch, "(default)", f->initial, strlen(f->initial), reader->diag, &node);
    if (r >= 0) {
        node->key = f->name;
        r = f->read(reader, f, node, into);
    }
    arena_free(scratch);
    return r;
}

static int read_field(struct field_reader *reader, const struct field *f, const struct yaml_node *map, void *into)
{
    const struct yaml_node *value = yaml_get(map, f->name);
    void *place = (char *)into + f->offset;
    if (value) {
        int r = f->read(reader, f, value, place);
        /* what could not be read is told once: checks that come later find the default */
        if (r < 0 && f->initial && strcmp(f->initial, "{}") != 0)
            read_initial(reader, f, place);
        return r;
    }
    if (f->required && reader->partial && !map->key)
        return -EINVAL; /* it may stand in a file that could not be read */
    if (f->required) {
        struct place at = map ? map->at : (struct place){0};
        diag_error(reader->diag, at, f->name, "missing: %s", f->help);
        return -EINVAL;
    }
    return f->initial ? read_initial(reader, f, place) : 0;
}

int field_read_map(struct field_reader *reader, const struct field *table, const struct yaml_node *node, void *into)
{
    int result = 0;
    if (node && node->kind != YAML_MAP) {
        diag_error(reader->diag, node->at, node->key, "expected a map of keys");
        for (const struct field *f = table; f->name; f++) /* told once: checks that come later find the defaults */
            if (f->initial)
                read_initial(reader, f, (char *)into + f->offset);
        return -EINVAL;
    }
    for (size_t i = 0; node && i < node->n; i++)
        if (!find(table, node->item[i]->key)) {
            unknown_key(reader, table, node->item[i]);
            result = -EINVAL;
        }
    for (const struct field *f = table; f->name; f++)
        if (read_field(reader, f, node, into) < 0)
            result = -EINVAL;
    return result;
}
