/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "driver.h"
#include "mqtt_inlet.h"

#include <errno.h>
#include <stdlib.h>

#define BROKERS_MAX 32

struct mqtt_sources {
    struct inbox *inbox;
    unsigned n_ever;
    size_t n;
    struct mqtt_inlet *inlet[BROKERS_MAX];
};

static int mqtt_start(sd_event *loop, struct inbox *inbox, void **ret_self)
{
    (void)loop; /* the threads of the brokers wait for themselves */
    struct mqtt_sources *mqtt = calloc(1, sizeof *mqtt);
    if (!mqtt)
        return -ENOMEM;
    mqtt->inbox = inbox;
    *ret_self = mqtt;
    return 0;
}

/* A broker's last device goes a moment before its next one comes when a configuration is read anew: so those without
 * devices are ended only when another is wanted, or all. */
static void sweep(struct mqtt_sources *mqtt)
{
    size_t kept = 0;
    for (size_t i = 0; i < mqtt->n; i++) {
        if (mqtt_inlet_devices(mqtt->inlet[i]) == 0)
            mqtt_inlet_end(mqtt->inlet[i]);
        else
            mqtt->inlet[kept++] = mqtt->inlet[i];
    }
    mqtt->n = kept;
}

static int mqtt_add(void *self, struct device_setup *setup)
{
    struct mqtt_sources *mqtt = self;
    for (size_t i = 0; i < mqtt->n; i++)
        if (mqtt_inlet_serves(mqtt->inlet[i], setup))
            return mqtt_inlet_add(mqtt->inlet[i], setup);
    sweep(mqtt);
    if (mqtt->n == BROKERS_MAX)
        return -EMFILE;
    struct mqtt_inlet *inlet;
    int r = mqtt_inlet_new(setup, mqtt->n_ever++, mqtt->inbox, &inlet);
    if (r < 0)
        return r;
    mqtt->inlet[mqtt->n++] = inlet;
    return mqtt_inlet_add(inlet, setup);
}

static void mqtt_remove(void *self, uint32_t device)
{
    struct mqtt_sources *mqtt = self;
    for (size_t i = 0; i < mqtt->n; i++)
        if (mqtt_inlet_remove(mqtt->inlet[i], device))
            return;
}

static void mqtt_stop(void *self)
{
    struct mqtt_sources *mqtt = self;
    if (!mqtt)
        return;
    for (size_t i = 0; i < mqtt->n; i++)
        mqtt_inlet_free(mqtt->inlet[i]);
    free(mqtt);
}

const struct driver driver_mqtt = {
    .name = "mqtt",
    .start = mqtt_start,
    .add = mqtt_add,
    .remove = mqtt_remove,
    .stop = mqtt_stop,
};
