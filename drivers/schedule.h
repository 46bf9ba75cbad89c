/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a device is polled: on a grid of its own, spread over the period, never drifting. Pure: clocks are arguments.
 *
 * Shape: slot k of a device begins at wall time k * every + phase; the phase comes from its id, so it is the same
 *        after every start. A slot is polled, or passed over during a back-off; slots that are over are skipped.
 * Units: wall in us since 1970 (CLOCK_REALTIME), boot in us (CLOCK_BOOTTIME).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct schedule {
    int64_t every_us, phase_us;
    int64_t slot; /* the last one begun */
    bool begun;
    unsigned failures; /* in a row */
    unsigned pass;     /* slots still to be passed over */
};

struct schedule_due {
    int64_t slot;
    int64_t wall_us; /* the slot's own time: labels of consecutive polls differ by exactly the period */
    int64_t boot_us;
};

/* The phase is a multiple of the grain (1000: a millisecond), so that devices of a coarse one begin in groups. */
void schedule_init(struct schedule *schedule, const char *id, int64_t every_us, int64_t grain_us);
/* The next slot. One that is up to half a period late is still begun; a step of the wall clock starts afresh. */
struct schedule_due schedule_next(const struct schedule *schedule, int64_t wall_us, int64_t boot_us);
/* The slot in which a moment lies: the label for a poll outside the grid (the first one). */
struct schedule_due schedule_current(const struct schedule *schedule, int64_t wall_us, int64_t boot_us);
void schedule_begin(struct schedule *schedule, int64_t slot);
/* How a poll ended. The first failure is tried again in the next slot, then every second, then every third. */
void schedule_ended(struct schedule *schedule, bool answered);
/* Whether this slot is passed over; counts it. */
bool schedule_passes(struct schedule *schedule);
/* The time for one try, so that `tries` of them end within the period. */
int64_t schedule_try_us(int64_t every_us, int64_t timeout_us, unsigned tries);
