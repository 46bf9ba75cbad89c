/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_ident.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FUNCTION 43
#define MEI      14
#define HEAD     7 /* function, MEI type, level, conformity, more, next object, number of objects */
#define MORE     0xff

void modbus_ident_encode(enum modbus_level level, uint8_t object, uint8_t ret[MODBUS_IDENT_ASK])
{
    ret[0] = FUNCTION;
    ret[1] = MEI;
    ret[2] = (uint8_t)level;
    ret[3] = object;
}

int modbus_ident_size(const uint8_t *pdu, size_t n)
{
    size_t at = HEAD;
    if (n >= 1 && pdu[0] == (FUNCTION | 0x80))
        return 2;
    if ((n >= 1 && pdu[0] != FUNCTION) || (n >= 2 && pdu[1] != MEI))
        return -EBADMSG;
    if (n < HEAD)
        return 0;
    for (unsigned i = 0; i < pdu[6]; i++) {
        if (at + 2 > n)
            return at + 2 > MODBUS_PDU_MAX ? -EBADMSG : 0;
        at += 2u + pdu[at + 1];
    }
    return at > MODBUS_PDU_MAX ? -EBADMSG : (int)at;
}

static void keep(char ret[64], const uint8_t *bytes, size_t n)
{
    size_t length = 0;
    for (size_t i = 0; i < n && length < 63; i++)
        if (bytes[i])
            ret[length++] = bytes[i] >= ' ' && bytes[i] < 127 ? (char)bytes[i] : '?';
    while (length && ret[length - 1] == ' ')
        length--;
    ret[length] = '\0';
}

int modbus_ident_decode(struct modbus_ident *ident, const uint8_t *pdu, size_t n)
{
    int size = modbus_ident_size(pdu, n);
    if (size < HEAD || (size_t)size != n)
        return -EBADMSG;
    size_t at = HEAD;
    for (unsigned i = 0; i < pdu[6]; i++) {
        if (pdu[at] < MODBUS_IDENT_OBJECTS)
            keep(ident->text[pdu[at]], pdu + at + 2, pdu[at + 1]);
        at += 2u + pdu[at + 1];
    }
    ident->known = true;
    return pdu[4] == MORE ? pdu[5] : 0;
}

bool modbus_ident_words(const struct modbus_ident *ident, char *ret, size_t size)
{
    static const enum modbus_object order[] = {MI_VENDOR, MI_PRODUCT, MI_NAME, MI_MODEL, MI_REVISION};
    size_t at = 0;
    *ret = '\0';
    for (size_t i = 0; i < sizeof order / sizeof order[0] && at < size; i++)
        if (*ident->text[order[i]])
            at += (size_t)snprintf(ret + at, size - at, "%s%s", at ? " " : "", ident->text[order[i]]);
    return at > 0;
}
