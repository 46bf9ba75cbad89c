/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a device wants to be asked: limits of its agent, shape of its reads. Data only.
 *
 * Owner: lists lie in the arena of the profile set.
 */
#pragma once
#include "profile_read.h"

struct snmp_access {
    bool bulk;
    unsigned max_varbinds, repetitions;
    int64_t timeout_us;
};

struct mqtt_access {
    int64_t stale_us;          /* a message is worth nothing after so long; 0: three periods */
    bool retained;             /* what the broker kept counts as new */
    const char *time;          /* JSON pointer of the time of measuring in each message; NULL: none */
    struct field_items status; /* of struct select: what says whether the device is there; the first that says */
    struct field_items online; /* of const char *: the words for yes */
};

struct modbus_access {
    int space; /* enum modbus_space */
    int order; /* enum reg_order */
    unsigned max_registers, hole;
    struct number_list barriers, bases;
    struct field_items blocks; /* of struct { unsigned first, count } */
    int64_t pause_us, every_us;
    struct ref offset; /* a param */
    double offset_times;
};
