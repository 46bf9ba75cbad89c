/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/capacity_site.h"

#include "daemon/capacity_rack.h"
#include "daemon/capacity_ups.h"

#include <math.h>
#include <stdlib.h>

static int roomier(const void *a, const void *b)
{
    double x = ((const struct capacity_fit *)a)->watts, y = ((const struct capacity_fit *)b)->watts;
    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return (x < y) - (x > y);
}

/* Least left first, what is not known last. */
static int compare_left(double x, double y)
{
    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return (x > y) - (x < y);
}

static int tighter_circuit(const void *a, const void *b)
{
    return compare_left(((const struct capacity_circuit *)a)->left, ((const struct capacity_circuit *)b)->left);
}

static int tighter_failover(const void *a, const void *b)
{
    const struct capacity_failover *x = a, *y = b;
    return compare_left(x->limit - x->load.peak, y->limit - y->load.peak);
}

static void sort(struct capacity *c)
{
    if (c->n_fits)
        qsort(c->fit, c->n_fits, sizeof *c->fit, roomier);
    if (c->n_circuits)
        qsort(c->circuit, c->n_circuits, sizeof *c->circuit, tighter_circuit);
    if (c->n_failovers)
        qsort(c->failover, c->n_failovers, sizeof *c->failover, tighter_failover);
}

struct capacity *capacity_site(const struct plant *plant, size_t room, double part, int64_t from_s, int64_t to_s,
                               int64_t now_s)
{
    const struct config *config = plant->live->config;
    struct capacity *c = capacity_new(part, from_s, to_s < now_s ? to_s : now_s);
    struct track_span span = {c->from_s, c->to_s, now_s};
    if (c->to_s <= c->from_s)
        return c;
    for (size_t i = 0; i < config->n_racks; i++)
        if (room == NO_INDEX || config->rack[i].room == room)
            capacity_of_rack(c, plant, i, &span);
    for (size_t i = 0; i < plant->live->n_devices; i++) {
        const struct device_config *dc = &config->device[i];
        if (room != NO_INDEX && dc->room != room)
            continue;
        if (dc->rack == NO_INDEX)
            capacity_of_device(c, plant, i, &span);
    }
    capacity_of_ups(c, plant, room, &span);
    capacity_of_feeds(c);
    sort(c);
    return c;
}
