/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "oid.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int oid_parse(const char *text, uint32_t ids[OID_MAX], size_t *ret_n)
{
    size_t n = 0;
    const char *p = text + (*text == '.');
    for (;;) {
        uint64_t id = 0;
        if (*p < '0' || *p > '9' || n == OID_MAX)
            return -EINVAL;
        for (; *p >= '0' && *p <= '9'; p++) {
            id = id * 10 + (uint64_t)(*p - '0');
            if (id > UINT32_MAX)
                return -EINVAL;
        }
        ids[n++] = (uint32_t)id;
        if (!*p)
            break;
        if (*p++ != '.')
            return -EINVAL;
    }
    *ret_n = n;
    return 0;
}

int oid_read(struct arena *arena, const char *text, struct oid *ret)
{
    uint32_t ids[OID_MAX];
    size_t n;
    int r = oid_parse(text, ids, &n);
    if (r < 0)
        return r;
    *ret = oid_copy(arena, ids, n);
    return 0;
}

struct oid oid_copy(struct arena *arena, const uint32_t *ids, size_t n)
{
    return (struct oid){n, arena_memdup(arena, ids, n * sizeof *ids)};
}

struct oid oid_join(struct arena *arena, struct oid head, const uint32_t *tail, size_t n)
{
    uint32_t *ids = arena_alloc(arena, (head.n + n) * sizeof *ids);
    if (head.n)
        memcpy(ids, head.id, head.n * sizeof *ids);
    if (n)
        memcpy(ids + head.n, tail, n * sizeof *ids);
    return (struct oid){head.n + n, ids};
}

int oid_compare(struct oid a, struct oid b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    for (size_t i = 0; i < n; i++)
        if (a.id[i] != b.id[i])
            return a.id[i] < b.id[i] ? -1 : 1;
    return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

bool oid_under(struct oid o, struct oid prefix)
{
    return o.n >= prefix.n && (!prefix.n || !memcmp(o.id, prefix.id, prefix.n * sizeof *o.id));
}

size_t oid_format(struct oid o, char *buffer, size_t size)
{
    size_t length = 0;
    if (size)
        *buffer = '\0';
    for (size_t i = 0; i < o.n; i++) {
        char part[12];
        int n = snprintf(part, sizeof part, i ? ".%u" : "%u", o.id[i]);
        if (length + (size_t)n < size)
            memcpy(buffer + length, part, (size_t)n + 1);
        length += (size_t)n;
    }
    return length;
}

const char *oid_text(struct arena *arena, struct oid o)
{
    size_t size = oid_format(o, NULL, 0) + 1;
    char *text = arena_alloc(arena, size);
    oid_format(o, text, size);
    return text;
}
