/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Discovery as Home Assistant reads it, JSON into a stream: whole devices, or one message an entity for older versions
 * and openHAB.
 *
 * Shape: long keys only; a key without a value is left out, never null or empty. Identifiers are
 *        wattwacht_SITE[_OWNER]; unique ids have the entity's key behind.
 * Threads: any; pure.
 * Source: Home Assistant, homeassistant/components/mqtt/schemas.py, sensor.py, binary_sensor.py.
 */
#pragma once
#include "mqtt_ha_entity.h"

#include <stdio.h>

struct ha_site {
    struct mqtt_base base;
    const char *prefix;  /* of discovery topics */
    const char *version; /* of the program */
    const struct live *live;
};

/* {"device": ..., "origin": ..., "availability": [...], "components": { */
void ha_put_head(FILE *out, const struct ha_site *site, const struct ha_owner *owner);
/* "KEY": {...}, with a comma before it unless it is the first. */
void ha_put_component(FILE *out, const struct ha_site *site, const struct ha_owner *owner,
                      const struct ha_entity *entity, bool first);
/* "KEY": {"platform": ...}: an entity that is gone. */
void ha_put_gone(FILE *out, const char *key, enum ha_platform platform, bool first);
void ha_put_tail(FILE *out);
/* One entity alone, with its device. */
void ha_put_single(FILE *out, const struct ha_site *site, const struct ha_owner *owner, const struct ha_entity *entity);

const char *ha_platform_name(enum ha_platform platform);
/* PREFIX/COMPONENT/wattwacht-SITE/OBJECT/config; component "device" for whole ones, "+" in filters. */
void ha_topic(char *buf, size_t size, const struct ha_site *site, const char *component, const char *object);
/* wattwacht_SITE[_OWNER] */
void ha_identifier(char *buf, size_t size, const struct ha_site *site, const char *owner);
/* Discovery of one device is divided by blocks of outlets and branches, so that no message grows with the device: a
 * packet over a broker's limit ends the connection. The part's block is a matter of its name alone and never changes.
 * OWNER, OWNER_outlet-2, OWNER_unit-2_branch-1. */
void ha_object(char *buf, size_t size, const struct ha_owner *owner, const char *owner_id, const char *part);
