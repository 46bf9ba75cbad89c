/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an answer over Modbus TCP to a request that the first bytes choose, and as an identification. */
#include "drivers/modbus_ident.h"
#include "drivers/modbus_mbap.h"
#include "tests/fuzz/once.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint16_t registers[MODBUS_BITS_MAX];
    const char *why = NULL;
    if (size < 4)
        return 0;
    struct modbus_ask ask = {.unit = data[0],
                             .function = (enum modbus_function)(1 + data[1] % 4),
                             .address = data[2],
                             .count = (uint16_t)(1 + data[3] % 125)};
    data += 4;
    size -= 4;
    int whole = modbus_mbap_size(data, size, &why);
    if (whole < 0 && !why)
        abort();
    if (whole > MODBUS_MBAP_MAX)
        abort();
    if (modbus_mbap_decode(ask, 1, data, size, registers, &why) == -74 /* EBADMSG */ && !why)
        abort();
    struct modbus_ident ident = {0};
    char words[320];
    if (modbus_ident_decode(&ident, data, size) >= 0 && !ident.known)
        abort();
    modbus_ident_words(&ident, words, sizeof words);
    return 0;
}
