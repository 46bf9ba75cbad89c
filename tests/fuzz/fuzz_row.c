/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a packed row of the log: refused, or what row_encode writes again byte for byte. */
#include "daemon/row.h"
#include "tests/fuzz/once.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct row *row;
    if (row_decode(data, size, &row) < 0)
        return 0;
    uint8_t *again = malloc(size + 1);
    if (row_encode(row, again, size) != size || memcmp(again, data, size) != 0)
        abort();
    free(again);
    row_free(row);
    return 0;
}
