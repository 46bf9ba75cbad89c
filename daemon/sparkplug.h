/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Sparkplug B view: an Edge Node on a session of its own, its devices those that are polled.
 *
 * Shape: NBIRTH, DBIRTH of each device that is online, then DATA by exception; DDEATH when a device goes offline. While
 *        more than SPARKPLUG_ROOM messages wait nothing is put: what is polled meanwhile comes as history.
 * Source: Sparkplug 3.0 (ISO/IEC 20237), sections 4 to 6.
 */
#pragma once
#include "mqtt_view.h"

#define SPARKPLUG_ROOM 500 /* of the 1,000 that the lane holds before it drops, which would break seq */

extern const struct mqtt_view mqtt_sparkplug;
