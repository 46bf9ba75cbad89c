/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view for Home Assistant: discovery of what the native tree tells, and the state of problems.
 *
 * Shape: on each connection what stands at the broker is read, then all is told, devices after rooms after the site;
 *        ten seconds later what is left over is cleared. Told anew when Home Assistant says that it was born, and when
 *        a device changes. An owner's discovery is told at most every two seconds: Home Assistant loses entities when a
 *        second one comes while the first is being set up.
 */
#pragma once
#include "mqtt_view.h"

extern const struct mqtt_view mqtt_ha;
