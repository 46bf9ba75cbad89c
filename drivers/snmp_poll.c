/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_poll.h"

#include <stdlib.h>

/* What one poll needs while it is under way; most devices are between two polls. */
struct desk {
    struct snmp_request request;
    uint32_t index[SNMP_VARBINDS_MAX];
    oid *pool; /* the request's names in the library's numbers */
    size_t pool_room;
    uint8_t *scratch; /* what texts of this poll point into */
    size_t scratch_n, scratch_room;
    struct snmp_value value[];
};

struct snmp_poll {
    const struct snmp_plan *plan;
    struct snmp_batch batch;
    struct desk *desk; /* NULL between polls */
    bool careful, hello, spoke;
    unsigned vanished;
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
    struct snmp_poll *poll = calloc(1, sizeof(*poll));
    if (!poll || snmp_batch_init(&poll->batch, plan->n, plan->max_varbinds) < 0)
        abort(); /* as the arena */
    poll->plan = plan;
    for (size_t i = 0; i < plan->n; i++)
        poll->batch.cost[i] = cost_of(plan->ask[i]);
    return poll;
}

void snmp_poll_end(struct snmp_poll *poll)
{
    if (!poll->desk)
        return;
    free(poll->desk->pool);
    free(poll->desk->scratch);
    free(poll->desk);
    poll->desk = NULL;
}

void snmp_poll_free(struct snmp_poll *poll)
{
    if (!poll)
        return;
    snmp_poll_end(poll);
    snmp_batch_done(&poll->batch);
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
            if (oid_compare(poll->plan->ask[i], from->plan->ask[k]) == 0)
                snmp_batch_shun(&poll->batch, (uint32_t)i);
        }
    }
}

void snmp_poll_begin(struct snmp_poll *poll, bool careful, bool rare)
{
    snmp_poll_end(poll);
    poll->desk = calloc(1, sizeof(*poll->desk) + (poll->plan->n + 1) * sizeof(poll->desk->value[0])); /* SV_NONE is 0 */
    if (!poll->desk)
        abort();
    poll->careful = poll->hello = careful;
    poll->spoke = false;
    snmp_batch_begin(&poll->batch, rare);
}

static void write_names(struct desk *desk, const struct oid *ask)
{
    struct snmp_request *r = &desk->request;
    size_t parts = 0;
    for (size_t i = 0; i < r->n; i++)
        parts += ask[desk->index[i]].n;
    if (parts > desk->pool_room) {
        free(desk->pool);
        desk->pool_room = parts;
        if (!(desk->pool = malloc(parts * sizeof(*desk->pool))))
            abort();
    }
    oid *at = desk->pool;
    for (size_t i = 0; i < r->n; i++) {
        const struct oid *name = &ask[desk->index[i]];
        r->name[i] = (struct snmp_name){at, name->n};
        for (size_t k = 0; k < name->n; k++)
            *at++ = name->id[k];
    }
}

const struct snmp_request *snmp_poll_next(struct snmp_poll *poll)
{
    struct desk *desk = poll->desk;
    struct snmp_request *r = &desk->request;
    r->command = SNMP_MSG_GET;
    if (poll->hello && poll->plan->n > 0) {
        desk->index[0] = 0;
        r->n = 1;
    } else {
        r->n = snmp_batch_next(&poll->batch, desk->index, SNMP_VARBINDS_MAX);
    }
    write_names(desk, poll->plan->ask);
    if (r->n == 0)
        snmp_batch_complete(&poll->batch);
    return r->n > 0 ? r : NULL;
}

static void rebase(struct desk *desk, size_t n, const uint8_t *from, size_t room)
{
    for (size_t i = 0; i < n; i++) {
        struct snmp_value *v = &desk->value[i];
        if (v->bytes >= from && v->bytes < from + room)
            v->bytes = desk->scratch + (v->bytes - from);
    }
}

/* The reply goes with the call; texts stay until the poll ends. */
static void keep(struct desk *desk, size_t n, struct snmp_value *value)
{
    size_t size = value->kind == SV_OID ? value->n * sizeof(uint32_t) : value->n;
    size_t at = (desk->scratch_n + 3u) & ~(size_t)3;
    if (value->kind != SV_BYTES && value->kind != SV_OID)
        return;
    if (at + size > desk->scratch_room) {
        uint8_t *before = desk->scratch;
        size_t room = 2 * (at + size) + 256;
        desk->scratch = malloc(room);
        if (!desk->scratch)
            abort();
        if (before) {
            memcpy(desk->scratch, before, desk->scratch_n);
            rebase(desk, n, before, desk->scratch_room);
        }
        free(before);
        desk->scratch_room = room;
    }
    if (size > 0)
        memcpy(desk->scratch + at, value->bytes, size);
    value->bytes = desk->scratch + at;
    desk->scratch_n = at + size;
}

static void take_values(struct snmp_poll *poll, const netsnmp_pdu *reply)
{
    struct desk *desk = poll->desk;
    uint32_t room[OID_MAX];
    size_t k = 0;
    for (const netsnmp_variable_list *v = reply->variables; v; v = v->next_variable, k++) {
        uint32_t i = desk->index[k];
        struct snmp_value value = snmp_value_read(v, room);
        keep(desk, poll->plan->n, &value);
        desk->value[i] = value;
        if (value.kind != SV_NONE)
            snmp_batch_present(&poll->batch, i);
        else if (!poll->hello && snmp_batch_missing(&poll->batch, i))
            poll->vanished++;
    }
}

enum snmp_take snmp_poll_take(struct snmp_poll *poll, const netsnmp_pdu *reply, const char **ret_words)
{
    const struct snmp_request *r = &poll->desk->request;
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
        snmp_batch_too_big(&poll->batch, poll->desk->index, r->n);
    else if (snmp_batch_refused(&poll->batch, poll->desk->index, poll->desk->index[culprit < 0 ? 0 : culprit]))
        poll->vanished++;
    return SNMP_GO_ON;
}

bool snmp_poll_lost(struct snmp_poll *poll, bool unreadable, bool too_long)
{
    const struct snmp_request *r = &poll->desk->request;
    if (poll->hello)
        return false;
    if (too_long) {
        snmp_batch_too_big(&poll->batch, poll->desk->index, r->n);
        return true;
    }
    /* Silence teaches something only from an agent that has just spoken. */
    if (!unreadable && !(poll->careful && poll->spoke))
        return false;
    snmp_batch_lost(&poll->batch, poll->desk->index, r->n, unreadable);
    return true;
}

const struct snmp_value *snmp_poll_values(const struct snmp_poll *poll)
{
    return poll->desk->value;
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
