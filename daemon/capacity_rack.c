/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/capacity_rack.h"

#include "daemon/feeds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A usual power factor of servers' supplies; assumption, where power and current are not both recorded. */
#define POWER_FACTOR 0.95

static const char *const no_rating = "the rating of its breaker is not stated (breaker)";
static const char *const no_record = "its current was not recorded in this period";
static const char *const one_feed = "one feed only: nothing stays when it fails";

/* A whole-device current of the rack with what it did. */
struct wire {
    const struct live_point *point;
    struct track track;
    int side;
    enum phase phase;
};

struct wires {
    size_t n;
    struct wire *wire;
    double watts; /* means of the IT devices whose power is recorded, and the amperes of the same */
    double amperes;
};

static void add_circuit(struct capacity *c, const struct live_point *point, const struct track_load *load, bool known)
{
    c->circuit = capacity_push(c->circuit, &c->n_circuits, sizeof *c->circuit);
    struct capacity_circuit *circuit = &c->circuit[c->n_circuits - 1];
    *circuit = (struct capacity_circuit){.point = point,
                                         .load = *load,
                                         .breaker = point->rating,
                                         .limit = circuit_limit(point->rating, c->part),
                                         .left = circuit_room(load->peak, point->rating, c->part)};
    if (!(point->rating > 0))
        circuit->reason = no_rating;
    else if (!known || isnan(load->peak))
        circuit->reason = no_record;
}

static bool beside_total(enum part_base base)
{
    return base == PB_BRANCH || base == PB_INPUT || base == PB_OUTPUT;
}

/* Breakers inside a device, and before and behind a UPS, where their rating is known. */
static void add_branches(struct capacity *c, const struct plant *plant, const struct live_device *device,
                         const struct track_span *span)
{
    for (size_t i = 0; i < device->n_bound; i++) {
        const struct live_point *p = device->bound[i];
        struct part part;
        if (!p || p->quantity != Q_CURRENT || part_parse(p->part, &part) < 0 || !beside_total(part.base))
            continue;
        if (!(p->rating > 0)) {
            c->unrated_branches += part.base == PB_BRANCH;
            continue;
        }
        struct track track;
        bool known = track_read(plant, p, span, &track) == 0;
        struct track_load load = track_load(&track);
        add_circuit(c, p, &load, known);
        track_done(&track);
    }
}

static double mean_power(const struct plant *plant, const struct live_device *device, const struct track_span *span,
                         struct track *sum)
{
    double watts = NAN;
    for (size_t i = 0; i < device->n_bound; i++) {
        const struct live_point *p = device->bound[i];
        struct track track;
        if (!p || p->role != ROLE_IT || p->quantity != Q_ACTIVE_POWER || track_read(plant, p, span, &track))
            continue;
        watts = past_mean(&track.window);
        track_add(sum, &track);
        track_done(&track);
        break; /* the main part alone carries the role */
    }
    return watts;
}

/* A strip with one phase calls it L1, whichever of the building's it hangs on. */
static bool stated(const struct live_device *device, const struct live_point *p, size_t n)
{
    bool told = n > 1 || device->config->phase != PH_NONE;
    for (size_t i = 0; i < device->config->n_parts; i++)
        told |= !strcmp(device->config->part[i].part, p->part) && device->config->part[i].phase != PH_NONE;
    return told && p->phase >= PH_L1 && p->phase <= PH_L3;
}

static void add_phases(struct capacity *c, const struct live_device *device, const struct wires *w, size_t first)
{
    double amperes[3] = {NAN, NAN, NAN};
    unsigned unstated = 0;
    const char *feed = "";
    for (size_t i = first; i < w->n; i++) {
        const struct live_point *p = w->wire[i].point;
        feed = p->feed;
        if (stated(device, p, w->n - first))
            amperes[p->phase - PH_L1] = past_mean(&w->wire[i].track.window);
        else
            unstated++;
    }
    if (first == w->n)
        return;
    c->phases = capacity_push(c->phases, &c->n_phases, sizeof *c->phases);
    struct capacity_phases *phases = &c->phases[c->n_phases - 1];
    *phases =
        (struct capacity_phases){.device = device, .room = device->config->room, .feed = feed, .unstated = unstated};
    memcpy(phases->amperes, amperes, sizeof amperes);
    phases->imbalance = circuit_imbalance(amperes);
    phases->neutral = circuit_neutral(amperes);
}

/* Reads a device's currents into w, and says what they are as circuits and phases. */
static void read_device(struct capacity *c, const struct plant *plant, const struct live_device *device,
                        const struct track_span *span, struct wires *w, struct track *power)
{
    bool phases = feeds_has_phases(device);
    size_t first = w->n;
    double amperes = 0;
    for (size_t i = 0; i < device->n_bound; i++) {
        const struct live_point *p = device->bound[i];
        if (!p || !feeds_counts(p) || (phases && !strstr(p->part, "-l")))
            continue;
        w->wire = capacity_push(w->wire, &w->n, sizeof *w->wire);
        struct wire *wire = &w->wire[w->n - 1];
        *wire = (struct wire){.point = p, .side = feeds_side(p), .phase = feeds_phase(p)};
        bool known = track_read(plant, p, span, &wire->track) == 0;
        struct track_load load = track_load(&wire->track);
        add_circuit(c, p, &load, known);
        amperes += load.mean;
    }
    add_branches(c, plant, device, span);
    add_phases(c, device, w, first);
    double watts = mean_power(plant, device, span, power);
    if (!isnan(watts) && !isnan(amperes) && amperes > 0) {
        w->watts += watts;
        w->amperes += amperes;
    }
}

static void wires_done(struct wires *w)
{
    for (size_t i = 0; i < w->n; i++)
        track_done(&w->wire[i].track);
    free(w->wire);
}

/* The wires of one side and phase. */
struct side {
    size_t n, wire[CIRCUIT_BREAKERS];
    bool many;
};

static struct side side_of(const struct wires *w, int side, enum phase phase)
{
    struct side s = {0};
    for (size_t i = 0; i < w->n; i++)
        if (w->wire[i].side == side && w->wire[i].phase == phase) {
            s.many |= s.n == CIRCUIT_BREAKERS;
            if (!s.many)
                s.wire[s.n++] = i;
        }
    return s;
}

static double value_at(const struct wires *w, size_t wire, bool recent, size_t i)
{
    const struct past *p = recent ? &w->wire[wire].track.recent : &w->wire[wire].track.window;
    return i < p->n ? p->value[i] : (double)NAN;
}

/* Quarter by quarter what the worst breaker would carry, as a run of its own; *ret_worst is that of the worst quarter.
 */
static struct past after_failure(const struct wires *w, const struct side *stays, const struct side *fails, double part,
                                 bool recent, size_t *ret_worst)
{
    const struct track *like = &w->wire[stays->wire[0]].track;
    struct past run = recent ? like->recent : like->window;
    double worst = -1;
    run.known = 0;
    run.value = calloc(run.n + 1, sizeof *run.value);
    if (!run.value)
        abort();
    for (size_t i = 0; i < run.n; i++) {
        struct circuit_feed feed = {.n = stays->n};
        double failed = 0, amperes = NAN, limit = NAN;
        for (size_t k = 0; k < stays->n; k++) {
            feed.amperes[k] = value_at(w, stays->wire[k], recent, i);
            feed.breaker[k] = w->wire[stays->wire[k]].point->rating;
        }
        for (size_t k = 0; k < fails->n; k++)
            failed += value_at(w, fails->wire[k], recent, i);
        size_t at = circuit_failover(&feed, failed, part, &amperes, &limit);
        run.value[i] = amperes;
        run.known += !isnan(amperes);
        if (at != SIZE_MAX && amperes / limit > worst) {
            worst = amperes / limit;
            *ret_worst = stays->wire[at];
        }
    }
    return run;
}

static void add_failover(struct capacity *c, const struct wires *w, size_t rack, enum phase phase, int failed)
{
    struct side stays = side_of(w, !failed, phase), fails = side_of(w, failed, phase);
    size_t worst = SIZE_MAX, ignored;
    if (!stays.n || !fails.n)
        return;
    c->failover = capacity_push(c->failover, &c->n_failovers, sizeof *c->failover);
    struct capacity_failover *f = &c->failover[c->n_failovers - 1];
    *f = (struct capacity_failover){.rack = rack, .phase = phase, .failed = failed, .rating = NAN, .limit = NAN};
    struct track track = {after_failure(w, &stays, &fails, c->part, false, &worst),
                          after_failure(w, &stays, &fails, c->part, true, &ignored)};
    f->load = track_load(&track);
    track_done(&track);
    for (size_t k = 0; k < stays.n; k++)
        if (!(w->wire[stays.wire[k]].point->rating > 0))
            f->reason = no_rating;
    if (stays.many || fails.many)
        f->reason = "more breakers on one phase of a feed than are looked at";
    else if (worst == SIZE_MAX && !f->reason)
        f->reason = "currents of both feeds were not recorded together in this period";
    if (worst == SIZE_MAX)
        return;
    f->breaker = w->wire[worst].point;
    f->rating = f->breaker->rating;
    f->limit = circuit_limit(f->rating, c->part);
}

/* What is left of a phase: after either feed's failure, or of its one feed. */
static double left_of(const struct capacity *c, const struct wires *w, size_t rack, enum phase phase,
                      const char **reason)
{
    double left = INFINITY;
    bool pair = false, any = false;
    for (size_t i = 0; i < c->n_failovers; i++) {
        const struct capacity_failover *f = &c->failover[i];
        if (f->rack != rack || f->phase != phase)
            continue;
        pair = true;
        *reason = f->reason ? f->reason : *reason;
        left = f->reason ? NAN : isnan(left) ? left : fmin(left, f->limit - f->load.peak);
    }
    for (size_t i = 0; i < w->n && !pair; i++) {
        const struct wire *wire = &w->wire[i];
        if (wire->phase != phase)
            continue;
        double own = circuit_room(track_load(&wire->track).peak, wire->point->rating, c->part);
        any = true;
        *reason = !(wire->point->rating > 0) ? no_rating : isnan(own) ? no_record : one_feed;
        left = isnan(own) || isnan(left) ? (double)NAN : fmin(left, own);
    }
    return pair || any ? left : (double)INFINITY; /* INFINITY: no such phase */
}

static void add_fit(struct capacity *c, const struct wires *w, size_t rack)
{
    double least = INFINITY, most = -INFINITY;
    unsigned phases = 0;
    struct capacity_fit fit = {.rack = rack, .watts = NAN, .one_phase_watts = NAN};
    bool measured = w->amperes > 0;
    fit.watts_per_ampere = measured ? w->watts / w->amperes : CIRCUIT_NOMINAL * POWER_FACTOR;
    fit.assumed = !measured;
    for (int phase = PH_L1; phase <= PH_L3; phase++) {
        double left = left_of(c, w, rack, (enum phase)phase, &fit.reason);
        if (isinf(left))
            continue;
        phases++;
        least = isnan(left) || isnan(least) ? (double)NAN : fmin(least, left);
        if (left > most) {
            most = left;
            fit.phase = (enum phase)phase;
        }
    }
    if (!phases)
        return;
    if (!isnan(least)) {
        fit.watts = fmax(0, least) * phases * fit.watts_per_ampere;
        fit.one_phase_watts = fmax(0, most) * fit.watts_per_ampere;
    }
    c->fit = capacity_push(c->fit, &c->n_fits, sizeof *c->fit);
    c->fit[c->n_fits - 1] = fit;
}

void capacity_of_rack(struct capacity *c, const struct plant *plant, size_t rack, const struct track_span *span)
{
    struct wires w = {0};
    struct track power = {0};
    unsigned devices = 0;
    for (size_t i = 0; i < plant->live->n_devices; i++) {
        const struct live_device *device = plant->live->device[i];
        if (device->config->rack != rack || device->config->role != ROLE_IT)
            continue;
        devices++;
        read_device(c, plant, device, span, &w, &power);
    }
    for (int phase = PH_L1; phase <= PH_L3; phase++)
        for (int failed = 0; failed < 2; failed++)
            add_failover(c, &w, rack, (enum phase)phase, failed);
    add_fit(c, &w, rack);
    if (devices) {
        c->rack = capacity_push(c->rack, &c->n_racks, sizeof *c->rack);
        c->rack[c->n_racks - 1] = (struct capacity_rack){.rack = rack, .power = track_load(&power), .devices = devices};
    }
    track_done(&power);
    wires_done(&w);
}

void capacity_of_device(struct capacity *c, const struct plant *plant, size_t device, const struct track_span *span)
{
    struct wires w = {0};
    struct track power = {0};
    read_device(c, plant, plant->live->device[device], span, &w, &power);
    track_done(&power);
    wires_done(&w);
}

/* A row's place among the sums: its room and feed. */
static struct capacity_phases *sum_of(struct capacity *c, size_t own, const struct capacity_phases *row)
{
    for (size_t i = own; i < c->n_phases; i++)
        if (c->phases[i].room == row->room && !strcmp(c->phases[i].feed, row->feed))
            return &c->phases[i];
    struct capacity_phases sum = {.room = row->room, .feed = row->feed};
    c->phases = capacity_push(c->phases, &c->n_phases, sizeof *c->phases);
    c->phases[c->n_phases - 1] = sum;
    return &c->phases[c->n_phases - 1];
}

void capacity_of_feeds(struct capacity *c)
{
    size_t own = c->n_phases;
    for (size_t i = 0; i < own; i++) {
        struct capacity_phases row = c->phases[i];
        if (row.device->config->role != ROLE_IT)
            continue;
        struct capacity_phases *sum = sum_of(c, own, &row);
        sum->unstated += row.unstated;
        for (int k = 0; k < 3; k++)
            sum->amperes[k] += isnan(row.amperes[k]) ? 0 : row.amperes[k];
    }
    for (size_t i = own; i < c->n_phases; i++) {
        if (c->phases[i].unstated) /* what is left out would make it uneven */
            c->phases[i].amperes[0] = c->phases[i].amperes[1] = c->phases[i].amperes[2] = NAN;
        c->phases[i].imbalance = circuit_imbalance(c->phases[i].amperes);
        c->phases[i].neutral = circuit_neutral(c->phases[i].amperes);
    }
}
