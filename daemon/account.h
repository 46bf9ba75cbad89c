/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One energy account: readings of a counter, a power, or both, in the order of time; bookings out. Pure.
 *
 * Shape: the counter rules. Power gives the shape between two steps of a coarse counter (never more than one step
 *        ahead of it), and stands in while the counter is silent or doubtful; what it put in is then taken from the
 *        counter's next steps. Without a counter power is integrated by trapezoids between good readings no further
 *        apart than three periods and 15 minutes; a longer gap stays empty. With a counter on both sides of a gap its
 *        energy is booked evenly over the gap (BOOKING_SPREAD, no time covered).
 *        Lower readings: a wrap from 95 % of the modulus on, when the step is possible; else one is a glitch and two
 *        in a row are a reset, as is one with the device's uptime going back. Steps beyond what can flow are doubtful
 *        in the same way.
 *        Time: differences by the boot clock within a session, by the wall clock between sessions; labels are UTC,
 *        so daylight saving does not exist here. After a step of the clock energy keeps its true amount and duration.
 * Units: counter in Wh (m3), power in W (m3/h); bookings in thousandths of Wh (`per_unit` 1000) or cm3 (1e6).
 * Owner: struct account is plain numbers: it is kept as it is, with ACCOUNT_VERSION.
 * Source: limits in account.c.
 */
#pragma once
#include "daemon/booking.h"

#include <stdbool.h>

#define ACCOUNT_VERSION 1

/* What negative power is: less of the same (no export account beside it), or the other account's. */
enum account_sign { ACCOUNT_SIGNED, ACCOUNT_POSITIVE, ACCOUNT_NEGATIVE };

struct account_limits {
    double modulus; /* where the counter wraps; 0: unknown */
    double step;    /* the counter's resolution; 0: unknown */
    double most;    /* what can flow at most, account_most() */
    double period_s;
    double per_unit;
    enum account_sign sign;
};

struct account_moment {
    int64_t session, boot_us, wall_ms;
};

struct account_sample {
    struct account_moment at;
    double counter, power; /* NAN: none, or of bad quality */
    bool estimated;        /* of quality `estimated` */
    uint32_t uptime_s;     /* of the device; 0: unknown */
};

struct account {
    double counter, suspect, power;
    double lead; /* booked so far beyond what the counter says */
    double low;  /* where lead begins when the counter has just stepped: [low, low + step] is its range */
    double rest; /* less than one thousandth, not yet booked */
    struct account_moment counter_at, changed_at, suspect_at, power_at, booked_to, uptime_at;
    int64_t has_counter, has_suspect, has_power, has_booked, changed, phased, uptime_s;
};

enum account_event { ACCOUNT_NOTHING, ACCOUNT_WRAP, ACCOUNT_DOUBT, ACCOUNT_GLITCH, ACCOUNT_RESET, ACCOUNT_GAP };

void account_init(struct account *account);
/* Another meter stands here now: its counter has nothing to do with the last one. */
void account_replaced(struct account *account);
enum account_event account_step(struct account *account, const struct account_limits *limits,
                                const struct account_sample *sample, booking_put *put, void *context);
/* 1.25 times the rating, or the ceiling where that is unknown (NAN). */
double account_most(double rating, double ceiling);
/* Fits a booking into a quarter of which `covered_ms` are taken: *booking keeps what fits, *ret_clock gets the rest,
 * as BOOKING_CLOCK. True when there is a rest. */
bool booking_fit(struct booking *booking, int64_t covered_ms, struct booking *ret_clock);
/* Spreads whole thousandths evenly over [from, to) in wall time; covered: whether that time counts as covered. */
void booking_spread(int64_t milli, int64_t from_ms, int64_t to_ms, enum booking_kind kind, bool covered,
                    booking_put *put, void *context);
