/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What drivers hand over: the answers of devices, in the order in which they came.
 *
 * Shape: a poll gives exactly one answer: values, or a failure in words. A shape comes before the first values and
 *        whenever it changes; after it samples stand in its order.
 * Units: wall in ms since 1970 (CLOCK_REALTIME), boot in us (CLOCK_BOOTTIME), both taken when the poll began.
 * Owner: inbox_put takes the answer; who takes it frees it with answer_free.
 * Threads: any may put; one takes. The descriptor becomes readable when there is something to take.
 */
#pragma once
#include "manners.h"
#include "shape.h"

#include <stdint.h>

enum answer_kind {
    ANSWER_SHAPE,  /* shape is set, no samples */
    ANSWER_VALUES, /* samples */
    ANSWER_FAILED  /* fault and words */
};

enum fault {
    FAULT_NONE,
    FAULT_SILENT,   /* nothing came back in time */
    FAULT_REFUSED,  /* connection refused, no route */
    FAULT_NAME,     /* the address cannot be resolved */
    FAULT_AUTH,     /* wrong user, password or level: words say which */
    FAULT_PROTOCOL, /* it answers, but not what was asked */
    FAULT_GATEWAY,  /* the line or gateway, so all of its units */
    FAULT_UNKNOWN,  /* no profile matched */
    FAULT_ENGINE    /* SNMPv3: two agents with one engine ID */
};

struct sample {
    double value;         /* base unit; also of a bad quality where there was one, for words only; else NAN */
    enum quality quality; /* QL_GOOD, QL_SENTINEL (the device says it has none), QL_IMPLAUSIBLE (not decodable) */
};

struct answer {
    struct answer *next;
    uint32_t device; /* device_setup.number */
    enum answer_kind kind;
    enum fault fault;
    int64_t wall_ms, boot_us;
    int64_t late_us;        /* how much after its due time the poll began */
    int64_t latency_us;     /* from begin to end of the poll */
    struct manners manners; /* of the agent, as far as it was learnt */
    uint32_t uptime_s;      /* the device's own uptime, 0: not asked */
    struct shape *shape;    /* ANSWER_SHAPE: a reference */
    char words[200];        /* ANSWER_FAILED: for people, without the device's name */
    size_t n;
    struct sample sample[];
};

struct inbox;

struct inbox *inbox_new(void);
void inbox_free(struct inbox *inbox);
int inbox_fd(const struct inbox *inbox);
struct answer *answer_new(uint32_t device, enum answer_kind kind, size_t n); /* samples NAN, QL_SILENT */
struct answer *answer_failed(uint32_t device, enum fault fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void answer_free(struct answer *answer);
void inbox_put(struct inbox *inbox, struct answer *answer);
/* All that waits, oldest first, linked by next; NULL: none. Resets the descriptor. */
struct answer *inbox_take(struct inbox *inbox);
