/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One booking: what flowed through an account in one quarter of an hour, and how it is known.
 *
 * Shape: SPREAD is energy that a counter knows on both sides of a gap: the sum is measured, its shape over the gap is
 *        not, so it covers no time and stays out of ratios.
 * Units: thousandths of the account's unit (mWh; cm3 is 1e-6 m3, see account.h); milliseconds covered, 0..900000.
 */
#pragma once
#include <stdint.h>

#define QUARTER_S  900
#define QUARTER_MS (QUARTER_S * INT64_C(1000))

/* Numbers are kept in the ledger: add at the end, never renumber. */
enum booking_kind {
    BOOKING_MEASURED,   /* counted, or integrated between good readings */
    BOOKING_ESTIMATED,  /* from readings of quality `estimated` */
    BOOKING_CORRECTION, /* by the operator */
    BOOKING_CLOCK,      /* energy that a step of the clock left without a place of its own */
    BOOKING_MANUAL,     /* read by a person, or the utility's quarter-hours */
    BOOKING_SPREAD,     /* measured over a gap, evenly spread over its quarters */
    BOOKING_KIND_COUNT
};

struct booking {
    int64_t start_s; /* of the quarter, UTC */
    int64_t milli;
    int64_t covered_ms;
    enum booking_kind kind;
};

typedef void booking_put(void *context, const struct booking *booking);
