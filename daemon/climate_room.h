/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The climate of a room over a window: its sensors, its racks, and how its air is led (RCI, RTI, SHI).
 *
 * Shape: sensors at rack inlets first, warmest first. RTI and SHI need supply, return and rack outlets: without them no
 *        number, and the reason. A hot spot is an inlet above the recommended range for more than 5 % of the time, or
 *        CLIMATE_HOT_K above the mean of the room's inlets.
 * Units: degC, K, %; NAN: not known.
 * Owner: climate_room_free; points are the plant's.
 */
#pragma once
#include "daemon/climate_sensor.h"

#define CLIMATE_HOT_K    3.0 /* assumption */
#define CLIMATE_SPREAD_K 5.0 /* from the lowest to the highest inlet of a rack: warm air comes round; assumption */

struct climate_rack {
    size_t rack, inlets, outlets;
    double inlet, outlet; /* means */
    double spread;        /* highest less lowest sensor; NAN where heights are not stated */
    struct air_rci rci;
    double shi, watts; /* watts: mean, NAN */
};

struct climate_room {
    size_t room;
    enum ashrae class_;
    struct envelope envelope; /* of its class, at its height */
    struct track_span span;
    size_t n_sensors, n_racks, n_hot;
    struct climate_sensor *sensor;
    struct climate_rack *rack;
    const struct climate_sensor **hot; /* hottest first */
    struct air_rci rci;
    double inlet, outlet, supply, returned; /* means */
    double rise;                            /* over the racks */
    double rti, shi, coverage;
    const char *no_inlet, *no_rti, *no_shi; /* reasons; NULL */
};

struct climate_room *climate_room_new(const struct plant *plant, size_t room, const struct track_span *span);
void climate_room_free(struct climate_room *climate);
