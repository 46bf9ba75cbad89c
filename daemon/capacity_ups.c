/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/capacity_ups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct one {
    const struct live_device *device;
    const struct live_point *output;
    struct track track;
    int side;
};

static bool is_ups(const struct live_device *device)
{
    const char *kind = device->shape && device->shape->identity.kind ? device->shape->identity.kind : "";
    return !strcmp(kind, "ups") || device->config->role == ROLE_UPS_OUT;
}

static int side_of(const struct live_device *device)
{
    const char *feed = device->config->feed ? device->config->feed : "";
    return !strcmp(feed, "A") ? 0 : !strcmp(feed, "B") ? 1 : -1;
}

static const char *pair(struct capacity_ups *u, const struct one *own, const struct one *all, size_t n)
{
    struct track sum = {0};
    if (own->side < 0)
        return "no feed is stated for it (feed): what another one's failure would bring is not known";
    track_add(&sum, &own->track);
    for (size_t i = 0; i < n; i++) {
        if (all[i].side != !own->side || all[i].device->config->room != own->device->config->room)
            continue;
        track_add(&sum, &all[i].track);
        u->other = all[i].device->config->id;
    }
    u->after_failover = u->other ? track_load(&sum).peak : (double)NAN;
    u->after_percent = 100 * u->after_failover / u->rating;
    track_done(&sum);
    return u->other ? NULL : "no UPS on the other feed is metered";
}

static void add(struct capacity *c, const struct one *own, const struct one *all, size_t n)
{
    c->ups = capacity_push(c->ups, &c->n_ups, sizeof *c->ups);
    struct capacity_ups *u = &c->ups[c->n_ups - 1];
    *u = (struct capacity_ups){.device = own->device,
                               .rating = own->output ? own->output->rating : (double)NAN,
                               .load = track_load(&own->track),
                               .after_failover = NAN,
                               .after_percent = NAN};
    u->peak_percent = 100 * u->load.peak / u->rating;
    u->left = u->rating - u->load.peak;
    u->reason = pair(u, own, all, n);
    if (isnan(u->load.peak))
        u->reason = "its output power was not recorded in this period";
    else if (!(u->rating > 0))
        u->reason = "it does not tell its rating";
}

void capacity_of_ups(struct capacity *c, const struct plant *plant, size_t room, const struct track_span *span)
{
    size_t n = 0;
    struct one *all = calloc(plant->live->n_devices + 1, sizeof *all);
    if (!all)
        abort();
    for (size_t i = 0; i < plant->live->n_devices; i++) {
        const struct live_device *device = plant->live->device[i];
        if ((room != NO_INDEX && device->config->room != room) || !is_ups(device))
            continue;
        all[n] = (struct one){.device = device, .side = side_of(device)};
        all[n].output = plant_point(device, "output", Q_ACTIVE_POWER);
        if (all[n].output)
            track_read(plant, all[n].output, span, &all[n].track);
        n++;
    }
    for (size_t i = 0; i < n; i++)
        add(c, &all[i], all, n);
    for (size_t i = 0; i < n; i++)
        track_done(&all[i].track);
    free(all);
}
