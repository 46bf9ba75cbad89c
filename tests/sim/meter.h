/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one simulated device would see if it were perfect: the truth at its place in a room, before any encoding.
 *
 * Shape: `load` says where the device sits:
 *          pdu       one rack PDU: the rack's part on its feed
 *          rack      a whole rack, both feeds        row      six racks, both feeds
 *          feed      all racks, one feed             room     all racks, both feeds (the UPS's output)
 *          ups       the UPS (a meter there: its input)
 *          cooling   compressors, fans and pumps     lighting the lights
 *          grid      all of the room                 heat     the water loop, or the heat carried off by air
 *          climate   air before and behind the cooler, the weather
 *        All sockets of a strip are virtual, so that the sum of its outlets is its total exactly.
 * Units: base units of contract B. Energies are since the start of the model.
 * Owner: a meter borrows its room.
 */
#pragma once
#include "room.h"

#define METER_OUTLETS 48
#define METER_BANKS   6

enum load {
    LOAD_PDU,
    LOAD_RACK,
    LOAD_ROW,
    LOAD_FEED,
    LOAD_ROOM,
    LOAD_UPS,
    LOAD_COOLING,
    LOAD_LIGHTING,
    LOAD_GRID,
    LOAD_HEAT,
    LOAD_CLIMATE,
    LOADS
};
extern const char *const load_names[LOADS + 1]; /* ended by NULL */

struct meter_setup {
    const char *name;
    enum load load;
    enum feed feed;
    unsigned rack, row; /* from 1 */
    unsigned phases;    /* 1 or 3 */
    unsigned outlets, banks;
    double rating; /* A of its breaker */
};

struct meter {
    struct meter_setup setup;
    struct room *room;
    unsigned sockets;                                   /* virtual: at least as many as outlets */
    double base[METER_OUTLETS], dynamic[METER_OUTLETS]; /* parts of the strip's, sums 1 */
};

struct line {
    double v, i, p, q, s, pf, e;
};

struct electric {
    unsigned phases;
    struct line line[3];
    double p, q, s, pf, e, eq, es, frequency;
    double v_ll[3], i_n;
};

struct view {
    double time;
    struct electric load;   /* of a UPS: its output */
    struct electric supply; /* of a UPS: its input */
    unsigned outlets, banks;
    double bank_i[METER_BANKS];
    struct line outlet[METER_OUTLETS];
    double inlet, inlet_humidity; /* the air before the rack */
    struct {
        double load, runtime, charge, voltage, current, temperature;
    } battery;
    struct {
        double power, energy, flow, volume, warm, cold;
    } heat;
    struct {
        double returned, supplied, returned_humidity, supplied_humidity, outdoor, outdoor_humidity, fan;
    } air;
};

void meter_init(struct meter *meter, struct room *room, const struct meter_setup *setup);
void meter_view(const struct meter *meter, double time, struct view *ret);
