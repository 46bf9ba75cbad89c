/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a meter counted as, and when: its segments of the register as spans without a gap.
 *
 * Shape: a span begins where its segment does, on a whole quarter of an hour; the first reaches back for ever, the last
 *        ahead. A role, feed or room that was not stated yet takes the words of the next span: the site said it later.
 *        `dates: {from}` of a segment reaches back to that day: how a mistake is put right. Another serial alone, or
 *        another accuracy, makes no span.
 * Units: seconds since 1970.
 * Errors: -errno of the ledger.
 * Owner: the arena's.
 */
#pragma once
#include "daemon/ledger_register.h"
#include "drivers/arena.h"

#include <stddef.h>

struct service_span {
    int64_t from_s, to_s;
    const char *room, *feed; /* "" for none */
    enum role role;
    int category;
    double share;
};

struct meter_service;

/* Those of meters that ever changed; the others have none here. */
int meter_service_load(sqlite3 *db, struct arena *arena, struct meter_service **ret);
/* The spans of the meter behind record, in the order of time: how many. 0: it never changed. */
size_t meter_service_spans(const struct meter_service *service, struct arena *arena, const struct record *record,
                           struct service_span **ret);
