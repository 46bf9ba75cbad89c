/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "meter_service.h"

#include "daemon/booking.h"

#include <math.h>
#include <string.h>

struct segment {
    const char *device, *part;
    enum quantity quantity;
    int64_t stated_s; /* dates: from; 0: none */
    struct service_span span;
};

struct meter_service {
    struct arena *arena;
    size_t n;
    struct segment *segment; /* of one point side by side, oldest first */
};

static const char *kept(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : "";
}

static void keep(void *context, const struct register_segment *s)
{
    struct meter_service *service = context;
    const struct record *r = &s->record;
    service->segment = arena_push(service->arena, service->segment, &service->n, sizeof *service->segment);
    service->segment[service->n - 1] = (struct segment){
        .device = arena_strdup(service->arena, r->device),
        .part = arena_strdup(service->arena, r->part),
        .quantity = r->quantity,
        .stated_s = r->from_ms / 1000,
        .span = {.from_s = (s->since_ms + QUARTER_MS - 1) / QUARTER_MS * QUARTER_S,
                 .to_s = INT64_MAX,
                 .room = kept(service->arena, r->room),
                 .feed = kept(service->arena, r->feed),
                 .role = r->role,
                 .category = r->category,
                 .share = r->share},
    };
}

int meter_service_load(sqlite3 *db, struct arena *arena, struct meter_service **ret)
{
    struct meter_service *service = ARENA_NEW(arena, struct meter_service);
    service->arena = arena;
    int r = register_changed(db, keep, service);
    if (!r)
        *ret = service;
    return r;
}

/* Which point's segments tell of an account: its counter's, else its power's. */
static enum quantity power_of(enum quantity account)
{
    return account == Q_ENERGY           ? Q_ACTIVE_POWER
           : account == Q_HEAT_ENERGY    ? Q_HEAT_POWER
           : account == Q_COOLING_ENERGY ? Q_COOLING_POWER
           : account == Q_VOLUME         ? Q_FLOW
                                         : Q_NONE;
}

static size_t collect(const struct meter_service *service, struct arena *arena, const struct record *r,
                      enum quantity quantity, struct service_span **spans)
{
    size_t n = 0;
    for (size_t i = 0; i < service->n; i++) {
        const struct segment *s = &service->segment[i];
        if (s->quantity != quantity || strcmp(s->device, r->device) || strcmp(s->part, r->part))
            continue;
        struct service_span span = s->span;
        if (s->stated_s > 0 && s->stated_s < span.from_s)
            span.from_s = s->stated_s;
        while (n && (*spans)[n - 1].from_s >= span.from_s) /* a later word that reaches back replaces the earlier */
            n--;
        if (n)
            (*spans)[n - 1].to_s = span.from_s;
        *spans = arena_push(arena, *spans, &n, sizeof **spans);
        (*spans)[n - 1] = span;
    }
    return n;
}

/* What was not said yet is what was said next. */
static void fill_in(struct service_span *spans, size_t n)
{
    for (size_t i = n; i-- > 1;) {
        struct service_span *before = &spans[i - 1];
        const struct service_span *next = &spans[i];
        if (before->role == ROLE_NONE) {
            before->role = next->role;
            before->category = next->category;
            before->share = next->share;
        }
        before->room = *before->room ? before->room : next->room;
        before->feed = *before->feed ? before->feed : next->feed;
    }
}

static bool same(const struct service_span *a, const struct service_span *b)
{
    return a->role == b->role && a->category == b->category && fabs(a->share - b->share) <= 0 &&
           !strcmp(a->room, b->room) && !strcmp(a->feed, b->feed);
}

size_t meter_service_spans(const struct meter_service *service, struct arena *arena, const struct record *record,
                           struct service_span **ret)
{
    struct service_span *spans = NULL;
    size_t n = collect(service, arena, record, record->quantity, &spans), kept_n = 0;
    if (!n && power_of(record->quantity) != Q_NONE)
        n = collect(service, arena, record, power_of(record->quantity), &spans);
    fill_in(spans, n);
    for (size_t i = 0; i < n; i++)
        if (kept_n && same(&spans[kept_n - 1], &spans[i]))
            spans[kept_n - 1].to_s = spans[i].to_s;
        else
            spans[kept_n++] = spans[i];
    if (kept_n)
        spans[0].from_s = 0;
    *ret = spans;
    return kept_n > 1 ? kept_n : 0;
}
