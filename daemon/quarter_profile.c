/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "quarter_profile.h"

#include "daemon/booking.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COVERED_LEAST 890 /* s: a quarter with ten seconds of rounding at its edges is covered */

/* +1, -1, or 0: not part of what the grid gives. */
static double sign_of(const struct balance_meter *m, bool grid, bool ups_in)
{
    if (!m->used || m->heat || m->removed || m->quantity != Q_ENERGY)
        return 0;
    switch (m->as) {
    case ROLE_GRID: return 1;
    case ROLE_NOT_ROOM: return grid ? -1 : 0;
    case ROLE_IT: return !grid && (m->direct || !ups_in) ? 1 : 0;
    case ROLE_COOLING:
    case ROLE_LIGHTING:
    case ROLE_OTHER:
    case ROLE_HEAT_PUMP: return !grid && (m->direct || !ups_in) ? 1 : 0;
    case ROLE_UPS_IN: return !grid ? 1 : 0;
    case ROLE_NONE:
    case ROLE_GENERATOR:
    case ROLE_SOLAR:
    case ROLE_FUEL:
    case ROLE_EXPORT:
    case ROLE_UPS_OUT:
    case ROLE_COOLING_IMPORT:
    case ROLE_HEAT_OUT:
    case ROLE_WATER:
    case ROLE_WATER_POTABLE:
    case ROLE_COUNT: break;
    }
    return 0;
}

struct adding {
    int64_t from_s;
    size_t n;
    double *wh;
    int32_t *covered;
};

static int keep(void *context, const struct quarter *q)
{
    struct adding *a = context;
    size_t i = (size_t)((q->start_s - a->from_s) / QUARTER_S);
    if (i >= a->n || q->kind == BOOKING_SPREAD || q->kind == BOOKING_CLOCK)
        return 0;
    a->wh[i] += (double)q->mwh;
    a->covered[i] += q->covered_s;
    return 0;
}

static bool serves(const struct paired_meter *m, int64_t t)
{
    return t >= m->from_s && t < m->to_s;
}

/* One meter onto the profile: where it served and did not cover, the sum is not known. */
static int add_meter(struct ledger *ledger, const struct figures_meter *m, double sign, struct adding *a,
                     struct quarter_profile *p)
{
    double weight = sign * m->meter.weight;
    memset(a->wh, 0, a->n * sizeof *a->wh);
    memset(a->covered, 0, a->n * sizeof *a->covered);
    int64_t end = a->from_s + (int64_t)a->n * QUARTER_S;
    int r = m->paired.account ? ledger_quarters(ledger, m->paired.account, a->from_s, end, keep, a) : 0;
    for (size_t i = 0; i < p->n && !r; i++) {
        if (!serves(&m->paired, quarter_profile_time(p, i)))
            continue;
        if (!m->paired.account)
            p->wh[i] += weight * m->paired.constant / 4;
        else
            p->wh[i] += a->covered[i] >= COVERED_LEAST ? weight * a->wh[i] / m->paired.per_unit : (double)NAN;
    }
    return r;
}

/* What a balance enters by: its meter at the grid, or its parts. */
struct entry {
    bool grid, ups_in;
};

/* One of each balance of the meters; the caller frees them. */
static struct entry *entries_of(const struct figures_meter *meters, size_t n)
{
    size_t most = 0;
    for (size_t i = 0; i < n; i++)
        most = meters[i].balance > most ? meters[i].balance : most;
    struct entry *entry = calloc(most + 1, sizeof *entry);
    if (!entry)
        abort();
    for (size_t i = 0; i < n; i++) {
        entry[meters[i].balance].grid |= meters[i].meter.used && meters[i].meter.as == ROLE_GRID;
        entry[meters[i].balance].ups_in |= meters[i].meter.used && meters[i].meter.as == ROLE_UPS_IN;
    }
    return entry;
}

static double sign_in(const struct figures_meter *m, const struct entry *entry)
{
    return sign_of(&m->meter, entry[m->balance].grid, entry[m->balance].ups_in);
}

static int add_all(struct ledger *ledger, const struct figures_meter *meters, size_t n, const struct entry *entry,
                   struct quarter_profile *p)
{
    struct adding a = {p->from_s, p->n, malloc((p->n + 1) * sizeof(double)), malloc((p->n + 1) * sizeof(int32_t))};
    int r = 0;
    if (!a.wh || !a.covered)
        abort();
    for (size_t i = 0; i < n && !r; i++) {
        double sign = sign_in(&meters[i], entry);
        if (sign != 0)
            r = add_meter(ledger, &meters[i], sign, &a, p);
    }
    free(a.wh);
    free(a.covered);
    return r;
}

int quarter_profile_of(struct ledger *ledger, const struct figures_meter *meters, size_t n, int64_t from_s,
                       int64_t to_s, int64_t now_s, struct quarter_profile *p)
{
    struct entry *entry = entries_of(meters, n);
    memset(p, 0, sizeof *p);
    p->from_s = from_s / QUARTER_S * QUARTER_S;
    p->at_grid = true;
    for (size_t i = 0; i < n; i++) {
        bool enters = sign_in(&meters[i], entry) != 0;
        p->n_meters += enters;
        p->at_grid &= !enters || entry[meters[i].balance].grid;
    }
    to_s = to_s < now_s ? to_s : now_s / QUARTER_S * QUARTER_S;
    p->n = to_s > p->from_s && p->n_meters ? (size_t)((to_s - p->from_s) / QUARTER_S) : 0;
    if (p->n * p->n_meters > QUARTER_PROFILE_MOST) {
        p->n = 0;
        free(entry);
        return -E2BIG;
    }
    p->wh = calloc(p->n + 1, sizeof *p->wh);
    if (!p->wh)
        abort();
    int r = p->n ? add_all(ledger, meters, n, entry, p) : 0;
    free(entry);
    for (size_t i = 0; i < p->n; i++)
        p->known += !isnan(p->wh[i]);
    if (r)
        quarter_profile_done(p);
    return r;
}

void quarter_profile_done(struct quarter_profile *p)
{
    free(p->wh);
    *p = (struct quarter_profile){0};
}

size_t quarter_profile_peak(const struct quarter_profile *p, size_t first, size_t end)
{
    size_t peak = SIZE_MAX;
    for (size_t i = first; i < end && i < p->n; i++)
        if (!isnan(p->wh[i]) && (peak == SIZE_MAX || p->wh[i] > p->wh[peak]))
            peak = i;
    return peak;
}

int64_t quarter_profile_time(const struct quarter_profile *p, size_t i)
{
    return p->from_s + (int64_t)i * QUARTER_S;
}
