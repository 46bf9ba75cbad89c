/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an earlier run's retained topics in the native tree are found and ended: devices, rooms' KPIs and alerts that are
 * no more. Which they are, mqtt_ghost.h says.
 *
 * Shape: the broker is asked for its statuses, KPIs and alerts; of a device that is gone its info names the parts.
 * Threads: any; pure.
 */
#pragma once
#include "mqtt_topic.h"

#include <stdint.h>
#include <stdio.h>

#define MQTT_LEFTOVER_FILTERS 3

/* Filter i of the retained messages to be looked at. */
void mqtt_leftover_filter(char *buf, size_t size, const struct mqtt_base *base, size_t i);
/* The .../info of the device whose .../status it is; false: it is no device's status. */
bool mqtt_leftover_info(char *buf, size_t size, const char *status);
typedef void mqtt_leftover_topic(void *context, const char *topic);
/* The states of the parts that an info names; none: it is no device's info. */
void mqtt_leftover_parts(const char *info, const char *payload, size_t size, mqtt_leftover_topic *seen, void *context);
/* Writes the alert's state as cleared. False, and nothing written: it is no active alert. */
bool mqtt_leftover_cleared(FILE *out, const char *payload, size_t size, int64_t now_ms);
