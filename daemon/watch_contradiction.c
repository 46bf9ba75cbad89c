/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/watch_contradiction.h"

#include "daemon/contradiction.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVERY_US (60 * 1000000LL)
#define MOST     64

struct energy_pair {
    const struct live_point *counter, *power;
    double step; /* Wh */
    struct energy_window window;
};

struct energy_watch {
    size_t n;
    struct energy_pair pair[];
};

static void observe(struct alerts *alerts, const struct live_device *device, const char *room,
                    const struct live_point *point, const struct contradiction *found, struct moment now)
{
    char text[240];
    struct observation o = {.rule = RULE_CONTRADICTION,
                            .subject = point->number,
                            .verdict = found ? VERDICT_BAD : VERDICT_GOOD,
                            .priority = -1,
                            .hold_us = -1,
                            .room = room,
                            .device = device->config->id,
                            .part = point->part,
                            .point = point->name,
                            .value = found ? found->said : point->value,
                            .limit = found ? found->should : NAN,
                            .unit = quantity_row(point->quantity)->unit};
    if (!found && !alerts_known(alerts, alert_key(o.rule, o.subject)))
        return;
    if (found)
        contradiction_words(found, text, sizeof text);
    else
        snprintf(text, sizeof text, "%s fits the device's other readings again", point->name);
    o.text = text;
    alerts_observe(alerts, &o, now);
}

static const struct live_point *power_beside(const struct live_device *device, const struct live_point *counter)
{
    for (size_t i = 0; i < device->n_bound; i++) {
        const struct live_point *p = device->bound[i];
        if (p && !p->gone && p->quantity == Q_ACTIVE_POWER && !strcmp(p->part, counter->part))
            return p;
    }
    return NULL;
}

/* The counters that have a power beside them, found once: bind_release forgets them with the points. */
static struct energy_watch *pair_up(const struct live_device *device)
{
    struct energy_watch *energy = calloc(1, sizeof *energy + device->n_bound * sizeof energy->pair[0]);
    if (!energy)
        abort();
    for (size_t i = 0; i < device->n_bound; i++) {
        const struct live_point *counter = device->bound[i];
        const struct live_point *power =
            counter && counter->quantity == Q_ENERGY ? power_beside(device, counter) : NULL;
        if (power)
            energy->pair[energy->n++] =
                (struct energy_pair){.counter = counter, .power = power, .step = device->shape->point[i].step};
    }
    struct energy_watch *fitting = realloc(energy, sizeof *energy + energy->n * sizeof energy->pair[0]);
    return fitting ? fitting : energy;
}

static void watch_energy(struct alerts *alerts, struct live_device *device, const char *room, struct moment now)
{
    if (!device->energy)
        device->energy = pair_up(device);
    for (size_t i = 0; i < device->energy->n; i++) {
        struct energy_pair *pair = &device->energy->pair[i];
        if (pair->counter->gone)
            continue;
        contradiction_energy(&pair->window, pair->counter, pair->power, pair->step, now);
        const struct contradiction *found = &pair->window.found;
        observe(alerts, device, room, pair->counter, found->point ? found : NULL, now);
    }
}

void watch_contradictions(struct alerts *alerts, struct live_device *device, const char *room, struct moment now)
{
    struct contradiction found[MOST];
    if (device->compared_us && now.boot_us - device->compared_us < EVERY_US)
        return;
    device->compared_us = now.boot_us;
    size_t n = contradictions_find(device, found, MOST);
    for (size_t i = 0; i < device->n_bound; i++) {
        const struct live_point *p = device->bound[i];
        if (!p || p->gone || p->quantity != Q_ACTIVE_POWER)
            continue;
        const struct contradiction *here = NULL;
        for (size_t k = 0; k < n; k++)
            if (found[k].point == p)
                here = &found[k];
        observe(alerts, device, room, p, here, now);
    }
    watch_energy(alerts, device, room, now);
}
