/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One question and its answer over a Modbus TCP connection.
 *
 * Errors: a Modbus exception is its code, above 0. -ETIMEDOUT: silence; -EBADMSG: an answer that is damaged or
 * another's, *ret_why says how; -ECONNRESET: closed by the peer before it answered; -ESTALE: bytes lay waiting that
 * nobody had asked for, nothing was sent; -ECANCELED; another -errno of the socket. After any of these the connection
 *         is of no use: a late answer would be read as the next one.
 * Threads: the line's.
 */
#pragma once
#include "modbus_mbap.h"
#include "modbus_wait.h"

int modbus_tcp_ask(int fd, struct modbus_ask ask, uint16_t transaction, int64_t bound_us,
                   const struct modbus_stop *stop, uint16_t *ret, const char **ret_why);
/* A question of any function and its answer, which is of the same function. */
int modbus_tcp_ask_pdu(int fd, uint8_t unit, uint16_t transaction, const uint8_t *pdu, size_t n, int64_t bound_us,
                       const struct modbus_stop *stop, uint8_t ret[MODBUS_MBAP_MAX], size_t *ret_n,
                       const char **ret_why);
/* 0: nothing waits to be read. -ESTALE: something does; -ECONNRESET: the peer has closed. */
int modbus_tcp_idle(int fd);
