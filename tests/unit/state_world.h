/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A state directory made by a test: what was learnt of devices, what RRD files remember, what the ledger booked.
 *
 * Shape: world_device, then world_point for each of its points, then world_learnt; world_record fills the RRD file of a
 *        part from functions of time.
 */
#pragma once
#include "daemon/config.h"
#include "daemon/ledger.h"
#include "drivers/shape.h"

#define WORLD_T0      INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define WORLD_DEVICES 12
#define WORLD_PARTS   8

struct world {
    char state[64];
    struct config config;
    struct room_config room[3];
    struct rack_config rack[4];
    struct device_config device[WORLD_DEVICES];
    struct part_config part[WORLD_DEVICES][WORLD_PARTS];
    struct device_setup *setup;
    struct shape *shape;
    struct ledger *ledger;
    int64_t seq;
};

typedef double world_value(int64_t t, const void *context); /* NAN: not recorded */

struct world_source {
    enum quantity quantity;
    world_value *value;
    const void *context;
};

struct world *world_new(void);
void world_free(struct world *world);
/* rack NO_INDEX: none. */
struct device_config *world_device(struct world *world, const char *id, enum role role, size_t rack, const char *feed,
                                   double breaker);
struct part_config *world_place(struct world *world, struct device_config *device, const char *part,
                                enum location place);
struct point_shape *world_point(struct world *world, const char *part, enum quantity quantity);
void world_learnt(struct world *world, const char *kind);
/* Samples each 300 s from from_s to to_s; kept as quarters for 90 days and hours for a year. */
void world_record(struct world *world, const char *device, const char *part, const struct world_source *sources,
                  size_t n, int64_t from_s, int64_t to_s);
double world_constant(int64_t t, const void *context); /* *(const double *)context */
