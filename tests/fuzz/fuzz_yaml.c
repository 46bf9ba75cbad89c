/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text as a configuration: refused with a place, or read. */
#include "daemon/config_raw.h"
#include "tests/fuzz/once.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct diag *diag = diag_new();
    struct config_context context = {.credentials = "/nonexistent"};
    struct field_reader reader = {.arena = arena, .diag = diag, .context = &context};
    struct raw_config raw = {0};
    struct yaml_node *root;
    int r = yaml_load_text(arena, "fuzz", (const char *)data, size, diag, &root);
    if (!r && root->kind == YAML_MAP)
        r = field_read_map(&reader, config_fields, root, &raw);
    if (r < 0 && !diag_errors(diag))
        abort(); /* refused without a word */
    diag_free(diag);
    arena_free(arena);
    return 0;
}
