/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's section "climate": where the inlets stood in their class's envelope, and how the air is led.
 *
 * Shape: {"from", "to", "findings": [text], "rooms", "racks", "sensors", "hot_spots"}; a figure that cannot be told is
 *        null and its room's "reason" says why.
 */
#pragma once
#include "daemon/report.h"

int report_climate(const struct report_source *source, json_t **ret);
