/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/advice_power.h"

#include "daemon/factors.h"
#include "daemon/ups_curve.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PHASES_NAMED 4
#define FEEDS_NAMED  4
#define LEFT_LEAST   0.2  /* of the heat, that does not leave already; assumption */
#define LOW_LOAD     0.40 /* of the rating: below it fixed losses weigh most; assumption, 0.3 to 0.4 */

static bool fit_ups(const struct advice_input *in, const struct live_device *device, double rating,
                    struct ups_curve *ret, double *ret_load, double *ret_coverage)
{
    const struct live_point *in_point = plant_point(device, "input", Q_ACTIVE_POWER),
                            *out_point = plant_point(device, "output", Q_ACTIVE_POWER);
    struct past input = {0}, output = {0};
    struct ups_samples samples = {0};
    if (!in_point || !out_point || plant_past(in->plant, in_point, RF_AVERAGE, in->span.from_s, in->span.to_s, &input))
        return false;
    if (!plant_past(in->plant, out_point, RF_AVERAGE, in->span.from_s, in->span.to_s, &output))
        for (size_t i = 0; i < input.n && i < output.n; i++)
            ups_samples_add(&samples, rating, input.value[i], output.value[i]);
    *ret_load = samples.n ? samples.x[1] / (double)samples.n : (double)NAN;
    *ret_coverage = input.n ? (double)samples.n / (double)input.n : 0;
    past_done(&input);
    past_done(&output);
    return ups_curve_fit(&samples, ret) == 0;
}

static void low_load(const struct advice_input *in, struct advice_list *list, const struct capacity_ups *u,
                     const struct ups_curve *curve, double load, double coverage)
{
    const char *name = u->device->config->id;
    struct advice *a = advice_add(list, in, "ups-load", "A UPS at low load");
    /* half the modules at twice the load each */
    double now = u->rating * ups_curve_loss(curve, load), halved = u->rating / 2 * ups_curve_loss(curve, 2 * load);
    snprintf(
        a->text, sizeof a->text,
        "Run %s with half of its power modules, or with its energy-saving mode, if it has one and what it must still "
        "carry after a failure allows",
        name);
    snprintf(
        a->ground, sizeof a->ground,
        "%s carried %.0f %% of its rating in the mean and lost %.0f W: efficiency %.1f %%, at twice the load %.1f %%",
        name, 100 * load, now, 100 * ups_curve_efficiency(curve, load), 100 * ups_curve_efficiency(curve, 2 * load));
    a->coverage = coverage;
    a->caution = u->after_failover > u->rating / 2 ? "After a failure of the other UPS half its modules would not do."
                 : curve->terms < 3 || 2 * load > curve->high ? "The curve is drawn beyond the loads that were seen."
                                                              : NULL;
    double likely = now - halved, doubt = 2 * curve->sigma * u->rating;
    if (likely > 0)
        advice_save(a, in, fmax(0, likely / 2 - doubt), likely, likely + doubt);
    advice_assume(a, "ups-no-load-loss", curve->c[0], "", "fitted: of the rating");
}

void advice_ups(const struct advice_input *in, struct advice_list *list)
{
    for (size_t i = 0; i < in->capacity->n_ups; i++) {
        const struct capacity_ups *u = &in->capacity->ups[i];
        struct ups_curve curve;
        double load, coverage;
        if (u->device->config->room != in->room)
            continue;
        if (!(u->rating > 0))
            advice_skip(list, in, "ups-load", "a UPS does not tell its rating");
        else if (!fit_ups(in, u->device, u->rating, &curve, &load, &coverage))
            advice_skip(list, in, "ups-load", "input and output power of a UPS do not give a curve of its losses");
        else if (load < LOW_LOAD)
            low_load(in, list, u, &curve, load, coverage);
    }
}

static void name_phases(const struct capacity_phases *p, char *text, size_t size, char *ground, size_t ground_size)
{
    const double *a = p->amperes;
    double least = fmin(a[0], fmin(a[1], a[2])), most = fmax(a[0], fmax(a[1], a[2]));
    int high = a[0] >= most ? 1 : a[1] >= most ? 2 : 3, low = a[0] <= least ? 1 : a[1] <= least ? 2 : 3;
    size_t n = strlen(text), k = strlen(ground);
    const char *name = p->device ? p->device->config->id : p->feed;
    snprintf(text + n, size - n, "%s%.1f A from L%d to L%d of %s", n ? "; " : "", (most - least) / 2, high, low, name);
    snprintf(ground + k, ground_size - k, "%s%s %.1f, %.1f and %.1f A (%.0f %% uneven)", k ? "; " : "", name, a[0],
             a[1], a[2], p->imbalance);
}

/* One piece of advice for all strips and feeds of the room: the most uneven ones are named. */
void advice_phases(const struct advice_input *in, struct advice_list *list)
{
    char text[300] = "", ground[380] = "";
    size_t n = 0;
    for (double below = INFINITY; n < PHASES_NAMED; n++) {
        const struct capacity_phases *worst = NULL;
        for (size_t i = 0; i < in->capacity->n_phases; i++) {
            const struct capacity_phases *p = &in->capacity->phases[i];
            if (p->room == in->room && p->imbalance > CIRCUIT_UNEVEN && p->imbalance < below &&
                (!worst || p->imbalance > worst->imbalance))
                worst = p;
        }
        if (!worst)
            break;
        below = worst->imbalance;
        name_phases(worst, text, sizeof text, ground, sizeof ground);
    }
    if (!n)
        return;
    struct advice *a = advice_add(list, in, "phases", "Spread the load over the phases");
    snprintf(a->text, sizeof a->text, "Move about %s", text);
    snprintf(a->ground, sizeof a->ground, "In the mean %s", ground);
    a->caution = "It saves little energy, but leaves more room on the fullest phase.";
}

static bool told_before(const struct capacity *c, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (c->failover[k].rack == c->failover[i].rack && c->failover[k].phase == c->failover[i].phase)
            return true;
    return false;
}

/* One piece of advice for all racks of the room: the fullest ones are named. */
void advice_feeds(const struct advice_input *in, struct advice_list *list)
{
    const struct config *config = in->plant->live->config;
    const struct capacity_failover *first = NULL;
    char text[260] = "";
    size_t n = 0;
    for (size_t i = 0; i < in->capacity->n_failovers; i++) { /* tightest first */
        const struct capacity_failover *f = &in->capacity->failover[i];
        if (config->rack[f->rack].room != in->room || f->reason || !(f->load.peak > f->limit) ||
            told_before(in->capacity, i))
            continue;
        size_t at = strlen(text);
        first = first ? first : f;
        if (n++ < FEEDS_NAMED)
            snprintf(text + at, sizeof text - at, "%s%.1f A away from rack %s, phase %s", at ? "; " : "",
                     f->load.peak - f->limit, config->rack[f->rack].id, phase_name(f->phase));
    }
    if (!first)
        return;
    if (n > FEEDS_NAMED)
        snprintf(text + strlen(text), sizeof text - strlen(text), " and %zu more", n - FEEDS_NAMED);
    struct advice *a = advice_add(list, in, "feeds", "Keep room for the other feed");
    snprintf(a->text, sizeof a->text, "Move at least %s, or raise its breakers", text);
    snprintf(
        a->ground, sizeof a->ground,
        "If feed %s had failed at the peak, %s would have carried %.1f A; its limit is %.1f A of a breaker of %.0f A",
        first->failed ? "B" : "A", first->breaker->name, first->load.peak, first->limit, first->rating);
    a->coverage = first->load.coverage;
    a->caution = first->load.peak > first->rating ? "The breaker would have tripped, and the rack gone dark." : NULL;
}

/* What it costs and brings, where an investment is stated. */
static void tell_price(struct advice *a, const struct heat_year *y)
{
    size_t n = strlen(a->text);
    if (!isnan(y->payback))
        snprintf(a->text + n, sizeof a->text - n,
                 "; %.0f euros would be paid back in %.1f years, a MWh of it would cost %.0f euros", y->invested,
                 y->payback, y->levelised);
    else if (!isnan(y->levelised))
        snprintf(a->text + n, sizeof a->text - n, "; for %.0f euros a MWh of it would cost %.0f euros", y->invested,
                 y->levelised);
}

void advice_heat(const struct advice_input *in, struct advice_list *list)
{
    const struct room_config *room = &in->plant->live->config->room[in->room];
    const struct heat_result *h = &in->heat->mean;
    struct heat_year y;
    if (isnan(h->delivered)) {
        advice_skip(list, in, "heat", "what heat could be delivered is not known: see the section on heat");
        return;
    }
    double left = fmax(0, 1 - in->heat_out / h->power);
    if (left < LEFT_LEAST)
        return; /* it is given already */
    heat_period_year(&room->heat, &in->plant->live->config->factors, h, left, factor_value("heat-used"), &y);
    bool demand = !isnan(room->heat.demand_space) || !isnan(room->heat.demand_dhw);
    struct advice *a = advice_add(list, in, "heat", "Give the heat to someone");
    snprintf(a->text, sizeof a->text,
             "Offer %.0f kW at %.0f °C to a neighbour or a heat network: it would warm %.0f homes",
             left * h->delivered / 1e3, room->heat.sink_supply, y.homes);
    tell_price(a, &y);
    if (h->direct)
        snprintf(a->ground, sizeof a->ground, "%.1f kW at %.1f °C, %s", h->power / 1e3, h->temperature,
                 in->heat->basis);
    else
        snprintf(a->ground, sizeof a->ground, "%.1f kW at %.1f °C, %s; a heat pump with COP %.1f", h->power / 1e3,
                 h->temperature, in->heat->basis, h->cop);
    a->heat = y.used;
    a->low = y.used * (demand ? 1 : factor_value("heat-used-low") / factor_value("heat-used")) *
             (h->estimated ? h->low / h->power : 1);
    a->high = y.used * (demand ? 1 : factor_value("heat-used-high") / factor_value("heat-used")) *
              (h->estimated ? h->high / h->power : 1);
    a->eur = y.saved;
    a->kg = y.co2_net;
    a->coverage = in->heat->coverage;
    a->caution =
        demand ? NULL : "No demand is stated (heat: demand): a usual part of the heat is taken to find a user.";
    if (!demand)
        advice_assume(a, "heat-used", factor_value("heat-used"), "", factor_find("heat-used")->source);
    advice_assume(a, "boiler-efficiency", factor_value("boiler-efficiency"), "",
                  factor_find("boiler-efficiency")->source);
    advice_assume(a, "household-heat", factor_value("household-heat"), "MWh/a", factor_find("household-heat")->source);
    for (size_t i = 0; i < h->n_assumed; i++)
        advice_assume(a, h->assumed[i].key, h->assumed[i].value, h->assumed[i].unit, h->assumed[i].source);
}
