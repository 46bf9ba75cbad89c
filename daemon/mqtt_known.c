/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_known.h"

#include <stdlib.h>
#include <string.h>

void mqtt_known_done(struct mqtt_known *known)
{
    free(known->alert);
    free(known->kpi);
    *known = (struct mqtt_known){0};
}

void mqtt_known_alert(struct mqtt_known *known, const struct alert_entry *entry)
{
    size_t i = 0;
    while (i < known->n_alerts && strcmp(known->alert[i].id, entry->id) != 0)
        i++;
    if (i < known->n_alerts && !entry->raised) {
        known->alert[i] = known->alert[--known->n_alerts];
        return;
    }
    if (!entry->raised)
        return;
    if (i == known->n_alerts) {
        known->alert = reallocarray(known->alert, ++known->n_alerts, sizeof *known->alert);
        if (!known->alert)
            abort();
    }
    known->alert[i] = *entry;
}

bool mqtt_known_raised(const struct mqtt_known *known, const struct mqtt_base *base, const char *topic)
{
    char own[MQTT_TOPIC_MAX];
    for (size_t i = 0; i < known->n_alerts; i++) {
        mqtt_topic_alert(own, sizeof own, base, known->alert[i].id);
        if (strcmp(own, topic) == 0)
            return true;
    }
    return false;
}

struct mqtt_known_kpi *mqtt_known_kpi(struct mqtt_known *known, const struct kpi_result *result)
{
    for (size_t i = 0; i < known->n_kpis; i++)
        if (known->kpi[i].result.id == result->id && strcmp(known->kpi[i].result.scope, result->scope) == 0)
            return &known->kpi[i];
    known->kpi = reallocarray(known->kpi, known->n_kpis + 1, sizeof *known->kpi);
    if (!known->kpi)
        abort();
    return &known->kpi[known->n_kpis++];
}
