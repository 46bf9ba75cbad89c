/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The native tree once more as plain numbers, one topic a point, for readers without JSON.
 *
 * Shape: PREFIX/SITE/device/ROOM/DEVICE/PART/QUANTITY and PREFIX/SITE/kpi/SCOPE/ID/value, retained, base units. What
 * has no value has no topic: it is cleared, never 0.
 */
#pragma once
#include "mqtt_view.h"

extern const struct mqtt_view mqtt_scalar;
