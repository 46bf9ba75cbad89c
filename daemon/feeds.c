/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/feeds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool feeds_counts(const struct live_point *p)
{
    struct part part;
    if (p->gone || p->device == NO_DEVICE || p->quantity != Q_CURRENT || part_parse(p->part, &part) < 0)
        return false;
    return (part.base == PB_TOTAL || part.base == PB_INLET) && p->phase <= PH_L3;
}

bool feeds_has_phases(const struct live_device *device)
{
    for (size_t i = 0; i < device->n_bound; i++)
        if (device->bound[i] && feeds_counts(device->bound[i]) && strstr(device->bound[i]->part, "-l"))
            return true;
    return false;
}

enum phase feeds_phase(const struct live_point *point)
{
    return point->phase == PH_NONE ? PH_L1 : point->phase;
}

int feeds_side(const struct live_point *point)
{
    return !strcmp(point->feed, "A") ? 0 : !strcmp(point->feed, "B") ? 1 : -1;
}

struct sides {
    struct circuit_feed feed[2];
    bool missing;
};

static void add_device(const struct live_device *device, enum phase phase, struct sides *sides)
{
    bool phases = feeds_has_phases(device);
    for (size_t i = 0; i < device->n_bound; i++) {
        const struct live_point *p = device->bound[i];
        int side = p ? feeds_side(p) : -1;
        if (!p || side < 0 || !feeds_counts(p) || (phases && !strstr(p->part, "-l")) || feeds_phase(p) != phase)
            continue;
        struct circuit_feed *feed = &sides->feed[side];
        sides->missing |= !quality_has_value(p->quality) || device->state != LIVE_ONLINE || feed->n == CIRCUIT_BREAKERS;
        if (sides->missing)
            continue;
        feed->amperes[feed->n] = p->value;
        feed->breaker[feed->n++] = p->rating;
    }
}

static bool sum_rack(const struct live *live, size_t rack, enum phase phase, double part, struct feed_sum *ret)
{
    struct sides s = {0};
    const struct rack_config *rc = &live->config->rack[rack];
    for (size_t i = 0; i < live->n_devices; i++) {
        const struct device_config *dc = live->device[i]->config;
        if (dc && dc->rack == rack && dc->role == ROLE_IT)
            add_device(live->device[i], phase, &s);
    }
    if (!s.feed[0].n || !s.feed[1].n || s.missing)
        return false;
    double sum[2] = {circuit_sum(&s.feed[0]), circuit_sum(&s.feed[1])}, worst = -1;
    *ret = (struct feed_sum){.subject = (uint64_t)rack << 4 | phase,
                             .room = rc->room == NO_INDEX ? "" : live->config->room[rc->room].id,
                             .rack = rc->id,
                             .phase = phase,
                             .sum_a = sum[0] + sum[1]};
    for (int stays = 0; stays < 2; stays++) {
        double amperes, limit;
        size_t i = circuit_failover(&s.feed[stays], sum[!stays], part, &amperes, &limit);
        if (i == SIZE_MAX || amperes / limit <= worst)
            continue;
        worst = amperes / limit;
        ret->amperes_a = amperes;
        ret->limit_a = limit;
        ret->breaker_a = s.feed[stays].breaker[i];
    }
    return worst >= 0;
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
