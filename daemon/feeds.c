/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/feeds.h"

#include "daemon/circuit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct feed {
    double sum, breaker; /* breaker: of the weakest device of the feed; NAN: not known */
    bool seen, missing;
};

/* A current counts for the whole device: of its total or inlet, on one phase. A one-phase PDU has no phase in its part
 * and takes the site's. */
static bool counts(const struct live_point *p)
{
    struct part part;
    if (p->gone || p->device == NO_DEVICE || p->quantity != Q_CURRENT || part_parse(p->part, &part) < 0)
        return false;
    return (part.base == PB_TOTAL || part.base == PB_INLET) && p->phase >= PH_NONE && p->phase <= PH_L3;
}

/* A device with phases counts by them, not by a total beside them. */
static bool has_phases(const struct live_device *device)
{
    for (size_t i = 0; i < device->n_bound; i++)
        if (device->bound[i] && counts(device->bound[i]) && strstr(device->bound[i]->part, "-l"))
            return true;
    return false;
}

static void add_device(const struct live_device *device, enum phase phase, struct feed *feed)
{
    bool phases = has_phases(device);
    for (size_t i = 0; i < device->n_bound; i++) {
        const struct live_point *p = device->bound[i];
        if (!p || !counts(p) || (phases && !strstr(p->part, "-l")))
            continue;
        enum phase own = p->phase == PH_NONE ? PH_L1 : p->phase;
        if (own != phase)
            continue;
        feed->seen = true;
        feed->missing |= !quality_has_value(p->quality) || device->state != LIVE_ONLINE;
        feed->sum += p->value;
        feed->breaker = fmin(feed->breaker, p->rating); /* fmin ignores a NAN */
    }
}

static bool sum_rack(const struct live *live, size_t rack, enum phase phase, double part, struct feed_sum *ret)
{
    struct feed a = {.breaker = NAN}, b = {.breaker = NAN};
    const struct rack_config *rc = &live->config->rack[rack];
    for (size_t i = 0; i < live->n_devices; i++) {
        const struct live_device *device = live->device[i];
        const struct device_config *dc = device->config;
        if (!dc || dc->rack != rack || !dc->feed || dc->role != ROLE_IT)
            continue;
        if (!strcmp(dc->feed, "A"))
            add_device(device, phase, &a);
        else if (!strcmp(dc->feed, "B"))
            add_device(device, phase, &b);
    }
    double breaker = fmin(a.breaker, b.breaker);
    if (!a.seen || !b.seen || a.missing || b.missing || isnan(breaker))
        return false;
    *ret = (struct feed_sum){.subject = (uint64_t)rack << 4 | phase,
                             .room = rc->room == NO_INDEX ? "" : live->config->room[rc->room].id,
                             .rack = rc->id,
                             .phase = phase,
                             .sum_a = a.sum + b.sum,
                             .limit_a = circuit_limit(breaker, part),
                             .breaker_a = breaker};
    return true;
}

size_t feeds_sum(const struct live *live, double part, struct feed_sum **ret)
{
    size_t n = 0, racks = live->config ? live->config->n_racks : 0;
    struct feed_sum *sums = calloc(racks * 3 + 1, sizeof *sums);
    if (!sums)
        abort();
    for (size_t rack = 0; rack < racks; rack++)
        for (int phase = PH_L1; phase <= PH_L3; phase++)
            n += sum_rack(live, rack, (enum phase)phase, part, &sums[n]);
    *ret = sums;
    return n;
}
