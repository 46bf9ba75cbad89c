/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulated devices: how each family puts the truth into its objects or registers, with its own scales, resolutions
 * and markers for what it does not have.
 *
 * Shape: one row a family in device.c. `objects` fills an image in a fixed order; `layout` makes the blocks that
 *        `fill` then writes.
 * Source: each file names the MIB or manual. Nothing here comes from the profiles of drivers/.
 */
#pragma once
#include "image.h"
#include "registers.h"
#include "truth.h"

struct device_state {
    const char *id; /* of the agent: the device's own name */
    const char *serial;
    double rating;    /* A */
    uint64_t ticks;   /* sysUpTime, hundredths of a second */
    double time;      /* Unix seconds of the model */
    struct view view; /* with the device's own counters, not the model's */
};

struct device {
    const char *name;
    enum load load; /* what it meters unless told */
    enum truth_kind truth;
    unsigned phases, outlets, banks;
    double rating; /* A */
    void (*objects)(struct image *image, const struct device_state *state);
    void (*layout)(struct registers *registers);
    void (*fill)(struct registers *registers, const struct device_state *state);
};

extern const struct device device_apc_rpdu2, device_raritan_px2, device_servertech_sentry4, device_rfc1628_ups,
    device_entity_sensor, device_eastron_sdm630, device_schneider_iem3000, device_kamstrup_multical, device_stulz_c7000;

const struct device *device_find(const char *name); /* NULL: there is none */
const char *device_names(void);                     /* for messages */
/* The counters of a device that began at `start` Wh and was set to zero when the model stood at `zero` (NULL: never);
 * gain multiplies its powers and currents, as a wrong scale would. */
void device_adjust(struct view *view, double start, const struct view *zero, double gain);
/* The system group that every agent has: RFC 3418. */
void device_system(struct image *image, const struct device_state *state, const char *description, const char *oid);
/* A whole number of the device's smallest step. */
int64_t device_round(double value, double step);
