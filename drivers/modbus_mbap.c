/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_mbap.h"

#include <errno.h>
#include <string.h>

#define HEADER MODBUS_MBAP_HEADER

static unsigned word_at(const uint8_t *bytes)
{
    return (unsigned)(bytes[0] << 8 | bytes[1]);
}

static void put_word(uint8_t *bytes, unsigned word)
{
    bytes[0] = (uint8_t)(word >> 8);
    bytes[1] = (uint8_t)word;
}

bool modbus_mbap_is_bits(struct modbus_ask ask)
{
    return ask.function == MF_COILS || ask.function == MF_DISCRETE;
}

bool modbus_mbap_valid(struct modbus_ask ask)
{
    unsigned most = modbus_mbap_is_bits(ask) ? MODBUS_BITS_MAX : MODBUS_REGISTERS_MAX;

    return ask.count >= 1 && ask.count <= most && (unsigned)ask.address + ask.count <= 65536;
}

size_t modbus_mbap_wrap(uint8_t unit, uint16_t transaction, const uint8_t *pdu, size_t n, uint8_t ret[MODBUS_MBAP_MAX])
{
    put_word(ret, transaction);
    put_word(ret + 2, 0);
    put_word(ret + 4, (unsigned)n + 1);
    ret[6] = unit;
    memcpy(ret + HEADER, pdu, n);
    return HEADER + n;
}

void modbus_mbap_encode(struct modbus_ask ask, uint16_t transaction, uint8_t ret[MODBUS_MBAP_REQUEST])
{
    put_word(ret, transaction);
    put_word(ret + 2, 0);
    put_word(ret + 4, MODBUS_MBAP_REQUEST - 6);
    ret[6] = ask.unit;
    ret[7] = (uint8_t)ask.function;
    put_word(ret + 8, ask.address);
    put_word(ret + 10, ask.count);
}

int modbus_mbap_size(const uint8_t *bytes, size_t n, const char **ret_why)
{
    if (n >= 4 && word_at(bytes + 2) != 0) {
        *ret_why = "not a Modbus TCP answer";
        return -EBADMSG;
    }
    if (n < 6)
        return 0;
    unsigned length = word_at(bytes + 4);
    /* The shortest answer is an exception: unit, function, code. */
    if (length < 3 || length > MODBUS_MBAP_MAX - 6) {
        *ret_why = "an answer of an impossible length";
        return -EBADMSG;
    }
    return (int)length + 6;
}

static int bad(const char **ret_why, const char *why)
{
    *ret_why = why;
    return -EBADMSG;
}

int modbus_mbap_unwrap(uint8_t unit, uint8_t function, uint16_t transaction, const uint8_t *frame, size_t n,
                       const char **ret_why)
{
    int size = modbus_mbap_size(frame, n, ret_why);
    if (size < 0)
        return size;
    if (size == 0 || (size_t)size != n)
        return bad(ret_why, "an answer of a wrong length");
    if (word_at(frame) != transaction)
        return -EAGAIN;
    if (frame[6] != unit)
        return bad(ret_why, "the answer of another unit");
    if (frame[7] == (function | 0x80u)) {
        if (n != HEADER + 2 || frame[8] == 0)
            return bad(ret_why, "an exception of a wrong length");
        return frame[8];
    }
    return frame[7] == function ? 0 : bad(ret_why, "the answer to another function");
}

int modbus_mbap_decode(struct modbus_ask ask, uint16_t transaction, const uint8_t *frame, size_t n, uint16_t *ret,
                       const char **ret_why)
{
    int rc = modbus_mbap_unwrap(ask.unit, (uint8_t)ask.function, transaction, frame, n, ret_why);
    if (rc != 0)
        return rc;
    unsigned bytes = modbus_mbap_is_bits(ask) ? (ask.count + 7U) / 8 : ask.count * 2U;
    if (frame[8] != bytes || n != HEADER + 2 + bytes)
        return bad(ret_why, "an answer of a wrong length");
    const uint8_t *data = frame + HEADER + 2;
    for (unsigned i = 0; i < ask.count; i++) {
        unsigned value = modbus_mbap_is_bits(ask) ? (unsigned)data[i / 8] >> (i % 8) & 1 : word_at(data + 2 * i);
        ret[i] = (uint16_t)value;
    }
    return 0;
}
