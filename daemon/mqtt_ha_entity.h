/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One entity of Home Assistant: what a point, a KPI or a problem becomes there, as plain data.
 *
 * Shape: key is the identity within its owner and never changes; the unique id is made of site, owner and key. States
 *        are read from the native tree; problems from the topic that the view itself keeps (mqtt_ha_problem.h).
 * Owner: texts that are pointers live in tables, in live.h or in the configuration.
 * Threads: any; pure.
 */
#pragma once
#include "daemon/live.h"
#include "daemon/rule.h"
#include "mqtt_ha_class.h"
#include "mqtt_topic.h"

enum ha_platform { HA_SENSOR, HA_BINARY_SENSOR };

/* What entities hang on: a polled device, a room, or the site. */
struct ha_owner {
    const char *id; /* NULL: the site */
    const char *room;
    const struct live_device *device; /* NULL: a room or the site */
};

struct ha_entity {
    enum ha_platform platform;
    char key[PART_MAX + 48];
    char name[HA_NAME_MAX];
    const char *device_class, *state_class, *unit; /* NULL: left out */
    char topic[MQTT_TOPIC_MAX];
    char words[1600];                     /* value_template; "": the payload as it is */
    const char *const *states;            /* pairs number, name of an enum; NULL: none */
    const char *payload_on, *payload_off; /* NULL: ON and OFF */
    int precision;                        /* -1: left out */
    unsigned expire_s;                    /* 0: never */
    bool hidden, diagnostic;
    bool attributes; /* the state's JSON is shown as attributes too */
    bool always;     /* available while the daemon is, whatever the device does */
};

/* False: nothing for Home Assistant. */
bool ha_entity_of_point(const struct mqtt_base *base, const struct ha_owner *owner, const struct live_point *point,
                        struct ha_entity *ret);
bool ha_entity_of_kpi(const struct mqtt_base *base, const struct ha_owner *owner, enum quantity kpi,
                      struct ha_entity *ret);
/* Is the device, or the daemon, reachable? */
void ha_entity_of_status(const struct mqtt_base *base, const struct ha_owner *owner, struct ha_entity *ret);
/* Any alert of the owner. */
void ha_entity_of_problem(const struct mqtt_base *base, const struct ha_owner *owner, struct ha_entity *ret);
/* The alerts of one rule, or of a threshold of the site by its name. */
void ha_entity_of_rule(const struct mqtt_base *base, const struct ha_owner *owner, const char *rule, const char *help,
                       struct ha_entity *ret);
/* PREFIX/SITE/homeassistant/OWNER/state. */
void ha_problem_topic(char *buf, size_t size, const struct mqtt_base *base, const struct ha_owner *owner);
