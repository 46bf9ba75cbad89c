/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figures of this moment: power ratio over 15 minutes, IT power, recoverable heat. Pure: values in, results out.
 *
 * Shape: live_figures_room each few seconds with the room's meters and their powers of now; live_figures_sum over what
 *        the rooms gave. A ratio of powers is no PUE: power-ratio is the quotient of what flowed in the last 15 minutes
 *        while every needed meter was read.
 *        Results are power-ratio it-power heat-power heat-temperature heat-cop heat-delivered, in this order.
 * Units: W, degC; boot clock in us for differences, seconds since 1970 for labels.
 * Owner: struct live_ring is plain; zeroed it is empty.
 */
#pragma once
#include "daemon/balance.h"
#include "daemon/heat.h"

#define LIVE_MINUTES 15
#define LIVE_RESULTS 6

struct live_meter {
    struct balance_meter meter; /* quantity: Q_ENERGY for an active power, Q_HEAT_ENERGY for a heat power, ... */
    double power;               /* NAN: none now */
};

struct live_ring {
    struct live_minute {
        int64_t minute;   /* of the boot clock, from 1; 0: unused */
        double total, it; /* Wh */
        int64_t covered_us;
    } slot[LIVE_MINUTES + 1];
    int64_t last_us;
    double last_total, last_it;
    bool has_last;
};

struct live_room {
    struct kpi_scope scope;
    const struct heat_config *heat;
    struct live_meter *meters;
    size_t n;
    struct heat_input input; /* room_power NAN: from the meters */
    bool it_missing;         /* a device that measures IT has not been read yet */
};

/* What the figures of the site and of groups are made of. */
struct live_part {
    const char *id;
    double it, heat, temperature, delivered, electric; /* NAN: not known */
    double ratio_total, ratio_it;
    int64_t covered_us;
    int category;
    bool estimated, expected;         /* expected: it has meters of IT */
    char reason[200], it_reason[200]; /* of the ratio; of IT alone */
};

size_t live_figures_room(struct live_ring *ring, const struct live_room *room, int64_t boot_us, int64_t now_s,
                         struct kpi_result results[LIVE_RESULTS], struct live_part *ret_part);
/* id: of the site, or of a group that has these parts. */
size_t live_figures_sum(const char *id, const struct live_part *const *parts, size_t n, int64_t now_s,
                        struct kpi_result results[LIVE_RESULTS]);
