/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figures.h"

#include "daemon/balance.h"
#include "daemon/booking.h"
#include "daemon/calendar.h"
#include "daemon/pairing.h"
#include "drivers/arena.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400

struct site {
    struct arena *arena;
    struct ledger *ledger;
    const struct config *config;
    int64_t now_s;
    size_t n;
    struct known {
        struct balance_meter meter;
        struct paired_meter paired;
        const char *room;
    } * known;
};

static const struct device_config *device_of(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->n_devices; i++)
        if (!strcmp(config->device[i].id, id))
            return &config->device[i];
    return NULL;
}

static const struct source_config *source_of(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->n_sources; i++)
        if (!strcmp(config->source[i].id, id))
            return &config->source[i];
    return NULL;
}

static struct known *push(struct site *site)
{
    site->known = arena_push(site->arena, site->known, &site->n, sizeof *site->known);
    return &site->known[site->n - 1];
}

static int know_account(void *context, const struct flowed *flowed)
{
    struct site *site = context;
    const struct record *r = flowed->record;
    bool heat = r && r->quantity == Q_K_HEAT_ENERGY;
    if (!r || (r->role == ROLE_NONE && !heat) || (heat && !strcmp(r->device, "site")))
        return 0;
    const struct source_config *source = source_of(site->config, r->device);
    if (source && !isnan(source->constant))
        return 0; /* it comes from the configuration */
    struct known *k = push(site);
    k->room = arena_strdup(site->arena, r->room);
    k->meter = (struct balance_meter){.device = arena_strdup(site->arena, r->device),
                                      .part = arena_strdup(site->arena, r->part),
                                      .feed = r->feed ? arena_strdup(site->arena, r->feed) : NULL,
                                      .role = r->role,
                                      .category = r->category,
                                      .quantity = r->quantity,
                                      .share = r->share,
                                      .accuracy = r->accuracy};
    k->paired = (struct paired_meter){.account = flowed->account,
                                      .per_unit = ledger_per_unit(r->quantity),
                                      .from_s = r->from_ms / 1000,
                                      .to_s = r->to_ms / 1000,
                                      .gone = !heat && !source && !device_of(site->config, r->device)};
    return 0;
}

static int know(struct site *site)
{
    int r = ledger_sum(site->ledger, 0, 0, 0, know_account, site);
    for (size_t i = 0; i < site->config->n_sources && !r; i++) {
        const struct source_config *s = &site->config->source[i];
        if (isnan(s->constant))
            continue;
        struct known *k = push(site);
        k->room = s->room == NO_INDEX ? "" : site->config->room[s->room].id;
        k->meter = (struct balance_meter){.device = s->id,
                                          .part = "constant",
                                          .role = s->role,
                                          .quantity = Q_ENERGY,
                                          .category = s->role == ROLE_IT ? 2 : 0,
                                          .share = 1,
                                          .accuracy = s->accuracy,
                                          .assumed = true};
        k->paired = (struct paired_meter){.constant = s->constant, .per_unit = 1e3, .to_s = INT64_MAX};
    }
    return r;
}

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

static bool boundary_role(enum role role)
{
    return role == ROLE_GRID || role == ROLE_GENERATOR || role == ROLE_SOLAR || role == ROLE_FUEL ||
           role == ROLE_EXPORT || role == ROLE_NOT_ROOM;
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

static void fill(struct kpi_window *w, const struct balance_meter *meters, const struct paired_meter *paired, size_t n)
{
    for (size_t i = 0; i < n; i++) {
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

/* One balance: the meters of a room, or those of a site that has a grid meter of its own (room NULL). */
static int window_of(const struct site *site, const char *room, int64_t from_s, int64_t to_s, struct kpi_window *w)
{
    size_t n = 0;
    struct balance_meter *meters = arena_alloc(site->arena, (site->n + 1) * sizeof *meters);
    struct paired_meter *paired = arena_alloc(site->arena, (site->n + 1) * sizeof *paired);
    for (size_t i = 0; i < site->n; i++) {
        const struct known *k = &site->known[i];
        if (room ? strcmp(k->room, room) != 0 : *k->room && boundary_role(k->meter.role))
            continue;
        meters[n] = k->meter;
        paired[n++] = k->paired;
    }
    memset(w, 0, sizeof *w);
    w->from_s = from_s;
    w->to_s = to_s < site->now_s ? to_s : site->now_s;
    balance_plan(meters, n, w->ups_unmetered);
    bool grid = false, fuel = false, it = false;
    for (size_t i = 0; i < n; i++) {
        grid |= meters[i].used && meters[i].as == ROLE_GRID;
        fuel |= meters[i].used && meters[i].as == ROLE_FUEL;
        it |= meters[i].used && meters[i].as == ROLE_IT;
    }
    for (size_t i = 0; i < n; i++)
        paired[i].needed = needed(&meters[i], grid, fuel, it, *w->ups_unmetered);
    int64_t first = from_s / QUARTER_S * QUARTER_S, last = (to_s + QUARTER_S - 1) / QUARTER_S * QUARTER_S, covered = 0;
    int r = pairing_run(site->ledger, paired, n, first, last, site->now_s, &covered);
    if (r)
        return r;
    double length = (double)(w->to_s - first) * 1e3;
    w->covered = length > 0 ? fmin(1, (double)covered / length) : 0;
    for (size_t i = 0; i < n; i++)
        if (meters[i].heat && length > 0)
            w->heat_covered = fmin(1, (double)paired[i].covered_ms / length);
    fill(w, meters, paired, n);
    list_silent(meters, paired, n, w);
    balance_inputs(meters, n, w->inputs, sizeof w->inputs);
    balance_assumed(meters, n, w);
    return 0;
}

static bool has_role(const struct device_config *d)
{
    bool any = d->role != ROLE_NONE;
    for (size_t i = 0; i < d->n_parts; i++)
        any |= d->part[i].role != ROLE_NONE;
    return any;
}

/* Devices that count and have no account yet, in words; NULL: none. */
static const char *missing(const struct site *site, const char *room)
{
    const char *words = NULL;
    for (size_t i = 0; i < site->config->n_devices; i++) {
        const struct device_config *d = &site->config->device[i];
        const char *own = d->room == NO_INDEX ? "" : site->config->room[d->room].id;
        bool found = !has_role(d) || (room && strcmp(room, own)) || d->from_ms / 1000 > site->now_s ||
                     d->to_ms / 1000 <= site->now_s;
        for (size_t k = 0; k < site->n && !found; k++)
            found = !strcmp(site->known[k].meter.device, d->id);
        if (!found)
            words = words ? arena_printf(site->arena, "%s, %s", words, d->id) : d->id;
    }
    return words;
}

static void scope_of(const struct site *site, const char *room, struct kpi_scope *scope)
{
    *scope = (struct kpi_scope){.id = room ? room : "site",
                                .complete = site->config->n_rooms > 0,
                                .missing = missing(site, room),
                                .electricity = site->config->factors.electricity,
                                .gas = site->config->factors.gas};
    for (size_t i = 0; i < site->config->n_rooms; i++)
        if (!room || !strcmp(room, site->config->room[i].id))
            scope->complete &= site->config->room[i].complete;
}

static bool own_grid(const struct site *site)
{
    for (size_t i = 0; i < site->n; i++)
        if (!*site->known[i].room && site->known[i].meter.role == ROLE_GRID)
            return true;
    return false;
}

static bool has_roomless(const struct site *site)
{
    for (size_t i = 0; i < site->n; i++)
        if (!*site->known[i].room && site->known[i].meter.quantity != Q_K_HEAT_ENERGY)
            return true;
    return false;
}

static void add(struct kpi_energy *to, const struct kpi_energy *e)
{
    if (!e->meters)
        return;
    if (e->category && (!to->category || e->category < to->category))
        to->category = e->category;
    to->wh += e->wh;
    to->estimated_wh += e->estimated_wh;
    to->variance += e->variance;
    to->meters += e->meters;
}

/* A room's energies as those of one meter at the site's boundary; what lies beside the balance as it is. */
static void add_room(struct kpi_energies *to, const struct kpi_window *w, const struct kpi_energies *room)
{
    static const enum role beside[] = {ROLE_FUEL,     ROLE_SOLAR, ROLE_COOLING,
                                       ROLE_HEAT_OUT, ROLE_WATER, ROLE_WATER_POTABLE};
    char reason[200];
    struct kpi_energy it, total = kpi_entered(w, room);
    add(&to->removed, &room->removed);
    add(&to->heat, &room->heat);
    for (size_t i = 2; i < sizeof beside / sizeof beside[0]; i++)
        add(&to->role[beside[i]], &room->role[beside[i]]);
    if (kpi_it(room, &it, reason))
        return;
    add(&to->role[ROLE_IT], &it);
    total.category = 0;
    add(&to->role[ROLE_GRID], &total);
}

static int sum_rooms(const struct site *site, int64_t from_s, int64_t to_s, struct kpi_window *w,
                     struct kpi_scope *scope)
{
    struct kpi_window room;
    memset(w, 0, sizeof *w);
    w->from_s = from_s;
    w->to_s = to_s < site->now_s ? to_s : site->now_s;
    w->covered = w->heat_covered = 1;
    size_t n = site->config->n_rooms;
    for (size_t i = 0; i < n + has_roomless(site); i++) {
        const char *id = i < n ? site->config->room[i].id : "";
        struct kpi_scope own;
        struct kpi_energy total, it;
        char reason[200];
        int r = window_of(site, id, from_s, to_s, &room);
        if (r)
            return r;
        scope_of(site, id, &own);
        if (kpi_total(&own, &room, &room.paired, &total, &it, reason) && !scope->reason)
            scope->reason = arena_printf(site->arena, "%s: %s", *id ? id : "in no room", reason);
        add_room(&w->paired, &room, &room.paired);
        add_room(&w->whole, &room, &room.whole);
        w->covered = fmin(w->covered, room.covered);
        if (room.whole.heat.meters)
            w->heat_covered = fmin(w->heat_covered, room.heat_covered);
        if (*room.silent && !*w->silent)
            snprintf(w->silent, sizeof w->silent, "%s", room.silent);
        for (size_t k = 0; k < room.n_assumed && w->n_assumed < KPI_ASSUMED; k++)
            w->assumed[w->n_assumed++] = room.assumed[k];
    }
    snprintf(w->inputs, sizeof w->inputs, "the sum of %zu rooms", n);
    return 0;
}

static int any_window(const struct site *site, const char *scope, int64_t from_s, int64_t to_s, struct kpi_window *w,
                      struct kpi_scope *ret)
{
    const char *room = strcmp(scope, "site") ? scope : NULL;
    scope_of(site, room, ret);
    if (room || own_grid(site))
        return window_of(site, room, from_s, to_s, w);
    return sum_rooms(site, from_s, to_s, w, ret);
}

static int begin(struct site *site, struct ledger *ledger, const struct config *config, int64_t now_s)
{
    *site = (struct site){.arena = arena_new(), .ledger = ledger, .config = config, .now_s = now_s};
    int r = know(site);
    if (r)
        arena_free(site->arena);
    return r;
}

int figures_window(struct ledger *ledger, const struct config *config, const char *scope, int64_t from_s, int64_t to_s,
                   int64_t now_s, struct kpi_window *ret)
{
    struct site site;
    struct kpi_scope kpi_scope;
    int r = begin(&site, ledger, config, now_s);
    if (r)
        return r;
    r = any_window(&site, scope, from_s, to_s, ret, &kpi_scope);
    arena_free(site.arena);
    return r;
}

int figures_of(struct ledger *ledger, const struct config *config, const char *scope, int64_t from_s, int64_t to_s,
               int64_t now_s, enum kpi_span span, struct kpi_result *results, size_t *ret_n)
{
    struct site site;
    struct kpi_scope kpi_scope;
    struct kpi_window w;
    int r = begin(&site, ledger, config, now_s);
    if (r)
        return r;
    r = any_window(&site, scope, from_s, to_s, &w, &kpi_scope);
    if (!r)
        *ret_n = kpi_of_window(&kpi_scope, &w, span, results);
    arena_free(site.arena);
    return r;
}

/* All of one scope, ids that come twice side by side: ipue of the day, ipue of the month, pue, the rest. */
static int scope_figures(const struct site *site, const char *scope, struct kpi_result *results, size_t *ret_n)
{
    struct kpi_window w;
    struct kpi_scope s;
    struct kpi_result day[KPI_RESULTS];
    size_t n = 0;
    int64_t from, to, now = site->now_s;
    int r = any_window(site, scope, (now - DAY_S) / QUARTER_S * QUARTER_S, now, &w, &s);
    if (r)
        return r;
    size_t n_day = kpi_of_window(&s, &w, KPI_DAY, day);
    results[n++] = day[0];
    calendar_month_to_date(now, &from, &to);
    r = any_window(site, scope, from, to, &w, &s);
    if (!r)
        n += kpi_of_window(&s, &w, KPI_MONTH, results + n);
    calendar_twelve_months(now, &from, &to);
    if (!r)
        r = any_window(site, scope, from, to, &w, &s);
    if (!r)
        n += kpi_of_window(&s, &w, KPI_TWELVE_MONTHS, results + n);
    memcpy(results + n, day + 1, (n_day - 1) * sizeof *day);
    *ret_n = n + n_day - 1;
    return r;
}

int figures_run(struct ledger *ledger, const struct config *config, int64_t now_s, struct kpi_result **ret,
                size_t *ret_n)
{
    struct site site;
    size_t n = 0, scopes = config->n_rooms + 1;
    int r = begin(&site, ledger, config, now_s);
    if (r)
        return r;
    struct kpi_result *results = calloc(scopes * (KPI_RESULTS + 2), sizeof *results);
    if (!results)
        abort();
    for (size_t i = 0; i < scopes && !r; i++) {
        size_t more = 0;
        r = scope_figures(&site, i < config->n_rooms ? config->room[i].id : "site", results + n, &more);
        n += more;
    }
    arena_free(site.arena);
    if (r) {
        free(results);
        return r;
    }
    *ret = results;
    *ret_n = n;
    return 0;
}
