/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who a Modbus unit says it is: function 43, MEI type 14, basic and regular identification. Pure, and read only.
 *
 * Shape: modbus_ident_encode -> the unit -> modbus_ident_decode, again while it names a next object.
 * Errors: -EBADMSG for bytes that are no such answer; what was read before stays.
 * Source: MODBUS Application Protocol V1.1b3 section 6.21.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODBUS_PDU_MAX       253
#define MODBUS_IDENT_ASK     4
#define MODBUS_IDENT_OBJECTS 7

enum modbus_object { MI_VENDOR, MI_PRODUCT, MI_REVISION, MI_URL, MI_NAME, MI_MODEL, MI_APPLICATION };
enum modbus_level { ML_BASIC = 1, ML_REGULAR = 2 };

struct modbus_ident {
    bool known;
    char text[MODBUS_IDENT_OBJECTS][64]; /* by enum modbus_object; cut, printable; "": not told */
};

void modbus_ident_encode(enum modbus_level level, uint8_t object, uint8_t ret[MODBUS_IDENT_ASK]);
/* Bytes of the answer that begins here, without checksum; 0: not told yet, -EBADMSG: no such answer. */
int modbus_ident_size(const uint8_t *pdu, size_t n);
/* The object to ask next, or 0: that was all. */
int modbus_ident_decode(struct modbus_ident *ident, const uint8_t *pdu, size_t n);
/* Vendor, product, revision, name and model in a row, for rules and for people; false where nothing is told. */
bool modbus_ident_words(const struct modbus_ident *ident, char *ret, size_t size);
