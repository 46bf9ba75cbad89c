/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration as written, key by key: what the tables of config_fields.c fill. config.c makes config.h's of it.
 *
 * Source: contract C.
 */
#pragma once
#include "daemon/config.h"
#include "daemon/config_heat.h"
#include "daemon/config_raw_devices.h"
#include "drivers/field.h"

struct raw_site {
    const char *name, *title, *timezone;
    struct field_items languages;
};

struct raw_room {
    const char *id, *title;
    int ashrae;
    double altitude;
    struct {
        bool complete;
    } boundary;
    const char *cooling;
    struct raw_heat heat;
    struct field_items targets;
    struct eu_config eu;
};

struct raw_group {
    const char *id, *title;
    struct field_items rooms;
};

struct raw_alert {
    const char *name, *point, *above, *below;
    int64_t hold_us;
    const char *hysteresis;
    int priority;
};

struct raw_mqtt {
    struct mqtt_config config;
    bool homeassistant;
    struct field_items views, points;
};

struct raw_http {
    struct field_items listen;
};

struct raw_config {
    struct raw_site site;
    struct eu_config eu;
    struct {
        uint64_t size;
        int64_t age_us;
    } log;
    struct {
        int64_t step_us;
        const char *spans;
    } rrd;
    struct field_items mqtt, http;
    struct factors_config factors;
    struct field_items rooms, groups, racks, devices, sources, alerts, assets;
};

/* What custom readers need beside arena and diag. */
struct config_context {
    const char *credentials;
    bool systemd; /* credentials come from systemd: their modes are its business */
};

extern const struct field config_fields[];
/* Readers of config_read.c. */
field_read config_secret, config_night, config_one_or_list, config_timezone, config_class, config_date, config_bands,
    config_priority; /* int: syslog, by its name or number; .arg: names from 0 on */

/* Part two: from raw to config. */
void config_check_name(struct field_reader *reader, const struct yaml_node *node, const char *id); /* a free id */
size_t config_find_room(const struct config *config, const char *id);                              /* NO_INDEX: none */
int config_resolve(struct field_reader *reader, const struct yaml_node *root, const struct raw_config *raw,
                   const struct config *previous, struct config *config);
void config_resolve_alerts(struct field_reader *reader, const struct yaml_node *root, const struct raw_config *raw,
                           struct config *config);
int config_resolve_devices(struct field_reader *reader, const struct yaml_node *root, const struct raw_config *raw,
                           const struct config *previous, struct config *config);
