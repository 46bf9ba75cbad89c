/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits that a site sets on points of its own choice: `threshold` by the limit's name, `kpi-limit` for a KPI.
 *
 * Shape: called for each reading, and for each figure of a round; each limit whose GLOB fits is judged.
 * Threads: the loop's.
 */
#pragma once
#include "daemon/alert.h"
#include "daemon/kpi.h"
#include "daemon/live.h"

void watch_threshold_point(struct alerts *alerts, const struct live *live, const struct live_point *point,
                           struct moment now);
/* priority, hold_us: what the site says of the rule kpi-limit; -1. About the scope and the KPI; a second limit on the
 * same adds its name. A figure that covers less than half of its window neither raises nor clears. */
void watch_threshold_kpi(struct alerts *alerts, const struct live *live, const struct live_point *point,
                         const struct kpi_result *result, int priority, int64_t hold_us, struct moment now);
