/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the configuration says of rooms, racks and assets, and where sensors hang in them.
 *
 * Units: degC, m3/h, Wh a year, W, kg CO2, EUR, years; fractions 0..1; NAN: not stated.
 * Owner: texts live in the configuration's arena.
 * Source: contract C.
 */
#pragma once
#include "daemon/eu_config.h"
#include "daemon/target_config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum heat_architecture {
    HA_NONE,
    HA_DX_OPEN,
    HA_CRAH_OPEN,
    HA_CAC,
    HA_HAC,
    HA_RDHX,
    HA_D2C_CPU,
    HA_D2C_FULL,
    HA_IMMERSION,
    HA_COUNT
};
enum heat_fluid { FLUID_WATER, FLUID_MEG, FLUID_MPG };
enum location {
    PLACE_NONE,
    PLACE_RACK_INLET,
    PLACE_RACK_OUTLET,
    PLACE_SUPPLY,
    PLACE_RETURN,
    PLACE_OUTDOOR,
    PLACE_COUNT
};
enum ashrae { ASHRAE_A1, ASHRAE_A2, ASHRAE_A3, ASHRAE_A4, ASHRAE_H1, ASHRAE_COUNT };

/* What the plant that gives the heat away costs. */
struct heat_investment {
    double cost;        /* EUR; NAN: not stated */
    double maintenance; /* part of the cost, a year */
    double rate;        /* of interest, a year */
    unsigned years;     /* of service */
};

struct heat_config {
    enum heat_architecture architecture;
    const char *water_flow, *water_supply, *water_return; /* point names; NULL: none */
    const char *air_flow, *air_hot, *air_cold;
    double air_flow_fixed; /* m3/h; NAN: air_flow is a point */
    double altitude;       /* the room's */
    enum heat_fluid fluid;
    double fluid_fraction;           /* mass fraction of glycol, 0..0.6 */
    double sink_supply, sink_return; /* degC; NAN: no sink stated */
    double efficiency;               /* of Carnot; default 0.45, assumed */
    double demand_space, demand_dhw; /* Wh a year; NAN: not stated */
    struct heat_investment investment;
};

struct room_config {
    const char *id, *title;
    enum ashrae ashrae;
    double altitude;     /* m above the sea; 0: not stated */
    bool complete;       /* boundary: the operator says that all energy entering is metered */
    const char *cooling; /* free words */
    struct heat_config heat;
    size_t n_targets;
    struct target_config *target;
    const struct eu_config *eu; /* NULL: nothing entered */
};

/* Rooms told of together, beside the site: a central daemon's sites, or the floors of a building. */
struct group_config {
    const char *id, *title;
    size_t n_rooms, *room; /* indexes */
};

struct rack_config {
    const char *id, *title, *row, *position;
    size_t room;
};

/* Equipment that may be kept or replaced one day, by the outlets that feed it. */
struct asset_config {
    const char *id, *title; /* title NULL: none */
    size_t room, n_points;
    const char **point; /* DEVICE/PART */
    int64_t since_ms;
    double life, embodied;          /* life is stated or the default */
    double new_power, new_embodied; /* of one replacement */
    unsigned replaces;              /* how many like this one it replaces */
};
