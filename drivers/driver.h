/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a driver is: a way to devices on wires of one kind. Each pointer is called by code that does not know which.
 *
 * Shape: start, then add and remove at any time, then stop. Read only: a driver has no way to write to a device.
 * Errors: a driver never logs. What it finds goes up as answers; add fails only for want of memory or descriptors.
 * Owner: add keeps a reference to the setup until remove.
 * Threads: start, add, remove and stop are called in the loop's thread.
 */
#pragma once
#include "inbox.h"
#include "setup.h"

typedef struct sd_event sd_event;

struct driver {
    const char *name;
    int (*start)(sd_event *loop, struct inbox *inbox, void **ret_self);
    int (*add)(void *self, struct device_setup *setup);
    /* After this no answer of the device is put into the inbox by this driver. */
    void (*remove)(void *self, uint32_t device);
    void (*stop)(void *self);
};

extern const struct driver driver_snmp;
extern const struct driver driver_modbus;
extern const struct driver driver_mqtt;
