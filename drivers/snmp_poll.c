/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_poll.h"

#include <stdlib.h>

struct snmp_poll {
    const struct snmp_plan *plan;
    struct snmp_name *name; /* of plan->ask, in the library's numbers: made once, sent as they are */
    oid *pool;
    struct snmp_batch batch;
    struct snmp_value *value;
    uint8_t *scratch; /* what texts of this poll point into */
    size_t scratch_n, scratch_room;
    bool careful, hello, spoke;
    unsigned vanished;
    struct snmp_request request;
    uint32_t index[SNMP_VARBINDS_MAX];
};

/* X.690: two heads, the name, and an integer of four bytes with its head. */
static uint16_t cost_of(struct oid name)
{
    size_t bytes = 2 + 2 + 1 + 2 + 4;
    for (size_t i = 2; i < name.n; i++) {
        for (uint32_t id = name.id[i]; bytes++, id >= 128;)
            id >>= 7;
    }
    return (uint16_t)bytes;
}

struct snmp_poll *snmp_poll_new(const struct snmp_plan *plan)
{
    size_t parts = 0;
    for (size_t i = 0; i < plan->n; i++)
        parts += plan->ask[i].n;
    struct snmp_poll *poll = calloc(1, sizeof(*poll));
    if (!poll)
        abort(); /* as the arena */
    poll->plan = plan;
    poll->name = calloc(plan->n + 1, sizeof(*poll->name));
    poll->pool = calloc(parts + 1, sizeof(*poll->pool));
    poll->value = calloc(plan->n + 1, sizeof(*poll->value));
    if (!poll->name || !poll->pool || !poll->value || snmp_batch_init(&poll->batch, plan->n, plan->max_varbinds) < 0)
        abort();
    oid *at = poll->pool;
    for (size_t i = 0; i < plan->n; i++) {
        poll->name[i] = (struct snmp_name){at, plan->ask[i].n};
        poll->batch.cost[i] = cost_of(plan->ask[i]);
        for (size_t k = 0; k < plan->ask[i].n; k++)
            *at++ = plan->ask[i].id[k];
    }
    return poll;
}

void snmp_poll_free(struct snmp_poll *poll)
{
    if (!poll)
        return;
    snmp_batch_done(&poll->batch);
    free(poll->name);
    free(poll->pool);
    free(poll->value);
    free(poll->scratch);
    free(poll);
}

void snmp_poll_carry(struct snmp_poll *poll, const struct snmp_poll *from)
{
    if (from->batch.limit < poll->batch.limit)
        poll->batch.limit = from->batch.limit;
    for (size_t k = 0; k < from->plan->n; k++) {
        if (!snmp_batch_shunned(&from->batch, (uint32_t)k))
            continue;
        for (size_t i = 0; i < poll->plan->n; i++) {
            if (snmp_name_compare(poll->name[i], from->name[k]) == 0)
                snmp_batch_shun(&poll->batch, (uint32_t)i);
        }
    }
}

void snmp_poll_begin(struct snmp_poll *poll, bool careful, bool rare)
{
    memset(poll->value, 0, poll->plan->n * sizeof(*poll->value)); /* SV_NONE is 0 */
    poll->scratch_n = 0;
    poll->careful = poll->hello = careful;
    poll->spoke = false;
    snmp_batch_begin(&poll->batch, rare);
}

const struct snmp_request *snmp_poll_next(struct snmp_poll *poll)
{
    struct snmp_request *r = &poll->request;
    r->command = SNMP_MSG_GET;
    if (poll->hello && poll->plan->n > 0) {
        poll->index[0] = 0;
        r->n = 1;
    } else {
        r->n = snmp_batch_next(&poll->batch, poll->index, SNMP_VARBINDS_MAX);
    }
    for (size_t i = 0; i < r->n; i++)
        r->name[i] = poll->name[poll->index[i]];
    if (r->n == 0)
        snmp_batch_complete(&poll->batch);
    return r->n > 0 ? r : NULL;
}

static void rebase(struct snmp_poll *poll, const uint8_t *from, size_t room)
{
    for (size_t i = 0; i < poll->plan->n; i++) {
        struct snmp_value *v = &poll->value[i];
        if (v->bytes >= from && v->bytes < from + room)
            v->bytes = poll->scratch + (v->bytes - from);
    }
}

/* The reply goes with the call; texts stay until the poll is decoded. */
static void keep(struct snmp_poll *poll, struct snmp_value *value)
{
    size_t size = value->kind == SV_OID ? value->n * sizeof(uint32_t) : value->n;
    size_t at = (poll->scratch_n + 3u) & ~(size_t)3;
    if (value->kind != SV_BYTES && value->kind != SV_OID)
        return;
    if (at + size > poll->scratch_room) {
        uint8_t *before = poll->scratch;
        size_t room = 2 * (at + size) + 256;
        poll->scratch = malloc(room);
        if (!poll->scratch)
            abort();
        if (before) {
            memcpy(poll->scratch, before, poll->scratch_n);
            rebase(poll, before, poll->scratch_room);
        }
        free(before);
        poll->scratch_room = room;
    }
    if (size > 0)
        memcpy(poll->scratch + at, value->bytes, size);
    value->bytes = poll->scratch + at;
    poll->scratch_n = at + size;
}

static void take_values(struct snmp_poll *poll, const netsnmp_pdu *reply)
{
    uint32_t room[OID_MAX];
    size_t k = 0;
    for (const netsnmp_variable_list *v = reply->variables; v; v = v->next_variable, k++) {
        uint32_t i = poll->index[k];
        struct snmp_value value = snmp_value_read(v, room);
        keep(poll, &value);
        poll->value[i] = value;
        if (value.kind != SV_NONE)
            snmp_batch_present(&poll->batch, i);
        else if (!poll->hello && snmp_batch_missing(&poll->batch, i))
            poll->vanished++;
    }
}

enum snmp_take snmp_poll_take(struct snmp_poll *poll, const netsnmp_pdu *reply, const char **ret_words)
{
    const struct snmp_request *r = &poll->request;
    poll->spoke = true;
    if (reply->errstat == SNMP_ERR_NOERROR) {
        *ret_words = snmp_reply_wrong(r, reply);
        if (*ret_words)
            return SNMP_WRONG;
        take_values(poll, reply);
        poll->hello = false;
        return SNMP_GO_ON;
    }
    if (poll->hello) {
        poll->hello = false; /* it is there: that is all that was asked */
        return SNMP_GO_ON;
    }
    long culprit = snmp_reply_culprit(r, reply);
    bool forbidden = reply->errstat == SNMP_ERR_AUTHORIZATIONERROR || reply->errstat == SNMP_ERR_NOACCESS;
    if (forbidden && (culprit < 0 || r->n == 1)) {
        *ret_words = snmp_error_words(reply->errstat);
        return SNMP_FORBIDDEN;
    }
    if (reply->errstat == SNMP_ERR_TOOBIG || (culprit < 0 && r->n > 1))
        snmp_batch_too_big(&poll->batch, poll->index, r->n);
    else if (snmp_batch_refused(&poll->batch, poll->index, poll->index[culprit < 0 ? 0 : culprit]))
        poll->vanished++;
    return SNMP_GO_ON;
}

bool snmp_poll_lost(struct snmp_poll *poll, bool unreadable, bool too_long)
{
    const struct snmp_request *r = &poll->request;
    if (poll->hello)
        return false;
    if (too_long) {
        snmp_batch_too_big(&poll->batch, poll->index, r->n);
        return true;
    }
    /* Silence teaches something only from an agent that has just spoken. */
    if (!unreadable && !(poll->careful && poll->spoke))
        return false;
    snmp_batch_lost(&poll->batch, poll->index, r->n, unreadable);
    return true;
}

const struct snmp_value *snmp_poll_values(const struct snmp_poll *poll)
{
    return poll->value;
}

unsigned snmp_poll_limit(const struct snmp_poll *poll)
{
    return poll->batch.limit;
}

unsigned snmp_poll_vanished(struct snmp_poll *poll)
{
    unsigned n = poll->vanished;
    poll->vanished = 0;
    return n;
}
