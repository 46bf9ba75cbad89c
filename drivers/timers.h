/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thousands of deadlines on one event source: a heap of timers that lie inside the things they belong to.
 *
 * Shape: a timer is set, moved or cancelled at any time, also while timers fire; it fires once.
 * Units: us on CLOCK_BOOTTIME.
 * Owner: a timer is the caller's memory, zeroed at first; cancel before it goes.
 * Threads: the loop's.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct sd_event sd_event;

struct timer {
    int64_t at_us;
    size_t place; /* in the heap, from 1; 0: not set */
    void (*fire)(struct timer *timer, int64_t now_us);
};

struct timers;

int timers_new(sd_event *loop, struct timers **ret);
void timers_free(struct timers *timers);
void timers_set(struct timers *timers, struct timer *timer, int64_t at_us);
void timers_cancel(struct timers *timers, struct timer *timer);
int64_t boot_us(void);
int64_t wall_us(void);
