/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes out equal for many devices, kept once: a hundred strips of one model have the same points and are asked
 * the same.
 *
 * Shape: a thing begins with struct shared, is made as a draft, and is immutable once taken: shared_take copies the
 *        draft where none is equal to it.
 * Owner: counted references; the last shared_drop frees the thing, which lies in an arena of its own. The draft stays
 *        the caller's.
 * Threads: any.
 */
#pragma once
#include "arena.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct shared {
    struct shared *next;
    struct arena *arena;
    uint64_t hash;
    size_t refs;
};

#define SHARED_BUCKETS 64

/* One a kind of thing. */
struct shared_pool {
    pthread_mutex_t lock;
    bool (*same)(const struct shared *a, const struct shared *b);
    struct shared *(*copy)(struct arena *arena, const struct shared *draft);
    struct shared *bucket[SHARED_BUCKETS];
};

/* hash: equal for things that are the same. */
const struct shared *shared_take(struct shared_pool *pool, const struct shared *draft, uint64_t hash);
void shared_drop(struct shared_pool *pool, const struct shared *thing);
