/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's section "capacity": what breakers, feeds, phases and UPSs carried, what is left, what if a feed fails.
 *
 * Shape: {"from", "to", "part", "findings": [text], "racks", "circuits", "failover", "phases", "ups", "fits"}, each a
 *        list of objects whose keys end in their unit; tightest first. A row without a figure has its "reason".
 */
#pragma once
#include "daemon/report.h"

int report_capacity(const struct report_source *source, json_t **ret);
