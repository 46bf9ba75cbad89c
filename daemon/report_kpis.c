/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_kpis.h"

#include "daemon/factors.h"
#include "daemon/kpi_variant.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *unit_of(const char *key)
{
    const struct factor *factor = factor_find(key);
    return factor ? factor->unit : !strcmp(key, "electricity") || !strcmp(key, "gas") ? "kg/kWh" : "W";
}

static json_t *assumed_of(const struct kpi_result *f)
{
    json_t *list = json_array();
    for (size_t i = 0; i < f->n_assumed; i++) {
        json_t *one = json_object();
        json_object_set_new(one, "key", report_text(f->assumed[i].key));
        json_object_set_new(one, "value", report_number(f->assumed[i].value));
        json_object_set_new(one, "unit", json_string(unit_of(f->assumed[i].key)));
        json_object_set_new(one, "source", report_text(f->assumed[i].source));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *list_of(const char *text)
{
    json_t *list = json_array();
    for (const char *end; *text; text = *end ? end + 2 : end) {
        end = strstr(text, "; ");
        end = end ? end : text + strlen(text);
        json_array_append_new(list, json_stringn(text, (size_t)(end - text)));
    }
    return list;
}

json_t *report_kpi(const struct kpi_result *f)
{
    json_t *one = json_object();
    json_object_set_new(one, "id", json_string(quantity_row(f->id)->name));
    json_object_set_new(one, "name", report_text(f->name));
    json_object_set_new(one, "value", report_number(f->value));
    json_object_set_new(one, "unit", json_string(quantity_row(f->id)->unit));
    json_object_set_new(one, "from", report_time(f->from_s));
    json_object_set_new(one, "to", report_time(f->to_s));
    json_object_set_new(one, "category", f->category ? json_integer(f->category) : json_null());
    json_object_set_new(one, "coverage", report_number(f->coverage));
    json_object_set_new(one, "estimated", report_number(f->estimated));
    json_object_set_new(one, "uncertainty_k2", report_number(f->uncertainty));
    json_object_set_new(one, "reason", report_text(f->reason));
    json_object_set_new(one, "inputs", report_text(f->inputs));
    json_object_set_new(one, "assumed", assumed_of(f));
    json_object_set_new(one, "warnings", list_of(f->warnings));
    return one;
}

static void put_variant(json_t *one, double without)
{
    char text[60];
    json_object_set_new(one, "without_heat_pump", report_number(without));
    snprintf(text, sizeof text, "%.2f without the heat pump", without);
    if (!isnan(without))
        json_array_append_new(json_object_get(one, "warnings"), report_text(text));
}

int report_kpis(const struct report_source *source, json_t **ret)
{
    json_t *list = json_array();
    for (size_t i = 0; i < source->n_figures; i++) {
        const struct kpi_result *f = &source->figure[i];
        json_t *one = report_kpi(f);
        if (f->id == Q_K_PUE || f->id == Q_K_IPUE)
            put_variant(one, kpi_variant_without_heat_pump(source->window, f));
        json_array_append_new(list, one);
        for (size_t k = 0; k < f->n_assumed && !isnan(f->value); k++)
            report_assume(source, f->assumed[k].key, f->assumed[k].value, unit_of(f->assumed[k].key),
                          f->assumed[k].source);
        if (isnan(f->value))
            report_missing(source, quantity_row(f->id)->name, "%s", f->reason);
    }
    *ret = list;
    return 0;
}
