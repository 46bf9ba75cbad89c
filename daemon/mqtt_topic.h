/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of the native MQTT tree.
 *
 * Shape: PREFIX/SITE/...; the prefix may have slashes within. What is not an id by grammar (alert ids) is escaped:
 *        each byte outside [A-Za-z0-9_-] becomes '-'. A device without a room stands in the room `site`.
 * Errors: the length that the whole topic has; it was cut when that is not less than size (as snprintf).
 * Source: contract F; MQTT 3.1.1 section 4.7.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define MQTT_TOPIC_MAX 384 /* prefix of at most 128, four ids of at most 48, an alert id of at most 120, literals */

struct mqtt_base {
    const char *prefix, *site;
};

/* No wildcard, no control character, at most 128 bytes, no slash at either end, no empty level, not reserved ($...). */
bool mqtt_prefix_valid(const char *prefix);

/* Whether a subscription's filter takes the topic. Source: MQTT 3.1.1 section 4.7. */
bool mqtt_topic_matches(const char *filter, const char *topic);

size_t mqtt_topic_site(char *buf, size_t size, const struct mqtt_base *base, const char *leaf); /* status info */
size_t mqtt_topic_device(char *buf, size_t size, const struct mqtt_base *base, const char *room, const char *device,
                         const char *leaf); /* status info */
size_t mqtt_topic_part(char *buf, size_t size, const struct mqtt_base *base, const char *room, const char *device,
                       const char *part);
size_t mqtt_topic_kpi(char *buf, size_t size, const struct mqtt_base *base, const char *scope, const char *id);
size_t mqtt_topic_alert(char *buf, size_t size, const struct mqtt_base *base, const char *alert);
/* KPIs stand in it as part ID of the device `kpi`, which no device is called. */
size_t mqtt_topic_history(char *buf, size_t size, const struct mqtt_base *base, const char *room, const char *device,
                          const char *part);
size_t mqtt_topic_event(char *buf, size_t size, const struct mqtt_base *base);
