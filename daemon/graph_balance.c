/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_balance.h"

#include "daemon/balance.h"
#include "daemon/balance_doubt.h"
#include "daemon/figures.h"
#include "daemon/scope.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define RATIO_S 900 /* contract B: power-ratio is of 15 minutes */

struct metered {
    struct balance_meter meter;
    double *value; /* a row each; NULL: constant */
    double constant;
    int64_t first_s, from_s, to_s;
};

struct reading {
    struct arena *arena;
    const struct site_points *site;
    const char *root;
    const struct graph_grid *grid;
    struct graph_shares *shares;
    int64_t settled_s; /* later rows may only not be there yet */
};

static void shares_new(struct arena *arena, size_t rows, struct graph_shares *ret)
{
    memset(ret, 0, sizeof *ret);
    for (int i = 0; i < BALANCE_SHARES; i++)
        ret->share[i] = arena_alloc(arena, (rows ? rows : 1) * sizeof(double));
}

static enum quantity account_of(enum quantity power)
{
    switch ((int)power) {
    case Q_ACTIVE_POWER: return Q_ENERGY;
    case Q_HEAT_POWER: return Q_HEAT_ENERGY;
    case Q_COOLING_POWER: return Q_COOLING_ENERGY;
    }
    return Q_NONE;
}

static bool boundary(enum role role)
{
    return role == ROLE_GRID || role == ROLE_GENERATOR || role == ROLE_SOLAR || role == ROLE_FUEL ||
           role == ROLE_EXPORT || role == ROLE_NOT_ROOM;
}

static void list(char text[160], const char *device)
{
    size_t n = strlen(text);
    if (!strstr(text, device) && n + strlen(device) + 3 < 160)
        snprintf(text + n, 160 - n, "%s%s", n ? ", " : "", device);
}

/* One meter's powers; -ENOENT where it never had any. */
static int read_meter(const struct reading *r, const struct live_point *point, struct metered *ret, char words[240])
{
    char path[RRD_PATH_MAX];
    const struct device_config *device = r->site->live->device[point->device]->config;
    *ret = (struct metered){.meter = {.device = device->id,
                                      .part = point->part,
                                      .feed = *point->feed ? point->feed : NULL,
                                      .same_as = device->same_as,
                                      .role = point->role,
                                      .phase = point->phase,
                                      .category = point->category,
                                      .quantity = account_of(point->quantity),
                                      .share = point->share,
                                      .accuracy = NAN},
                            .first_s = INT64_MIN,
                            .from_s = device->from_ms / 1000,
                            .to_s = device->to_ms / 1000};
    int e = rrd_plan_path(device->id, point->part, path);
    if (e < 0)
        return e;
    ret->value = arena_alloc(r->arena, r->grid->rows * sizeof(double));
    e = graph_fetch(r->root, path, point->quantity, RF_AVERAGE, r->grid, ret->value, words);
    if (!e && isnan(ret->value[0]))
        ret->first_s = graph_fetch_first(r->root, path, point->quantity);
    return e;
}

/* Devices that would count, but of which nothing was ever learnt. */
static void list_unknown(const struct reading *r, const char *room)
{
    const struct config *config = r->site->config;
    for (size_t i = 0; i < r->site->live->n_devices; i++) {
        const struct live_device *d = r->site->live->device[i];
        const char *own = d->config->room == NO_INDEX ? "" : config->room[d->config->room].id;
        if (!d->shape && d->config->role != ROLE_NONE && (!room || !strcmp(own, room)))
            list(r->shares->missing, d->config->id);
    }
}

static size_t gather(const struct reading *r, const char *room, struct metered *meters, int *error, char words[240])
{
    size_t n = 0;
    const struct live *live = r->site->live;
    const struct config *config = r->site->config;
    for (size_t i = 0; i < live->n_points && !*error; i++) {
        const struct live_point *p = live->point[i];
        if (p->gone || p->scope || p->role == ROLE_NONE || account_of(p->quantity) == Q_NONE)
            continue;
        if (room ? strcmp(p->room, room) != 0 : *p->room && boundary(p->role))
            continue;
        int e = read_meter(r, p, &meters[n], words);
        if (!e)
            n++;
        else if (e == -ENOENT)
            list(r->shares->missing, live->device[p->device]->config->id);
        else
            *error = e;
    }
    for (size_t i = 0; i < config->n_sources; i++) {
        const struct source_config *s = &config->source[i];
        const char *own = s->room == NO_INDEX ? "" : config->room[s->room].id;
        if (isnan(s->constant) || (room && strcmp(own, room) != 0))
            continue;
        meters[n++] = (struct metered){.meter = {.device = s->id,
                                                 .part = "total",
                                                 .role = s->role,
                                                 .quantity = Q_ENERGY,
                                                 .category = s->role == ROLE_IT ? 2 : 0,
                                                 .share = 1,
                                                 .accuracy = NAN,
                                                 .assumed = true},
                                       .constant = s->constant,
                                       .first_s = INT64_MIN,
                                       .to_s = INT64_MAX};
    }
    return n;
}

static bool in_service(const struct metered *m, int64_t from_s, int64_t to_s)
{
    return to_s > m->first_s && to_s > m->from_s && from_s < m->to_s;
}

/* One balance, added row by row. */
static void add_rows(const struct reading *r, const struct metered *meters, const struct balance_meter *plan, size_t n,
                     struct kpi_window *w)
{
    for (size_t row = 0; row < r->grid->rows; row++) {
        double shares[BALANCE_SHARES] = {0};
        int64_t from = r->grid->from_s + (int64_t)row * r->grid->step_s, to = from + r->grid->step_s;
        bool any = false;
        memset(&w->paired, 0, sizeof w->paired);
        for (size_t i = 0; i < n; i++)
            if (in_service(&meters[i], from, to)) {
                if (plan[i].used && meters[i].value && isnan(meters[i].value[row]) && to <= r->settled_s)
                    list(r->shares->gaps, plan[i].device);
                balance_add(&w->paired, &plan[i], meters[i].value ? meters[i].value[row] : meters[i].constant, 0);
                any |= meters[i].value != NULL;
            }
        if (!any)
            continue;
        balance_share_add(w, &w->paired, shares);
        shares[BALANCE_NOTHING] = 1; /* counts the balances that are in the sum */
        for (int k = 0; k < BALANCE_SHARES; k++)
            r->shares->share[k][row] += shares[k];
    }
}

static int add_balance(const struct reading *r, const char *room, char words[240])
{
    int error = 0;
    struct kpi_window *w = ARENA_NEW(r->arena, struct kpi_window);
    size_t most = r->site->live->n_points + r->site->config->n_sources + 1;
    struct metered *meters = arena_alloc(r->arena, most * sizeof *meters);
    size_t n = gather(r, room, meters, &error, words);
    list_unknown(r, room);
    if (error || !n)
        return error;
    struct balance_meter *plan = arena_alloc(r->arena, n * sizeof *plan);
    for (size_t i = 0; i < n; i++)
        plan[i] = meters[i].meter;
    balance_plan(plan, n, w->ups_unmetered);
    balance_overlap(plan, n, w);
    add_rows(r, meters, plan, n, w);
    return 0;
}

static bool own_grid(const struct live *live)
{
    for (size_t i = 0; i < live->n_points; i++)
        if (!live->point[i]->gone && !live->point[i]->scope && !*live->point[i]->room &&
            live->point[i]->role == ROLE_GRID)
            return true;
    return false;
}

/* Losses of each row, and the ratio of what flowed in the rows of the last 15 minutes. */
static void finish(struct graph_shares *shares, size_t rows, int64_t step_s)
{
    size_t back = (size_t)((RATIO_S + step_s - 1) / step_s);
    double *ratio = shares->share[BALANCE_RATIO];
    for (size_t row = 0; row < rows; row++) {
        double one[BALANCE_SHARES];
        for (int k = 0; k < BALANCE_SHARES; k++) {
            if (!(shares->share[BALANCE_NOTHING][row] > 0))
                shares->share[k][row] = NAN;
            one[k] = shares->share[k][row];
        }
        balance_share_end(one);
        shares->share[BALANCE_LOSSES][row] = one[BALANCE_LOSSES];
        double total = 0, it = 0;
        size_t known = 0;
        for (size_t i = row + 1 > back ? row + 1 - back : 0; i <= row; i++) {
            double t = shares->share[BALANCE_TOTAL][i], x = shares->share[BALANCE_IT][i];
            if (isnan(t) || isnan(x))
                continue;
            total += t;
            it += x;
            known++;
        }
        bool told = known * 2 >= back && it > 0 && total >= it && !isnan(shares->share[BALANCE_TOTAL][row]);
        ratio[row] = told ? total / it : (double)NAN;
    }
}

int graph_balance_power(struct arena *arena, const struct site_points *site, const char *root, const char *scope,
                        const struct graph_grid *grid, int64_t now_s, struct graph_shares *ret, char words[240])
{
    struct reading r = {
        .arena = arena, .site = site, .root = root, .grid = grid, .shares = ret, .settled_s = now_s - GRAPH_SETTLED_S};
    const struct config *config = site->config;
    struct scope of;
    int e = scope_find(config, scope, &of);
    shares_new(arena, grid->rows, ret);
    if (!e && (of.room != NO_INDEX || (!of.group && own_grid(site->live)))) {
        e = add_balance(&r, of.room != NO_INDEX ? of.id : NULL, words);
    } else {
        for (size_t i = 0; i < config->n_rooms && !e; i++)
            e = scope_covers(&of, i) ? add_balance(&r, config->room[i].id, words) : 0;
        if (!e && !of.group)
            e = add_balance(&r, "", words);
    }
    if (!e)
        finish(ret, grid->rows, grid->step_s);
    return e;
}

int graph_balance_energy(struct arena *arena, const struct config *config, const char *path, const char *scope,
                         const struct graph_window *window, size_t n, int64_t now_s, struct graph_shares *ret,
                         char words[240])
{
    struct ledger *ledger;
    struct kpi_window *w = ARENA_NEW(arena, struct kpi_window);
    int r = ledger_open(path, false, &ledger);
    if (r < 0) {
        snprintf(words, 240, "ledger.db: %s", strerror(-r));
        return r;
    }
    shares_new(arena, n, ret);
    for (size_t i = 0; i < n && !r; i++) {
        double shares[BALANCE_SHARES] = {0};
        r = figures_window(ledger, config, scope, window[i].from_s, window[i].to_s, now_s, w);
        if (r)
            break;
        balance_share_add(w, &w->whole, shares);
        balance_share_end(shares);
        shares[BALANCE_COVERED] = 100 * w->covered;
        bool any = w->covered > 0 || shares[BALANCE_IT] != 0; /* a constant alone is no account of a day */
        for (int k = 0; k < BALANCE_SHARES; k++)
            ret->share[k][i] = any ? shares[k] : (double)NAN;
    }
    ledger_close(ledger);
    if (r < 0)
        snprintf(words, 240, "ledger.db: %s", strerror(-r));
    return r;
}
