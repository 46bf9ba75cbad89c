/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "law.h"

#include "daemon/data.h"
#include "drivers/decimal.h"

#include <errno.h>
#include <math.h>

int law_load(struct arena *arena, const char *name, const struct yaml_node **ret)
{
    struct diag *diag = diag_new();
    struct yaml_node *root = NULL;
    int r = yaml_load_file(arena, data_path(arena, arena_printf(arena, "laws/%s.yaml", name)), diag, &root);
    if (!r && (root->kind != YAML_MAP || !*law_text(root, "schema") || !*law_text(root, "source")))
        r = -EINVAL;
    diag_free(diag);
    if (!r)
        *ret = root;
    return r;
}

const char *law_text(const struct yaml_node *node, const char *key)
{
    const struct yaml_node *value = node && node->kind == YAML_MAP ? yaml_get(node, key) : NULL;
    return value && value->kind == YAML_SCALAR ? value->text : "";
}

double law_number(const struct yaml_node *node, const char *key)
{
    struct decimal d;
    const char *end;
    const char *text = law_text(node, key);
    return *text && decimal_parse(text, &d, &end) >= 0 && !*end ? decimal_value(d) : (double)NAN;
}
