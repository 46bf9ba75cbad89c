/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The MQTT library starts its two threads with the first handle of the process and stops them with the last; two of us
 * must not do both at once.
 *
 * Threads: held while a handle is made or destroyed, never in the loop's thread: the library may be waiting for a name.
 * Source: paho.mqtt.c 1.3.12, MQTTAsync_createWithOptions and MQTTAsync_destroy.
 */
#pragma once

void mqtt_library_lock(void);
void mqtt_library_unlock(void);
