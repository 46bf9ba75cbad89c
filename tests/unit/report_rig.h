/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two rooms, meters polled each quarter into a ledger, and the report of them. For tests; in UTC.
 *
 * Shape: rig_set_up or rig_ledger first. A function that checks fails the test.
 */
#pragma once
#include "daemon/config.h"
#include "daemon/ledger.h"

#include <jansson.h>

#define RIG_T0 INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

extern struct room_config rig_rooms[2]; /* "stad" and "gent" */
extern struct device_config rig_devices[8];
extern struct config rig_config;

void rig_set_up(size_t n_rooms);
/* rig_set_up, and a ledger in memory. */
struct ledger *rig_ledger(size_t n_rooms);
/* Energy of class 1, each quarter. */
struct record rig_record(uint32_t number, const char *device, const char *part, size_t room, enum role role,
                         int category);
/* A device with that record, in the ledger and in the configuration. */
void rig_meter(struct ledger *ledger, uint32_t number, const char *device, const char *part, size_t room,
               enum role role, int category, const char *feed);
/* Every quarter each meter counts its power; numbers from 1. */
void rig_run(struct ledger *ledger, const double *watts, size_t n, int64_t from_s, int64_t to_s);
/* ledger NULL: nothing was kept yet. */
json_t *rig_build(struct ledger *ledger, const char *scope, int64_t from_s, int64_t to_s, int64_t now_s);
