/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which entities a device, a room or the site has in Home Assistant.
 *
 * Shape: a device has its points, its connectivity and its problems; a room its KPIs and problems; the site likewise,
 *        with the site's own thresholds. The list is the same at every start, but for points. Points that the broker
 *        is not to have are left out.
 * Threads: the loop's thread.
 */
#pragma once
#include "mqtt_ha_entity.h"
#include "mqtt_view.h"

struct ha_listed {
    char object[ID_MAX + 48]; /* of the discovery topic in device mode; one message each */
    struct ha_entity entity;
};

struct ha_list {
    size_t n;
    struct ha_listed *item; /* those of one object follow each other */
};

/* False: not known yet, a device that never answered; nothing is listed. */
bool ha_owner_list(const struct mqtt_host *host, const struct ha_owner *owner, struct ha_list *ret);
void ha_list_done(struct ha_list *list);
