/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text as what was kept of a device. */
#include "daemon/device_json.h"
#include "tests/fuzz/once.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct shape *shape, *again;
    char *text = calloc(1, size + 1);
    memcpy(text, data, size);
    if (device_json_read(text, &shape) >= 0) {
        char *written = device_json_write(shape);
        if (!written || device_json_read(written, &again) < 0 || again->n != shape->n)
            abort();
        shape_unref(again);
        free(written);
        shape_unref(shape);
    }
    free(text);
    return 0;
}
