/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "factors.h"

#include "daemon/data.h"
#include "drivers/decimal.h"
#include "drivers/yaml.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* What the program asks for: a file that lacks one is refused at the start, not
 * in the middle of a figure. */
static const char *const needed[] = {
    "electricity-co2",  "gas-co2",           "gas-energy",        "diesel-energy",
    "chilled-water",    "household-heat",    "boiler-efficiency", "cooling-eer",
    "heat-exchanger",   "carnot-efficiency", "server-embodied",   "server-embodied-high",
    "eed-threshold-kw", "coverage-month",    "coverage-year",
};

static struct {
    pthread_once_t once;
    size_t n;
    struct factor *factor;
    const char *fault;
    struct arena *arena; /* kept for ever */
} table = {.once = PTHREAD_ONCE_INIT};

static const char *text_of(const struct yaml_node *row, const char *key)
{
    const struct yaml_node *value = row->kind == YAML_MAP ? yaml_get(row, key) : NULL;
    return value && value->kind == YAML_SCALAR ? value->text : NULL;
}

static int take(const struct yaml_node *row, struct diag *diag)
{
    const char *value = text_of(row, "value"), *source = text_of(row, "source"), *date = text_of(row, "date"), *end;
    struct decimal d;
    if (!value || decimal_parse(value, &d, &end) < 0 || *end || !source || !text_of(row, "unit")) {
        diag_error(diag, row->at, row->key, "expected {value: NUMBER, unit: UNIT, source: DOCUMENT, date: DATE}");
        return -1;
    }
    table.factor = arena_push(table.arena, table.factor, &table.n, sizeof *table.factor);
    table.factor[table.n - 1] = (struct factor){row->key, decimal_value(d), text_of(row, "unit"),
                                                date ? arena_printf(table.arena, "%s (%s)", source, date) : source};
    return 0;
}

static const struct factor *look(const char *key)
{
    for (size_t i = 0; i < table.n; i++)
        if (!strcmp(table.factor[i].key, key))
            return &table.factor[i];
    return NULL;
}

static void load(void)
{
    struct diag *diag = diag_new();
    struct yaml_node *root;
    table.arena = arena_new();
    int r = yaml_load_file(table.arena, data_path(table.arena, "factors.yaml"), diag, &root);
    for (size_t i = 0; !r && root->kind == YAML_MAP && i < root->n; i++)
        r = take(root->item[i], diag);
    for (size_t i = 0; !r && !table.fault && i < sizeof needed / sizeof needed[0]; i++)
        if (!look(needed[i]))
            table.fault = arena_printf(table.arena, "factors.yaml: '%s' is missing", needed[i]);
    if (r)
        table.fault = arena_strdup(table.arena, diag_first(diag) ? diag_first(diag) : "factors.yaml cannot be read");
    diag_free(diag);
}

const char *factors_load(void)
{
    pthread_once(&table.once, load);
    return table.fault;
}

const struct factor *factor_find(const char *key)
{
    if (factors_load()) {
        fprintf(stderr, "%s\n", table.fault);
        abort();
    }
    return look(key);
}

double factor_value(const char *key)
{
    const struct factor *f = factor_find(key);
    if (!f)
        abort();
    return f->value;
}
