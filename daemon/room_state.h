/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A room at a glance, out of what the daemon told: power by role and feed, racks, their fullest breaker and warmest
 * inlet, devices that answer.
 *
 * Shape: points count by the role that the API gives them; a role's power is NAN while one of its meters has no value.
 *        Inlets are the sensors that the configuration places at rack inlets.
 * Units: W, degC; shares 0..1.
 * Owner: room_state_free; all that is pointed to is the model's and the configuration's.
 */
#pragma once
#include "daemon/config.h"
#include "daemon/web_model.h"

struct breaker_load {
    const struct web_point *point; /* a current; NULL: none is known */
    double part;                   /* of its breaker */
};

#define ROOM_FEEDS 4

struct rack_state {
    const struct rack_config *config;
    double w; /* NAN: not known */
    double feed_w[ROOM_FEEDS];
    struct breaker_load fullest;
    const struct web_point *warmest; /* NULL: no inlet is measured */
    unsigned devices, silent;
};

struct room_state {
    const struct room_config *config;
    size_t room; /* index of it */
    double role_w[ROLE_COUNT];
    unsigned role_n[ROLE_COUNT], role_assumed[ROLE_COUNT]; /* meters; of them constants of the configuration */
    double total_w;                                        /* that enters; NAN */
    bool grid;                                             /* by a meter at the grid, else as a sum */
    size_t n_feeds;
    const char *feed[ROOM_FEEDS]; /* of IT, in the order of the alphabet */
    double feed_w[ROOM_FEEDS];
    size_t n_racks;
    struct rack_state *rack;
    struct breaker_load fullest;
    const struct rack_state *warmest;
    const struct web_point *warmest_point;
    double inlet_low, inlet_high;
    unsigned devices, online, silent;
    size_t last; /* private: the device found last */
};

struct room_state *room_state_gather(const struct config *config, const struct web_model *model, size_t room);
void room_state_free(struct room_state *state);
/* Index of a feed of the room; ROOM_FEEDS for none. */
size_t room_state_feed(const struct room_state *state, const char *feed);
