/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/capacity.h"

#include <stdlib.h>
#include <string.h>

struct capacity *capacity_new(double part, int64_t from_s, int64_t to_s)
{
    struct capacity *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->part = part;
    c->from_s = from_s;
    c->to_s = to_s;
    return c;
}

void capacity_free(struct capacity *c)
{
    if (!c)
        return;
    free(c->circuit);
    free(c->failover);
    free(c->fit);
    free(c->phases);
    free(c->ups);
    free(c->rack);
    free(c);
}

void *capacity_push(void *array, size_t *n, size_t size)
{
    void *more = reallocarray(array, *n + 1, size);
    if (!more)
        abort();
    memset((char *)more + *n * size, 0, size);
    ++*n;
    return more;
}
