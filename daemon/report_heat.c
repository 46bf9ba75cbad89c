/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_heat.h"

#include "daemon/factors.h"
#include "daemon/heat_grade.h"
#include "daemon/report_worth.h"

#include <math.h>
#include <stdio.h>

static void put_assumed(const struct report_source *s, const struct heat_result *h)
{
    for (size_t i = 0; i < h->n_assumed; i++)
        report_assume(s, h->assumed[i].key, h->assumed[i].value, h->assumed[i].unit, h->assumed[i].source);
}

static json_t *room_of(const struct report_source *s, const struct room_config *room, const struct heat_period *p)
{
    const struct heat_result *h = &p->mean;
    json_t *one = json_object();
    json_object_set_new(one, "room", report_text(room->id));
    json_object_set_new(one, "architecture", report_text(heat_captures[room->heat.architecture].name));
    json_object_set_new(one, "basis", report_text(isnan(h->power) ? NULL : p->basis));
    json_object_set_new(one, "coverage", report_number(p->coverage));
    json_object_set_new(one, "power_w", report_number(h->power));
    json_object_set_new(one, "power_low_w", report_number(h->estimated ? h->low : (double)NAN));
    json_object_set_new(one, "power_high_w", report_number(h->estimated ? h->high : (double)NAN));
    json_object_set_new(one, "energy_wh", report_number(p->energy));
    json_object_set_new(one, "temperature", report_number(h->temperature));
    json_object_set_new(one, "temperature_low", report_number(p->coldest));
    json_object_set_new(one, "temperature_high", report_number(p->warmest));
    json_object_set_new(one, "exergy", report_number(heat_exergy(h->temperature, HEAT_DEAD_STATE)));
    json_object_set_new(one, "sink_supply", report_number(room->heat.sink_supply));
    json_object_set_new(one, "direct", isnan(h->delivered) ? json_null() : json_boolean(h->direct));
    json_object_set_new(one, "cop", report_number(h->cop));
    json_object_set_new(one, "delivered_w", report_number(h->delivered));
    json_object_set_new(one, "delivered_wh", report_number(p->delivered));
    json_object_set_new(one, "electric_wh", report_number(p->electric));
    json_object_set_new(one, "reason", report_text(h->reason));
    json_object_set_new(one, "warning", report_text(h->warning));
    if (*h->reason)
        report_missing(s, "heat", "%s: %s", room->id, h->reason);
    put_assumed(s, h);
    return one;
}

static void assume_factor(const struct report_source *s, const char *key)
{
    const struct factor *f = factor_find(key);
    report_assume(s, key, f->value, f->unit, f->source);
}

/* A year at the period's mean power. */
static json_t *year_of(const struct report_source *s, const struct room_config *room, const struct heat_result *h,
                       struct report_worth *sum, size_t *n, json_t *prices)
{
    struct report_worth worth;
    if (!report_worth_of(s, &room->heat, h, &worth))
        return json_null();
    assume_factor(s, "boiler-efficiency");
    assume_factor(s, "cooling-eer");
    assume_factor(s, "household-heat");
    if (worth.no_price)
        report_missing(s, "lcoh", "%s: %s", room->id, worth.no_price);
    else if (worth.no_payback)
        report_missing(s, "payback", "%s: %s", room->id, worth.no_payback);
    if ((*n)++)
        report_worth_add(sum, &worth, room->id);
    else {
        *sum = worth;
        sum->no_price_of = sum->no_payback_of = s->room ? NULL : room->id;
    }
    json_t *price = json_pack("{s:o, s:o}", "room", report_text(room->id), "used_wh", report_number(worth.year.used));
    report_worth_price(&worth, price);
    json_array_append_new(prices, price);
    return report_worth_json(&worth);
}

int report_heat(const struct report_source *source, json_t **ret)
{
    json_t *rooms = json_array(), *prices = json_array();
    double energy = 0, delivered = 0, electric = 0;
    struct report_worth sum;
    size_t years = 0;
    for (size_t i = 0; i < source->config->n_rooms; i++) {
        const struct room_config *room = &source->config->room[i];
        const struct heat_period *p = &source->heat[i];
        if (!report_covers(source, i))
            continue;
        json_t *one = room_of(source, room, p);
        json_object_set_new(one, "year", year_of(source, room, &p->mean, &sum, &years, prices));
        json_array_append_new(rooms, one);
        energy += p->energy;
        delivered += p->delivered;
        electric += p->electric;
    }
    json_t *heat = json_object();
    bool any = json_array_size(rooms) > 0;
    json_object_set_new(heat, "energy_wh", report_number(any ? energy : (double)NAN));
    json_object_set_new(heat, "delivered_wh", report_number(any ? delivered : (double)NAN));
    json_object_set_new(heat, "electric_wh", report_number(any ? electric : (double)NAN));
    json_object_set_new(heat, "cop", report_number(electric > 0 ? delivered / electric : (double)NAN));
    json_object_set_new(heat, "year", years ? report_worth_json(&sum) : json_null());
    json_object_set_new(heat, "rooms", rooms);
    json_object_set_new(heat, "prices",
                        source->room ? json_array() : json_incref(prices)); /* of one room: its year's */
    json_decref(prices);
    *ret = heat;
    return 0;
}
