/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ASN.1 basic encoding as SNMP uses it: a cursor to read and one to write, both with a latched error.
 *
 * Shape: the writer fills its buffer from the end towards the start, so that every length is known when its head is
 *        written, in the shortest form. After an error all further calls do nothing.
 * Source: ITU-T X.690 (2021), RFC 3417 section 8.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ber_tag {
    BER_INTEGER = 0x02,
    BER_OCTETS = 0x04,
    BER_NULL = 0x05,
    BER_OID = 0x06,
    BER_SEQUENCE = 0x30,
    BER_ADDRESS = 0x40,
    BER_COUNTER32 = 0x41,
    BER_GAUGE32 = 0x42,
    BER_TICKS = 0x43,
    BER_OPAQUE = 0x44,
    BER_COUNTER64 = 0x46,
    BER_NO_OBJECT = 0x80,
    BER_NO_INSTANCE = 0x81,
    BER_END_OF_VIEW = 0x82,
    BER_GET = 0xa0,
    BER_NEXT = 0xa1,
    BER_RESPONSE = 0xa2,
    BER_SET = 0xa3,
    BER_TRAP1 = 0xa4,
    BER_BULK = 0xa5,
    BER_INFORM = 0xa6,
    BER_TRAP = 0xa7,
    BER_REPORT = 0xa8
};

#define BER_OID_MAX 128 /* RFC 3416 section 4.1 */

struct ber_reader {
    const uint8_t *p, *end;
    bool bad;
};

struct ber_bytes {
    const uint8_t *p;
    size_t n;
};

struct ber_reader ber_reader(const void *bytes, size_t n);
uint8_t ber_peek(const struct ber_reader *reader); /* the next tag; 0 at the end */
/* The contents of the next element: a cursor of its own, bad where the tag is another. */
struct ber_reader ber_enter(struct ber_reader *reader, uint8_t tag);
int64_t ber_integer(struct ber_reader *reader);
struct ber_bytes ber_octets(struct ber_reader *reader);
size_t ber_oid(struct ber_reader *reader, uint32_t ids[BER_OID_MAX]);
/* The next element whole, head included. */
struct ber_bytes ber_any(struct ber_reader *reader);

struct ber_writer {
    uint8_t *start, *p, *end;
    bool full;
};

struct ber_writer ber_writer(void *buffer, size_t size);
size_t ber_length(const struct ber_writer *writer);
void ber_put(struct ber_writer *writer, const void *bytes, size_t n);
/* Closes what was written since ber_length() was `before` with a head. */
void ber_put_head(struct ber_writer *writer, uint8_t tag, size_t before);
void ber_put_integer(struct ber_writer *writer, uint8_t tag, int64_t value);
void ber_put_unsigned(struct ber_writer *writer, uint8_t tag, uint64_t value);
void ber_put_octets(struct ber_writer *writer, uint8_t tag, const void *bytes, size_t n);
void ber_put_oid(struct ber_writer *writer, const uint32_t *ids, size_t n);
