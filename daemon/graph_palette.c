/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_palette.h"

#include <errno.h>
#include <string.h>

static int read_colour(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    (void)field;
    if (node->kind != YAML_SCALAR || strlen(node->text) != 7 || node->text[0] != '#' ||
        node->text[1 + strspn(node->text + 1, "0123456789abcdef")]) {
        diag_error(reader->diag, node->at, node->key, "expected a colour like \"#0072b2\"");
        return -EINVAL;
    }
    *(const char **)into = arena_strdup(reader->arena, node->text);
    return 0;
}

static const struct field colour_fields[] = {
    {.name = "light",
     .read = read_colour,
     .offset = offsetof(struct graph_colour, in[GRAPH_LIGHT]),
     .required = true,
     .help = "on white"},
    {.name = "dark",
     .read = read_colour,
     .offset = offsetof(struct graph_colour, in[GRAPH_DARK]),
     .required = true,
     .help = "on black"},
    {0},
};

static const struct field palette_fields[] = {
    {.name = "colours",
     .read = field_map_of,
     .offset = offsetof(struct graph_palette, colours),
     .arg = colour_fields,
     .size = sizeof(struct graph_colour),
     .required = true,
     .help = "colours of series and limits, by name"},
    {.name = "paper",
     .read = field_map_of,
     .offset = offsetof(struct graph_palette, paper),
     .arg = colour_fields,
     .size = sizeof(struct graph_colour),
     .required = true,
     .help = "background, canvas, text, grid, major, axis"},
    {.name = "order",
     .read = field_texts,
     .offset = offsetof(struct graph_palette, order),
     .required = true,
     .help = "names of colours for series that name none, in turn"},
    {0},
};

static const struct graph_colour *find(const struct field_items *items, const char *name)
{
    const struct graph_colour *all = items->item;
    for (size_t i = 0; name && i < items->n; i++)
        if (!strcmp(all[i].name, name))
            return &all[i];
    return NULL;
}

int graph_palette_read(struct field_reader *reader, const struct yaml_node *root, struct graph_palette *ret)
{
    static const char *const paper[] = {"background", "canvas", "text", "grid", "major", "axis"};
    struct graph_palette palette = {0};
    int r = field_read_map(reader, palette_fields, root, &palette);
    if (r < 0)
        return r;
    for (size_t i = 0; i < sizeof paper / sizeof paper[0]; i++)
        if (!find(&palette.paper, paper[i])) {
            diag_error(reader->diag, root->at, "paper", "'%s' is missing", paper[i]);
            r = -EINVAL;
        }
    for (size_t i = 0; i < palette.order.n; i++)
        if (!find(&palette.colours, ((const char **)palette.order.item)[i])) {
            diag_error(reader->diag, root->at, "order", "'%s' is not under colours",
                       ((const char **)palette.order.item)[i]);
            r = -EINVAL;
        }
    if (!palette.order.n) {
        diag_error(reader->diag, root->at, "order", "expected one name at least");
        r = -EINVAL;
    }
    if (!r)
        *ret = palette;
    return r;
}

const char *graph_colour(const struct graph_palette *palette, const char *name, size_t turn, enum graph_theme theme)
{
    const struct graph_colour *colour = find(&palette->colours, name);
    if (!colour)
        colour = find(&palette->colours, ((const char **)palette->order.item)[turn % palette->order.n]);
    return colour->in[theme];
}

const char *graph_paper(const struct graph_palette *palette, const char *name, enum graph_theme theme)
{
    return find(&palette->paper, name)->in[theme];
}
