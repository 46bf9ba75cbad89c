/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the log into the native tree's history, part by part.
 *
 * Shape: contract F; KPIs stand in it as parts of the device `kpi` of their scope.
 * Threads: the loop's thread.
 */
#pragma once
#include "mqtt_pen.h"
#include "mqtt_tree.h"
#include "mqtt_view.h"

/* Rows of one device. Of one that is gone nothing is told: nobody would ask. */
void mqtt_past_tell(const struct mqtt_host *host, const struct mqtt_tree *tree, struct mqtt_pen *pen,
                    const struct row *const *rows, size_t n);
