/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_frame.h"

#include <string.h>

uint16_t modbus_check_sum(const uint8_t *bytes, size_t n)
{
    unsigned crc = 0xffff;
    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
    }
    return (uint16_t)crc;
}

static size_t take_tcp(const uint8_t *bytes, size_t n, struct modbus_request *ret)
{
    if (n < 8)
        return 0;
    size_t length = (size_t)bytes[4] << 8 | bytes[5];
    if (bytes[2] || bytes[3] || length < 2 || length > MODBUS_PDU + 1)
        return n; /* no MBAP: nothing behind it can be found again */
    if (n < 6 + length)
        return 0;
    ret->transaction = (uint16_t)(bytes[0] << 8 | bytes[1]);
    ret->unit = bytes[6];
    ret->n = length - 1;
    memcpy(ret->pdu, bytes + 7, ret->n);
    return 6 + length;
}

/* Bytes of a request's frame by its function, 0 where not yet known; serial line requests carry no length. */
static size_t rtu_length(const uint8_t *bytes, size_t n)
{
    if (n < 2)
        return 0;
    switch (bytes[1]) {
    case 15:
    case 16: return n < 7 ? 0 : 9u + bytes[6];
    case 22: return 10;
    case 23: return n < 11 ? 0 : 13u + bytes[10];
    case 43: return 7;
    case 17: return 4;
    default: return 8; /* functions 1 to 6: a byte from the wire, not an enumeration */
    }
}

static size_t take_rtu(const uint8_t *bytes, size_t n, struct modbus_request *ret)
{
    size_t length = rtu_length(bytes, n);
    if (!length || n < length)
        return n > MODBUS_FRAME ? n : 0;
    if (modbus_check_sum(bytes, length - 2) != (bytes[length - 2] | bytes[length - 1] << 8))
        return n; /* noise: silence is what ends it on a line */
    ret->unit = bytes[0];
    ret->n = length - 3;
    memcpy(ret->pdu, bytes + 1, ret->n);
    return length;
}

size_t modbus_take(bool rtu, const uint8_t *bytes, size_t n, struct modbus_request *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->rtu = rtu;
    return rtu ? take_rtu(bytes, n, ret) : take_tcp(bytes, n, ret);
}

size_t modbus_exception(const struct modbus_request *request, int code, uint8_t ret[MODBUS_PDU])
{
    ret[0] = request->pdu[0] | 0x80;
    ret[1] = (uint8_t)code;
    return 2;
}

static bool writes_something(uint8_t function)
{
    /* single coil and register, many coils and registers, mask, read and write: V1.1b3 section 6 */
    static const uint8_t writing[] = {5, 6, 15, 16, 22, 23};
    return memchr(writing, function, sizeof writing) != NULL;
}

static size_t serve_bits(const uint16_t *word, unsigned n, uint8_t *ret)
{
    size_t bytes = (n + 7) / 8;
    ret[1] = (uint8_t)bytes;
    memset(ret + 2, 0, bytes);
    for (unsigned i = 0; i < n; i++)
        ret[2 + i / 8] |= (uint8_t)((word[i] != 0) << (i % 8));
    return 2 + bytes;
}

size_t modbus_serve(const struct registers *registers, const struct modbus_request *request, unsigned long *writes,
                    uint8_t ret[MODBUS_PDU])
{
    static const enum space spaces[] = {SPACE_COIL, SPACE_DISCRETE, SPACE_HOLDING, SPACE_INPUT}; /* functions 1 to 4 */
    uint8_t function = request->pdu[0];
    *writes += writes_something(function);
    if (function < 1 || function > 4)
        return modbus_exception(request, 1, ret);
    if (request->n != 5)
        return modbus_exception(request, 3, ret);
    uint16_t word[2000];
    unsigned at = (unsigned)request->pdu[1] << 8 | request->pdu[2],
             n = (unsigned)request->pdu[3] << 8 | request->pdu[4];
    int code = registers_read(registers, spaces[function - 1], at, n, word);
    if (code)
        return modbus_exception(request, code, ret);
    ret[0] = function;
    if (function <= 2)
        return serve_bits(word, n, ret);
    ret[1] = (uint8_t)(2 * n);
    for (unsigned i = 0; i < n; i++) {
        ret[2 + 2 * i] = (uint8_t)(word[i] >> 8);
        ret[3 + 2 * i] = (uint8_t)word[i];
    }
    return 2 + 2 * (size_t)n;
}

size_t modbus_wrap(const struct modbus_request *request, const uint8_t *pdu, size_t n, uint8_t ret[MODBUS_FRAME])
{
    if (request->rtu) {
        ret[0] = request->unit;
        memcpy(ret + 1, pdu, n);
        uint16_t crc = modbus_check_sum(ret, n + 1);
        ret[n + 1] = (uint8_t)crc;
        ret[n + 2] = (uint8_t)(crc >> 8);
        return n + 3;
    }
    const uint8_t head[] = {(uint8_t)(request->transaction >> 8),
                            (uint8_t)request->transaction,
                            0,
                            0,
                            (uint8_t)((n + 1) >> 8),
                            (uint8_t)(n + 1),
                            request->unit};
    memcpy(ret, head, sizeof head);
    memcpy(ret + sizeof head, pdu, n);
    return sizeof head + n;
}
