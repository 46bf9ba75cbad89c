/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said in the native MQTT tree: JSON objects into a stream.
 *
 * Shape: contract F. Every quantity of a part is there, null where it has no value; `q` is the worst quality among
 *        them in the order of enum quality, `bad` names those without a value and why.
 * Units: base units; times in ms since 1970.
 * Threads: any; pure.
 */
#pragma once
#include "daemon/alert_entry.h"
#include "daemon/kpi.h"
#include "daemon/live.h"

#include <stdio.h>

/* The points of one part, those of devices that are gone left out by the writer. */
struct mqtt_points {
    const char *part;
    size_t n;
    const struct live_point *const *point;
};

/* False, and nothing written: no point of the part was ever polled. */
bool mqtt_payload_state(FILE *out, const struct mqtt_points *part);
void mqtt_payload_device(FILE *out, const struct live_device *device, const struct live *live,
                         const struct mqtt_points *parts, size_t n);
void mqtt_payload_site(FILE *out, const struct live *live, const char *version, const char *host);
void mqtt_payload_kpi(FILE *out, const struct kpi_result *result, int64_t ts_ms);
/* seq: of a transition; 0: the state of the alert. */
void mqtt_payload_alert(FILE *out, const struct alert_entry *entry, uint64_t seq);
