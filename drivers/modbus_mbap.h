/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modbus TCP frames: a read request to bytes, and an answer back to registers. Pure, and read only: the functions
 * that write have no encoder.
 *
 * Shape: header of 7 bytes (transaction, protocol 0, length, unit), then the function and its data.
 * Units: registers host-endian; a coil or discrete input is one register of 0 or 1.
 * Errors: -EBADMSG with *ret_why a constant in words; a Modbus exception is its code, above 0.
 * Source: MODBUS Application Protocol V1.1b3 sections 6.1-6.4 and 7, Messaging on TCP/IP V1.0b section 3.1.3. libmodbus
 *         3.1.6 accepts answers of a wrong unit and ignores the header's length, so it frames RTU only.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum modbus_function { MF_COILS = 1, MF_DISCRETE = 2, MF_HOLDING = 3, MF_INPUT = 4 };

struct modbus_ask {
    uint8_t unit;
    enum modbus_function function;
    uint16_t address, count;
};

#define MODBUS_REGISTERS_MAX 125
#define MODBUS_BITS_MAX      2000
#define MODBUS_MBAP_REQUEST  12
#define MODBUS_MBAP_HEADER   7 /* with the unit */
#define MODBUS_MBAP_MAX      260

bool modbus_mbap_is_bits(struct modbus_ask ask);
/* A count that one answer can hold, within the address space. */
bool modbus_mbap_valid(struct modbus_ask ask);
/* A question of any function; returns the frame's length. */
size_t modbus_mbap_wrap(uint8_t unit, uint16_t transaction, const uint8_t *pdu, size_t n, uint8_t ret[MODBUS_MBAP_MAX]);
/* Whether a whole frame answers it: its function and data begin at MODBUS_MBAP_HEADER. Errors as modbus_mbap_decode. */
int modbus_mbap_unwrap(uint8_t unit, uint8_t function, uint16_t transaction, const uint8_t *frame, size_t n,
                       const char **ret_why);
void modbus_mbap_encode(struct modbus_ask ask, uint16_t transaction, uint8_t ret[MODBUS_MBAP_REQUEST]);
/* How long the frame that begins here is in all; 0: not told yet. */
int modbus_mbap_size(const uint8_t *bytes, size_t n, const char **ret_why);
/* A whole frame. -EAGAIN: an answer of another transaction. ret holds ask.count registers, untouched on failure. */
int modbus_mbap_decode(struct modbus_ask ask, uint16_t transaction, const uint8_t *frame, size_t n, uint16_t *ret,
                       const char **ret_why);
