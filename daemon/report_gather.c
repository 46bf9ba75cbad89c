/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_gather.h"

#include "daemon/energy_split.h"
#include "daemon/report_looks.h"
#include "daemon/eu_entered.h"
#include "daemon/uncertainty.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct report_gathered {
    struct report_source source;
    struct ledger *none; /* an empty one */
    struct heat_period *heat;
    struct quarter_profile profile;
    struct plant *plant;
    struct kpi_window window;
    struct kpi_scope scope;
    struct kpi_result figure[2 * KPI_RESULTS];
};

static int find_scope(struct report_source *s, const char *scope)
{
    int r = scope_find(s->config, scope, &s->of);
    s->scope = scope;
    if (!r && s->of.room != NO_INDEX)
        s->room = &s->config->room[s->of.room];
    return r;
}

/* A PUE is a figure of twelve months; of any other period it is told why there is none. */
static void add_pue(struct report_gathered *g)
{
    struct report_source *s = &g->source;
    struct kpi_result *pue = &g->figure[s->n_figures];
    bool year = s->to_s - s->from_s >= 365 * INT64_C(86400);
    s->n_figures += kpi_of_window(&g->scope, &g->window, KPI_TWELVE_MONTHS, pue);
    if (year && s->closed)
        return;
    pue->value = pue->uncertainty = pue->estimated = NAN;
    pue->category = 0;
    snprintf(pue->name, sizeof pue->name, "PUE");
    snprintf(pue->warnings, sizeof pue->warnings, "%s", "");
    snprintf(pue->reason, sizeof pue->reason, "%s",
             year ? "the twelve months are not over: see ipue" : "a PUE is a figure of twelve months: see ipue");
}

/* The mean of all that became heat in the room, while its meters were covered. */
static int room_power(const struct report_source *s, const char *room, double *ret, double *ret_covered)
{
    struct kpi_window w;
    struct kpi_scope scope;
    struct energy_split split;
    int r = figures_site_window(s->figures, room, s->from_s, s->to_s, &w, &scope);
    if (r)
        return r;
    energy_split_of(&scope, &w, &w.paired, &split);
    double hours = w.covered * (double)(w.to_s - w.from_s) / 3600, losses = energy_split_losses(&split);
    *ret_covered = w.covered;
    *ret = hours > 0 ? (split.it + (losses > 0 ? losses : 0) + (split.lighting > 0 ? split.lighting : 0)) / hours
                     : (double)NAN;
    return 0;
}

static int heat_of(const struct report_source *s, const struct room_config *room, struct heat_period *ret)
{
    double power, covered;
    int64_t to_s = s->to_s < s->now_s ? s->to_s : s->now_s;
    int r = room_power(s, room->id, &power, &covered);
    return r ? r : heat_period_of(&room->heat, s->state, s->from_s, to_s, power, covered, ret);
}

static struct kpi_result *begin(struct report_gathered *g, enum quantity id, const char *name)
{
    struct kpi_result *f = &g->figure[g->source.n_figures++];
    memset(f, 0, sizeof *f);
    f->id = id;
    f->value = f->coverage = f->estimated = f->uncertainty = NAN;
    f->from_s = g->window.from_s;
    f->to_s = g->window.to_s;
    snprintf(f->scope, sizeof f->scope, "%s", g->source.scope);
    snprintf(f->name, sizeof f->name, "%s", name);
    snprintf(f->inputs, sizeof f->inputs, "%s", g->window.inputs);
    return f;
}

/* The rooms' heat of the period together; what one room lacks the sum does not have. */
struct heat_sum {
    double power, energy, delivered, delivered_w, electric, warm, coverage;
    double estimated; /* of the energy */
    const char *reason;
    size_t n;
};

static int sum_heat(struct report_gathered *g, struct heat_sum *sum)
{
    const struct report_source *s = &g->source;
    sum->coverage = 1;
    for (size_t i = 0; i < s->config->n_rooms; i++) {
        struct heat_period *p = &g->heat[i];
        if (!report_covers(s, i))
            continue;
        int r = heat_of(s, &s->config->room[i], p);
        if (r)
            return r;
        sum->power += p->mean.power;
        sum->energy += p->energy;
        sum->warm += p->energy * p->mean.temperature;
        sum->delivered += p->delivered;
        sum->delivered_w += p->mean.delivered;
        sum->electric += p->electric;
        sum->coverage = fmin(sum->coverage, p->coverage);
        sum->estimated += p->mean.estimated ? p->energy : 0;
        sum->reason = sum->reason ? sum->reason : *p->mean.reason ? p->mean.reason : NULL;
        sum->n++;
    }
    return 0;
}

static void add_heat_figure(struct report_gathered *g, const struct heat_sum *sum, enum quantity id, const char *name,
                            double value)
{
    struct kpi_result *f = begin(g, id, name);
    f->value = sum->n && isfinite(value) ? value : (double)NAN;
    f->coverage = sum->coverage;
    f->estimated = isnan(f->value) ? (double)NAN : sum->estimated / sum->energy;
    if (isnan(f->value))
        snprintf(f->reason, sizeof f->reason, "%s", sum->reason ? sum->reason : "no room has it");
}

static int add_heat(struct report_gathered *g)
{
    struct heat_sum sum = {0};
    int r = sum_heat(g, &sum);
    if (r)
        return r;
    /* what the daemon booked, or what the files say: that which knows more of the period */
    for (size_t i = 0; i < g->source.n_figures; i++) {
        struct kpi_result *f = &g->figure[i];
        bool less = isnan(f->value) || f->coverage + 0.01 < sum.coverage;
        if (f->id != Q_K_HEAT_ENERGY || !less || !sum.n || !isfinite(sum.energy))
            continue;
        f->value = sum.energy;
        f->coverage = sum.coverage;
        f->estimated = sum.estimated / sum.energy;
        *f->reason = '\0';
    }
    bool direct = sum.electric <= 0 && sum.delivered > 0;
    add_heat_figure(g, &sum, Q_K_HEAT_POWER, "recoverable heat, mean power", sum.power);
    add_heat_figure(g, &sum, Q_K_HEAT_TEMPERATURE, "source temperature", sum.warm / sum.energy);
    sum.reason = direct ? "warm enough without a heat pump" : sum.reason;
    add_heat_figure(g, &sum, Q_K_HEAT_COP, "COP", direct ? (double)NAN : sum.delivered / sum.electric);
    add_heat_figure(g, &sum, Q_K_HEAT_DELIVERED, "heat a heat pump would deliver, mean power", sum.delivered_w);
    return 0;
}

/* Figures that are powers: of a period their mean. */
static void add_means(struct report_gathered *g)
{
    struct kpi_energy it;
    struct kpi_result *f = begin(g, Q_K_IT_POWER, "IT power, mean");
    double hours = g->window.covered * (double)(g->window.to_s - g->window.from_s) / 3600;
    f->coverage = g->window.covered;
    if (!kpi_it(&g->window, &g->window.paired, &it, f->reason)) {
        if (hours > 0) {
            f->value = it.wh / hours;
            f->category = it.category;
            f->uncertainty = COVERAGE_FACTOR * sqrt(it.variance) / hours;
            f->estimated = it.wh > 0 ? fmin(1, it.estimated_wh / it.wh) : (double)NAN;
        } else {
            snprintf(f->reason, sizeof f->reason, "no time in which all its meters were read");
        }
    }
    snprintf(begin(g, Q_K_POWER_RATIO, "power ratio")->reason, 200, "a figure of this moment: see ipue");
}

/* ISO/IEC 30134-3: renewable energy owned and retired over the total, at most 1. What was entered counts for its year.
 */
static void add_ref(struct report_gathered *g)
{
    const struct report_source *s = &g->source;
    double renewable = eu_renewable(report_entered(s), eu_year(s->from_s, s->to_s));
    const struct kpi_result *total = report_figure(s, Q_K_TOTAL_ENERGY);
    for (size_t i = 0; i < s->n_figures; i++)
        if (g->figure[i].id == Q_K_REF && !isnan(renewable) && total && total->value > 0) {
            struct kpi_result *f = &g->figure[i];
            f->value = fmin(1, renewable / total->value);
            f->uncertainty = f->value * total->uncertainty / total->value;
            f->coverage = total->coverage;
            f->estimated = total->estimated;
            *f->reason = '\0';
            f->assumed[0] = (struct kpi_assumed){"renewable", renewable, "eu: entered by the operator, Wh"};
            f->n_assumed = 1;
        }
}

static int look(struct report_gathered *g)
{
    struct report_source *s = &g->source;
    int r = figures_site_window(s->figures, s->scope, s->from_s, s->to_s, &g->window, &g->scope);
    if (r)
        return r;
    if (s->from_s >= s->now_s)
        g->scope.reason = "the period begins in the future";
    s->n_meters = figures_site_meters(s->figures, &s->meter);
    s->window = &g->window;
    s->kpi_scope = &g->scope;
    s->figure = g->figure;
    s->n_figures = kpi_of_window(&g->scope, &g->window, KPI_DAY, g->figure);
    add_pue(g);
    add_means(g);
    add_ref(g);
    s->profile = &g->profile;
    r = quarter_profile_of(s->ledger, s->meter, s->n_meters, s->from_s, s->to_s, s->now_s, &g->profile);
    if (r == -E2BIG)
        report_missing(s, "peaks", "too many meters enter for quarters of an hour over this period: ask by month");
    return r && r != -E2BIG ? r : add_heat(g);
}

int report_gather(const struct report_request *request, struct report_gathered **ret)
{
    struct report_gathered *g = calloc(1, sizeof *g);
    if (!g)
        abort();
    struct report_source *s = &g->source;
    *s = (struct report_source){.config = request->config,
                                .ledger = request->ledger,
                                .state = request->state,
                                .from_s = request->from_s,
                                .to_s = request->to_s,
                                .now_s = request->now_s,
                                .closed = request->to_s <= request->now_s,
                                .missing = json_array(),
                                .assumed = json_array()};
    s->plant = g->plant = plant_new(request->config, request->state);
    s->looks = report_looks_new(request->config->n_rooms);
    g->heat = calloc(request->config->n_rooms + 1, sizeof *g->heat);
    if (!g->heat)
        abort();
    s->heat = g->heat;
    int r = find_scope(s, request->scope);
    if (!r && !s->ledger) {
        r = ledger_open(":memory:", true, &g->none);
        s->ledger = g->none;
        report_missing(s, "ledger", "%s", request->no_ledger ? request->no_ledger : "there is none");
    }
    r = r ? r : figures_site_open(s->ledger, s->config, s->now_s, &s->figures);
    r = r ? r : look(g);
    if (r)
        report_gathered_free(g);
    else
        *ret = g;
    return r;
}

void report_gathered_free(struct report_gathered *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->source.config->n_rooms; i++)
        heat_period_done(&g->heat[i]);
    free(g->heat);
    quarter_profile_done(&g->profile);
    report_looks_free(g->source.looks);
    plant_free(g->plant);
    figures_site_close(g->source.figures);
    ledger_close(g->none);
    json_decref(g->source.missing);
    json_decref(g->source.assumed);
    free(g);
}

const struct report_source *report_gathered_source(const struct report_gathered *g)
{
    return &g->source;
}
