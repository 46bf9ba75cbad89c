/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SNMP's bytes as the scripted agent needs them: put together from the end, taken apart from the start. Not checked
 * beyond staying within the bytes: what the driver sends is the driver's test.
 *
 * Source: X.690 for the encoding; RFC 1157, RFC 3416 for what stands in a message.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct name {
    uint32_t id[128];
    size_t n;
};

struct asked {
    long version, id, command, a, b;
    uint8_t community[64];
    size_t community_n, n;
    struct name name[256];
};

struct out {
    uint8_t bytes[65536];
    size_t at; /* what is written stands behind it */
};

struct name bytes_name(const char *text);
int bytes_compare(const struct name *a, const struct name *b);

void bytes_put_head(struct out *o, unsigned tag, size_t end); /* of what stands from o->at to end */
void bytes_put_integer(struct out *o, unsigned tag, int64_t value);
void bytes_put(struct out *o, unsigned tag, const void *bytes, size_t n);
void bytes_put_name(struct out *o, const struct name *name);

/* A message; false: none. */
bool bytes_decode(const uint8_t *bytes, size_t n, struct asked *ret_asked);
