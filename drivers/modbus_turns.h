/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the thread of a line does: the devices that are due, one after the other. Private to modbus_line.
 *
 * Threads: run is the thread; the loop's thread changes the rest under the lock, and wakes it by stop.fd.
 */
#pragma once
#include "modbus_poll.h"
#include "modbus_schedule.h"

#include <pthread.h>

struct modbus_device {
    struct modbus_slot slot; /* first: the heap gives it back */
    struct device_setup *setup;
    struct modbus_poll *poll;
    bool gone;   /* removed while it was polled */
    bool silent; /* gave nothing when last asked */
};

struct modbus_line {
    char *address;
    struct inbox *inbox;
    pthread_t thread;
    struct modbus_stop stop;
    struct modbus_wire *wire; /* the thread's alone */
    pthread_mutex_t lock;     /* of all below, and of putting answers */
    struct modbus_schedule schedule;
    struct modbus_device **device;
    size_t n;
    struct modbus_device *current; /* being polled; in no heap */
    bool quit, resolving;
    bool orphan; /* ended while the resolver held its thread: the thread frees the line */
};

int64_t modbus_turns_wall(void);
void modbus_turns_free_device(struct modbus_device *device);
/* All of it, once no thread uses it. */
void modbus_turns_free(struct modbus_line *line);
void *modbus_turns_run(void *line);
