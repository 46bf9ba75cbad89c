/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Racks, devices and meters without a wire, as written. Source: contract C. */
#pragma once
#include "daemon/config_raw_wires.h"
#include "drivers/decimal.h"
#include "drivers/field.h"

struct raw_rack {
    const char *id, *room, *title, *row, *position;
};

struct raw_part {
    const char *part;
    int role;
    const char *label, *feed, *unit;
    int phase;
    double breaker, height, accuracy;
    int place;
    bool ignore, invert;
    struct decimal scale;
};

struct raw_device {
    const char *id, *room, *rack, *profile, *address, *feed, *class_, *ct_class, *same_as;
    struct raw_snmp snmp;
    struct raw_modbus modbus;
    struct raw_source_mqtt mqtt;
    int64_t every_us, timeout_us;
    int role, phase;
    double breaker, share;
    struct {
        int64_t from_ms, to_ms;
    } dates;
    struct field_items parts;
    const struct yaml_node *units, *params;
};

struct raw_source {
    const char *id, *room, *same_as;
    int role;
    double constant, accuracy;
    bool reading;
};
