/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_offer.h"

#include "daemon/calendar.h"
#include "daemon/heat_grade.h"
#include "daemon/report_worth.h"

#include <math.h>

#define HOURS_A_YEAR 8760.0

struct month {
    double mean, most, least, coverage;
};

static struct month measured_month(const struct heat_period *p, int64_t from_s, int64_t to_s)
{
    struct month m = {0, -INFINITY, INFINITY, 0};
    size_t first = from_s <= p->from_s ? 0 : (size_t)((from_s - p->from_s) / QUARTER_S), known = 0, i = first;
    for (; i < p->n && p->from_s + (int64_t)i * QUARTER_S < to_s; i++)
        if (!isnan(p->quarter[i])) {
            m.mean += p->quarter[i];
            m.most = fmax(m.most, p->quarter[i]);
            m.least = fmin(m.least, p->quarter[i]);
            known++;
        }
    m.coverage = i > first ? (double)known / (double)(i - first) : 0;
    m.mean /= (double)known;
    return known ? m : (struct month){NAN, NAN, NAN, m.coverage};
}

/* IT's mean power: what an estimate follows from month to month. */
static int it_power(const struct report_source *s, const char *room, int64_t from_s, int64_t to_s, double *ret,
                    double *ret_coverage)
{
    struct kpi_window w;
    struct kpi_scope scope;
    struct kpi_energy it;
    char reason[200];
    int r = figures_site_window(s->figures, room, from_s, to_s, &w, &scope);
    if (r)
        return r;
    double hours = w.covered * (double)(w.to_s - w.from_s) / 3600;
    *ret_coverage = w.covered;
    *ret = kpi_it(&w, &w.paired, &it, reason) || !(hours > 0) ? (double)NAN : it.wh / hours;
    return 0;
}

static int month_of(const struct report_source *s, const char *room, const struct heat_period *p, int64_t from_s,
                    int64_t to_s, double it_all, struct month *ret)
{
    double it, coverage;
    if (p->n) {
        *ret = measured_month(p, from_s, to_s);
        return 0;
    }
    int r = it_power(s, room, from_s, to_s, &it, &coverage);
    if (!r)
        *ret = (struct month){p->mean.power * it / it_all, NAN, NAN, coverage};
    return r;
}

static int months_of(const struct report_source *s, const char *room, const struct heat_period *p, json_t *list)
{
    double it_all = NAN, coverage;
    int64_t end = s->to_s < s->now_s ? s->to_s : s->now_s;
    int r = p->n ? 0 : it_power(s, room, s->from_s, s->to_s, &it_all, &coverage);
    for (int64_t from = s->from_s, to; from < end && !r; from = to) {
        struct month m;
        to = calendar_start(SPAN_MONTH, from, 1);
        to = to < s->to_s ? to : s->to_s;
        r = month_of(s, room, p, from, to, it_all, &m);
        if (r)
            break;
        json_t *one = json_object();
        json_object_set_new(one, "from", report_time(from));
        json_object_set_new(one, "power_w", report_number(m.mean));
        json_object_set_new(one, "most_w", report_number(m.most));
        json_object_set_new(one, "least_w", report_number(m.least));
        json_object_set_new(one, "coverage", report_number(m.coverage));
        json_array_append_new(list, one);
    }
    return r;
}

static double availability(const struct heat_period *p)
{
    size_t known = 0, there = 0;
    for (size_t i = 0; i < p->n; i++)
        if (!isnan(p->quarter[i])) {
            known++;
            there += p->quarter[i] >= p->mean.power / 2;
        }
    return known ? (double)there / (double)known : (double)NAN;
}

static void put(json_t *to, const char *key, double value)
{
    json_object_set_new(to, key, report_number(value));
}

static json_t *offer_of(const struct report_source *s, const struct room_config *room, const struct heat_period *p)
{
    const struct heat_result *h = &p->mean;
    struct report_worth worth;
    json_t *one = json_object();
    json_object_set_new(one, "room", report_text(room->id));
    json_object_set_new(one, "title", report_text(room->title));
    json_object_set_new(one, "basis", report_text(isnan(h->power) ? NULL : p->basis));
    put(one, "energy_wh", p->energy);
    put(one, "year_wh", h->power * HOURS_A_YEAR);
    put(one, "power_w", h->power);
    put(one, "power_low_w", h->estimated ? h->low : (double)NAN);
    put(one, "power_high_w", h->estimated ? h->high : (double)NAN);
    put(one, "power_most_w", heat_period_quantile(p, 1));
    put(one, "power_50_w", heat_period_quantile(p, 0.5));
    put(one, "power_95_w", heat_period_quantile(p, 0.05));
    put(one, "availability", availability(p));
    put(one, "coverage", p->coverage);
    put(one, "temperature", h->temperature);
    put(one, "temperature_low", p->coldest);
    put(one, "temperature_high", p->warmest);
    put(one, "exergy", heat_exergy(h->temperature, HEAT_DEAD_STATE));
    put(one, "sink_supply", room->heat.sink_supply);
    put(one, "sink_return", room->heat.sink_return);
    json_object_set_new(one, "grade",
                        isnan(h->temperature) || isnan(room->heat.sink_supply)
                            ? json_null()
                            : json_string(heat_grade_name(heat_grade(h->temperature, room->heat.sink_supply))));
    put(one, "cop", h->cop);
    put(one, "delivered_w", h->delivered);
    put(one, "delivered_year_wh", h->delivered * HOURS_A_YEAR);
    put(one, "electric_year_wh", h->electric * HOURS_A_YEAR);
    if (report_worth_of(s, &room->heat, h, &worth)) {
        put(one, "used_year_wh", worth.year.used);
        put(one, "electricity_eur", worth.year.cost_electric);
        put(one, "gas_saved_eur", worth.year.saved_gas);
        report_worth_price(&worth, one);
        put(one, "price_heat_eur_mwh", s->config->factors.price_heat);
    }
    json_object_set_new(one, "reason", report_text(h->reason));
    return one;
}

int report_offer(const struct report_source *source, json_t **ret)
{
    json_t *list = json_array();
    int r = 0;
    for (size_t i = 0; i < source->config->n_rooms && !r; i++) {
        if (!report_covers(source, i))
            continue;
        json_t *one = offer_of(source, &source->config->room[i], &source->heat[i]), *months = json_array();
        r = months_of(source, source->config->room[i].id, &source->heat[i], months);
        json_object_set_new(one, "months", months);
        json_array_append_new(list, one);
    }
    if (r)
        json_decref(list);
    else
        *ret = list;
    return r;
}
