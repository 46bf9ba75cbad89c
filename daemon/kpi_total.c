/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of kpi.h: what entered, what of it was IT, and why it cannot be told. */
#include "daemon/kpi.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

static void add(struct kpi_energy *to, const struct kpi_energy *e, double sign)
{
    to->wh += sign * e->wh;
    to->estimated_wh += fabs(e->estimated_wh);
    to->variance += e->meters ? e->variance : 0;
    to->meters += e->meters;
    to->unread += e->unread;
}

int kpi_it(const struct kpi_window *w, const struct kpi_energies *e, struct kpi_energy *ret_it, char ret_reason[200])
{
    if (*w->no_it) {
        snprintf(ret_reason, 200, "%s", w->no_it);
        return -ENODATA;
    }
    if (*w->reversed) {
        snprintf(ret_reason, 200, "%s counts backwards: is it the wrong way round (parts: invert: yes)?", w->reversed);
        return -EINVAL;
    }
    if (*w->overlap && w->overlap_role == ROLE_UPS_OUT && !e->role[ROLE_IT].meters) {
        snprintf(ret_reason, 200, "%s", w->overlap);
        return -EINVAL;
    }
    if (e->role[ROLE_IT].meters && e->role[ROLE_IT].category > 0) {
        *ret_it = e->role[ROLE_IT];
        return 0;
    }
    if (e->role[ROLE_UPS_OUT].meters && !e->role[ROLE_IT].meters) {
        *ret_it = e->role[ROLE_UPS_OUT];
        add(ret_it, &e->on_ups, -1);
        ret_it->category = 1;
        return 0;
    }
    bool before = e->role[ROLE_IT].meters || e->role[ROLE_UPS_IN].meters;
    snprintf(ret_reason, 200, "%s", before ? "IT measured before the UPS" : "no meter of IT energy");
    return -ENODATA;
}

static void term(struct kpi_term *terms, size_t *n, enum role role, double sign, const struct kpi_energy *energy)
{
    if (energy->meters)
        terms[(*n)++] = (struct kpi_term){role, sign, *energy, 0};
}

static size_t terms_at_grid(const struct kpi_energies *e, struct kpi_term *terms)
{
    /* Own generation counts at its output, or at its input: never at both (ISO/IEC 30134-2). */
    enum role own = e->role[ROLE_FUEL].meters ? ROLE_FUEL : ROLE_GENERATOR;
    size_t n = 0;
    term(terms, &n, ROLE_GRID, 1, &e->role[ROLE_GRID]);
    term(terms, &n, ROLE_SOLAR, 1, &e->role[ROLE_SOLAR]);
    term(terms, &n, ROLE_EXPORT, -1, &e->role[ROLE_EXPORT]);
    term(terms, &n, ROLE_NOT_ROOM, -1, &e->role[ROLE_NOT_ROOM]);
    term(terms, &n, ROLE_COOLING_IMPORT, 1, &e->role[ROLE_COOLING_IMPORT]);
    term(terms, &n, own, 1, &e->role[own]);
    return n;
}

/* Without a meter at the grid: the sum of the parts. */
static size_t terms_of_parts(const struct kpi_window *w, const struct kpi_energies *e, struct kpi_term *terms)
{
    static const enum role parts[] = {ROLE_IT, ROLE_COOLING, ROLE_LIGHTING, ROLE_OTHER, ROLE_HEAT_PUMP};
    const struct kpi_energy *own = *w->ups_unmetered ? e->role : e->direct;
    size_t n = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        term(terms, &n, parts[i], 1, &own[parts[i]]);
        if (n && parts[i] == ROLE_IT)
            terms[n - 1].shared = own[ROLE_IT].variance;
    }
    term(terms, &n, ROLE_COOLING_IMPORT, 1, &e->role[ROLE_COOLING_IMPORT]);
    if (*w->ups_unmetered && !e->role[ROLE_IT].meters && e->role[ROLE_UPS_OUT].meters) {
        struct kpi_energy out = e->role[ROLE_UPS_OUT]; /* its losses stay unknown: only for a partial PUE */
        add(&out, &e->on_ups, -1);
        out.unread = e->role[ROLE_UPS_OUT].unread == e->role[ROLE_UPS_OUT].meters ? out.meters : 0;
        term(terms, &n, ROLE_UPS_OUT, 1, &out);
        terms[n - 1].shared = out.variance;
    } else if (!*w->ups_unmetered) {
        struct kpi_energy not_room = e->role[ROLE_NOT_ROOM]; /* only what a UPS feeds is in the sum */
        add(&not_room, &e->direct[ROLE_NOT_ROOM], -1);
        not_room.meters = e->role[ROLE_NOT_ROOM].meters - e->direct[ROLE_NOT_ROOM].meters;
        not_room.unread = e->role[ROLE_NOT_ROOM].unread - e->direct[ROLE_NOT_ROOM].unread;
        not_room.variance = e->role[ROLE_NOT_ROOM].variance - e->direct[ROLE_NOT_ROOM].variance;
        term(terms, &n, ROLE_UPS_IN, 1, &e->role[ROLE_UPS_IN]);
        term(terms, &n, ROLE_NOT_ROOM, -1, &not_room);
    }
    return n;
}

size_t kpi_terms(const struct kpi_window *w, const struct kpi_energies *e, struct kpi_term terms[ROLE_COUNT])
{
    return e->role[ROLE_GRID].meters ? terms_at_grid(e, terms) : terms_of_parts(w, e, terms);
}

double kpi_shared(const struct kpi_window *w, const struct kpi_energies *e)
{
    struct kpi_term terms[ROLE_COUNT];
    size_t n = kpi_terms(w, e, terms);
    double shared = e->shared;
    for (size_t k = 0; k < n; k++)
        shared += terms[k].shared;
    return shared;
}

int kpi_nothing_read(const struct kpi_window *w, char *ret_reason, size_t size)
{
    snprintf(ret_reason, size, "no reading in this time%s%s", *w->silent ? " from " : "", w->silent);
    return -ENODATA;
}

static bool unread(const struct kpi_energy *e)
{
    return e->meters && e->unread == e->meters;
}

int kpi_heard(const struct kpi_window *w, const struct kpi_energies *e, bool it_only, char ret_reason[200])
{
    struct kpi_term terms[ROLE_COUNT];
    bool none = !it_only && w->unheard;
    size_t n = it_only ? 0 : kpi_terms(w, e, terms);
    for (size_t i = 0; i < n; i++)
        none |= unread(&terms[i].energy);
    if (it_only)
        none = e->role[ROLE_IT].meters ? unread(&e->role[ROLE_IT]) : unread(&e->role[ROLE_UPS_OUT]);
    return none ? kpi_nothing_read(w, ret_reason, 200) : 0;
}

struct kpi_energy kpi_entered(const struct kpi_window *w, const struct kpi_energies *e)
{
    struct kpi_term terms[ROLE_COUNT];
    struct kpi_energy total = {0};
    size_t n = kpi_terms(w, e, terms);
    for (size_t i = 0; i < n; i++)
        add(&total, &terms[i].energy, terms[i].sign);
    return total;
}

int kpi_total(const struct kpi_scope *scope, const struct kpi_window *w, const struct kpi_energies *e,
              struct kpi_energy *ret_total, struct kpi_energy *ret_it, char ret_reason[200])
{
    struct kpi_energy it, total;
    if (scope->missing) {
        snprintf(ret_reason, 200, "no reading yet from %s", scope->missing);
        return -ENODATA;
    }
    if (scope->reason) {
        snprintf(ret_reason, 200, "%s", scope->reason);
        return -ENODATA;
    }
    int r = kpi_it(w, e, &it, ret_reason);
    if (r)
        return r;
    if (*w->overlap) {
        snprintf(ret_reason, 200, "%s", w->overlap);
        return -EINVAL;
    }
    if (*w->boundary) {
        snprintf(ret_reason, 200, "%s", w->boundary);
        return -EINVAL;
    }
    if (!scope->complete) {
        snprintf(ret_reason, 200, "not stated that all energy entering is metered (boundary: {complete: yes})");
        return -ENODATA;
    }
    if (!e->role[ROLE_GRID].meters && *w->ups_unmetered) {
        snprintf(ret_reason, 200, "the input of UPS %s is not metered, so its losses are unknown", w->ups_unmetered);
        return -ENODATA;
    }
    total = kpi_entered(w, e);
    if (!e->role[ROLE_GRID].meters && total.meters <= e->direct[ROLE_IT].meters) {
        snprintf(ret_reason, 200, "nothing but IT is metered");
        return -ENODATA;
    }
    *ret_total = total;
    *ret_it = it;
    return 0;
}
