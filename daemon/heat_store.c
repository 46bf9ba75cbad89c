/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/heat_store.h"

#include <math.h>

static void step(struct heat_store *store, double supply, double demand, struct heat_stored *s)
{
    double gone = store->content * store->loss;
    store->content -= gone;
    double at_once = fmin(supply, demand);
    double out = fmin(store->content, demand - at_once);
    store->content -= out;
    double in = fmin(supply - at_once, store->capacity - store->content);
    store->content += in;
    s->supply += supply;
    s->demand += demand;
    s->used += at_once + out;
    s->lost += gone + supply - at_once - in;
    s->fullest = fmax(s->fullest, store->content);
}

void heat_store_run(struct heat_store *store, const double *supply, const double *demand, size_t n,
                    struct heat_stored *ret)
{
    for (size_t i = 0; i < n; i++)
        step(store, supply[i], demand[i], ret);
    ret->utilisation = ret->supply > 0 ? ret->used / ret->supply : (double)NAN;
    ret->coverage = ret->demand > 0 ? ret->used / ret->demand : (double)NAN;
}
