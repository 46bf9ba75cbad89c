/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "balance_doubt.h"

#include "daemon/meter_class.h"
#include "daemon/uncertainty.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A battery gives back for minutes what it took before: input and output are compared over a day at least. */
#define UPS_LEAST_S 86400.0
/* Parts of the window that add up to more than all of it were at one time. */
#define TOGETHER 1.02
/* What one of two missed for longer is not compared: the difference would be of the time, not of the meters. */
#define MISSED_MOST 0.05
#define NAMES       46

struct all {
    const struct balance_meter *meter;
    const double *value, *missing;
    size_t n;
    struct kpi_window *window;
};

/* One side of a comparison. */
struct side {
    double wh, variance, slack;
    char names[NAMES];
    bool more;
};

static void name(struct side *s, const char *device)
{
    size_t at = strlen(s->names), length = strlen(device);
    const char *known = strstr(s->names, device);
    if (s->more || (known && (known[length] == '\0' || known[length] == ',')))
        return;
    s->more = at + length + sizeof ", ..." + 2 > sizeof s->names;
    snprintf(s->names + at, sizeof s->names - at, "%s%s", at ? ", " : "", s->more ? "..." : device);
}

static void take(struct side *s, const struct all *a, size_t i, int sign)
{
    const struct balance_meter *m = &a->meter[i];
    double wh = a->value[i] * m->weight, missing = a->missing[i];
    double u = uncertainty_of_class(isnan(m->accuracy) ? METER_UNSTATED : m->accuracy) * wh;
    double step = uncertainty_of_step(m->step * m->weight);
    s->wh += sign * wh;
    s->variance += u * u + 2 * step * step;
    s->slack += missing < 1 ? fabs(wh) * missing / (1 - missing) : HUGE_VAL;
    name(s, m->device);
}

static double uncertainty_of(const struct side *a, const struct side *b)
{
    return COVERAGE_FACTOR * sqrt(a->variance + b->variance);
}

__attribute__((format(printf, 3, 4))) static void tell(struct kpi_window *w, bool boundary, const char *format, ...)
{
    char text[sizeof w->doubt[0]];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    if (w->n_doubts < KPI_DOUBTS)
        snprintf(w->doubt[w->n_doubts++], sizeof w->doubt[0], "%s", text);
    if (boundary && !*w->boundary)
        snprintf(w->boundary, sizeof w->boundary, "boundary: %.189s", text);
}

/* What is behind shows more than what feeds it: only what the parent missed excuses it. */
static void compare(const struct all *a, const struct side *parent, const struct side *behind, bool boundary)
{
    double more = behind->wh - parent->wh, u = uncertainty_of(parent, behind);
    if (*parent->names && *behind->names && more > u + parent->slack)
        tell(a->window, boundary,
             "%s show %.1f kWh more than %s before them (uncertainty %.1f kWh): wrong, or counted twice", behind->names,
             more / 1e3, parent->names, u / 1e3);
}

static bool is_ups(const struct balance_meter *m)
{
    return m->used && (m->role == ROLE_UPS_IN || m->role == ROLE_UPS_OUT);
}

static bool has(const struct all *a, enum role role)
{
    for (size_t i = 0; i < a->n; i++)
        if (a->meter[i].used && a->meter[i].as == role)
            return true;
    return false;
}

/* What comes in at the boundary: +1, what leaves there: -1. What stands on both sides is on neither. */
static int enters(const struct all *a, const struct balance_meter *m)
{
    switch (m->as) {
    case ROLE_GRID:
    case ROLE_SOLAR:
    case ROLE_FUEL: return 1;
    case ROLE_GENERATOR: return !has(a, ROLE_FUEL);
    case ROLE_EXPORT: return -1;
    case ROLE_NOT_ROOM: return m->direct || *a->window->ups_unmetered ? -1 : 0;
    case ROLE_NONE:
    case ROLE_UPS_IN:
    case ROLE_UPS_OUT:
    case ROLE_IT:
    case ROLE_COOLING:
    case ROLE_COOLING_IMPORT:
    case ROLE_LIGHTING:
    case ROLE_OTHER:
    case ROLE_HEAT_OUT:
    case ROLE_HEAT_PUMP:
    case ROLE_WATER:
    case ROLE_WATER_POTABLE:
    case ROLE_COUNT: break;
    }
    return 0;
}

static bool is_load(const struct balance_meter *m)
{
    return m->used && m->quantity == Q_ENERGY &&
           (m->as == ROLE_IT || m->as == ROLE_COOLING || m->as == ROLE_LIGHTING || m->as == ROLE_OTHER ||
            m->as == ROLE_HEAT_PUMP);
}

static void check_grid(const struct all *a)
{
    struct side parent = {0}, behind = {0};
    bool unmetered = *a->window->ups_unmetered;
    if (!has(a, ROLE_GRID))
        return;
    for (size_t i = 0; i < a->n; i++) {
        const struct balance_meter *m = &a->meter[i];
        if (!m->used || m->heat || m->removed)
            continue;
        if (enters(a, m))
            take(&parent, a, i, enters(a, m));
        else if (unmetered ? is_load(m) : m->as == ROLE_UPS_IN || (is_load(m) && m->direct))
            take(&behind, a, i, 1);
    }
    compare(a, &parent, &behind, true);
}

static bool named(const char *feed)
{
    return feed && *feed;
}

static bool same_feed(const struct balance_meter *a, const struct balance_meter *b)
{
    return named(a->feed) ? named(b->feed) && !strcmp(a->feed, b->feed) : !named(b->feed);
}

/* Meters of UPSs that cannot be told apart by their feeds are one family. */
static bool one_family(const struct all *a)
{
    for (size_t i = 0; i < a->n; i++) {
        const struct balance_meter *m = &a->meter[i];
        if (!named(m->feed) && (is_ups(m) || (m->used && m->as == ROLE_IT)))
            return true;
    }
    return false;
}

static bool has_end(const struct all *a, const struct balance_meter *m, enum role other)
{
    for (size_t i = 0; i < a->n; i++)
        if (a->meter[i].used && a->meter[i].role == other &&
            (!strcmp(a->meter[i].device, m->device) || (named(m->feed) && same_feed(&a->meter[i], m))))
            return true;
    return false;
}

struct family {
    struct side in, out, behind;
    bool no_in, no_out; /* of one of them */
};

static void join(struct family *f, const struct all *a, size_t i)
{
    const struct balance_meter *m = &a->meter[i];
    bool out = m->role == ROLE_UPS_OUT;
    take(out ? &f->out : &f->in, a, i, 1);
    f->no_in |= out && !has_end(a, m, ROLE_UPS_IN);
    f->no_out |= !out && !has_end(a, m, ROLE_UPS_OUT);
}

static bool fed_by(const struct all *a, const struct balance_meter *m, const struct balance_meter *first, bool whole)
{
    bool counts = (is_load(m) && !(m->as == ROLE_IT && m->category == 1)) || (m->used && m->as == ROLE_NOT_ROOM);
    for (size_t i = 0; counts && i < a->n; i++)
        if (is_ups(&a->meter[i]) && (whole || same_feed(&a->meter[i], first)) && balance_behind(m, &a->meter[i]))
            return true;
    return false;
}

static void check_family(const struct all *a, const struct balance_meter *first, bool whole)
{
    struct family f = {0};
    for (size_t i = 0; i < a->n; i++)
        if (is_ups(&a->meter[i]) && (whole || same_feed(&a->meter[i], first)))
            join(&f, a, i);
        else if (fed_by(a, &a->meter[i], first, whole))
            take(&f.behind, a, i, 1);
    const struct kpi_window *w = a->window;
    if (!f.no_in && !f.no_out && w->covered * (double)(w->to_s - w->from_s) >= UPS_LEAST_S)
        compare(a, &f.in, &f.out, !has(a, ROLE_GRID) || !has(a, ROLE_IT));
    if (!f.no_out)
        compare(a, &f.out, &f.behind, true);
}

static void check_ups(const struct all *a)
{
    bool whole = one_family(a);
    for (size_t i = 0; i < a->n; i++) {
        bool first = is_ups(&a->meter[i]);
        for (size_t k = 0; k < i && first; k++)
            first = !is_ups(&a->meter[k]) || !(whole || same_feed(&a->meter[k], &a->meter[i]));
        if (first)
            check_family(a, &a->meter[i], whole);
    }
}

static void check_same(const struct all *a, size_t at)
{
    const struct balance_meter *m = &a->meter[at];
    struct side own = {0}, other = {0};
    double accuracy = HUGE_VAL;
    for (size_t i = 0; i < a->n; i++) {
        const struct balance_meter *o = &a->meter[i];
        bool own_part = !strcmp(o->device, m->device);
        if (o->role != m->role || o->quantity != m->quantity || (!own_part && strcmp(o->device, m->instead)))
            continue;
        if (a->missing[i] > MISSED_MOST)
            return;
        if (own_part && i < at)
            return; /* told with its first part */
        take(own_part ? &own : &other, a, i, 1);
        if (!own_part)
            accuracy = fmin(accuracy, isnan(o->accuracy) ? HUGE_VAL : o->accuracy);
    }
    double apart = fabs(own.wh - other.wh), u = uncertainty_of(&own, &other);
    bool better = accuracy < (isnan(m->accuracy) ? HUGE_VAL : m->accuracy);
    if (apart > u + own.slack + other.slack)
        tell(a->window, false,
             "%s and %s measure the same and differ by %.1f kWh (uncertainty %.1f kWh): %s counts, %s", own.names,
             other.names, apart / 1e3, u / 1e3, other.names,
             better ? "the better class" : "the one that was read, or that the other names");
}

void balance_doubt(const struct balance_meter *meters, const double *value, const double *missing, size_t n,
                   struct kpi_window *window)
{
    struct all a = {meters, value, missing, n, window};
    if (!(window->covered > 0))
        return;
    check_grid(&a);
    check_ups(&a);
    for (size_t i = 0; i < n; i++)
        if (meters[i].instead)
            check_same(&a, i);
}

static bool both_ends(const struct balance_meter *meters, size_t n, const struct balance_meter *m)
{
    enum role other = m->role == ROLE_UPS_IN ? ROLE_UPS_OUT : ROLE_UPS_IN;
    for (size_t i = 0; i < n; i++)
        if (meters[i].used && meters[i].role == other && !strcmp(meters[i].device, m->device))
            return true;
    return false;
}

static bool together(const struct balance_meter *a, const struct balance_meter *b)
{
    return (!a->left && !b->left) || a->covered + b->covered > TOGETHER;
}

static bool one_place(const struct balance_meter *meters, size_t n, const struct balance_meter *a,
                      const struct balance_meter *b)
{
    if (!a->used || !b->used || a->as != b->as || a->quantity != b->quantity || !same_feed(a, b) ||
        a->phase != b->phase || !strcmp(a->device, b->device) || a->share + b->share <= 1 || !together(a, b))
        return false;
    /* two UPSs stand side by side; a meter beside a UPS's own measures the same */
    return a->as == ROLE_GRID || (is_ups(a) && both_ends(meters, n, a) != both_ends(meters, n, b));
}

void balance_overlap(const struct balance_meter *meters, size_t n, struct kpi_window *w)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; (meters[i].role == ROLE_GRID || is_ups(&meters[i])) && k < i && !*w->overlap; k++) {
            const struct balance_meter *a = &meters[k], *b = &meters[i];
            if (!one_place(meters, n, a, b))
                continue;
            w->overlap_role = a->as;
            snprintf(w->overlap, sizeof w->overlap,
                     a->as == ROLE_GRID ? "%.40s and %.40s are both at the grid: one connection (same-as), or two "
                                          "(feed)?"
                                        : "%.40s and %.40s both measure the UPS: say that they are the same (same-as)",
                     a->device, b->device);
        }
}
