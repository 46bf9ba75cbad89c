/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The physics of one simulated room: what goes in as electricity comes out as heat, and every watt is known.
 *
 * Shape: grid = ups-in + cooling + lighting; ups-in = ups-out + loss; ups-out = all racks on both feeds;
 *        heat = ups-in + lighting + walls = cooling delivered + what the room's air and walls store.
 * Units: W, var, VA, Wh, varh, VAh, degC, m3/h, m3; time in Unix seconds. Powers are those of the last step,
 *        constant over it, so that energies are their exact integrals.
 * Source: kpi physics: water 4186 J/(kg K), 998 kg/m3; air 1.2 kg/m3, 1006 J/(kg K). The rest are assumed plants of
 *         the usual sizes, named where they stand in room.c.
 */
#pragma once
#include "noise.h"

#include <stdbool.h>
#include <stddef.h>

enum room_kind { ROOM_DX, ROOM_WATER, ROOM_KINDS }; /* server-room-dx, data-centre-water */
enum feed { FEED_A, FEED_B, FEED_BOTH };

struct flow {
    double p, q;      /* now */
    double e, eq, es; /* since the start */
};

/* A rack draws base + dynamic * load, over its two feeds. Hours of both weigh the energy of every meter on it. */
struct rack {
    double base, dynamic; /* W */
    double power_factor;
    double share_a;       /* of feed A while both live */
    double office, night; /* how it follows the working day, and when its backups run */
    double warmer;        /* K at its inlet above the cold air */
    double load;          /* 0..1 now */
    double factor[2];     /* of the rack's power on feed A and B now */
    double base_h[2], dynamic_h[2];
};

struct room {
    const char *name;
    enum room_kind kind;
    uint64_t seed;
    double it_nominal, lighting_w;
    size_t n_racks;
    struct rack *rack;
    bool dead[2], hot_aisle;
    struct flow grid, ups_in, ups_out, cooling, lighting;
    struct flow heat, walls; /* thermal: carried off by the cooling; in through the walls */
    double stored;           /* J/K of the room's air and cabinets */
    double ups_rated, battery_temperature;
    double cold, outdoor, outdoor_humidity, dew_point; /* cold: mean inlet of the racks */
    double supply_air, return_air, recirculation, fan; /* fan 0..1 */
    double water_cold, water_warm, water_flow, water_volume;
    double volts[3], frequency;
};

const char *room_kind_name(enum room_kind kind);
/* n_racks 0: as many as the kind has by itself. Ready at `time`, with all its energies 0. */
struct room *room_new(const char *name, enum room_kind kind, double it_w, size_t n_racks, uint64_t seed, double time);
void room_free(struct room *room);
/* From time to time + seconds, in one step: at most 300. */
void room_step(struct room *room, double time, double seconds);
double rack_power(const struct rack *rack, enum feed feed);
double rack_energy(const struct rack *rack, enum feed feed);
