/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "energy_split.h"

#include "daemon/uncertainty.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double known(const struct kpi_energy *e)
{
    return e->meters > e->unread ? e->wh : (double)NAN;
}

/* NAN stands for a meter that is not there: it adds nothing to what is. */
static double plus(double a, double b)
{
    return isnan(a) ? b : isnan(b) ? a : a + b;
}

static double or_zero(double value)
{
    return isnan(value) ? 0 : value;
}

static void split_losses(const struct kpi_window *w, const struct kpi_energies *e, struct energy_split *s)
{
    const struct kpi_energy *in = &e->role[ROLE_UPS_IN], *out = &e->role[ROLE_UPS_OUT];
    double behind = e->role[ROLE_IT].wh - e->direct[ROLE_IT].wh;
    unsigned metered = e->role[ROLE_IT].meters - e->direct[ROLE_IT].meters;
    if (in->meters && out->meters && !*w->ups_unmetered)
        s->ups_losses = known(in) - known(out);
    s->ups_losses_u = COVERAGE_FACTOR * sqrt(in->variance + out->variance);
    s->distribution_u = COVERAGE_FACTOR * sqrt(out->variance + e->role[ROLE_IT].variance - e->direct[ROLE_IT].variance +
                                               e->on_ups.variance);
    bool it_read = e->role[ROLE_IT].unread < e->role[ROLE_IT].meters;
    if (out->meters && metered && it_read && e->role[ROLE_IT].category > 1)
        s->distribution = known(out) - behind - e->on_ups.wh;
    if (w->n_doubts && (s->ups_losses < 0 || s->distribution < 0 || *w->boundary)) {
        s->ups_losses = s->distribution = NAN; /* of meters that disagree the difference is no loss */
        snprintf(s->no_losses, sizeof s->no_losses, "%s", *w->boundary ? w->boundary : w->doubt[0]);
    } else if (!out->meters && !in->meters)
        snprintf(s->no_losses, sizeof s->no_losses, "no meter on a UPS");
    else if (in->meters && out->meters && !*w->ups_unmetered && isnan(s->ups_losses))
        (void)kpi_nothing_read(w, s->no_losses, sizeof s->no_losses);
    else if (isnan(s->ups_losses))
        snprintf(s->no_losses, sizeof s->no_losses, "input and output of the UPS are not both metered");
}

/* Of the rest: each meter by how often it stands in it, since what the losses take away the loads bring back. Behind a
 * UPS of which all is metered only its input is left; a meter of cooling bought is on both sides. */
static double rest_variance(const struct kpi_window *w, const struct kpi_energies *e, const struct energy_split *s)
{
    static const enum role parts[] = {ROLE_IT, ROLE_COOLING, ROLE_LIGHTING, ROLE_OTHER, ROLE_HEAT_PUMP};
    const struct kpi_energy *it = &e->role[ROLE_IT];
    bool ups = !isnan(s->ups_losses), chain = !isnan(s->distribution);
    int out = ups - chain - !it->meters;
    double variance = kpi_entered(w, e).variance - e->role[ROLE_COOLING_IMPORT].variance;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        variance += e->direct[parts[i]].variance;
    if (!chain && it->meters)
        variance += it->variance - e->direct[ROLE_IT].variance + e->on_ups.variance;
    if (ups)
        variance += e->role[ROLE_UPS_IN].variance;
    if (out)
        variance += out * out * e->role[ROLE_UPS_OUT].variance;
    return variance;
}

static void split_rest(const struct kpi_window *w, const struct kpi_energies *e, struct energy_split *s)
{
    if (!e->role[ROLE_GRID].meters) {
        snprintf(s->no_rest, sizeof s->no_rest, "no meter at the grid: what no other meter shows cannot be seen");
        return;
    }
    s->unmetered = s->entered - s->it - or_zero(s->cooling) - or_zero(s->cooling_bought) - or_zero(s->lighting) -
                   or_zero(s->other) - or_zero(s->heat_pump) - or_zero(energy_split_losses(s));
    s->unmetered_u = COVERAGE_FACTOR * sqrt(rest_variance(w, e, s));
    if (*w->boundary)
        s->unmetered = NAN;
    if (isnan(s->unmetered))
        snprintf(s->no_rest, sizeof s->no_rest, "%s", *w->boundary ? w->boundary : *s->no_it ? s->no_it : s->no_total);
}

void energy_split_of(const struct kpi_scope *scope, const struct kpi_window *w, const struct kpi_energies *e,
                     struct energy_split *s)
{
    struct kpi_energy total, it, entered = kpi_entered(w, e);
    memset(s, 0, sizeof *s);
    s->ups_losses = s->distribution = s->unmetered = NAN;
    s->ups_losses_u = s->distribution_u = s->unmetered_u = NAN;
    bool entered_known = entered.meters && !kpi_heard(w, e, false, s->no_total);
    s->entered = entered_known ? entered.wh : (double)NAN;
    s->it = kpi_it(w, e, &it, s->no_it) || kpi_heard(w, e, true, s->no_it) ? (double)NAN : it.wh;
    bool total_known = !kpi_total(scope, w, e, &total, &it, s->no_total) && entered_known;
    s->total = total_known ? total.wh : (double)NAN;
    s->cooling = known(&e->role[ROLE_COOLING]);
    if (isnan(s->cooling) && e->role[ROLE_COOLING].meters)
        snprintf(s->no_cooling, sizeof s->no_cooling, "no reading in this time");
    s->cooling_bought = known(&e->role[ROLE_COOLING_IMPORT]);
    s->lighting = known(&e->role[ROLE_LIGHTING]);
    s->other = known(&e->role[ROLE_OTHER]);
    s->heat_pump = known(&e->role[ROLE_HEAT_PUMP]);
    s->solar = known(&e->role[ROLE_SOLAR]);
    s->generator = known(&e->role[ROLE_GENERATOR]);
    s->exported = known(&e->role[ROLE_EXPORT]);
    s->fuel = known(&e->role[ROLE_FUEL]);
    s->heat_out = known(&e->role[ROLE_HEAT_OUT]);
    s->removed = known(&e->removed);
    s->water = known(&e->role[ROLE_WATER]);
    s->potable = known(&e->role[ROLE_WATER_POTABLE]);
    split_losses(w, e, s);
    split_rest(w, e, s);
}

static void told(char *to, size_t size, const char *id, const char *reason)
{
    if (*reason && !*to)
        snprintf(to, size, "%s: %s", id, reason);
}

/* What a room does not have adds no doubt either. */
static double together(double sum, double room, double of)
{
    return isnan(of) ? sum : isnan(sum) ? room : uncertainty_rss(sum, room);
}

void energy_split_add(struct energy_split *to, const struct energy_split *room, const char *id)
{
    static const size_t sums[] = {
        offsetof(struct energy_split, entered),    offsetof(struct energy_split, cooling),
        offsetof(struct energy_split, lighting),   offsetof(struct energy_split, cooling_bought),
        offsetof(struct energy_split, other),      offsetof(struct energy_split, heat_pump),
        offsetof(struct energy_split, ups_losses), offsetof(struct energy_split, distribution),
        offsetof(struct energy_split, solar),      offsetof(struct energy_split, generator),
        offsetof(struct energy_split, exported),   offsetof(struct energy_split, fuel),
        offsetof(struct energy_split, heat_out),   offsetof(struct energy_split, removed),
        offsetof(struct energy_split, water),      offsetof(struct energy_split, potable),
    };
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        double *sum = (double *)(void *)((char *)to + sums[i]);
        *sum = plus(*sum, *(const double *)(const void *)((const char *)room + sums[i]));
    }
    to->ups_losses_u = together(to->ups_losses_u, room->ups_losses_u, room->ups_losses);
    to->distribution_u = together(to->distribution_u, room->distribution_u, room->distribution);
    /* of these a sum without one room would be a wrong number */
    to->total += room->total;
    to->it += room->it;
    to->unmetered += room->unmetered;
    to->unmetered_u = uncertainty_rss(to->unmetered_u, room->unmetered_u);
    told(to->no_total, sizeof to->no_total, id, room->no_total);
    told(to->no_it, sizeof to->no_it, id, room->no_it);
    told(to->no_losses, sizeof to->no_losses, id, room->no_losses);
    told(to->no_rest, sizeof to->no_rest, id, room->no_rest);
}

double energy_split_losses(const struct energy_split *s)
{
    return plus(s->ups_losses, s->distribution);
}
