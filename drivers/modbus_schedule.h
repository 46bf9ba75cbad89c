/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When each device of a line is due: a heap by due time over the grids of schedule.h. Pure: clocks are arguments.
 *
 * Shape: put, then first; when its due_us has come: drop, starts, poll if so, schedule_ended, next, put again.
 * Units: microseconds of the boot and the wall clock at the same moment; stamps in ms.
 * Owner: slots belong to the caller; a slot stands in one heap at most.
 * Threads: one at a time.
 */
#pragma once
#include "schedule.h"

#include <stddef.h>

struct modbus_slot {
    struct schedule grid;
    struct schedule_due next;
    int64_t due_us; /* boot clock */
    size_t place;   /* in the heap, counted from 1; 0: in none */
};

struct modbus_schedule {
    size_t n, room;
    struct modbus_slot **slot;
};

void modbus_schedule_done(struct modbus_schedule *schedule);
int modbus_schedule_put(struct modbus_schedule *schedule, struct modbus_slot *slot);
void modbus_schedule_drop(struct modbus_schedule *schedule, struct modbus_slot *slot);
struct modbus_slot *modbus_schedule_first(const struct modbus_schedule *schedule); /* NULL: none */

/* The first poll is due within a second, whatever the period; those after it on the grid. */
void modbus_schedule_init(struct modbus_slot *slot, const char *id, int64_t every_us, int64_t wall_us, int64_t boot_us);
/* A due slot begins: false where a back-off passes it over. *ret_wall_ms: the multiple of the period that the poll
 * stands for, never later than the poll and never twice the same. */
bool modbus_schedule_starts(struct modbus_slot *slot, int64_t wall_us, int64_t boot_us, int64_t *ret_wall_ms);
void modbus_schedule_next(struct modbus_slot *slot, int64_t wall_us, int64_t boot_us);
