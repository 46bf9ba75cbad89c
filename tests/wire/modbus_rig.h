/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the Modbus driver share: a driver that runs, a meter of known values, and its profile.
 *
 * Shape: a function that checks fails the test.
 */
#pragma once
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "drivers/driver.h"
#include "drivers/profile.h"
#include "tests/wire/modbus_peer.h"

#define MS          INT64_C(1000)
#define RIG_DEVICES 8
#define RIG_PROFILE "wire-meter"
#define RIG_POWER   "input:52" /* total active power in W, a float: 1234.5 */

/* A driver, and what its devices are known to be. */
struct rig {
    struct inbox *inbox;
    void *driver;
    struct answer *waiting;
    struct shape *shape[RIG_DEVICES];
};

/* The profile of the meter here; and those that are shipped, NULL when they have mistakes. */
extern struct profile_set *rig_own, *rig_shipped;
int rig_load(void **state);
int rig_unload(void **state);

int64_t rig_now(void);
void rig_open(struct rig *rig);
void rig_close(struct rig *rig);
/* Every 200 ms, 150 ms for an answer, 10 ms before a new connection. */
struct device_setup *rig_device(uint32_t number, const char *address, unsigned unit);
void rig_add(struct rig *rig, struct device_setup *setup);

/* The next answer of any device but shapes, which are kept. NULL: none within the time. */
struct answer *rig_next(struct rig *rig, int ms);
struct answer *rig_answer(struct rig *rig);
/* Every good value is that of its own register, in one of the scales of the profile. Returns how many. */
size_t rig_check(const struct rig *rig, const struct answer *answer);
const struct sample *rig_sample(const struct rig *rig, const struct answer *answer, const char *source);
size_t rig_values(struct rig *rig);
void rig_fails(struct rig *rig, enum fault fault, const char *words);

struct peer *rig_meter(void);
const char *rig_at(const struct peer *peer);
uint16_t rig_registers(void *arg, unsigned unit, unsigned function, unsigned address);
int rig_refuse(void *arg, unsigned unit, unsigned function, unsigned address, unsigned count);
void rig_await_question(struct peer *peer);
/* No question but reads. */
void rig_end_peer(struct peer *peer);
