/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How devices are reached, as written: `devices.D.snmp`, `modbus`, `mqtt`.
 *
 * Source: contract C.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct config;
struct device_setup;
struct field_reader;
struct raw_device;
struct yaml_node;

struct raw_snmp {
    int version;
    const char *community, *user, *auth_key, *priv_key;
    int auth, priv;
};

struct raw_modbus {
    unsigned unit, max_registers;
    int64_t timeout_us, pause_us, reconnect_us;
    bool one_client;
};

struct raw_source_mqtt {
    const char *topic, *user, *password, *ca, *cert, *key, *client_id;
    int version;
    int64_t stale_us;
};

/* From it, the address and the site's own broker to the setup. */
void config_source_mqtt(struct field_reader *reader, const struct yaml_node *node, const struct raw_device *raw,
                        const struct config *config, struct device_setup *setup);
