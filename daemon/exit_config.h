/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the configuration says of the ways out: MQTT brokers and HTTP listeners.
 *
 * Owner: texts live in the configuration's arena. Source: contract C.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct discovery_config { /* Home Assistant */
    const char *prefix, *birth_topic, *birth_payload;
    int components; /* 1: a message for each entity, 0: one for each device */
};

struct sparkplug_config {
    const char *group, *edge, *host; /* host: of the primary application; NULL: none */
    bool aliases, datatypes;         /* datatypes: in DATA messages too */
    const double *band;              /* by quantity: a change as small is none; NAN: the table's; NULL: all */
};

struct mqtt_config {
    const char *server, *user, *password, *ca, *cert, *key, *prefix, *client_id;
    unsigned qos, version; /* version 3 or 5 */
    bool homeassistant, sparkplug, native, scalars;
    size_t n_points;
    const char **point; /* GLOBs of the points that go there; none: all */
    struct discovery_config discovery;
    struct sparkplug_config spb;
};

struct http_config {
    const char *unix_path; /* or */
    const char *host;
    uint16_t port;
};
