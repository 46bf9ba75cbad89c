/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live_figures.h"

#include "daemon/balance_doubt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_US INT64_C(60000000)
#define GAP_US    MINUTE_US /* powers further apart say nothing of the time between */

static void note(struct live_ring *ring, int64_t minute, double total, double it, int64_t us)
{
    struct live_minute *slot = &ring->slot[minute % (LIVE_MINUTES + 1)];
    if (slot->minute != minute)
        *slot = (struct live_minute){.minute = minute};
    slot->total += total;
    slot->it += it;
    slot->covered_us += us;
}

static void advance(struct live_ring *ring, int64_t boot_us, double total, double it)
{
    bool known = !isnan(total) && !isnan(it);
    int64_t us = boot_us - ring->last_us;
    if (known && ring->has_last && us > 0 && us <= GAP_US) {
        double hours = (double)us / 3.6e9;
        note(ring, boot_us / MINUTE_US + 1, (ring->last_total + total) / 2 * hours, (ring->last_it + it) / 2 * hours,
             us);
    }
    ring->has_last = known;
    ring->last_us = boot_us;
    ring->last_total = total;
    ring->last_it = it;
}

static void ring_sum(const struct live_ring *ring, int64_t boot_us, struct live_part *part)
{
    int64_t now = boot_us / MINUTE_US + 1;
    part->ratio_total = part->ratio_it = 0;
    part->covered_us = 0;
    for (int i = 0; i <= LIVE_MINUTES; i++) {
        const struct live_minute *slot = &ring->slot[i];
        if (!slot->minute || slot->minute > now || slot->minute <= now - LIVE_MINUTES)
            continue;
        part->ratio_total += slot->total;
        part->ratio_it += slot->it;
        part->covered_us += slot->covered_us;
    }
}

static struct kpi_result *begin(struct kpi_result *r, const char *scope, enum quantity id, const char *name,
                                int64_t now_s)
{
    memset(r, 0, sizeof *r);
    snprintf(r->scope, sizeof r->scope, "%s", scope);
    snprintf(r->name, sizeof r->name, "%s", name);
    r->id = id;
    r->value = r->coverage = r->estimated = r->uncertainty = NAN;
    r->from_s = r->to_s = now_s;
    return r;
}

static void put_ratio(struct kpi_result *r, const struct live_part *part, int64_t now_s)
{
    r->from_s = now_s - LIVE_MINUTES * 60;
    r->coverage = fmin(1, (double)part->covered_us / (double)(LIVE_MINUTES * MINUTE_US));
    if (!part->covered_us || !(part->ratio_it > 0))
        snprintf(r->reason, sizeof r->reason, "%s", *part->reason ? part->reason : "not read for long enough yet");
    else if (part->ratio_total < part->ratio_it)
        snprintf(r->reason, sizeof r->reason, "boundary: less power enters than IT takes");
    else {
        r->value = part->ratio_total / part->ratio_it;
        r->category = part->category;
    }
}

static void put(struct kpi_result *r, double value, bool estimated, const char *reason)
{
    r->value = value;
    r->estimated = isnan(value) ? (double)NAN : estimated;
    if (isnan(value))
        snprintf(r->reason, sizeof r->reason, "%s", reason);
}

static double known(const struct live_room *room, enum role role)
{
    double sum = 0;
    bool any = false;
    for (size_t i = 0; i < room->n; i++)
        if (room->meters[i].meter.role == role && room->meters[i].meter.quantity == Q_ENERGY) {
            sum += room->meters[i].power * room->meters[i].meter.share;
            any = true;
        }
    return any ? sum : (double)NAN;
}

/* All that becomes heat in the room: IT, the UPS's losses, light. */
static double room_power(const struct live_room *room, double it)
{
    double losses = known(room, ROLE_UPS_IN) - known(room, ROLE_UPS_OUT), light = known(room, ROLE_LIGHTING);
    return it + (losses > 0 ? losses : 0) + (light > 0 ? light : 0);
}

static void silent_meter(const struct live_room *room, const struct balance_meter *plan, bool it_only, char reason[200])
{
    for (size_t i = 0; i < room->n; i++) {
        bool side = plan[i].role == ROLE_IT || plan[i].role == ROLE_UPS_OUT || plan[i].on_ups;
        if (plan[i].used && isnan(room->meters[i].power) && (side || !it_only)) {
            snprintf(reason, 200, "nothing from %s now", plan[i].device);
            return;
        }
    }
}

struct powers {
    double total, it;
    int category;
    bool expected;
    char it_reason[200], total_reason[200];
};

static void find_powers(const struct live_room *room, struct powers *p)
{
    struct kpi_window *w = calloc(1, sizeof *w);
    struct balance_meter *plan = calloc(room->n + 1, sizeof *plan);
    struct kpi_energy total, it;
    if (!w || !plan)
        abort();
    for (size_t i = 0; i < room->n; i++) {
        plan[i] = room->meters[i].meter;
        plan[i].covered = !isnan(room->meters[i].power);
    }
    balance_plan(plan, room->n, w->ups_unmetered);
    balance_overlap(plan, room->n, w);
    for (size_t i = 0; i < room->n; i++)
        balance_add(&w->paired, &plan[i], room->meters[i].power, 0);
    memset(p, 0, sizeof *p);
    p->total = p->it = NAN;
    if (!kpi_it(w, &w->paired, &it, p->it_reason)) {
        p->it = it.wh;
        p->category = it.category;
        p->expected = true;
        if (isnan(p->it))
            silent_meter(room, plan, true, p->it_reason);
    }
    if (!kpi_total(&room->scope, w, &w->paired, &total, &it, p->total_reason)) {
        p->total = total.wh;
        if (isnan(p->total) || isnan(p->it))
            silent_meter(room, plan, false, p->total_reason);
    }
    free(plan);
    free(w);
}

static void put_heat(struct kpi_result *results, const struct live_part *part, const char *reason, int64_t now_s,
                     double cop)
{
    put(begin(&results[2], part->id, Q_K_HEAT_POWER, "recoverable heat", now_s), part->heat, part->estimated, reason);
    put(begin(&results[3], part->id, Q_K_HEAT_TEMPERATURE, "source temperature", now_s), part->temperature,
        part->estimated, reason);
    put(begin(&results[4], part->id, Q_K_HEAT_COP, "COP", now_s), cop, true, reason);
    put(begin(&results[5], part->id, Q_K_HEAT_DELIVERED, "heat delivered", now_s), part->delivered, true, reason);
}

static void copy_assumed(struct kpi_result *r, const struct heat_result *heat)
{
    snprintf(r->warnings, sizeof r->warnings, "%s", heat->warning);
    for (size_t i = 0; i < heat->n_assumed && r->n_assumed < KPI_ASSUMED; i++) {
        struct kpi_assumed *a = &r->assumed[r->n_assumed++];
        snprintf(a->key, sizeof a->key, "%s", heat->assumed[i].key);
        a->value = heat->assumed[i].value;
        a->source = heat->assumed[i].source;
    }
}

size_t live_figures_room(struct live_ring *ring, const struct live_room *room, int64_t boot_us, int64_t now_s,
                         struct kpi_result results[LIVE_RESULTS], struct live_part *part)
{
    struct powers p;
    struct heat_result heat;
    struct heat_input input = room->input;
    find_powers(room, &p);
    advance(ring, boot_us, p.total, p.it);
    if (isnan(input.room_power))
        input.room_power = room_power(room, p.it);
    heat_estimate(room->heat, &input, &heat);
    memset(part, 0, sizeof *part);
    part->id = room->scope.id;
    part->it = p.it;
    part->category = p.category;
    part->expected = p.expected || room->it_missing;
    part->heat = heat.power;
    part->temperature = heat.temperature;
    part->delivered = heat.delivered;
    part->electric = heat.electric;
    part->estimated = heat.estimated;
    if (!p.expected && room->it_missing) /* what is missing says more */
        snprintf(p.it_reason, sizeof p.it_reason, "%s", p.total_reason);
    snprintf(part->it_reason, sizeof part->it_reason, "%s", isnan(p.it) ? p.it_reason : "");
    snprintf(part->reason, sizeof part->reason, "%s", isnan(p.it) ? p.it_reason : p.total_reason);
    ring_sum(ring, boot_us, part);
    put_ratio(begin(&results[0], part->id, Q_K_POWER_RATIO, "power ratio", now_s), part, now_s);
    put(begin(&results[1], part->id, Q_K_IT_POWER, "IT power", now_s), p.it, false, p.it_reason);
    results[1].category = p.category;
    const char *reason = heat.direct ? "warm enough without a heat pump" : heat.reason;
    put_heat(results, part, reason, now_s, heat.cop);
    for (int i = 2; i < LIVE_RESULTS; i++)
        copy_assumed(&results[i], &heat);
    return LIVE_RESULTS;
}

static void join(struct live_part *sum, const struct live_part *part, double *heated)
{
    if (part->expected) {
        sum->it += part->it;
        sum->category = !sum->category || part->category < sum->category ? part->category : sum->category;
        sum->ratio_total += part->ratio_total;
        sum->ratio_it += part->ratio_it;
        if (!sum->expected || part->covered_us < sum->covered_us)
            sum->covered_us = part->covered_us;
        if (*part->reason && !*sum->reason)
            snprintf(sum->reason, sizeof sum->reason, "%.32s: %.160s", part->id, part->reason);
        if (*part->it_reason && !*sum->it_reason)
            snprintf(sum->it_reason, sizeof sum->it_reason, "%.32s: %.160s", part->id, part->it_reason);
        sum->expected = true;
    }
    if (isnan(part->heat))
        return;
    sum->heat += part->heat;
    *heated += part->heat * part->temperature;
    sum->estimated |= part->estimated;
    if (!isnan(part->delivered)) {
        sum->delivered += part->delivered;
        sum->electric += part->electric;
    }
}

size_t live_figures_sum(const char *id, const struct live_part *const *parts, size_t n, int64_t now_s,
                        struct kpi_result results[LIVE_RESULTS])
{
    struct live_part sum = {.id = id};
    double heated = 0;
    for (size_t i = 0; i < n; i++)
        join(&sum, parts[i], &heated);
    if (!sum.expected) {
        sum.it = NAN;
        snprintf(sum.reason, sizeof sum.reason, "no meter of IT energy");
        snprintf(sum.it_reason, sizeof sum.it_reason, "no meter of IT energy");
    }
    sum.temperature = sum.heat > 0 ? heated / sum.heat : (double)NAN;
    sum.heat = sum.heat > 0 ? sum.heat : (double)NAN;
    sum.delivered = sum.delivered > 0 ? sum.delivered : (double)NAN;
    put_ratio(begin(&results[0], id, Q_K_POWER_RATIO, "power ratio", now_s), &sum, now_s);
    put(begin(&results[1], id, Q_K_IT_POWER, "IT power", now_s), sum.it, false, sum.it_reason);
    results[1].category = sum.category;
    double cop = sum.electric > 0 ? sum.delivered / sum.electric : (double)NAN;
    put_heat(results, &sum, "no room has it", now_s, cop);
    return LIVE_RESULTS;
}
