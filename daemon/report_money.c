/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_money.h"

#include "daemon/report_energy.h"
#include "daemon/report_peaks.h"

#include <math.h>
#include <time.h>

#define MONTHS_A_YEAR 12.0

static bool is_night(const struct factors_config *f, int64_t t)
{
    time_t time = (time_t)t;
    struct tm tm;
    localtime_r(&time, &tm);
    unsigned minute = (unsigned)(tm.tm_hour * 60 + tm.tm_min);
    if (f->night_weekend && (tm.tm_wday == 0 || tm.tm_wday == 6))
        return true;
    return f->night_from <= f->night_to ? minute >= f->night_from && minute < f->night_to
                                        : minute >= f->night_from || minute < f->night_to;
}

/* The part of the known quarters' energy that flowed by night; NAN. */
static double night_part(const struct report_source *s)
{
    double day = 0, night = 0;
    const struct quarter_profile *p = s->profile;
    for (size_t i = 0; i < p->n; i++)
        if (!isnan(p->wh[i]))
            *(is_night(&s->config->factors, quarter_profile_time(p, i)) ? &night : &day) += p->wh[i];
    return day + night > 0 ? night / (day + night) : (double)NAN;
}

/* What is bought: what entered but for the sun, the fuel and the cold. */
static double bought(const struct energy_split *e)
{
    const double minus[] = {e->solar, e->fuel, e->generator, e->cooling_bought};
    double wh = isnan(e->total) ? e->entered : e->total;
    for (size_t i = 0; i < sizeof minus / sizeof minus[0]; i++)
        wh -= minus[i] > 0 ? minus[i] : 0;
    return wh + (e->exported > 0 ? e->exported : 0);
}

static void put(json_t *to, const char *key, double value)
{
    json_object_set_new(to, key, report_number(value));
}

static double put_energy_price(const struct report_source *s, json_t *to, double wh)
{
    const struct factors_config *f = &s->config->factors;
    bool two = f->price_night > 0 && f->night_from != f->night_to;
    double night = night_part(s) * wh, day = wh - night;
    double day_eur = day * f->price_electricity / 1e6, night_eur = night * f->price_night / 1e6;
    put(to, "bought_wh", wh);
    put(to, "day_wh", day);
    put(to, "night_wh", night);
    put(to, "day_eur", two ? day_eur : (double)NAN);
    put(to, "night_eur", two ? night_eur : (double)NAN);
    double euros = two ? day_eur + night_eur : wh * f->price_electricity / 1e6;
    put(to, "energy_eur", euros);
    return euros;
}

static double put_capacity_price(const struct report_source *s, json_t *to)
{
    size_t months;
    double peak = report_peaks_mean(s, &months), price = s->config->factors.price_capacity;
    /* each connection is charged its own peaks: those of a group's sum are nobody's */
    bool charged = price > 0 && !s->of.group;
    double euros = charged ? peak / 1e3 * price * (double)months / MONTHS_A_YEAR : (double)NAN;
    if (price > 0 && s->of.group)
        report_missing(s, "capacity", "the capacity is charged at each connection: see its rooms");
    put(to, "peak_w", peak);
    put(to, "capacity_eur", euros);
    return euros;
}

static double stated(double price)
{
    return price > 0 ? price : (double)NAN;
}

static void put_factors(const struct report_source *s, json_t *to)
{
    const struct factors_config *f = &s->config->factors;
    const struct {
        const char *key, *unit;
        double value;
    } rows[] = {{"electricity", "kg/kWh", f->electricity},
                {"gas", "kg/kWh", f->gas},
                {"price-electricity", "EUR/MWh", stated(f->price_electricity)},
                {"price-electricity-night", "EUR/MWh", stated(f->price_night)},
                {"price-capacity", "EUR/kW/a", stated(f->price_capacity)},
                {"price-gas", "EUR/MWh", stated(f->price_gas)},
                {"price-heat", "EUR/MWh", stated(f->price_heat)}};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *one = json_object();
        json_object_set_new(one, "key", json_string(rows[i].key));
        put(one, "value", rows[i].value);
        json_object_set_new(one, "unit", json_string(rows[i].unit));
        json_object_set_new(one, "source", json_string("factors of the configuration"));
        json_array_append_new(list, one);
    }
    json_object_set_new(to, "factors", list);
}

int report_money(const struct report_source *source, json_t **ret)
{
    const struct factors_config *f = &source->config->factors;
    struct energy_split e;
    int r = report_split(source, source->from_s, source->to_s, &e);
    if (r)
        return r;
    json_t *to = json_object();
    double wh = bought(&e), fuel = e.fuel > 0 ? e.fuel : 0;
    double euros = put_energy_price(source, to, wh), capacity = put_capacity_price(source, to);
    put(to, "electricity_eur", euros + (capacity > 0 ? capacity : 0));
    put(to, "it_eur", wh > 0 ? euros * e.it / wh : (double)NAN);
    put(to, "overhead_eur", wh > 0 ? euros * (wh - e.it) / wh : (double)NAN);
    put(to, "heat_sold_eur", e.heat_out / 1e6 * f->price_heat);
    put(to, "electricity_kg", wh / 1e3 * f->electricity);
    put(to, "fuel_kg", e.fuel > 0 ? fuel / 1e3 * f->gas : (double)NAN);
    put(to, "co2_kg", (wh * f->electricity + fuel * f->gas) / 1e3);
    put_factors(source, to);
    const char *reason = isnan(wh)                  ? *e.no_total ? e.no_total : "nothing that enters is metered"
                         : f->price_electricity > 0 ? NULL
                                                    : "factors.price-electricity is not stated";
    json_object_set_new(to, "reason", report_text(reason));
    if (reason)
        report_missing(source, "money", "%s", reason);
    *ret = to;
    return 0;
}
