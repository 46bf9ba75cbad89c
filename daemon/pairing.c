/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pairing.h"

#include <stdlib.h>
#include <string.h>

#define DAY_S       86400
#define DAY_MS      (DAY_S * INT64_C(1000))
#define FULL_DAY_MS (DAY_MS - 1000) /* a second of rounding in a day is not a gap */
#define DAY_SLOTS   (DAY_S / QUARTER_S)
/* Twelve months of hundreds of meters are not held at once; each part costs every meter a query. */
#define DAYS_AT_ONCE 61

struct slot {
    double milli, estimated; /* of covered time */
    double loose;            /* without time of its own: spread, clock */
    int64_t covered_ms;
};

struct series {
    size_t n_days;
    int64_t first_s;
    struct ledger_day day[DAYS_AT_ONCE];
    struct slot slot[DAY_SLOTS];
};

struct pairing {
    struct ledger *ledger;
    struct paired_meter *meter;
    struct series *series;
    size_t n;
    int64_t from_s, to_s, until_s, covered_ms;
};

static int keep_day(void *context, const struct ledger_day *day)
{
    struct series *s = context;
    size_t i = (size_t)((day->start_s - s->first_s) / DAY_S);
    if (i < s->n_days)
        s->day[i] = *day;
    return 0;
}

struct filling {
    struct series *series;
    int64_t start_s;
};

static int keep_quarter(void *context, const struct quarter *q)
{
    struct filling *f = context;
    struct slot *s = &f->series->slot[(q->start_s - f->start_s) / QUARTER_S];
    if (q->kind == BOOKING_SPREAD || q->kind == BOOKING_CLOCK) {
        s->loose += (double)q->mwh;
        return 0;
    }
    s->milli += (double)q->mwh;
    s->estimated += q->kind == BOOKING_ESTIMATED ? (double)q->mwh : 0;
    s->covered_ms += q->covered_s * INT64_C(1000);
    return 0;
}

static bool serves(const struct paired_meter *m, int64_t start_s)
{
    return start_s >= m->from_s && start_s < m->to_s;
}

static void take(struct paired_meter *m, const struct slot *s, int64_t common_ms)
{
    m->whole += (s->milli + s->loose) / m->per_unit;
    m->whole_estimated += s->estimated / m->per_unit;
    m->covered_ms += s->covered_ms;
    if (s->covered_ms <= 0 || common_ms <= 0)
        return;
    double share = common_ms < s->covered_ms ? (double)common_ms / (double)s->covered_ms : 1;
    m->paired += s->milli * share / m->per_unit;
    m->paired_estimated += s->estimated * share / m->per_unit;
}

static void take_constant(struct paired_meter *m, int64_t length_ms, int64_t common_ms)
{
    double wh = m->constant * (double)length_ms / 3.6e6;
    m->whole += wh;
    m->whole_estimated += wh;
    m->covered_ms += length_ms;
    m->paired += m->constant * (double)common_ms / 3.6e6;
    m->paired_estimated += m->constant * (double)common_ms / 3.6e6;
}

static void pair_quarter(struct pairing *p, int64_t start_s, size_t i)
{
    int64_t length = (p->until_s - start_s) * 1000, common;
    length = length < 0 ? 0 : length > QUARTER_MS ? QUARTER_MS : length;
    common = length;
    bool any = false;
    for (size_t k = 0; k < p->n; k++) {
        const struct paired_meter *m = &p->meter[k];
        if (!m->needed || !serves(m, start_s) || !m->account)
            continue;
        any = true;
        if (p->series[k].slot[i].covered_ms < common)
            common = p->series[k].slot[i].covered_ms;
    }
    if (!any)
        common = 0;
    for (size_t k = 0; k < p->n; k++)
        if (serves(&p->meter[k], start_s)) {
            if (p->meter[k].account)
                take(&p->meter[k], &p->series[k].slot[i], common);
            else
                take_constant(&p->meter[k], length, common);
        }
    p->covered_ms += common;
}

static int pair_quarters(struct pairing *p, int64_t from_s, int64_t to_s)
{
    for (size_t k = 0; k < p->n; k++) {
        struct filling f = {&p->series[k], from_s};
        memset(p->series[k].slot, 0, sizeof p->series[k].slot);
        int r =
            p->meter[k].account ? ledger_quarters(p->ledger, p->meter[k].account, from_s, to_s, keep_quarter, &f) : 0;
        if (r)
            return r;
    }
    for (int64_t at = from_s; at < to_s; at += QUARTER_S)
        pair_quarter(p, at, (size_t)((at - from_s) / QUARTER_S));
    return 0;
}

/* Whether a whole day can be taken at once: *ret_common is what all needed meters cover of it. */
static bool plain_day(const struct pairing *p, int64_t start_s, size_t day, int64_t *ret_common)
{
    bool full = true, none = false, any = false;
    if (p->until_s < start_s + DAY_S)
        return false;
    for (size_t k = 0; k < p->n; k++) {
        const struct paired_meter *m = &p->meter[k];
        if (serves(m, start_s) != serves(m, start_s + DAY_S - 1))
            return false;
        if (!m->account || !serves(m, start_s))
            continue;
        int64_t covered = p->series[k].day[day].covered_ms;
        any |= m->needed;
        none |= m->needed && !covered;
        full &= covered >= FULL_DAY_MS || (!covered && !m->needed);
    }
    *ret_common = any && !none ? DAY_MS : 0;
    return full || none || !any;
}

static void pair_day(struct pairing *p, int64_t start_s, size_t day, int64_t common)
{
    for (size_t k = 0; k < p->n; k++) {
        struct paired_meter *m = &p->meter[k];
        const struct ledger_day *d = &p->series[k].day[day];
        struct slot slot = {(double)d->mwh, (double)d->estimated_mwh, 0, d->covered_ms};
        if (!serves(m, start_s))
            continue;
        if (m->account)
            take(m, &slot, common);
        else
            take_constant(m, DAY_MS, common);
    }
    p->covered_ms += common;
}

/* When the last covered day ended. */
struct ending {
    int64_t at_s;
};

static int keep_ending(void *context, const struct ledger_day *day)
{
    struct ending *ending = context;
    if (day->covered_ms)
        ending->at_s = day->start_s + DAY_S - (DAY_MS - day->covered_ms) / 1000;
    return 0;
}

/* A meter that is gone served until the end of the last day that it covered any of. */
static int end_gone(struct pairing *p, int64_t first, int64_t last)
{
    for (size_t k = 0; k < p->n; k++) {
        struct paired_meter *m = &p->meter[k];
        struct ending ending = {m->from_s};
        int r = m->gone && m->account ? ledger_days(p->ledger, m->account, first, last, keep_ending, &ending) : 0;
        if (r)
            return r;
        if (m->gone && ending.at_s < m->to_s)
            m->to_s = ending.at_s;
    }
    return 0;
}

static int load_days(struct pairing *p, int64_t first, int64_t last)
{
    for (size_t k = 0; k < p->n; k++) {
        struct series *s = &p->series[k];
        s->first_s = first;
        s->n_days = (size_t)((last - first) / DAY_S);
        memset(s->day, 0, sizeof s->day);
        int r = p->meter[k].account ? ledger_days(p->ledger, p->meter[k].account, first, last, keep_day, s) : 0;
        if (r)
            return r;
    }
    return 0;
}

/* Days of the window from first to last, which are whole but for the window's own ends. */
static int pair_days(struct pairing *p, int64_t first, int64_t last)
{
    int r = load_days(p, first, last);
    for (int64_t day = first; day < last && !r; day += DAY_S) {
        int64_t start = day < p->from_s ? p->from_s : day, end = day + DAY_S > p->to_s ? p->to_s : day + DAY_S, common;
        size_t i = (size_t)((day - first) / DAY_S);
        if (start == day && end == day + DAY_S && plain_day(p, day, i, &common))
            pair_day(p, day, i, common);
        else
            r = pair_quarters(p, start, end);
    }
    return r;
}

int pairing_run(struct ledger *ledger, struct paired_meter *meters, size_t n, int64_t from_s, int64_t to_s,
                int64_t until_s, int64_t *ret_covered_ms)
{
    struct pairing p = {ledger, meters, calloc(n + 1, sizeof(struct series)), n, from_s, to_s, until_s, 0};
    int64_t first = from_s / DAY_S * DAY_S, last = (to_s + DAY_S - 1) / DAY_S * DAY_S;
    if (!p.series)
        abort();
    int r = from_s < to_s ? end_gone(&p, first, last) : 0;
    for (int64_t at = first; at < last && !r && from_s < to_s; at += DAYS_AT_ONCE * DAY_S)
        r = pair_days(&p, at, at + DAYS_AT_ONCE * DAY_S < last ? at + DAYS_AT_ONCE * DAY_S : last);
    free(p.series);
    if (!r)
        *ret_covered_ms = p.covered_ms;
    return r;
}
