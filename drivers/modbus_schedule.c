/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_schedule.h"

#include <errno.h>
#include <stdlib.h>

#define SPREAD_US   1000000
#define SHORTEST_US 1000 /* stamps are in ms */
#define GRAIN_US    1000 /* turns of a line come one by one anyway */

void modbus_schedule_done(struct modbus_schedule *schedule)
{
    free(schedule->slot);
    *schedule = (struct modbus_schedule){0};
}

static void set(struct modbus_schedule *schedule, size_t i, struct modbus_slot *slot)
{
    schedule->slot[i] = slot;
    slot->place = i + 1;
}

static void rise(struct modbus_schedule *schedule, size_t i)
{
    struct modbus_slot *slot = schedule->slot[i];

    while (i > 0 && schedule->slot[(i - 1) / 2]->due_us > slot->due_us) {
        set(schedule, i, schedule->slot[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    set(schedule, i, slot);
}

static void sink(struct modbus_schedule *schedule, size_t i)
{
    struct modbus_slot *slot = schedule->slot[i];

    for (;;) {
        size_t child = 2 * i + 1;
        if (child + 1 < schedule->n && schedule->slot[child + 1]->due_us < schedule->slot[child]->due_us)
            child++;
        if (child >= schedule->n || schedule->slot[child]->due_us >= slot->due_us)
            break;
        set(schedule, i, schedule->slot[child]);
        i = child;
    }
    set(schedule, i, slot);
}

int modbus_schedule_put(struct modbus_schedule *schedule, struct modbus_slot *slot)
{
    if (schedule->n == schedule->room) {
        size_t room = schedule->room ? 2 * schedule->room : 8;
        struct modbus_slot **grown = reallocarray(schedule->slot, room, sizeof(*grown));
        if (!grown)
            return -ENOMEM;
        schedule->slot = grown;
        schedule->room = room;
    }
    set(schedule, schedule->n++, slot);
    rise(schedule, slot->place - 1);
    return 0;
}

void modbus_schedule_drop(struct modbus_schedule *schedule, struct modbus_slot *slot)
{
    if (slot->place == 0)
        return;
    size_t i = slot->place - 1;
    struct modbus_slot *last = schedule->slot[--schedule->n];

    slot->place = 0;
    if (last == slot)
        return;
    set(schedule, i, last);
    rise(schedule, i);
    sink(schedule, last->place - 1);
}

struct modbus_slot *modbus_schedule_first(const struct modbus_schedule *schedule)
{
    return schedule->n > 0 ? schedule->slot[0] : NULL;
}

void modbus_schedule_init(struct modbus_slot *slot, const char *id, int64_t every_us, int64_t wall_us, int64_t boot_us)
{
    *slot = (struct modbus_slot){0};
    schedule_init(&slot->grid, id, every_us > SHORTEST_US ? every_us : SHORTEST_US, GRAIN_US);
    slot->next = schedule_current(&slot->grid, wall_us, boot_us);
    slot->due_us = boot_us + slot->grid.phase_us % SPREAD_US;
}

bool modbus_schedule_starts(struct modbus_slot *slot, int64_t wall_us, int64_t boot_us, int64_t *ret_wall_ms)
{
    struct schedule_due now = schedule_current(&slot->grid, wall_us, boot_us);

    /* A slot may begin a little before its wall time where the clock is being slewed; a poll that had to wait for
     * others for longer than a period stands for the slot in which it begins. */
    if (now.slot > slot->next.slot || now.slot + 1 < slot->next.slot)
        slot->next = now;
    schedule_begin(&slot->grid, slot->next.slot);
    *ret_wall_ms = slot->next.slot * slot->grid.every_us / 1000;
    return !schedule_passes(&slot->grid);
}

void modbus_schedule_next(struct modbus_slot *slot, int64_t wall_us, int64_t boot_us)
{
    slot->next = schedule_next(&slot->grid, wall_us, boot_us);
    slot->due_us = slot->next.boot_us;
}
