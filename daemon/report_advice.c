/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_advice.h"

#include "daemon/advice_cooling.h"
#include "daemon/advice_it.h"
#include "daemon/advice_power.h"
#include "daemon/energy_split.h"
#include "daemon/report_looks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static advise *const advisers[] = {
    advice_supply_temperature, advice_overcooling, advice_bypass, advice_recirculation, advice_humidity,
    advice_free_cooling,       advice_ups,         advice_phases, advice_feeds,         advice_outlets,
    advice_base_load,          advice_assets,      advice_heat,
};

/* Mean powers while all meters of the room's balance were covered. */
static int look(const struct report_source *s, struct advice_input *in)
{
    struct kpi_window w;
    struct kpi_scope scope;
    struct energy_split split;
    struct kpi_energy total, it;
    char reason[200];
    int r = figures_site_window(s->figures, s->config->room[in->room].id, s->from_s, s->to_s, &w, &scope);
    if (r)
        return r;
    double hours = w.covered * (double)(w.to_s - w.from_s) / 3600;
    energy_split_of(&scope, &w, &w.paired, &split);
    in->covered = w.covered;
    in->it = hours > 0 ? split.it / hours : (double)NAN;
    in->cooling =
        hours > 0 && w.paired.role[ROLE_COOLING].meters ? w.paired.role[ROLE_COOLING].wh / hours : (double)NAN;
    in->heat_out = hours > 0 ? w.paired.role[ROLE_HEAT_OUT].wh / hours : 0;
    bool whole = !kpi_total(&scope, &w, &w.paired, &total, &it, reason) && it.wh > 0 && total.wh >= it.wh;
    in->ratio = whole ? total.wh / it.wh : (double)NAN;
    return 0;
}

static int ask(const struct report_source *s, size_t room, struct advice_list *list)
{
    int64_t to_s = s->to_s < s->now_s ? s->to_s : s->now_s;
    struct advice_input in = {.plant = s->plant,
                              .ledger = s->ledger,
                              .room = room,
                              .span = {s->from_s, to_s, s->now_s},
                              .heat = &s->heat[room]};
    int r = look(s, &in);
    if (r || to_s <= s->from_s)
        return r;
    in.climate = report_looks_climate(s, room);
    in.capacity = report_looks_capacity(s);
    for (size_t i = 0; i < sizeof advisers / sizeof advisers[0]; i++)
        advisers[i](&in, list);
    return 0;
}

static json_t *assumed_of(const struct report_source *s, const struct advice *a)
{
    json_t *all = json_array();
    for (size_t i = 0; i < a->n_assumed; i++) {
        const struct advice_assumed *k = &a->assumed[i];
        json_t *one = json_object();
        json_object_set_new(one, "key", report_text(k->key));
        json_object_set_new(one, "value", report_number(k->value));
        json_object_set_new(one, "unit", report_text(k->unit));
        json_object_set_new(one, "source", report_text(k->source));
        json_array_append_new(all, one);
        report_assume(s, k->key, k->value, k->unit, k->source);
    }
    return all;
}

static json_t *one_of(const struct report_source *s, const struct advice *a)
{
    json_t *one = json_object(), *saves = json_object();
    json_object_set_new(one, "id", report_text(a->id));
    json_object_set_new(one, "room", report_text(s->config->room[a->room].id));
    json_object_set_new(one, "title", report_text(a->title));
    json_object_set_new(one, "text", report_text(a->text));
    json_object_set_new(one, "ground", report_text(a->ground));
    json_object_set_new(saves, "wh", report_number(a->wh));
    json_object_set_new(saves, "low_wh", report_number(a->low));
    json_object_set_new(saves, "high_wh", report_number(a->high));
    json_object_set_new(saves, "heat_wh", report_number(a->heat));
    json_object_set_new(saves, "eur", report_number(a->eur));
    json_object_set_new(saves, "co2_kg", report_number(a->kg));
    json_object_set_new(one, "saves", saves);
    json_object_set_new(one, "from", report_time(s->from_s));
    json_object_set_new(one, "to", report_time(s->to_s < s->now_s ? s->to_s : s->now_s));
    json_object_set_new(one, "coverage", report_number(a->coverage));
    json_object_set_new(one, "assumed", assumed_of(s, a));
    json_object_set_new(one, "caution", report_text(a->caution));
    return one;
}

int report_advice(const struct report_source *source, json_t **ret)
{
    struct advice_list list = {0};
    int r = 0;
    for (size_t i = 0; i < source->config->n_rooms && !r; i++)
        if (report_covers(source, i))
            r = ask(source, i, &list);
    if (!r) {
        advice_rank(&list);
        json_t *all = json_array();
        for (size_t i = 0; i < list.n; i++)
            json_array_append_new(all, one_of(source, &list.advice[i]));
        for (size_t i = 0; i < list.n_skipped; i++)
            report_missing(source, "advice", "%s, %s: %s", list.skipped[i].id,
                           source->config->room[list.skipped[i].room].id, list.skipped[i].why);
        *ret = all;
    }
    advice_free(&list);
    return r;
}
