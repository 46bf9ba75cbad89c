/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a device is reached, as the site writes it.
 *
 * Errors: -EINVAL with *ret_why a constant in words.
 * Owner: texts live in the arena.
 */
#pragma once
#include "arena.h"

#include <stdbool.h>
#include <stdint.h>

enum transport { TR_UDP, TR_TCP, TR_RTU_TCP, TR_SERIAL };

struct address {
    enum transport transport;
    const char *text; /* as written, for messages */
    const char *line; /* Modbus: the bus or gateway, however it is written; NULL else */
    const char *host; /* name or number, without brackets; serial: the device file */
    uint16_t port;    /* 0: the protocol's own */
    unsigned baud;    /* serial */
    char parity;      /* 'N' 'E' 'O' */
    unsigned stop;
};

/* host, host:port, [v6]:port, tcp://h:p, rtu+tcp://h:p, serial:///dev/x?baud=9600&parity=even&stop=1. */
int address_parse(struct arena *arena, const char *text, bool modbus, struct address *ret, const char **ret_why);
