/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_worth.h"

#include <math.h>

static const char *no_price(const struct heat_config *c, const struct factors_config *f, const struct heat_year *y)
{
    return !(c->investment.cost > 0)                        ? "heat.investment is not stated"
           : y->electric > 0 && isnan(f->price_electricity) ? "factors.price-electricity is not stated"
           : !(y->used > 0)                                 ? "no heat finds a user"
                                                            : NULL;
}

static const char *no_payback(const struct factors_config *f, const struct heat_year *y)
{
    return isnan(f->price_gas) ? "factors.price-gas is not stated"
           : y->saved > 0      ? NULL
                               : "it is never paid back: the electricity costs more than the gas that it replaces";
}

bool report_worth_of(const struct report_source *s, const struct heat_config *c, const struct heat_result *h,
                     struct report_worth *w)
{
    const struct factors_config *f = &s->config->factors;
    if (isnan(h->delivered))
        return false;
    *w = (struct report_worth){.range = h->estimated && h->power > 0,
                               .demand = !isnan(c->demand_space) || !isnan(c->demand_dhw)};
    heat_period_year(c, f, h, 1, 1, &w->year);
    heat_period_year(c, f, h, w->range ? h->low / h->power : 1, 1, &w->least);
    heat_period_year(c, f, h, w->range ? h->high / h->power : 1, 1, &w->most);
    w->no_price = no_price(c, f, &w->year);
    w->no_payback = w->no_price ? w->no_price : no_payback(f, &w->year);
    return true;
}

void report_worth_add(struct report_worth *to, const struct report_worth *room, const char *id)
{
    heat_year_add(&to->year, &room->year);
    heat_year_add(&to->least, &room->least);
    heat_year_add(&to->most, &room->most);
    to->range |= room->range;
    to->mixed |= to->demand != room->demand;
    to->demand &= room->demand;
    if (!to->no_price && room->no_price) {
        to->no_price = room->no_price;
        to->no_price_of = id;
    }
    if (!to->no_payback && room->no_payback) {
        to->no_payback = room->no_payback;
        to->no_payback_of = id;
    }
}

static json_t *reason_of(const char *reason, const char *room)
{
    return room && reason ? json_sprintf("%s: %s", room, reason) : report_text(reason);
}

static void put(json_t *to, const char *key, double value)
{
    json_object_set_new(to, key, report_number(value));
}

/* The least heat is the dearest. */
static void put_range(const struct report_worth *w, json_t *to, const char *low, double at_most, const char *high,
                      double at_least)
{
    put(to, low, w->range ? at_most : (double)NAN);
    put(to, high, w->range ? at_least : (double)NAN);
}

void report_worth_price(const struct report_worth *w, json_t *to)
{
    const struct heat_year *y = &w->year;
    put(to, "investment_eur", y->invested);
    put(to, "capital_eur", y->capital);
    put(to, "maintenance_eur", y->maintenance);
    put(to, "lcoh_eur_mwh", y->levelised);
    put_range(w, to, "lcoh_low_eur_mwh", w->most.levelised, "lcoh_high_eur_mwh", w->least.levelised);
    json_object_set_new(to, "lcoh_reason", reason_of(w->no_price, w->no_price_of));
    put(to, "payback_years", y->payback);
    put_range(w, to, "payback_low_years", w->most.payback, "payback_high_years", w->least.payback);
    put(to, "payback_with_cooling_years", y->payback_with_cooling);
    put(to, "sold_eur", y->sold);
    put(to, "payback_sold_years", y->payback_sold);
    json_object_set_new(to, "payback_reason", reason_of(w->no_payback, w->no_payback_of));
}

json_t *report_worth_json(const struct report_worth *w)
{
    const struct heat_year *y = &w->year;
    json_t *one = json_object();
    put(one, "supply_wh", y->supply);
    put(one, "demand_wh", y->demand);
    put(one, "used_wh", y->used);
    put_range(w, one, "used_low_wh", w->least.used, "used_high_wh", w->most.used);
    put(one, "electric_wh", y->electric);
    put(one, "utilisation", y->utilisation);
    put(one, "demand_covered", y->coverage);
    put(one, "co2_gross_kg", y->co2_gross);
    put(one, "co2_net_kg", y->co2_net);
    put(one, "co2_with_cooling_kg", y->co2_with_cooling);
    put(one, "homes", y->homes);
    put(one, "gas_saved_eur", y->saved_gas);
    put(one, "electricity_eur", y->cost_electric);
    put(one, "saved_eur", y->saved);
    put(one, "saved_with_cooling_eur", y->saved_with_cooling);
    report_worth_price(w, one);
    const char *note = w->mixed    ? "twelve months like this period, against the demand of the rooms that state one"
                       : w->demand ? "twelve months like this period, against the demand month by month"
                                   : "twelve months like this period, if all of it finds a user";
    json_object_set_new(one, "note", json_string(note));
    return one;
}

/* How the offer's money comes about. */
static const struct {
    const char *key, *name, *text, *unit;
} prices[] = {
    {"capital_eur", "Interest and repayment a year", "investment × r(1 + r)ⁿ / ((1 + r)ⁿ − 1), rate r, n years", "EUR"},
    {"maintenance_eur", "Maintenance a year", "investment × its part of maintenance", "EUR"},
    {"electricity_eur", "Electricity of the heat pump, cost", "heat used / COP × price of electricity", "EUR"},
    {"gas_saved_eur", "Gas saved", "heat used / efficiency of the boiler × price of gas", "EUR"},
    {"lcoh_eur_mwh", "Price of the heat (LCOH)", "(interest and repayment + maintenance + electricity) / heat used",
     "EUR/MWh"},
    {"payback_years", "Paid back by the gas saved", "investment / (gas saved − electricity), before maintenance",
     "years"},
    {"payback_sold_years", "Paid back by the heat sold",
     "investment / (heat used × price paid for heat − electricity), before maintenance", "years"},
};

json_t *report_worth_formulas(const json_t *offers)
{
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(offers); i++)
        for (size_t k = 0; k < sizeof prices / sizeof prices[0]; k++) {
            json_t *offer = json_array_get(offers, i), *value = json_object_get(offer, prices[k].key);
            if (!json_is_number(value))
                continue;
            json_t *one = json_object();
            json_object_set(one, "room", json_object_get(offer, "room"));
            json_object_set_new(one, "name", json_string(prices[k].name));
            json_object_set_new(one, "formula", json_string(prices[k].text));
            json_object_set(one, "value", value);
            json_object_set_new(one, "unit", json_string(prices[k].unit));
            json_array_append_new(list, one);
        }
    return list;
}
