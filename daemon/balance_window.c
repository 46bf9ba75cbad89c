/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "balance_window.h"

#include "daemon/balance_doubt.h"
#include "daemon/meter_class.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WH_PER_M3K 1160.3 /* water at 20 degC: IAPWS-IF97 */
#define FLOW_PART  0.5    /* of a heat meter's permanent flow, in the mean; assumption */

/* Whether PUE stands on this meter: the boundary and the IT side. */
static bool needed(const struct balance_meter *m, bool grid, bool fuel, bool it, bool ups_unmetered)
{
    if (!m->used || m->heat || m->removed)
        return false;
    switch (m->as) {
    case ROLE_IT:
    case ROLE_COOLING_IMPORT: return true;
    case ROLE_GRID:
    case ROLE_SOLAR:
    case ROLE_EXPORT:
    case ROLE_NOT_ROOM: return grid;
    case ROLE_GENERATOR: return grid && !fuel;
    case ROLE_FUEL: return grid;
    case ROLE_UPS_IN: return !grid && !ups_unmetered;
    case ROLE_UPS_OUT: return !it;
    case ROLE_COOLING:
    case ROLE_LIGHTING:
    case ROLE_OTHER:
    case ROLE_HEAT_PUMP: return (!grid && (m->direct || ups_unmetered)) || (!it && m->on_ups);
    case ROLE_NONE:
    case ROLE_HEAT_OUT:
    case ROLE_WATER:
    case ROLE_WATER_POTABLE:
    case ROLE_COUNT: break;
    }
    return false;
}

static void list_silent(const struct balance_meter *meters, const struct paired_meter *paired, size_t n,
                        struct kpi_window *w)
{
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (!paired[i].needed || !paired[i].account || paired[i].covered_ms)
            continue;
        int more = snprintf(w->silent + at, sizeof w->silent - at, "%s%s", at ? ", " : "", meters[i].device);
        if (more < 0 || (size_t)more >= sizeof w->silent - at) {
            w->silent[at] = 0;
            return;
        }
        at += (size_t)more;
    }
}

/* K between supply and return, from the heat and the volume that carried it; NAN where no volume is counted. */
static double kelvin_of(const struct balance_meter *meters, const struct paired_meter *paired, size_t n, size_t at)
{
    for (size_t i = 0; i < n; i++)
        if (meters[i].quantity == Q_VOLUME && !strcmp(meters[i].device, meters[at].device) &&
            !strcmp(meters[i].part, meters[at].part) && paired[i].whole > 0 && paired[at].whole > 0)
            return paired[at].whole / paired[i].whole / WH_PER_M3K;
    return NAN;
}

/* A class holds at its load: a meter that idles is worse. By the mean power of the time that counts. */
static void by_load(struct balance_meter *meters, const struct paired_meter *paired, size_t n,
                    const struct kpi_window *w)
{
    double hours = w->covered * (double)(w->to_s - w->from_s) / 3600;
    for (size_t i = 0; i < n; i++) {
        struct balance_meter *m = &meters[i];
        bool alone = hours > 0 && (paired[i].needed || paired[i].paired > 0);
        double watts = alone ? paired[i].paired / hours : paired[i].whole / ((double)paired[i].covered_ms / 3.6e6);
        if (m->class_ && (m->quantity == Q_HEAT_ENERGY || m->quantity == Q_COOLING_ENERGY))
            m->accuracy = meter_heat_limit(m->class_, kelvin_of(meters, paired, n, i), FLOW_PART);
        if (m->class_ && m->rated > 0 && m->quantity == Q_ENERGY && isfinite(watts) && watts > 0)
            m->accuracy = meter_limit(m->class_, m->ct_class, watts / m->rated);
    }
}

static void fill(struct kpi_window *w, struct balance_meter *meters, const struct paired_meter *paired, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        meters[i].unread = paired[i].account && !paired[i].covered_ms && !(fabs(paired[i].whole) > 0);
        balance_add(&w->paired, &meters[i], paired[i].paired, paired[i].paired_estimated);
        balance_add(&w->whole, &meters[i], paired[i].whole, paired[i].whole_estimated);
        if (!paired[i].account && w->n_assumed < KPI_ASSUMED) {
            struct kpi_assumed *a = &w->assumed[w->n_assumed++];
            snprintf(a->key, sizeof a->key, "%s", meters[i].device);
            a->value = paired[i].constant;
            a->source = "sources: constant, W";
        }
    }
}

/* What only ever takes energy and gave some is connected the wrong way round. */
static void find_reversed(const struct balance_meter *meters, const struct paired_meter *paired, size_t n,
                          struct kpi_window *w)
{
    for (size_t i = 0; i < n; i++) {
        bool takes = meters[i].used && meters[i].as != ROLE_GRID && meters[i].as != ROLE_EXPORT;
        if (takes && paired[i].whole < -1 && !*w->reversed)
            snprintf(w->reversed, sizeof w->reversed, "%s/%s", meters[i].device, meters[i].part);
    }
}

/* Of two that measure the same the one that was read counts: what each covers has to be known before the plan. */
static int look_ahead(const struct balance_pool *pool, struct balance_meter *meters, const struct paired_meter *paired,
                      size_t n, int64_t first_s, int64_t last_s)
{
    bool any = false;
    for (size_t i = 0; i < n; i++)
        any |= meters[i].same_as != NULL;
    if (!any)
        return 0;
    struct paired_meter *probe = arena_alloc(pool->arena, n * sizeof *probe);
    int64_t covered;
    memcpy(probe, paired, n * sizeof *probe);
    int r = pairing_run(pool->ledger, probe, n, first_s, last_s, pool->now_s, &covered);
    for (size_t i = 0; i < n && !r; i++)
        meters[i].covered = (double)probe[i].covered_ms / (double)(last_s - first_s) / 1e3;
    return r;
}

/* Meters against each other: by what flowed while all needed ones were read. */
static void find_doubts(const struct balance_pool *pool, struct balance_meter *meters,
                        const struct paired_meter *paired, size_t n, struct kpi_window *w)
{
    double length = (double)(w->to_s - w->from_s) * 1e3, common = w->covered * length;
    double *value = arena_alloc(pool->arena, (n + 1) * sizeof *value),
           *missing = arena_alloc(pool->arena, (n + 1) * sizeof *missing);
    for (size_t i = 0; i < n; i++) {
        double covered = (double)paired[i].covered_ms, least = fmax(0, covered + common - length);
        meters[i].left = paired[i].gone || paired[i].to_s < w->to_s;
        meters[i].covered = length > 0 ? covered / length : 0;
        value[i] = paired[i].paired;
        missing[i] = paired[i].needed || !(common > 0) ? 0 : 1 - fmin(1, least / common);
    }
    balance_overlap(meters, n, w);
    balance_doubt(meters, value, missing, n, w);
}

static void plan(const struct balance_pool *pool, const struct balance_slice *slice, char *ups_unmetered)
{
    const struct balance_meter *meter = pool->meter + slice->first;
    struct paired_meter *paired = pool->paired + slice->first;
    bool grid = false, fuel = false, it = false;
    balance_plan(pool->meter + slice->first, slice->n, ups_unmetered);
    for (size_t i = 0; i < slice->n; i++) {
        grid |= meter[i].used && meter[i].as == ROLE_GRID;
        fuel |= meter[i].used && meter[i].as == ROLE_FUEL;
        it |= meter[i].used && meter[i].as == ROLE_IT;
    }
    for (size_t i = 0; i < slice->n; i++)
        paired[i].needed = needed(&meter[i], grid, fuel, it, *ups_unmetered);
}

/* Not a second and not a watt-hour of any meter: unknown is not nought. */
static void find_nothing(const struct paired_meter *paired, size_t n, struct kpi_window *w)
{
    bool some = false, any = false;
    for (size_t i = 0; i < n; i++) {
        any |= paired[i].account && paired[i].needed;
        some |= paired[i].needed && (paired[i].covered_ms || fabs(paired[i].whole) > 0);
    }
    if (any && !some)
        snprintf(w->no_it, sizeof w->no_it, "no time in which all its meters were read: nothing from %s", w->silent);
}

static void finish(struct balance_pool *pool, struct balance_slice *slice, int64_t first_s, int64_t covered_ms)
{
    struct balance_meter *meters = pool->meter + slice->first;
    struct paired_meter *paired = pool->paired + slice->first;
    struct kpi_window *w = &slice->window;
    double length = (double)(w->to_s - first_s) * 1e3;
    w->covered = length > 0 ? fmin(1, (double)covered_ms / length) : 0;
    for (size_t i = 0; i < slice->n; i++)
        if (meters[i].heat && length > 0)
            w->heat_covered = fmin(1, (double)paired[i].covered_ms / length);
    by_load(meters, paired, slice->n, w);
    fill(w, meters, paired, slice->n);
    list_silent(meters, paired, slice->n, w);
    find_nothing(paired, slice->n, w);
    find_reversed(meters, paired, slice->n, w);
    find_doubts(pool, meters, paired, slice->n, w);
    balance_inputs(meters, slice->n, w->inputs, sizeof w->inputs);
    balance_assumed(meters, slice->n, w);
}

int balance_window(struct balance_pool *pool)
{
    int64_t first = pool->from_s / QUARTER_S * QUARTER_S, covered = 0;
    int64_t last = (pool->to_s + QUARTER_S - 1) / QUARTER_S * QUARTER_S;
    size_t n = 0;
    int r = 0;
    for (size_t i = 0; i < pool->n_slices && !r; i++) {
        struct balance_slice *slice = &pool->slice[i];
        struct kpi_window *w = &slice->window;
        memset(w, 0, sizeof *w);
        w->from_s = pool->from_s;
        w->to_s = pool->to_s < pool->now_s ? pool->to_s : pool->now_s;
        r = look_ahead(pool, pool->meter + slice->first, pool->paired + slice->first, slice->n, first, last);
        plan(pool, slice, w->ups_unmetered);
        n += slice->n;
    }
    if (!r)
        r = pairing_run(pool->ledger, pool->paired, n, first, last, pool->now_s, &covered);
    for (size_t i = 0; i < pool->n_slices && !r; i++)
        finish(pool, &pool->slice[i], first, covered);
    return r;
}
