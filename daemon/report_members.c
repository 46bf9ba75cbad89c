/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_members.h"

#include <math.h>

static int member_of(const struct report_source *s, const struct room_config *room, double all, json_t *list)
{
    struct kpi_window w;
    struct kpi_scope scope;
    struct kpi_energy total, it, none;
    struct kpi_result ratio[KPI_RESULTS];
    char no_total[200] = "", no_it[200] = "";
    int r = figures_site_window(s->figures, room->id, s->from_s, s->to_s, &w, &scope);
    if (r)
        return r;
    bool known = !kpi_total(&scope, &w, &w.whole, &total, &none, no_total), has_it = !kpi_it(&w, &w.whole, &it, no_it);
    kpi_of_window(&scope, &w, KPI_MONTH, ratio);
    const char *reason = *no_total ? no_total : *ratio[0].reason ? ratio[0].reason : no_it;
    json_t *one = json_object();
    json_object_set_new(one, "room", report_text(room->id));
    json_object_set_new(one, "title", report_text(room->title));
    json_object_set_new(one, "total_wh", report_number(known ? total.wh : (double)NAN));
    json_object_set_new(one, "it_wh", report_number(has_it ? it.wh : (double)NAN));
    json_object_set_new(one, "share", report_number(known && all > 0 ? total.wh / all : (double)NAN));
    json_object_set_new(one, "ratio", report_number(ratio[0].value));
    json_object_set_new(one, "name", report_text(ratio[0].name));
    json_object_set_new(one, "uncertainty_k2", report_number(ratio[0].uncertainty));
    json_object_set_new(one, "category", ratio[0].category ? json_integer(ratio[0].category) : json_null());
    json_object_set_new(one, "coverage", report_number(w.covered));
    json_object_set_new(one, "reason", report_text(reason));
    json_array_append_new(list, one);
    if (*reason)
        report_missing(s, "members", "%s: %s", room->id, reason);
    return 0;
}

int report_members(const struct report_source *source, json_t **ret)
{
    const struct kpi_result *total = report_figure(source, Q_K_TOTAL_ENERGY);
    json_t *list = json_array();
    int r = 0;
    for (size_t i = 0; i < source->config->n_rooms && report_summed(source) && !r; i++)
        if (report_covers(source, i))
            r = member_of(source, &source->config->room[i], total ? total->value : (double)NAN, list);
    if (r)
        json_decref(list);
    else
        *ret = list;
    return r;
}
