/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which alerts are active, by device, room and site: the state behind Home Assistant's problem sensors.
 *
 * Shape: {"ts", "problem": "ON|OFF", "count", "rules": [active ones], "alerts": [texts, the worst first]}. A room has
 *        the alerts of its devices too, the site has all.
 * Threads: the loop's thread.
 */
#pragma once
#include "daemon/alert_entry.h"
#include "mqtt_ha_entity.h"

#include <stdio.h>

struct ha_problems {
    size_t n;
    struct alert_entry *active; /* the worst first, then the oldest */
};

void ha_problems_done(struct ha_problems *problems);
void ha_problems_note(struct ha_problems *problems, const struct alert_entry *entry);
bool ha_problems_concern(const struct alert_entry *entry, const struct ha_owner *owner);
void ha_problems_put(FILE *out, const struct ha_problems *problems, const struct ha_owner *owner, int64_t now_ms);
