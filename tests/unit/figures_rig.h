/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ledger in memory and the configuration of two rooms, polled by hand, in UTC: what figures are made of. For tests.
 *
 * Shape: a function that checks fails the test. Times are seconds after RIG_T0.
 */
#pragma once
#include "daemon/figures.h"
#include "daemon/ledger.h"

#define RIG_T0 INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

struct rig {
    struct ledger *ledger;
    struct config config;
    struct room_config room[2]; /* "stad" and "gent"; n_rooms is 1 */
    struct device_config device[4];
    struct source_config source[1];
    int64_t seq;
};

struct rig *rig_new(void);
void rig_free(struct rig *rig);
/* The total energy of a device of stad, at 1 %, polled each minute. */
struct record rig_record(uint32_t number, const char *device, enum role role);
/* A device with that record, in the ledger and in the configuration. */
void rig_meter(struct rig *rig, uint32_t number, const char *device, size_t room, enum role role, int category);
void rig_poll(struct rig *rig, int64_t s, uint32_t number, double value);
