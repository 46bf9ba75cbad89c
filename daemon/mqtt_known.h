/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a view has to know beside live.h to tell all anew: the alerts that are raised, and the last KPIs.
 *
 * Owner: entries and results are copied.
 * Threads: the loop's thread.
 */
#pragma once
#include "daemon/alert_entry.h"
#include "daemon/kpi.h"
#include "mqtt_topic.h"

#include <stdint.h>

struct mqtt_known_kpi {
    struct kpi_result result;
    int64_t ts_ms;
};

struct mqtt_known {
    size_t n_alerts, n_kpis;
    struct alert_entry *alert; /* raised ones */
    struct mqtt_known_kpi *kpi;
};

void mqtt_known_done(struct mqtt_known *known);
void mqtt_known_alert(struct mqtt_known *known, const struct alert_entry *entry);
/* Whether the topic is the state of a raised one. */
bool mqtt_known_raised(const struct mqtt_known *known, const struct mqtt_base *base, const char *topic);
/* The place of this KPI, made at first sight. */
struct mqtt_known_kpi *mqtt_known_kpi(struct mqtt_known *known, const struct kpi_result *result);
