/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The native tree: contract F, JSON per part.
 *
 * Shape: order of a snapshot: the site, devices, alerts, counters, KPIs, other states. Alerts and cleared topics
 * outlive an outage, everything else is told anew after it.
 */
#pragma once
#include "mqtt_view.h"

extern const struct mqtt_view mqtt_native;
