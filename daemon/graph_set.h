/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All graph definitions and the palette: graphs/ of the program, and graphs/ beside the configuration, which only adds.
 *
 * Errors: -EINVAL with the faults of all files in diag; -ENOENT where no directory has a palette.yaml.
 * Owner: the set.
 */
#pragma once
#include "daemon/graph_definition.h"
#include "daemon/graph_palette.h"

struct graph_set {
    struct arena *arena;
    size_t n;
    struct graph_definition *definition;
    struct graph_palette palette;
};

/* graphs/ of the program and of each configuration directory. */
int graph_set_open(const char *const *dirs, size_t n, struct diag *diag, struct graph_set **ret);
int graph_set_load(const char *const *dirs, size_t n, struct diag *diag, struct graph_set **ret);
void graph_set_free(struct graph_set *set);
const struct graph_definition *graph_set_find(const struct graph_set *set, const char *name);
