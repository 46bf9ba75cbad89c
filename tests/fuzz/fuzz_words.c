/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text as a number, a value with unit, a part, an OID, an address: refused or read, and read back the same. */
#include "drivers/oid.h"
#include "drivers/part.h"
#include "drivers/setup.h"
#include "drivers/unit.h"
#include "tests/fuzz/once.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void parts(const char *text)
{
    struct part part;
    char again[PART_MAX];
    if (part_parse(text, &part) < 0)
        return;
    if (part_format(&part, again) < 0 || strcmp(again, text) != 0)
        abort();
}

static void oids(struct arena *arena, const char *text)
{
    struct oid oid;
    if (oid_read(arena, text, &oid) < 0)
        return;
    struct oid again;
    if (oid_read(arena, oid_text(arena, oid), &again) < 0 || oid_compare(oid, again) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    char *text = arena_alloc(arena, size + 1);
    struct address address;
    const char *why;
    double value;
    memcpy(text, data, size);
    for (int d = D_NONE; d < D_COUNT; d++)
        if (!unit_parse_value(text, (enum dimension)d, &value) && !isfinite(value))
            abort();
    parts(text);
    oids(arena, text);
    for (int modbus = 0; modbus < 2; modbus++)
        if (address_parse(arena, text, modbus, &address, &why) < 0 && !*why)
            abort();
    arena_free(arena);
    return 0;
}
