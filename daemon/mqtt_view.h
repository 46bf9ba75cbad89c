/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a view is: one way to tell a broker what live.h holds. The native tree is one; others share its wire.
 *
 * Shape: start, then connected at each connection, followed by snapshot until it says that all is told; what happens
 *        meanwhile and later comes as in sink.h. stop last. NULL: not of interest to this view.
 * Threads: the loop's thread; none waits. A snapshot step puts about MQTT_STEP messages, so that no step is long.
 */
#pragma once
#include "mqtt_topic.h"
#include "mqtt_wire.h"
#include "sink.h"

#define MQTT_STEP 200 /* at some 5 us a message 1 ms of the loop */

struct mqtt_host {
    struct mqtt_wire *wire; /* another one after a reload; never NULL */
    struct mqtt_base base;
    const struct live *live;
    const char *version; /* of the program */
    int qos;             /* of states */
    bool connected;
};

struct mqtt_view {
    const char *name;
    void *(*start)(const struct mqtt_host *host);
    void (*stop)(void *self);
    void (*connected)(void *self);
    bool (*snapshot)(void *self); /* true: there is more */
    void (*reload)(void *self);   /* live.h follows another configuration, or the base is another */
    void (*polled)(void *self, const struct live_device *device, const struct live_point *const *points, size_t n);
    void (*device)(void *self, const struct live_device *device);
    void (*kpis)(void *self, const struct kpi_result *results, size_t n);
    void (*alert)(void *self, const struct alert_entry *entry, bool transition);
};
