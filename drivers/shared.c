/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared.h"

static struct shared **bucket_of(struct shared_pool *pool, uint64_t hash)
{
    return &pool->bucket[(hash ^ hash >> 32) % SHARED_BUCKETS];
}

const struct shared *shared_take(struct shared_pool *pool, const struct shared *draft, uint64_t hash)
{
    pthread_mutex_lock(&pool->lock);
    struct shared **bucket = bucket_of(pool, hash), *thing = *bucket;
    while (thing && (thing->hash != hash || !pool->same(thing, draft)))
        thing = thing->next;
    if (!thing) {
        struct arena *arena = arena_new();
        thing = pool->copy(arena, draft);
        *thing = (struct shared){.next = *bucket, .arena = arena, .hash = hash};
        *bucket = thing;
    }
    thing->refs++;
    pthread_mutex_unlock(&pool->lock);
    return thing;
}

void shared_drop(struct shared_pool *pool, const struct shared *thing)
{
    if (!thing)
        return;
    pthread_mutex_lock(&pool->lock);
    struct shared **at = bucket_of(pool, thing->hash);
    while (*at != thing)
        at = &(*at)->next;
    struct shared *own = *at;
    if (--own->refs == 0) {
        *at = own->next;
        arena_free(own->arena);
    }
    pthread_mutex_unlock(&pool->lock);
}
