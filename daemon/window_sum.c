/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window_sum.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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
    to->unread += e->unread;
}

/* A room's energies as those of one meter at the site's boundary; what lies beside the balance as it is. */
static void add_room(struct kpi_energies *to, const struct kpi_window *w, const struct kpi_energies *room)
{
    static const enum role beside[] = {ROLE_COOLING, ROLE_HEAT_OUT, ROLE_WATER, ROLE_WATER_POTABLE};
    char reason[200];
    struct kpi_energy it, total = kpi_entered(w, room);
    add(&to->removed, &room->removed);
    add(&to->heat, &room->heat);
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++)
        add(&to->role[beside[i]], &room->role[beside[i]]);
    if (kpi_it(w, room, &it, reason))
        return;
    add(&to->role[ROLE_IT], &it);
    to->shared += kpi_shared(w, room);
    total.category = 0;
    add(&to->role[ROLE_GRID], &total);
}

static const char *name_of(const struct window_part *part)
{
    return *part->id ? part->id : "in no room";
}

static void keep(char *to, size_t size, const char *text)
{
    if (*text && !*to)
        snprintf(to, size, "%s", text);
}

/* Of IT a sum without one room would be a wrong number. A room that has none, a plant room, takes none away. */
static void find_no_it(const struct window_part *part, struct kpi_window *w)
{
    struct kpi_energy it;
    char reason[200];
    const struct kpi_energies *whole = &part->window->whole;
    bool some = part->missing || whole->role[ROLE_IT].meters || whole->role[ROLE_UPS_OUT].meters;
    if (some && !*w->no_it && kpi_it(part->window, whole, &it, reason))
        snprintf(w->no_it, sizeof w->no_it, part->missing ? "%s: no reading yet from %s" : "%s: %s", name_of(part),
                 part->missing ? part->missing : reason);
}

static void join(const struct window_part *part, struct kpi_window *w)
{
    const struct kpi_window *room = part->window;
    find_no_it(part, w);
    add_room(&w->paired, room, &room->paired);
    add_room(&w->whole, room, &room->whole);
    w->covered = fmin(w->covered, room->covered);
    if (room->whole.heat.meters)
        w->heat_covered = fmin(w->heat_covered, room->heat_covered);
    keep(w->reversed, sizeof w->reversed, room->reversed);
    keep(w->silent, sizeof w->silent, room->silent);
    for (size_t k = 0; k < room->n_doubts && w->n_doubts < KPI_DOUBTS; k++)
        snprintf(w->doubt[w->n_doubts++], sizeof w->doubt[0], "%s", room->doubt[k]);
    if (*room->overlap && !*w->overlap)
        w->overlap_role = room->overlap_role;
    keep(w->overlap, sizeof w->overlap, room->overlap);
    for (size_t k = 0; k < room->n_assumed && w->n_assumed < KPI_ASSUMED; k++)
        w->assumed[w->n_assumed++] = room->assumed[k];
}

static unsigned water_meters(const struct kpi_window *w)
{
    return w->whole.role[ROLE_WATER].meters + w->whole.role[ROLE_WATER_POTABLE].meters;
}

/* A ratio of what only some rooms meter over what all of them take would be a wrong number. A meter in no room is of
 * all. */
static void find_parts(const struct window_part *parts, size_t n, struct kpi_window *w)
{
    bool removed = w->whole.removed.meters > 0, water = water_meters(w) > 0;
    for (size_t i = 0; i < n; i++)
        if (!*parts[i].id) {
            removed &= !parts[i].window->whole.removed.meters;
            water &= !water_meters(parts[i].window);
        }
    for (size_t i = 0; i < n; i++) {
        const struct kpi_energies *room = &parts[i].window->whole;
        bool cooled = room->role[ROLE_COOLING].meters > 0, measured = room->removed.meters > 0;
        if (removed && cooled != measured && !*w->no_removed)
            snprintf(w->no_removed, sizeof w->no_removed, "%s: %s", name_of(&parts[i]),
                     measured ? "no meter of the electricity of the cooling" : "no heat meter on the cooling");
        if (water && room->role[ROLE_IT].meters && !water_meters(parts[i].window) && !*w->no_water)
            snprintf(w->no_water, sizeof w->no_water, "%s: no water meter (role water, water-potable)",
                     name_of(&parts[i]));
    }
}

void window_sum(const struct window_part *parts, size_t n, struct kpi_window *w)
{
    size_t rooms = 0;
    w->covered = w->heat_covered = 1;
    for (size_t i = 0; i < n; i++) {
        join(&parts[i], w);
        rooms += *parts[i].id != '\0';
    }
    find_parts(parts, n, w);
    snprintf(w->inputs, sizeof w->inputs, "the sum of %zu rooms", rooms);
}
