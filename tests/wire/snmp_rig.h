/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A loop with the SNMP driver in it, and what comes out of its inbox, for tests.
 *
 * Errors: whatever does not come in time fails the test, with what came instead.
 */
#pragma once
#include "drivers/driver.h"
#include "drivers/profile.h"
#include "snmp_script.h"

#include <systemd/sd-event.h>

struct rig {
    sd_event *loop;
    struct inbox *inbox;
    struct profile_set *profiles;
    void *driver;
    struct answer *waiting; /* taken out of the inbox, not yet asked for */
    struct shape *shape[8]; /* the latest of each device */
};

struct rig *rig_new(void);
void rig_free(struct rig *rig);
/* v2c, community public, profile test-pdu, every 200 ms, timeout 60 ms; host NULL: 127.0.0.1. */
struct device_setup *rig_setup(struct rig *rig, uint32_t number, const char *host, uint16_t port);
/* Adds, and gives up its reference. */
void rig_add(struct rig *rig, struct device_setup *setup);
/* Patience for what is only to come: nothing is measured by it. */
#define RIG_WAIT_US 60000000
/* The next answer of the device that is not a shape; shapes are kept. The caller frees it. */
struct answer *rig_next(struct rig *rig, uint32_t device, int64_t within_us);
struct answer *rig_values(struct rig *rig, uint32_t device);              /* fails the test on a failure */
struct answer *rig_failure(struct rig *rig, uint32_t device, enum fault); /* waits past values; another fault fails */
/* Of a point in an answer; fails the test where there is none. */
double rig_value(struct rig *rig, const struct answer *answer, const char *part, enum quantity quantity);
enum quality rig_quality(struct rig *rig, const struct answer *answer, const char *part, enum quantity quantity);
void rig_run(struct rig *rig, int64_t us);

/* A rig with one scripted agent of the profile test-pdu; close fails the test if the agent saw a write. */
struct bench {
    struct rig *rig;
    struct script *script;
};
struct bench open_bench(unsigned outlets);
void close_bench(struct bench *bench);
void add_device(struct bench *bench); /* number 1 */
