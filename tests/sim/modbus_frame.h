/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modbus requests out of a stream of bytes, and answers into it, as a server sees them.
 *
 * Shape: TCP frames carry transaction, length and unit (MBAP); RTU frames, on a serial line or in a TCP stream, a unit
 *        and a check sum. A PDU is function and data alone.
 * Source: Modbus Messaging on TCP/IP V1.0b section 3.1.3; Modbus over Serial Line V1.02 section 2.5.1 and appendix B.
 */
#pragma once
#include "registers.h"

#define MODBUS_PDU   253 /* bytes at most */
#define MODBUS_FRAME 260

struct modbus_request {
    bool rtu;
    uint16_t transaction;
    uint8_t unit;
    uint8_t pdu[MODBUS_PDU];
    size_t n;
};

/* The first request in bytes[n]: returns how many bytes it took, 0 when more must come; ret->n 0 where those bytes
 * were noise. */
size_t modbus_take(bool rtu, const uint8_t *bytes, size_t n, struct modbus_request *ret);
/* Functions 1 to 4 from the registers; writing functions are refused and counted, others unknown. Returns the length
 * of the answer's PDU. */
size_t modbus_serve(const struct registers *registers, const struct modbus_request *request, unsigned long *writes,
                    uint8_t ret[MODBUS_PDU]);
size_t modbus_exception(const struct modbus_request *request, int code, uint8_t ret[MODBUS_PDU]);
/* The frame around a PDU; returns its length. */
size_t modbus_wrap(const struct modbus_request *request, const uint8_t *pdu, size_t n, uint8_t ret[MODBUS_FRAME]);
uint16_t modbus_check_sum(const uint8_t *bytes, size_t n);
