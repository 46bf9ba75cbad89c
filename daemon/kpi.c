/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kpi.h"

#include "daemon/factors.h"
#include "daemon/uncertainty.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Below this a part-year would pass for a year: no PUE, only iPUE. Assumption, between the year's gate and a season. */
#define YEAR_LEAST 0.90

/* A role's energy onto another's. */
static void add(struct kpi_energy *to, const struct kpi_energy *e)
{
    to->wh += e->wh;
    to->estimated_wh += fabs(e->estimated_wh);
    to->variance += e->meters ? e->variance : 0;
    to->meters += e->meters;
    to->unread += e->unread;
}

struct maker {
    const struct kpi_scope *scope;
    const struct kpi_window *w;
    struct kpi_result *results;
    size_t n;
};

static struct kpi_result *begin(struct maker *m, enum quantity id, const char *name)
{
    struct kpi_result *r = &m->results[m->n++];
    memset(r, 0, sizeof *r);
    snprintf(r->scope, sizeof r->scope, "%s", m->scope->id);
    snprintf(r->name, sizeof r->name, "%s", name);
    snprintf(r->inputs, sizeof r->inputs, "%s", m->w->inputs);
    r->id = id;
    r->value = r->estimated = r->uncertainty = NAN;
    r->from_s = m->w->from_s;
    r->to_s = m->w->to_s;
    r->coverage = m->w->covered;
    r->n_assumed = m->w->n_assumed;
    memcpy(r->assumed, m->w->assumed, sizeof r->assumed);
    return r;
}

static void assume(struct kpi_result *r, const char *key, double value, const char *source)
{
    if (r->n_assumed == KPI_ASSUMED)
        return;
    struct kpi_assumed *a = &r->assumed[r->n_assumed++];
    snprintf(a->key, sizeof a->key, "%s", key);
    a->value = value;
    a->source = source;
}

__attribute__((format(printf, 2, 3))) static void refuse(struct kpi_result *r, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(r->reason, sizeof r->reason, format, ap);
    va_end(ap);
    r->value = r->uncertainty = NAN;
}

static double share_estimated(const struct kpi_energy *a, const struct kpi_energy *b)
{
    double all = fabs(a->wh) + fabs(b->wh);
    return all > 0 ? fmin(1, (a->estimated_wh + b->estimated_wh) / all) : (double)NAN;
}

/* What a ratio stands on: total, IT and how they hang together. */
struct balance {
    int error;
    char reason[200];
    struct kpi_energy total, it;
    double shared; /* variance in total of the meters that are IT's own */
};

static struct balance balance_of(const struct maker *m, const struct kpi_energies *e)
{
    struct balance b = {0};
    b.error = kpi_total(m->scope, m->w, e, &b.total, &b.it, b.reason);
    if (!b.error)
        b.shared = kpi_shared(m->w, e);
    return b;
}

/* GUM 5.1.2 for T/I, where part of T is I itself: dP/dI is 1/I - T/I^2 for the shared part. With separate meters for
 * the overhead this is the component form, with two independent totals the quotient form. */
static double ratio_uncertainty(const struct balance *b)
{
    double i = b->it.wh, t = b->total.wh, shared = fmin(b->shared, b->it.variance);
    double both = 1 / i - t / (i * i), below = t / (i * i);
    double variance =
        both * both * shared + below * below * (b->it.variance - shared) + (b->total.variance - b->shared) / (i * i);
    return COVERAGE_FACTOR * sqrt(fmax(variance, 0)) + (isnan(variance) ? (double)NAN : 0);
}

/* Fills in T/I or says why not. True when there is a value. */
static bool put_ratio(struct kpi_result *r, const struct maker *m, const struct balance *b)
{
    if (b->error) {
        refuse(r, "%s", b->reason);
        return false;
    }
    r->category = b->it.category;
    r->estimated = share_estimated(&b->total, &b->it);
    if (!(m->w->covered > 0)) {
        refuse(r, "no time in which all its meters were read%s%s", *m->w->silent ? ": nothing from " : "",
               m->w->silent);
        return false;
    }
    if (!(b->it.wh > 0)) {
        refuse(r, "no IT energy in the window");
        return false;
    }
    if (b->total.wh < b->it.wh) {
        refuse(r,
               "boundary: %.3f kWh entered but IT took %.3f kWh: a meter is missing at the boundary, or IT is counted "
               "twice",
               b->total.wh / 1e3, b->it.wh / 1e3);
        return false;
    }
    r->value = b->total.wh / b->it.wh;
    r->uncertainty = ratio_uncertainty(b);
    return true;
}

__attribute__((format(printf, 2, 3))) static void warn(struct kpi_result *r, const char *format, ...)
{
    size_t at = strlen(r->warnings);
    va_list ap;
    if (at)
        at += (size_t)snprintf(r->warnings + at, sizeof r->warnings - at, "; ");
    if (at >= sizeof r->warnings)
        return;
    va_start(ap, format);
    vsnprintf(r->warnings + at, sizeof r->warnings - at, format, ap);
    va_end(ap);
}

static void gate(struct kpi_result *r, const char *key)
{
    if (!isnan(r->value) && r->coverage < factor_value(key))
        warn(r, "provisional: %.1f %% of the window is covered", 100 * r->coverage);
}

/* Meters that do not agree, beside a number that does not stand or fall with it. */
static void doubt(struct kpi_result *r, const struct kpi_window *w)
{
    if (!isnan(r->value) && w->n_doubts)
        warn(r, "%s", w->doubt[0]);
}

static void make_ipue(struct maker *m, const struct balance *b)
{
    char name[48];
    snprintf(name, sizeof name, b->error ? "iPUE" : "iPUE%d", b->it.category);
    struct kpi_result *r = begin(m, Q_K_IPUE, name);
    put_ratio(r, m, b);
    doubt(r, m->w);
    gate(r, "coverage-month");
}

static void make_pue(struct maker *m, const struct balance *b)
{
    bool year = m->w->covered >= factor_value("coverage-year");
    char name[48];
    snprintf(name, sizeof name, b->error ? "PUE" : year ? "PUE%d" : "iPUE%d", b->it.category);
    struct kpi_result *r = begin(m, Q_K_PUE, name);
    if (put_ratio(r, m, b) && m->w->covered < YEAR_LEAST)
        refuse(r, "only %.1f %% of the twelve months is covered: see ipue", 100 * m->w->covered);
    doubt(r, m->w);
    gate(r, "coverage-year");
}

static const char *overhead_name(const struct kpi_energies *e, bool ups)
{
    bool cooling = e->role[ROLE_COOLING].meters || e->role[ROLE_COOLING_IMPORT].meters;
    bool other = e->role[ROLE_LIGHTING].meters || e->role[ROLE_OTHER].meters;
    if (e->role[ROLE_GRID].meters)
        return "pPUE";
    if (ups && !cooling && !other)
        return "pPUE_power";
    if (cooling && !ups && !other)
        return "pPUE_cooling";
    return cooling && ups && !other ? "pPUE_power+cooling" : "pPUE_metered";
}

/* The metered part of the overhead over IT: EN 50600-4-2, partial PUE. Its reason is why there is no whole one. */
static void make_ppue(struct maker *m, const struct balance *whole)
{
    const struct kpi_energies *e = &m->w->paired;
    bool ups = e->role[ROLE_UPS_IN].meters && !*m->w->ups_unmetered;
    struct kpi_result *r = begin(m, Q_K_PPUE, overhead_name(e, ups));
    struct balance b = {0};
    b.error = kpi_it(m->w, e, &b.it, b.reason);
    if (!b.error && (*m->w->overlap || *m->w->boundary)) { /* nor is a part of it a number */
        b.error = -EINVAL;
        snprintf(b.reason, sizeof b.reason, "%s", *m->w->overlap ? m->w->overlap : m->w->boundary);
    }
    if (!b.error) {
        b.total = kpi_entered(m->w, e);
        b.shared = kpi_shared(m->w, e);
        bool overhead = e->role[ROLE_GRID].meters || ups || e->role[ROLE_COOLING].meters ||
                        e->role[ROLE_COOLING_IMPORT].meters || e->role[ROLE_LIGHTING].meters ||
                        e->role[ROLE_OTHER].meters;
        if (!overhead) {
            b.error = -ENODATA;
            snprintf(b.reason, sizeof b.reason, "nothing but IT is metered");
        }
    }
    if (put_ratio(r, m, &b) && whole->error)
        snprintf(r->reason, sizeof r->reason, "%s", whole->reason);
    gate(r, "coverage-month");
}

static void make_dcie(struct maker *m, const struct balance *b)
{
    struct kpi_result *r = begin(m, Q_K_DCIE, "DCiE");
    if (put_ratio(r, m, b)) {
        r->uncertainty = 100 * r->uncertainty / (r->value * r->value);
        r->value = 100 / r->value;
    }
    gate(r, "coverage-month");
}

static void put_energy(struct kpi_result *r, const struct kpi_energy *e)
{
    r->value = e->wh;
    r->estimated = fabs(e->wh) > 0 ? fmin(1, e->estimated_wh / fabs(e->wh)) : (double)NAN;
    r->uncertainty = COVERAGE_FACTOR * sqrt(e->variance);
}

/* Of sums: what is missing is not in them. */
static void provisional(struct kpi_result *r, const char *missing)
{
    if (missing)
        warn(r, "without %s: no reading yet", missing);
    else
        gate(r, "coverage-month");
}

static void make_energies(struct maker *m)
{
    char reason[200];
    struct kpi_energy it, total;
    struct kpi_result *r = begin(m, Q_K_IT_ENERGY, "IT energy");
    if (kpi_it(m->w, &m->w->whole, &it, reason) || kpi_heard(m->w, &m->w->whole, true, reason))
        refuse(r, "%s", reason);
    else {
        put_energy(r, &it);
        doubt(r, m->w);
        r->category = it.category;
        provisional(r, m->scope->missing);
    }
    r = begin(m, Q_K_TOTAL_ENERGY, "total energy");
    if (kpi_total(m->scope, m->w, &m->w->whole, &total, &it, reason) || kpi_heard(m->w, &m->w->whole, false, reason))
        refuse(r, "%s", reason);
    else {
        put_energy(r, &total);
        doubt(r, m->w);
        provisional(r, NULL);
    }
    r = begin(m, Q_K_HEAT_ENERGY, "recoverable heat");
    r->coverage = m->w->heat_covered;
    if (m->w->whole.heat.meters && m->w->heat_covered > 0) {
        put_energy(r, &m->w->whole.heat);
        r->uncertainty = NAN;
    } else {
        refuse(r, "no heat is known of this window");
    }
}

static double relative(double x, double y)
{
    return y > 0 ? x / y : (double)NAN;
}

/* ISO/IEC 30134-8: CO2 of the energy that entered over IT energy; what the sun gave here has none. */
static void make_cue(struct maker *m, const struct balance *b)
{
    struct kpi_result *r = begin(m, Q_K_CUE, "CUE");
    assume(r, "electricity", m->scope->electricity, "factors: electricity (location-based)");
    if (!put_ratio(r, m, b))
        return;
    const struct kpi_energy *role = m->w->paired.role;
    double fuel = role[ROLE_FUEL].wh, sun = fmax(0, role[ROLE_SOLAR].wh - role[ROLE_EXPORT].wh);
    double u = relative(r->uncertainty, r->value);
    r->value = ((b->total.wh - fuel - sun) * m->scope->electricity + fuel * m->scope->gas) / b->it.wh;
    r->uncertainty = u * r->value;
    gate(r, "coverage-month");
}

/* ISO/IEC 30134-6: reused over total; ERE by The Green Grid: what is not reused over IT. */
static void make_reuse(struct maker *m, const struct balance *b, enum quantity id)
{
    struct kpi_result *r = begin(m, id, id == Q_K_ERF ? "ERF" : "ERE");
    const struct kpi_energy *out = &m->w->paired.role[ROLE_HEAT_OUT];
    if (!out->meters) {
        refuse(r, "no meter of heat that leaves (role heat-out)");
        return;
    }
    if (!put_ratio(r, m, b))
        return;
    double u_out = sqrt(out->variance), t = b->total.wh, i = b->it.wh;
    if (id == Q_K_ERF) {
        r->value = out->wh / t;
        r->uncertainty =
            COVERAGE_FACTOR * r->value * uncertainty_of_ratio(relative(u_out, out->wh), sqrt(b->total.variance) / t, 0);
    } else {
        r->uncertainty = uncertainty_rss(r->uncertainty, COVERAGE_FACTOR * u_out / i);
        r->value = (t - out->wh) / i;
    }
    gate(r, "coverage-month");
}

/* ISO/IEC 30134-7: heat removed over the electricity of the cooling. */
static void make_cer(struct maker *m)
{
    struct kpi_result *r = begin(m, Q_K_CER, "CER");
    const struct kpi_energy *removed = &m->w->paired.removed, *used = &m->w->paired.role[ROLE_COOLING];
    if (*m->w->no_removed)
        refuse(r, "%s", m->w->no_removed);
    else if (!removed->meters || !used->meters)
        refuse(r, "%s",
               removed->meters ? "no meter of the electricity of the cooling" : "no heat meter on the cooling");
    else if (!(used->wh > 0) || !(m->w->covered > 0))
        refuse(r, "no cooling energy in the window");
    else {
        r->value = removed->wh / used->wh;
        r->estimated = share_estimated(removed, used);
        r->uncertainty = COVERAGE_FACTOR * r->value *
                         uncertainty_of_ratio(relative(sqrt(removed->variance), removed->wh),
                                              relative(sqrt(used->variance), used->wh), 0);
    }
    gate(r, "coverage-month");
}

/* ISO/IEC 30134-9: water over IT energy, m3/MWh. */
static void make_wue(struct maker *m)
{
    struct kpi_result *r = begin(m, Q_K_WUE, "WUE");
    const struct kpi_energy *role = m->w->paired.role;
    struct kpi_energy it, water = role[ROLE_WATER];
    add(&water, &role[ROLE_WATER_POTABLE]);
    if (*m->w->no_water)
        refuse(r, "%s", m->w->no_water);
    else if (!water.meters)
        refuse(r, "no water meter (role water, water-potable)");
    else if (kpi_it(m->w, &m->w->paired, &it, r->reason))
        r->value = NAN;
    else if (!(it.wh > 0) || !(m->w->covered > 0))
        refuse(r, "no IT energy in the window");
    else {
        r->value = water.wh / (it.wh / 1e6);
        r->category = it.category;
        r->estimated = share_estimated(&water, &it);
        r->uncertainty = COVERAGE_FACTOR * r->value *
                         uncertainty_of_ratio(relative(sqrt(water.variance), water.wh), sqrt(it.variance) / it.wh, 0);
    }
    gate(r, "coverage-month");
}

size_t kpi_of_window(const struct kpi_scope *scope, const struct kpi_window *window, enum kpi_span span,
                     struct kpi_result *results)
{
    struct maker m = {scope, window, results, 0};
    struct balance b = balance_of(&m, &window->paired);
    switch (span) {
    case KPI_MONTH: make_ipue(&m, &b); return m.n;
    case KPI_TWELVE_MONTHS: make_pue(&m, &b); return m.n;
    case KPI_DAY: break;
    }
    make_ipue(&m, &b);
    make_ppue(&m, &b);
    make_dcie(&m, &b);
    /* ISO/IEC 30134-3 counts renewable energy by certificates bought and retired, which no meter shows. */
    refuse(begin(&m, Q_K_REF, "REF"), "no certificates of renewable energy are known");
    make_reuse(&m, &b, Q_K_ERF);
    make_reuse(&m, &b, Q_K_ERE);
    make_cer(&m);
    make_cue(&m, &b);
    make_wue(&m);
    make_energies(&m);
    return m.n;
}
