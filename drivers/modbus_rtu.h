/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modbus RTU by libmodbus, on a serial line or on a TCP connection to a serial converter.
 *
 * Errors: as modbus_tcp_ask, but for -ECANCELED: libmodbus cannot be called away before the answer's time is over.
 *         open: -errno, *ret_why in words.
 * Owner: a context owns its descriptor, also the one handed to modbus_rtu_wrap, and also when that fails.
 * Threads: the line's.
 * Source: libmodbus 3.1.6: it waits with select, so descriptors lie below 1024 or the process aborts; an unknown baud
 *         rate becomes 9600 without a word; byte timeout 0 lets the response timeout bound the whole answer.
 */
#pragma once
#include "modbus_ident.h"
#include "modbus_mbap.h"
#include "setup.h"

#include <modbus/modbus.h>

int modbus_rtu_open(const struct address *address, modbus_t **ret, const char **ret_why);
int modbus_rtu_wrap(int fd, modbus_t **ret, const char **ret_why);
void modbus_rtu_close(modbus_t *rtu);
int modbus_rtu_ask(modbus_t *rtu, struct modbus_ask ask, int64_t bound_us, uint16_t *ret, const char **ret_why);
/* An identification: libmodbus sends it, but does not know how long the answer is. */
int modbus_rtu_ask_ident(modbus_t *rtu, uint8_t unit, const uint8_t ask[MODBUS_IDENT_ASK], int64_t bound_us,
                         uint8_t ret[MODBUS_PDU_MAX], size_t *ret_n, const char **ret_why);
/* Throws away what came in on a serial line. */
void modbus_rtu_flush(modbus_t *rtu);
/* 3.5 characters, the silence that ends a frame; libmodbus does not keep it before a request. */
int64_t modbus_rtu_gap(unsigned baud);
