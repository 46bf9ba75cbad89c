/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text as a graph definition, and as what is asked of graphs. */
#include "daemon/graph_palette.h"
#include "daemon/graph_definition.h"
#include "tests/fuzz/once.h"

#include <stdlib.h>
#include <string.h>

static void ask(const char *text)
{
    struct graph_words words = {.what = text, .scope = text, .from = text, .to = "now", .width = text};
    struct graph_request request;
    char why[GRAPH_WORDS] = "";
    int64_t s;
    if (graph_request_read(&words, 1795334400, &request, why) < 0 && !*why)
        abort(); /* refused without a word */
    graph_time_parse(text, 1795334400, &s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct diag *diag = diag_new();
    struct field_reader reader = {.arena = arena, .diag = diag};
    struct graph_definition definition;
    struct graph_palette palette;
    struct yaml_node *root;
    int r = yaml_load_text(arena, "fuzz", (const char *)data, size, diag, &root);
    if (!r)
        r = graph_definition_read(&reader, root, "fuzz", &definition);
    if (r < 0 && !diag_errors(diag))
        abort(); /* refused without a word */
    if (r < 0 && !yaml_load_text(arena, "fuzz", (const char *)data, size, diag, &root))
        graph_palette_read(&reader, root, &palette);
    ask(arena_strndup(arena, (const char *)data, strnlen((const char *)data, size)));
    diag_free(diag);
    arena_free(arena);
    return 0;
}
