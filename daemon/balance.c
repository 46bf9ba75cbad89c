/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "balance.h"

#include "daemon/factors.h"
#include "daemon/uncertainty.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool same_part(const struct balance_meter *a, const struct balance_meter *b)
{
    return !strcmp(a->device, b->device) && !strcmp(a->part, b->part);
}

static bool has(const struct balance_meter *all, size_t n, const struct balance_meter *m, enum quantity quantity)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].quantity == quantity && same_part(&all[i], m))
            return true;
    return false;
}

static bool thermal(enum quantity q)
{
    return q == Q_HEAT_ENERGY || q == Q_COOLING_ENERGY;
}

/* Of two thermal counters of one part only the first kind present counts. */
static bool first_thermal(const struct balance_meter *all, size_t n, const struct balance_meter *m, enum quantity first)
{
    return thermal(m->quantity) && (m->quantity == first || !has(all, n, m, first));
}

static bool any_thermal(const struct balance_meter *all, size_t n, const struct balance_meter *m)
{
    return has(all, n, m, Q_HEAT_ENERGY) || has(all, n, m, Q_COOLING_ENERGY);
}

/* What a meter of this role and quantity counts as, by itself. */
static void place(const struct balance_meter *all, size_t n, struct balance_meter *m)
{
    bool electric = m->quantity == Q_ENERGY;
    m->used = m->direct = m->on_ups = m->removed = m->heat = false;
    m->instead = NULL;
    m->as = m->role;
    m->weight = m->share;
    if (m->quantity == Q_K_HEAT_ENERGY) {
        m->used = m->heat = true;
        return;
    }
    switch (m->role) {
    case ROLE_NONE:
    case ROLE_COUNT: break;
    case ROLE_GRID:
        m->used = electric || m->quantity == Q_ENERGY_EXPORT;
        m->as = electric ? ROLE_GRID : ROLE_EXPORT;
        break;
    case ROLE_EXPORT: m->used = m->quantity == Q_ENERGY_EXPORT || (electric && !has(all, n, m, Q_ENERGY_EXPORT)); break;
    case ROLE_GENERATOR:
    case ROLE_SOLAR:
    case ROLE_UPS_IN:
    case ROLE_UPS_OUT:
    case ROLE_IT:
    case ROLE_LIGHTING:
    case ROLE_OTHER:
    case ROLE_NOT_ROOM:
    case ROLE_HEAT_PUMP: m->used = electric; break;
    case ROLE_FUEL:
        m->used = m->quantity == Q_VOLUME || ((electric || thermal(m->quantity)) && !has(all, n, m, Q_VOLUME));
        if (m->quantity == Q_VOLUME)
            m->weight *= factor_value("gas-energy") * 1e3;
        break;
    case ROLE_COOLING:
        m->removed = first_thermal(all, n, m, Q_COOLING_ENERGY);
        m->used = electric || m->removed;
        break;
    case ROLE_COOLING_IMPORT:
        m->used = first_thermal(all, n, m, Q_COOLING_ENERGY) || (electric && !any_thermal(all, n, m));
        m->weight *= factor_value("chilled-water");
        m->assumed = true;
        break;
    case ROLE_HEAT_OUT:
        m->used = first_thermal(all, n, m, Q_HEAT_ENERGY) || (electric && !any_thermal(all, n, m));
        break;
    case ROLE_WATER:
    case ROLE_WATER_POTABLE: m->used = m->quantity == Q_VOLUME; break;
    }
}

static bool named(const char *feed)
{
    return feed && *feed;
}

static bool same_feed(const struct balance_meter *a, const struct balance_meter *b)
{
    return named(a->feed) && named(b->feed) && !strcmp(a->feed, b->feed);
}

bool balance_behind(const struct balance_meter *m, const struct balance_meter *ups)
{
    if (!strcmp(m->device, ups->device))
        return false;
    return same_feed(m, ups) || (m->role == ROLE_IT && (!named(m->feed) || !named(ups->feed)));
}

static bool is_ups(const struct balance_meter *m)
{
    return m->used && (m->role == ROLE_UPS_IN || m->role == ROLE_UPS_OUT);
}

static bool device_has(const struct balance_meter *all, size_t n, const char *device, int category)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].used && all[i].role == ROLE_IT && all[i].category == category && !strcmp(all[i].device, device))
            return true;
    return false;
}

/* Each IT flow once: outlets or the total of their device, a UPS or what is behind it. */
static void choose_it(struct balance_meter *all, size_t n)
{
    bool outlets = true;
    for (size_t i = 0; i < n; i++)
        if (all[i].used && all[i].role == ROLE_IT && !device_has(all, n, all[i].device, 3))
            outlets = false;
    for (size_t i = 0; i < n; i++) {
        struct balance_meter *m = &all[i];
        if (!m->used || m->role != ROLE_IT)
            continue;
        int other = outlets ? 3 : 2;
        if (m->category >= 2 && m->category != other && device_has(all, n, m->device, other))
            m->used = false;
        for (size_t k = 0; k < n && m->category > 1; k++)
            if (all[k].used && all[k].role == ROLE_IT && all[k].category == 1 && balance_behind(m, &all[k]))
                m->used = false;
    }
}

struct side {
    double accuracy, covered;
    bool any;
};

/* A device's meters of one role and quantity, as the worst of them. */
static struct side side_of(const struct balance_meter *all, size_t n, const char *device,
                           const struct balance_meter *as)
{
    struct side s = {0, 1, false};
    for (size_t i = 0; i < n; i++) {
        if (!all[i].used || all[i].role != as->role || all[i].quantity != as->quantity || strcmp(all[i].device, device))
            continue;
        s.accuracy = fmax(s.accuracy, isnan(all[i].accuracy) ? HUGE_VAL : all[i].accuracy);
        s.covered = fmin(s.covered, all[i].covered);
        s.any = true;
    }
    return s;
}

/* Less coverage than this part of the other's: the other is read, whatever its class. As the gate of a month's. */
#define COVERED_LEAST 0.95

static bool beats(const struct side *a, const struct side *b)
{
    if (a->covered < COVERED_LEAST * b->covered || b->covered < COVERED_LEAST * a->covered)
        return a->covered > b->covered;
    return a->accuracy < b->accuracy;
}

static const char *instead_of(const struct balance_meter *all, size_t n, const char *device,
                              const struct balance_meter *as)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].instead && all[i].role == as->role && all[i].quantity == as->quantity &&
            !strcmp(all[i].device, device))
            return all[i].instead;
    return device;
}

static void pass_over(struct balance_meter *all, size_t n, const char *device, const struct balance_meter *as,
                      const char *instead)
{
    const enum role role = as->role;
    const enum quantity quantity = as->quantity;
    for (size_t i = 0; i < n; i++)
        if (all[i].used && all[i].role == role && all[i].quantity == quantity && !strcmp(all[i].device, device)) {
            all[i].used = false;
            all[i].instead = instead;
        }
}

/* Of two devices at one place one counts. */
static void choose_same(struct balance_meter *all, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct balance_meter *m = &all[i];
        if (!m->used || !m->same_as)
            continue;
        const char *other = instead_of(all, n, m->same_as, m);
        struct side own = side_of(all, n, m->device, m), theirs = side_of(all, n, other, m);
        if (!theirs.any || !strcmp(other, m->device))
            continue;
        if (beats(&own, &theirs))
            pass_over(all, n, other, m, m->device);
        else
            pass_over(all, n, m->device, m, other);
    }
}

static bool input_metered(const struct balance_meter *all, size_t n, const struct balance_meter *out)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].used && all[i].role == ROLE_UPS_IN &&
            (!strcmp(all[i].device, out->device) || same_feed(&all[i], out)))
            return true;
    return false;
}

void balance_plan(struct balance_meter *all, size_t n, char *ret_ups)
{
    *ret_ups = 0;
    for (size_t i = 0; i < n; i++)
        place(all, n, &all[i]);
    choose_same(all, n);
    choose_it(all, n);
    for (size_t i = 0; i < n; i++) {
        struct balance_meter *m = &all[i];
        if (m->used && m->role == ROLE_UPS_OUT && !input_metered(all, n, m) && !*ret_ups)
            snprintf(ret_ups, 80, "%s", m->device);
        m->direct = m->used && !is_ups(m);
        for (size_t k = 0; k < n; k++)
            if (m->direct && is_ups(&all[k]) && balance_behind(m, &all[k])) {
                m->direct = false;
                m->on_ups = m->role != ROLE_IT && m->quantity == Q_ENERGY;
            }
    }
}

static void put(struct kpi_energy *e, const struct balance_meter *m, double value, double estimated)
{
    double u = uncertainty_of_class(m->accuracy) * value;
    e->wh += value;
    e->estimated_wh += fabs(estimated);
    e->variance += u * u;
    e->meters++;
    e->unread += m->unread;
    if (m->role == ROLE_IT && (e->meters == 1 || m->category < e->category))
        e->category = m->category;
}

void balance_add(struct kpi_energies *to, const struct balance_meter *m, double value, double estimated)
{
    if (!m->used)
        return;
    value *= m->weight;
    estimated = m->assumed ? value : estimated * m->weight;
    if (m->heat) {
        put(&to->heat, m, value, estimated);
        return;
    }
    if (m->removed) {
        put(&to->removed, m, value, estimated);
        return;
    }
    put(&to->role[m->as], m, value, estimated);
    if (m->direct)
        put(&to->direct[m->as], m, value, estimated);
    if (m->on_ups)
        put(&to->on_ups, m, value, estimated);
}

void balance_inputs(const struct balance_meter *all, size_t n, char *text, size_t size)
{
    size_t at = 0;
    *text = 0;
    for (int role = ROLE_GRID; role < ROLE_COUNT; role++) {
        bool first = true;
        for (size_t i = 0; i < n; i++) {
            if (!all[i].used || all[i].heat || all[i].as != (enum role)role)
                continue;
            const char *head = !first ? ", " : at ? "; " : "";
            int w = snprintf(text + at, size - at, "%s%s%s%s/%s", head, first ? role_names[role] : "", first ? " " : "",
                             all[i].device, all[i].part);
            if (w < 0 || (size_t)w >= size - at) {
                text[at] = 0; /* whole names only */
                return;
            }
            at += (size_t)w;
            first = false;
        }
    }
}

void balance_assumed(const struct balance_meter *all, size_t n, struct kpi_window *w)
{
    static const struct {
        enum role role;
        enum quantity quantity; /* Q_NONE: any */
        const char *key;
    } rows[] = {{ROLE_COOLING_IMPORT, Q_NONE, "chilled-water"}, {ROLE_FUEL, Q_VOLUME, "gas-energy"}};
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
        for (size_t i = 0; i < n && w->n_assumed < KPI_ASSUMED; i++)
            if (all[i].used && all[i].as == rows[k].role &&
                (rows[k].quantity == Q_NONE || all[i].quantity == rows[k].quantity)) {
                struct kpi_assumed *a = &w->assumed[w->n_assumed++];
                snprintf(a->key, sizeof a->key, "%s", rows[k].key);
                a->value = factor_value(rows[k].key);
                a->source = factor_find(rows[k].key)->source;
                break;
            }
}
