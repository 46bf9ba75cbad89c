/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Colours by name, for light and dark paper: graphs/palette.yaml.
 *
 * Owner: the reader's arena.
 * Source: Okabe and Ito, Color Universal Design, 2008: eight colours told apart with every common colour blindness;
 *         lighter or darker here until they stand out from the paper (WCAG 2.1, 1.4.11: 3 to 1).
 */
#pragma once
#include "daemon/graph_request.h"
#include "drivers/field.h"

struct graph_colour {
    const char *name;                  /* key */
    const char *in[GRAPH_THEME_COUNT]; /* "#rrggbb" */
};

struct graph_palette {
    struct field_items colours, paper; /* struct graph_colour; paper: background, text, grid, ... */
    struct field_items order;          /* const char *: for series that name none, in turn */
};

int graph_palette_read(struct field_reader *reader, const struct yaml_node *root, struct graph_palette *ret);
/* "#rrggbb". A name that is not there gives the colour in its turn. */
const char *graph_colour(const struct graph_palette *palette, const char *name, size_t turn, enum graph_theme theme);
const char *graph_paper(const struct graph_palette *palette, const char *name, enum graph_theme theme);
