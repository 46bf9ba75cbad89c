/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one connection of a line, shared by its units: opened when needed, given up after any error but an exception.
 *
 * Shape: Modbus TCP is framed by modbus_tcp, RTU and RTU over TCP by libmodbus. After an error a TCP connection is
 *        closed and a serial line kept quiet and flushed, since a late answer would otherwise pass for the next one. A
 *        connection that the peer closed while it was idle is renewed once without a word.
 * Units: microseconds of the boot clock.
 * Owner: the setup is borrowed for the call.
 * Threads: the line's.
 */
#pragma once
#include "modbus_ident.h"
#include "modbus_mbap.h"
#include "modbus_wait.h"
#include "setup.h"

enum modbus_outcome {
    MO_OK,
    MO_REFUSED,   /* exceptions 1 to 3: this block is not to be had */
    MO_BUSY,      /* exceptions 5 and 6 */
    MO_EXCEPTION, /* any other of the device's own */
    MO_ABSENT,    /* exceptions 10 and 11: the gateway lives, its unit is silent */
    MO_SILENT,    /* no answer in time */
    MO_GARBLED,   /* an answer that cannot be used */
    MO_DOWN,      /* no connection to the line */
    MO_NAME,      /* its name has no address */
    MO_CANCELLED
};

struct modbus_result {
    enum modbus_outcome outcome;
    int64_t took_us; /* of the exchange alone */
    char words[160]; /* unless MO_OK */
};

struct modbus_wire;

struct modbus_wire *modbus_wire_new(const struct modbus_stop *stop);
void modbus_wire_free(struct modbus_wire *wire);
bool modbus_wire_is_open(const struct modbus_wire *wire);
/* Before the polls of a device: how long a late answer may take on this line. */
void modbus_wire_quiet(struct modbus_wire *wire, int64_t quiet_us);
/* When the line may be used again after an error; 0: now. */
int64_t modbus_wire_rests(const struct modbus_wire *wire);
/* Registers of one block; pause_us since the last answer is kept. */
struct modbus_result modbus_wire_read(struct modbus_wire *wire, const struct device_setup *setup, struct modbus_ask ask,
                                      int64_t pause_us, uint16_t *ret);
/* Who the unit says it is, by function 43; for a look at a device, not for polls. */
struct modbus_result modbus_wire_identify(struct modbus_wire *wire, const struct device_setup *setup, int64_t pause_us,
                                          struct modbus_ident *ret);
/* RTU framings: the question that failed last and whose answer may still come; NULL: none. The next question should
 * differ from it, so that its answer cannot pass. */
const struct modbus_ask *modbus_wire_suspect(const struct modbus_wire *wire);
/* Closed on purpose: between rounds of a gateway that serves one client. */
void modbus_wire_hang_up(struct modbus_wire *wire, int64_t reconnect_us);
