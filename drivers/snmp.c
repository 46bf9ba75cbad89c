/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The driver of SNMP devices: all of them in the loop's thread, each on its own schedule. */
#include "driver.h"
#include "snmp_device.h"

#include <errno.h>
#include <stdlib.h>

struct snmp_driver {
    struct snmp_net *net;
    struct inbox *inbox;
    size_t n, room;
    struct snmp_device **device;
};

static int driver_start(sd_event *loop, struct inbox *inbox, void **ret_self)
{
    struct snmp_driver *self = calloc(1, sizeof(*self));
    if (!self)
        return -ENOMEM;
    self->inbox = inbox;
    int r = snmp_net_get(loop, &self->net);
    if (r < 0) {
        free(self);
        return r;
    }
    *ret_self = self;
    return 0;
}

static void driver_remove(void *user, uint32_t number)
{
    struct snmp_driver *self = user;
    for (size_t i = 0; i < self->n; i++) {
        if (snmp_device_number(self->device[i]) != number)
            continue;
        snmp_device_free(self->device[i]);
        self->device[i] = self->device[--self->n];
        return;
    }
}

static int driver_add(void *user, struct device_setup *setup)
{
    struct snmp_driver *self = user;
    driver_remove(self, setup->number); /* a changed setup takes the old one's place */
    if (self->n == self->room) {
        size_t room = self->room ? 2 * self->room : 32;
        struct snmp_device **device = realloc(self->device, room * sizeof(struct snmp_device *));
        if (!device)
            return -ENOMEM;
        self->device = device;
        self->room = room;
    }
    int r = snmp_device_new(self->net, self->inbox, setup, &self->device[self->n]);
    if (r == 0)
        self->n++;
    return r;
}

static void driver_stop(void *user)
{
    struct snmp_driver *self = user;
    if (!self)
        return;
    for (size_t i = 0; i < self->n; i++)
        snmp_device_free(self->device[i]);
    free(self->device);
    snmp_net_put(self->net);
    free(self);
}

const struct driver driver_snmp = {
    .name = "snmp",
    .start = driver_start,
    .add = driver_add,
    .remove = driver_remove,
    .stop = driver_stop,
};
