/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_files.h"

#include "daemon/data.h"
#include "drivers/hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *path, *type, *name; /* name: in the views */
} rows[] = {
    {"/static/page.css", "text/css; charset=utf-8", "page_css"},
    {"/static/page.js", "text/javascript; charset=utf-8", "page_js"},
    {"/static/graph.js", "text/javascript; charset=utf-8", "graph_js"},
    {"/static/icon.svg", "image/svg+xml", "icon"},
    {"/static/uPlot.iife.min.js", "text/javascript; charset=utf-8", "uplot_js"},
    {"/static/uPlot.min.css", "text/css; charset=utf-8", "uplot_css"},
    {"/static/uPlot.LICENSE.txt", "text/plain; charset=utf-8", "uplot_licence"},
};
#define ROWS (sizeof rows / sizeof rows[0])

struct web_files {
    struct web_file file[ROWS];
};

static void read_file(const char *path, struct web_file *file)
{
    FILE *f = fopen(path, "re");
    char piece[16384];
    size_t n;
    if (!f)
        return;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0) {
        char *bytes = realloc(file->bytes, file->n + n);
        if (!bytes)
            abort();
        memcpy(bytes + file->n, piece, n);
        file->bytes = bytes;
        file->n += n;
    }
    fclose(f);
}

static void put_tag(struct web_file *file)
{
    snprintf(file->tag, sizeof file->tag, "%016llx",
             (unsigned long long)hash_bytes(HASH_BEGIN, file->bytes ? file->bytes : "", file->n));
}

int web_files_load(struct web_files **ret, char words[300])
{
    struct arena *arena = arena_new();
    struct web_files *files = calloc(1, sizeof *files);
    if (!files)
        abort();
    for (size_t i = 0; i < ROWS; i++) {
        struct web_file *file = &files->file[i];
        const char *name = strrchr(rows[i].path, '/') + 1;
        *file = (struct web_file){.path = rows[i].path, .type = rows[i].type};
        read_file(data_path(arena, arena_printf(arena, "graphs/page/%s", name)), file);
        if (!file->n && !strncmp(name, "uPlot", 5)) /* made by the build */
            read_file(arena_printf(arena, "%s/graphs/%s", WATTWACHT_BUILD, name), file);
        put_tag(file);
    }
    arena_free(arena);
    *ret = files;
    if (web_files_find(files, "/static/page.css"))
        return 0;
    snprintf(words, 300, "graphs/page/page.css is not among the program's data");
    return -ENOENT;
}

void web_files_free(struct web_files *files)
{
    for (size_t i = 0; files && i < ROWS; i++)
        free(files->file[i].bytes);
    free(files);
}

const struct web_file *web_files_find(const struct web_files *files, const char *path)
{
    for (size_t i = 0; i < ROWS; i++)
        if (files->file[i].n && !strcmp(files->file[i].path, path))
            return &files->file[i];
    return NULL;
}

json_t *web_files_view(const struct web_files *files)
{
    json_t *view = json_object();
    char path[80];
    for (size_t i = 0; i < ROWS; i++) {
        if (!files->file[i].n)
            continue;
        snprintf(path, sizeof path, "%s?v=%s", files->file[i].path, files->file[i].tag);
        json_object_set_new(view, rows[i].name, json_string(path));
    }
    return view;
}
