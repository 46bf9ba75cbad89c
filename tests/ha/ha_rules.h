/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules by which Home Assistant takes or refuses a discovery message, said again here without Home Assistant: what
 * its schemas require and what it warns of.
 *
 * Shape: words of the first fault, or NULL. They are our reading of its rules, not itself.
 * Source: Home Assistant, components/mqtt: discovery.py, schemas.py, sensor.py, binary_sensor.py, util.py;
 *         components/sensor/const.py; helpers/device_registry.py.
 */
#pragma once
#include <stddef.h>

#define HA_FAULT 400

/* One that collects the unique ids of many messages. */
struct ha_seen {
    size_t n, entities;
    char **id;
};

const char *ha_rules_check(struct ha_seen *seen, const char *prefix, const char *topic, const char *payload,
                           char fault[HA_FAULT]);
void ha_seen_done(struct ha_seen *seen);
