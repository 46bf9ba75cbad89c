/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_heat.h"

#include "daemon/factors.h"
#include "daemon/heat_grade.h"

#include <math.h>
#include <stdio.h>

static void put_assumed(const struct report_source *s, const struct heat_result *h)
{
    for (size_t i = 0; i < h->n_assumed; i++)
        report_assume(s, h->assumed[i].key, h->assumed[i].value, "", h->assumed[i].source);
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

static void put_money(json_t *one, const struct heat_year *y)
{
    json_object_set_new(one, "gas_saved_eur", report_number(y->saved_gas));
    json_object_set_new(one, "electricity_eur", report_number(y->cost_electric));
    json_object_set_new(one, "saved_eur", report_number(y->saved));
    json_object_set_new(one, "saved_with_cooling_eur", report_number(y->saved_with_cooling));
}

/* A year at the period's mean power. Without a stated demand all that is delivered finds its user. */
static json_t *year_of(const struct report_source *s, const struct heat_config *c, const struct heat_result *h)
{
    bool demand = !isnan(c->demand_space) || !isnan(c->demand_dhw);
    struct heat_year y;
    if (isnan(h->delivered))
        return json_null();
    heat_period_year(c, &s->config->factors, h, 1, 1, &y);
    assume_factor(s, "boiler-efficiency");
    assume_factor(s, "cooling-eer");
    assume_factor(s, "household-heat");
    json_t *one = json_object();
    json_object_set_new(one, "supply_wh", report_number(y.supply));
    json_object_set_new(one, "demand_wh", report_number(demand ? y.demand : (double)NAN));
    json_object_set_new(one, "used_wh", report_number(y.used));
    json_object_set_new(one, "electric_wh", report_number(y.electric));
    json_object_set_new(one, "utilisation", report_number(demand ? y.utilisation : (double)NAN));
    json_object_set_new(one, "demand_covered", report_number(demand ? y.coverage : (double)NAN));
    json_object_set_new(one, "co2_gross_kg", report_number(y.co2_gross));
    json_object_set_new(one, "co2_net_kg", report_number(y.co2_net));
    json_object_set_new(one, "co2_with_cooling_kg", report_number(y.co2_with_cooling));
    json_object_set_new(one, "homes", report_number(y.homes));
    put_money(one, &y);
    json_object_set_new(one, "note",
                        json_string(demand ? "twelve months like this period, against the demand month by month"
                                           : "twelve months like this period, if all of it finds a user"));
    return one;
}

/* The rooms' years together. */
static json_t *sum_years(const json_t *rooms)
{
    json_t *sum = json_null();
    for (size_t i = 0; i < json_array_size(rooms); i++) {
        json_t *year = json_object_get(json_array_get(rooms, i), "year"), *value;
        const char *key;
        if (!json_is_object(year))
            continue;
        if (json_is_null(sum)) {
            sum = json_copy(year);
            continue;
        }
        json_object_foreach(year, key, value)
        {
            json_t *old = json_object_get(sum, key);
            bool both = json_is_number(old) && json_is_number(value);
            if (!json_is_string(value))
                json_object_set_new(sum, key,
                                    both ? json_real(json_number_value(old) + json_number_value(value)) : json_null());
        }
    }
    double used = json_number_value(json_object_get(sum, "used_wh"));
    double supply = json_number_value(json_object_get(sum, "supply_wh"));
    double demand = json_number_value(json_object_get(sum, "demand_wh"));
    if (json_is_object(sum)) {
        json_object_set_new(sum, "utilisation", report_number(demand > 0 && supply > 0 ? used / supply : (double)NAN));
        json_object_set_new(sum, "demand_covered", report_number(demand > 0 ? used / demand : (double)NAN));
    }
    return sum;
}

int report_heat(const struct report_source *source, json_t **ret)
{
    json_t *rooms = json_array();
    double energy = 0, delivered = 0, electric = 0;
    for (size_t i = 0; i < source->config->n_rooms; i++) {
        const struct room_config *room = &source->config->room[i];
        const struct heat_period *p = &source->heat[i];
        if (!report_covers(source, i))
            continue;
        json_t *one = room_of(source, room, p);
        json_object_set_new(one, "year", year_of(source, &room->heat, &p->mean));
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
    json_object_set_new(heat, "year", sum_years(rooms));
    json_object_set_new(heat, "rooms", rooms);
    *ret = heat;
    return 0;
}
