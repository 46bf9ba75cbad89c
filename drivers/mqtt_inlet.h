/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A broker that is listened to, and the thread that does it: connects, subscribes, hands messages to the feeds of its
 * devices and polls them. It never publishes.
 *
 * Shape: devices come and go while the thread runs. Without the broker feeds go on with what is not stale, then fail
 *        with the reason.
 * Owner: a device added keeps a reference to its setup; the first one's says how to connect.
 * Threads: all functions in the loop's thread; only mqtt_inlet_free waits, for the library to let go.
 * Source: paho.mqtt.c 1.3.12, MQTTAsync.h.
 */
#pragma once
#include "inbox.h"
#include "setup.h"

struct mqtt_inlet;

/* nth: among the brokers of this process, so that client ids differ. */
int mqtt_inlet_new(struct device_setup *setup, unsigned nth, struct inbox *inbox, struct mqtt_inlet **ret);
/* Ends it without waiting. */
void mqtt_inlet_end(struct mqtt_inlet *inlet);
void mqtt_inlet_free(struct mqtt_inlet *inlet);
/* Whether this connection would do for the setup. */
bool mqtt_inlet_serves(const struct mqtt_inlet *inlet, const struct device_setup *setup);
size_t mqtt_inlet_devices(struct mqtt_inlet *inlet);
int mqtt_inlet_add(struct mqtt_inlet *inlet, struct device_setup *setup);
/* False: not here. After this no answer of the device is put. */
bool mqtt_inlet_remove(struct mqtt_inlet *inlet, uint32_t device);
