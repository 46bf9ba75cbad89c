/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figures_site.h"

#include "daemon/balance_window.h"
#include "daemon/booking.h"
#include "daemon/meter_service.h"
#include "daemon/scope.h"
#include "daemon/window_sum.h"
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

/* Unless a part states its own accuracy: then that holds at any load. */
static void by_class(const struct device_config *device, struct balance_meter *meter)
{
    if (!device || !device->class_ || !(fabs(meter->accuracy - device->class_pct) <= 0))
        return;
    meter->class_ = device->class_;
    meter->ct_class = device->ct_class;
}

static int know_account(void *context, const struct flowed *flowed)
{
    struct figures_site *site = context;
    const struct record *r = flowed->record;
    bool heat = r && r->quantity == Q_K_HEAT_ENERGY;
    if (!r || (heat && !*r->room)) /* that of the site and of groups is their rooms' */
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
                                      .step = r->step,
                                      .rated = r->rated_w};
    by_class(device_of(site->config, r->device), &k->meter);
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

static bool boundary_role(enum role role)
{
    return role == ROLE_GRID || role == ROLE_GENERATOR || role == ROLE_SOLAR || role == ROLE_FUEL ||
           role == ROLE_EXPORT || role == ROLE_NOT_ROOM;
}

static void keep_looked(struct figures_site *site, const struct balance_pool *pool, const char *const *rooms)
{
    for (size_t k = 0; k < pool->n_slices; k++)
        for (size_t i = pool->slice[k].first; i < pool->slice[k].first + pool->slice[k].n; i++) {
            site->looked = arena_push(site->arena, site->looked, &site->n_looked, sizeof *site->looked);
            site->looked[site->n_looked - 1] = (struct figures_meter){pool->meter[i], pool->paired[i], rooms[i], k};
        }
}

/* The meters of a room, or (room NULL) those of a site that has a grid meter of its own; rooms: whose each is. */
static void choose(const struct figures_site *site, const char *room, int64_t from_s, int64_t to_s,
                   struct balance_pool *pool, const char **rooms)
{
    struct balance_slice *slice = &pool->slice[pool->n_slices++];
    memset(slice, 0, sizeof *slice);
    if (pool->n_slices > 1)
        slice->first = slice[-1].first + slice[-1].n;
    for (size_t i = 0; i < site->n; i++) {
        const struct figures_meter *k = &site->known[i];
        if (room ? strcmp(k->room, room) != 0 : *k->room && boundary_role(k->meter.role))
            continue;
        if (k->paired.to_s <= from_s || k->paired.from_s >= to_s)
            continue; /* another time's */
        size_t at = slice->first + slice->n++;
        pool->meter[at] = k->meter;
        pool->paired[at] = k->paired;
        rooms[at] = k->room;
    }
}

/* Room for the meters of n balances that share none. */
static struct balance_pool pool_of(const struct figures_site *site, size_t n, int64_t from_s, int64_t to_s)
{
    return (struct balance_pool){.ledger = site->ledger,
                                 .arena = site->arena,
                                 .meter = arena_alloc(site->arena, (site->n + 1) * sizeof(struct balance_meter)),
                                 .paired = arena_alloc(site->arena, (site->n + 1) * sizeof(struct paired_meter)),
                                 .slice = arena_alloc(site->arena, (n + 1) * sizeof(struct balance_slice)),
                                 .from_s = from_s,
                                 .to_s = to_s,
                                 .now_s = site->now_s};
}

static int run_pool(struct figures_site *site, struct balance_pool *pool, const char *const *rooms)
{
    int r = balance_window(pool);
    if (!r)
        keep_looked(site, pool, rooms);
    return r;
}

static int window_of(struct figures_site *site, const char *room, int64_t from_s, int64_t to_s, struct kpi_window *w)
{
    struct balance_pool pool = pool_of(site, 1, from_s, to_s);
    const char **rooms = arena_alloc(site->arena, (site->n + 1) * sizeof *rooms);
    choose(site, room, from_s, to_s, &pool, rooms);
    int r = run_pool(site, &pool, rooms);
    if (!r)
        *w = pool.slice[0].window;
    return r;
}

static bool has_role(const struct device_config *d)
{
    bool any = d->role != ROLE_NONE;
    for (size_t i = 0; i < d->n_parts; i++)
        any |= d->part[i].role != ROLE_NONE;
    return any;
}

/* scope NULL: what is in no room. */
static bool within(const struct scope *scope, size_t room)
{
    return scope ? scope_covers(scope, room) : room == NO_INDEX;
}

/* Devices that count and have no account yet, in words; NULL: none. */
static const char *missing(const struct figures_site *site, const struct scope *scope)
{
    const char *words = NULL;
    for (size_t i = 0; i < site->config->n_devices; i++) {
        const struct device_config *d = &site->config->device[i];
        bool found = !has_role(d) || !within(scope, d->room) || d->from_ms / 1000 > site->now_s ||
                     d->to_ms / 1000 <= site->now_s;
        for (size_t k = 0; k < site->n && !found; k++)
            found = !strcmp(site->known[k].meter.device, d->id);
        if (!found)
            words = words ? arena_printf(site->arena, "%s, %s", words, d->id) : d->id;
    }
    return words;
}

static void scope_of(const struct figures_site *site, const struct scope *scope, struct kpi_scope *ret)
{
    *ret = (struct kpi_scope){.id = scope ? scope->id : "",
                              .complete = site->config->n_rooms > 0,
                              .missing = missing(site, scope),
                              .electricity = site->config->factors.electricity,
                              .gas = site->config->factors.gas};
    for (size_t i = 0; i < site->config->n_rooms; i++)
        if (within(scope, i))
            ret->complete &= site->config->room[i].complete;
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

static int sum_rooms(struct figures_site *site, const struct scope *of, int64_t from_s, int64_t to_s,
                     struct kpi_window *w, struct kpi_scope *scope)
{
    size_t rooms = site->config->n_rooms, n = 0;
    struct balance_pool pool = pool_of(site, rooms + 1, from_s, to_s);
    const char **room_of = arena_alloc(site->arena, (site->n + 1) * sizeof *room_of);
    struct kpi_scope *own = arena_alloc(site->arena, (rooms + 1) * sizeof *own);
    struct window_part *part = arena_alloc(site->arena, (rooms + 1) * sizeof *part);
    for (size_t i = 0; i <= rooms; i++) {
        struct scope member = scope_at(site->config, i);
        bool roomless = i == rooms;
        if (roomless ? of->group || !has_roomless(site) : !scope_covers(of, i))
            continue;
        scope_of(site, roomless ? NULL : &member, &own[n]);
        part[n] = (struct window_part){own[n].id, own[n].missing, &pool.slice[n].window};
        choose(site, own[n++].id, from_s, to_s, &pool, room_of);
    }
    int r = run_pool(site, &pool, room_of);
    if (r)
        return r;
    memset(w, 0, sizeof *w);
    w->from_s = from_s;
    w->to_s = to_s < site->now_s ? to_s : site->now_s;
    window_sum(part, n, w);
    for (size_t i = 0; i < n && !scope->reason; i++) {
        struct kpi_energy total, it;
        char reason[200];
        if (kpi_total(&own[i], part[i].window, &part[i].window->paired, &total, &it, reason))
            scope->reason = arena_printf(site->arena, "%s: %s", *part[i].id ? part[i].id : "in no room", reason);
    }
    return 0;
}

int figures_site_window(struct figures_site *site, const char *id, int64_t from_s, int64_t to_s, struct kpi_window *w,
                        struct kpi_scope *ret)
{
    struct scope scope;
    int r = scope_find(site->config, id, &scope);
    if (r)
        return r;
    site->looked = NULL;
    site->n_looked = 0;
    scope_of(site, &scope, ret);
    if (scope.room != NO_INDEX)
        return window_of(site, id, from_s, to_s, w);
    if (!scope.group && figures_site_single(site))
        return window_of(site, NULL, from_s, to_s, w);
    return sum_rooms(site, &scope, from_s, to_s, w, ret);
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
