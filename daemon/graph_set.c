/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_set.h"

#include "daemon/data.h"

#include <errno.h>
#include <glob.h>
#include <string.h>

#define PALETTE "palette"

struct loading {
    struct graph_set *set;
    struct field_reader reader;
    bool palette;
    int result;
};

static void add(struct loading *loading, const struct yaml_node *root, const char *name)
{
    struct graph_set *set = loading->set;
    struct graph_definition definition;
    if (graph_set_find(set, name)) {
        diag_error(loading->reader.diag, root->at, name, "there is a graph of this name already");
        loading->result = -EINVAL;
    } else if (graph_definition_read(&loading->reader, root, name, &definition) < 0) {
        loading->result = -EINVAL;
    } else {
        set->definition = arena_push(set->arena, set->definition, &set->n, sizeof definition);
        set->definition[set->n - 1] = definition;
    }
}

static void load_file(struct loading *loading, const char *path)
{
    struct yaml_node *root;
    const char *base = strrchr(path, '/') + 1;
    const char *name = arena_strndup(loading->set->arena, base, strlen(base) - strlen(".yaml"));
    if (yaml_load_file(loading->set->arena, arena_strdup(loading->set->arena, path), loading->reader.diag, &root) < 0) {
        loading->result = -EINVAL;
    } else if (!id_valid(name) || !strcmp(name, "list")) {
        diag_error(loading->reader.diag, root->at, NULL, "the file's name is no name: a-z, 0-9 and '-', not list");
        loading->result = -EINVAL;
    } else if (strcmp(name, PALETTE) != 0) {
        add(loading, root, name);
    } else if (!loading->palette) {
        loading->palette = true;
        if (graph_palette_read(&loading->reader, root, &loading->set->palette) < 0)
            loading->result = -EINVAL;
    }
}

int graph_set_load(const char *const *dirs, size_t n, struct diag *diag, struct graph_set **ret)
{
    struct arena *arena = arena_new();
    struct loading loading = {.set = ARENA_NEW(arena, struct graph_set), .reader = {.arena = arena, .diag = diag}};
    loading.set->arena = arena;
    for (size_t i = 0; i < n; i++) {
        glob_t found;
        if (glob(arena_printf(arena, "%s/*.yaml", dirs[i]), 0, NULL, &found) == 0)
            for (size_t k = 0; k < found.gl_pathc; k++)
                load_file(&loading, found.gl_pathv[k]);
        globfree(&found);
    }
    if (!loading.palette && !loading.result) {
        diag_error(diag, (struct place){.file = n ? dirs[n - 1] : ""}, NULL, "has no palette.yaml: no colours");
        loading.result = -ENOENT;
    }
    if (loading.result) {
        graph_set_free(loading.set);
        return loading.result;
    }
    *ret = loading.set;
    return 0;
}

int graph_set_open(const char *const *dirs, size_t n, struct diag *diag, struct graph_set **ret)
{
    struct arena *arena = arena_new();
    const char **all = arena_alloc(arena, (n + 1) * sizeof *all);
    all[0] = data_path(arena, "graphs");
    for (size_t i = 0; i < n; i++)
        all[i + 1] = arena_printf(arena, "%s/graphs", dirs[i]);
    int r = graph_set_load(all, n + 1, diag, ret);
    arena_free(arena);
    return r;
}

void graph_set_free(struct graph_set *set)
{
    if (set)
        arena_free(set->arena);
}

const struct graph_definition *graph_set_find(const struct graph_set *set, const char *name)
{
    for (size_t i = 0; i < set->n; i++)
        if (!strcmp(set->definition[i].name, name))
            return &set->definition[i];
    return NULL;
}
