/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figures_site.h"

#include "daemon/balance_doubt.h"
#include "daemon/booking.h"
#include "daemon/meter_service.h"
#include "drivers/arena.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct figures_site {
    struct arena *arena;
    struct ledger *ledger;
    const struct config *config;
    struct meter_service *service;
    int64_t now_s;
    size_t n, n_looked;
    struct figures_meter *known;
    struct figures_meter *looked; /* those of the last window, as it used them */
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

/* The configuration's word, of today: the meter is looked at with it whenever it served. */
static const char *same_as(const struct config *config, const char *id)
{
    const struct device_config *device = device_of(config, id);
    const struct source_config *source = device ? NULL : source_of(config, id);
    return device ? device->same_as : source ? source->same_as : NULL;
}

static struct figures_meter *push(struct figures_site *site)
{
    site->known = arena_push(site->arena, site->known, &site->n, sizeof *site->known);
    return &site->known[site->n - 1];
}

static bool counts(const struct figures_meter *k)
{
    return k->meter.role != ROLE_NONE || k->meter.quantity == Q_K_HEAT_ENERGY;
}

/* A meter that was moved, or counted as something else, is one meter for each time. */
static void know_spans(struct figures_site *site, const struct record *r, const struct figures_meter *whole)
{
    struct service_span *spans;
    size_t n = meter_service_spans(site->service, site->arena, r, &spans);
    if (!n && counts(whole))
        *push(site) = *whole;
    for (size_t i = 0; i < n; i++) {
        struct figures_meter k = *whole;
        bool last = i + 1 == n;
        k.room = spans[i].room;
        k.meter.feed = *spans[i].feed ? spans[i].feed : NULL;
        k.meter.role = spans[i].role;
        k.meter.category = spans[i].category;
        k.meter.share = spans[i].share;
        k.paired.from_s = i ? spans[i].from_s : 0;
        k.paired.to_s = last ? whole->paired.to_s : spans[i].to_s;
        k.paired.gone = last && whole->paired.gone;
        if (counts(&k))
            *push(site) = k;
    }
}

static int know_account(void *context, const struct flowed *flowed)
{
    struct figures_site *site = context;
    const struct record *r = flowed->record;
    bool heat = r && r->quantity == Q_K_HEAT_ENERGY;
    if (!r || (heat && !strcmp(r->device, "site")))
        return 0;
    const struct source_config *source = source_of(site->config, r->device);
    if (source && !isnan(source->constant))
        return 0; /* it comes from the configuration */
    struct figures_meter whole = {.room = arena_strdup(site->arena, r->room)}, *k = &whole;
    k->meter = (struct balance_meter){.device = arena_strdup(site->arena, r->device),
                                      .part = arena_strdup(site->arena, r->part),
                                      .feed = r->feed ? arena_strdup(site->arena, r->feed) : NULL,
                                      .same_as = same_as(site->config, r->device),
                                      .role = r->role,
                                      .phase = r->phase,
                                      .category = r->category,
                                      .quantity = r->quantity,
                                      .share = r->share,
                                      .accuracy = r->accuracy,
                                      .step = r->step};
    k->paired = (struct paired_meter){.account = flowed->account,
                                      .per_unit = ledger_per_unit(r->quantity),
                                      .from_s = r->from_ms / 1000,
                                      .to_s = r->to_ms / 1000,
                                      .gone = !heat && !source && !device_of(site->config, r->device)};
    know_spans(site, r, k);
    return 0;
}

static int know(struct figures_site *site)
{
    (void)ledger_commit(site->ledger); /* a full disk: what is in the file is still told */
    int r = meter_service_load(ledger_file(site->ledger), site->arena, &site->service);
    if (!r)
        r = ledger_sum(site->ledger, 0, 0, 0, know_account, site);
    for (size_t i = 0; i < site->config->n_sources && !r; i++) {
        const struct source_config *s = &site->config->source[i];
        if (isnan(s->constant))
            continue;
        struct figures_meter *k = push(site);
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

static void keep_looked(struct figures_site *site, const struct balance_meter *meters,
                        const struct paired_meter *paired, const char *const *rooms, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        site->looked = arena_push(site->arena, site->looked, &site->n_looked, sizeof *site->looked);
        site->looked[site->n_looked - 1] = (struct figures_meter){meters[i], paired[i], rooms[i]};
    }
}

/* Of two that measure the same the one that was read counts: what each covers has to be known before the plan. */
static int look_ahead(struct figures_site *site, struct balance_meter *meters, const struct paired_meter *paired,
                      size_t n, int64_t first_s, int64_t last_s)
{
    bool any = false;
    for (size_t i = 0; i < n; i++)
        any |= meters[i].same_as != NULL;
    if (!any)
        return 0;
    struct paired_meter *probe = arena_alloc(site->arena, n * sizeof *probe);
    int64_t covered;
    memcpy(probe, paired, n * sizeof *probe);
    int r = pairing_run(site->ledger, probe, n, first_s, last_s, site->now_s, &covered);
    for (size_t i = 0; i < n && !r; i++)
        meters[i].covered = (double)probe[i].covered_ms / (double)(last_s - first_s) / 1e3;
    return r;
}

/* Meters against each other: by what flowed while all needed ones were read. */
static void find_doubts(struct figures_site *site, struct balance_meter *meters, const struct paired_meter *paired,
                        size_t n, struct kpi_window *w)
{
    double length = (double)(w->to_s - w->from_s) * 1e3, common = w->covered * length;
    double *value = arena_alloc(site->arena, (n + 1) * sizeof *value),
           *missing = arena_alloc(site->arena, (n + 1) * sizeof *missing);
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

/* One balance: the meters of a room, or those of a site that has a grid meter of its own (room NULL). */
static int window_of(struct figures_site *site, const char *room, int64_t from_s, int64_t to_s, struct kpi_window *w)
{
    size_t n = 0;
    struct balance_meter *meters = arena_alloc(site->arena, (site->n + 1) * sizeof *meters);
    struct paired_meter *paired = arena_alloc(site->arena, (site->n + 1) * sizeof *paired);
    const char **rooms = arena_alloc(site->arena, (site->n + 1) * sizeof *rooms);
    for (size_t i = 0; i < site->n; i++) {
        const struct figures_meter *k = &site->known[i];
        if (room ? strcmp(k->room, room) != 0 : *k->room && boundary_role(k->meter.role))
            continue;
        if (k->paired.to_s <= from_s || k->paired.from_s >= to_s)
            continue; /* another time's */
        meters[n] = k->meter;
        rooms[n] = k->room;
        paired[n++] = k->paired;
    }
    memset(w, 0, sizeof *w);
    w->from_s = from_s;
    w->to_s = to_s < site->now_s ? to_s : site->now_s;
    int64_t first = from_s / QUARTER_S * QUARTER_S, last = (to_s + QUARTER_S - 1) / QUARTER_S * QUARTER_S, covered = 0;
    int r = look_ahead(site, meters, paired, n, first, last);
    if (r)
        return r;
    balance_plan(meters, n, w->ups_unmetered);
    bool grid = false, fuel = false, it = false;
    for (size_t i = 0; i < n; i++) {
        grid |= meters[i].used && meters[i].as == ROLE_GRID;
        fuel |= meters[i].used && meters[i].as == ROLE_FUEL;
        it |= meters[i].used && meters[i].as == ROLE_IT;
    }
    for (size_t i = 0; i < n; i++)
        paired[i].needed = needed(&meters[i], grid, fuel, it, *w->ups_unmetered);
    r = pairing_run(site->ledger, paired, n, first, last, site->now_s, &covered);
    if (r)
        return r;
    double length = (double)(w->to_s - first) * 1e3;
    w->covered = length > 0 ? fmin(1, (double)covered / length) : 0;
    for (size_t i = 0; i < n; i++)
        if (meters[i].heat && length > 0)
            w->heat_covered = fmin(1, (double)paired[i].covered_ms / length);
    fill(w, meters, paired, n);
    list_silent(meters, paired, n, w);
    find_reversed(meters, paired, n, w);
    find_doubts(site, meters, paired, n, w);
    balance_inputs(meters, n, w->inputs, sizeof w->inputs);
    balance_assumed(meters, n, w);
    keep_looked(site, meters, paired, rooms, n);
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
static const char *missing(const struct figures_site *site, const char *room)
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

static void scope_of(const struct figures_site *site, const char *room, struct kpi_scope *scope)
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

bool figures_site_single(const struct figures_site *site)
{
    for (size_t i = 0; i < site->n; i++)
        if (!*site->known[i].room && site->known[i].meter.role == ROLE_GRID)
            return true;
    return false;
}

static bool has_roomless(const struct figures_site *site)
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
    if (kpi_it(w, room, &it, reason))
        return;
    add(&to->role[ROLE_IT], &it);
    total.category = 0;
    add(&to->role[ROLE_GRID], &total);
}

static int sum_rooms(struct figures_site *site, int64_t from_s, int64_t to_s, struct kpi_window *w,
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
        if (*room.reversed && !*w->reversed)
            snprintf(w->reversed, sizeof w->reversed, "%s", room.reversed);
        if (*room.silent && !*w->silent)
            snprintf(w->silent, sizeof w->silent, "%s", room.silent);
        for (size_t k = 0; k < room.n_doubts && w->n_doubts < KPI_DOUBTS; k++)
            snprintf(w->doubt[w->n_doubts++], sizeof w->doubt[0], "%s", room.doubt[k]);
        if (*room.overlap && !*w->overlap) {
            snprintf(w->overlap, sizeof w->overlap, "%s", room.overlap);
            w->overlap_role = room.overlap_role;
        }
        for (size_t k = 0; k < room.n_assumed && w->n_assumed < KPI_ASSUMED; k++)
            w->assumed[w->n_assumed++] = room.assumed[k];
    }
    snprintf(w->inputs, sizeof w->inputs, "the sum of %zu rooms", n);
    return 0;
}

int figures_site_window(struct figures_site *site, const char *scope, int64_t from_s, int64_t to_s,
                        struct kpi_window *w, struct kpi_scope *ret)
{
    const char *room = strcmp(scope, "site") ? scope : NULL;
    site->looked = NULL;
    site->n_looked = 0;
    scope_of(site, room, ret);
    if (room || figures_site_single(site))
        return window_of(site, room, from_s, to_s, w);
    return sum_rooms(site, from_s, to_s, w, ret);
}

int figures_site_open(struct ledger *ledger, const struct config *config, int64_t now_s, struct figures_site **ret)
{
    struct arena *arena = arena_new();
    struct figures_site *site = ARENA_NEW(arena, struct figures_site);
    *site = (struct figures_site){.arena = arena, .ledger = ledger, .config = config, .now_s = now_s};
    int r = know(site);
    if (r)
        arena_free(arena);
    else
        *ret = site;
    return r;
}

void figures_site_close(struct figures_site *site)
{
    if (site)
        arena_free(site->arena);
}

size_t figures_site_meters(const struct figures_site *site, const struct figures_meter **ret)
{
    *ret = site->looked;
    return site->n_looked;
}
