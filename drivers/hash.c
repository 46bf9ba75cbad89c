/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hash.h"

#include <string.h>

#define PRIME UINT64_C(0x100000001b3)

uint64_t hash_bytes(uint64_t so_far, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++)
        so_far = (so_far ^ p[i]) * PRIME;
    return so_far;
}

uint64_t hash_text(uint64_t so_far, const char *text)
{
    return hash_bytes(so_far, text, strlen(text) + 1);
}
