/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_benchmarks.h"

#include "daemon/kpi_variant.h"
#include "daemon/law.h"
#include "drivers/arena.h"

#include <math.h>

static json_t *limit_of(const struct report_source *s, const struct yaml_node *law, const struct yaml_node *row)
{
    const struct kpi_result *f = report_figure(s, quantity_parse(law_text(row, "kpi")));
    double most = law_number(row, "at-most"), least = law_number(row, "at-least"), value = f ? f->value : (double)NAN;
    double without = f && f->id == Q_K_PUE ? kpi_variant_without_heat_pump(s->window, f) : (double)NAN;
    value = isnan(without) ? value : without;
    json_t *one = json_object();
    json_object_set_new(one, "law", report_text(law_text(law, "schema")));
    json_object_set_new(one, "rule", report_text(law_text(row, "rule")));
    json_object_set_new(one, "for", report_text(law_text(row, "for")));
    json_object_set_new(one, "from", report_text(law_text(row, "from")));
    json_object_set_new(one, "kpi", report_text(f ? f->name : law_text(row, "kpi")));
    json_object_set_new(one, "at_most", report_number(most));
    json_object_set_new(one, "at_least", report_number(least));
    json_object_set_new(one, "value", report_number(value));
    json_object_set_new(one, "unit", json_string(""));
    bool met = !isnan(most) ? value <= most : value >= least;
    json_object_set_new(one, "met", isnan(value) ? json_null() : json_boolean(met));
    return one;
}

int report_benchmarks(const struct report_source *source, json_t **ret)
{
    struct arena *arena = arena_new();
    const struct yaml_node *law;
    int r = law_load(arena, "de-enefg", &law);
    if (!r) {
        json_t *list = json_array();
        const struct yaml_node *rows = yaml_get(law, "limits");
        for (size_t i = 0; rows && i < rows->n; i++)
            json_array_append_new(list, limit_of(source, law, rows->item[i]));
        *ret = list;
    }
    arena_free(arena);
    return r;
}
