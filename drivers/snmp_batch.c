/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    MISSES = 0x03, /* in a row, up to MISSES_MAX */
    ABSENT = 0x04,
    SHUNNED = 0x08,
    PASSED = 0x10 /* not again in this poll */
};

/* An agent that has just started may miss an object for a poll or two. */
#define MISSES_MAX 3

int snmp_batch_init(struct snmp_batch *b, size_t n, unsigned limit)
{
    uint8_t *object = calloc(n + 1, 1);
    uint16_t *cost = calloc(n + 1, sizeof(*cost));
    if (!object || !cost) {
        free(object);
        free(cost);
        return -ENOMEM;
    }
    *b = (struct snmp_batch){.n = n, .object = object, .cost = cost, .limit = limit ? limit : SNMP_BATCH_DEFAULT};
    return 0;
}

void snmp_batch_done(struct snmp_batch *b)
{
    free(b->object);
    free(b->cost);
    b->object = NULL;
    b->cost = NULL;
    b->n = 0;
}

void snmp_batch_begin(struct snmp_batch *b, bool rare)
{
    for (size_t i = 0; i < b->n; i++)
        b->object[i] &= (uint8_t)~PASSED;
    b->at = 0;
    b->rare = rare;
    b->rare_pass = false;
}

/* The absent go in requests of their own, after the others: in SNMPv1 one missing object voids its whole answer. */
static bool wanted(const struct snmp_batch *b, size_t i)
{
    uint8_t o = b->object[i];
    return !(o & (SHUNNED | PASSED)) && !!(o & ABSENT) == b->rare_pass;
}

size_t snmp_batch_next(struct snmp_batch *b, uint32_t *index, size_t room)
{
    size_t n = 0, bytes = 0, most = b->limit < room ? b->limit : room;
    for (;;) {
        for (; b->at < b->n && n < most; b->at++) {
            if (!wanted(b, b->at))
                continue;
            bytes += b->cost[b->at];
            if (n > 0 && bytes > SNMP_BATCH_BYTES)
                return n;
            index[n++] = (uint32_t)b->at;
        }
        if (n > 0 || !b->rare || b->rare_pass)
            return n;
        b->rare_pass = true;
        b->at = 0;
    }
}

void snmp_batch_present(struct snmp_batch *b, uint32_t i)
{
    /* an absent one that came back is not to be asked twice in this poll, nor missed by it */
    b->object[i] &= (uint8_t) ~(MISSES | ABSENT);
}

bool snmp_batch_missing(struct snmp_batch *b, uint32_t i)
{
    uint8_t o = b->object[i];
    if (o & ABSENT)
        return false;
    unsigned misses = (o & MISSES) + 1u;
    b->object[i] = (uint8_t)((o & ~MISSES) | misses);
    if (misses < MISSES_MAX)
        return false;
    b->object[i] |= ABSENT | PASSED;
    return true;
}

bool snmp_batch_refused(struct snmp_batch *b, const uint32_t *index, uint32_t i)
{
    bool gone = snmp_batch_missing(b, i);
    b->object[i] |= PASSED;
    b->at = index[0];
    return gone;
}

void snmp_batch_too_big(struct snmp_batch *b, const uint32_t *index, size_t n)
{
    if (n <= 1)
        b->object[index[0]] |= SHUNNED; /* it alone does not fit into an answer */
    else if (b->limit > n / 2)
        b->limit = (unsigned)(n / 2);
    b->at = index[0];
}

void snmp_batch_lost(struct snmp_batch *b, const uint32_t *index, size_t n, bool unreadable)
{
    b->at = index[0];
    if (n <= 1) {
        b->object[index[0]] |= SHUNNED;
        b->unreadable = 0;
        if (b->before)
            b->limit = b->before;
        b->before = 0;
        return;
    }
    if (!b->before)
        b->before = b->limit;
    b->unreadable = unreadable ? b->unreadable + 1 : 0;
    /* a second undecodable answer is no accident of the network: ask one by one */
    b->limit = b->unreadable >= 2 ? 1 : (unsigned)(n / 2);
}

void snmp_batch_complete(struct snmp_batch *b)
{
    /* it was not an object after all, and size has nothing to do with what cannot be decoded */
    if (b->unreadable > 0 && b->before) {
        b->limit = b->before;
        b->before = 0;
    }
    b->unreadable = 0;
}

bool snmp_batch_shunned(const struct snmp_batch *b, uint32_t i)
{
    return b->object[i] & SHUNNED;
}

void snmp_batch_shun(struct snmp_batch *b, uint32_t i)
{
    b->object[i] |= SHUNNED;
}
