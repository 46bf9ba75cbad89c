/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting in a line's thread so that it can be called away at any time.
 *
 * Units: microseconds of CLOCK_BOOTTIME.
 * Threads: the line's; others only make stop->fd readable, an eventfd.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct modbus_stop {
    int fd;
    bool (*asked)(void *arg); /* after fd became readable: is it to stop what it is doing? */
    /* Around a call of the resolver, which cannot be called away. False: give up, do not begin or go on. */
    bool (*resolving)(void *arg, bool begins);
    void *arg;
};

int64_t modbus_wait_now(void);
/* 1 when fd is ready for events (poll's), 0 when it is until_us, -ECANCELED. fd -1: the time only. */
int modbus_wait(const struct modbus_stop *stop, int fd, short events, int64_t until_us);
/* The same descriptor above 1023 where that is allowed: libmodbus can use only those below (select). */
int modbus_wait_raise(int fd);
