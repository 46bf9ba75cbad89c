/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line's connection and a scripted device at its other end, in any framing.
 *
 * Shape: a function that checks fails the test.
 */
#pragma once
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "drivers/modbus_wire.h"
#include "tests/wire/modbus_peer.h"

#define MS              INT64_C(1000)
#define WIRED_TIMEOUT   (200 * MS)
#define WIRED_RECONNECT (20 * MS)

struct wired {
    struct modbus_stop stop;
    struct modbus_wire *wire;
    struct device_setup *setup;
    struct peer *peer;
    int slave; /* serial: kept open, so that the master side stays alive */
};

struct wired wired_bare(void);
struct wired wired_new(enum transport transport);
/* The wire looks into the struct while it waits: so it begins where that stays. */
void wired_begin(struct wired *rig);
void wired_free(struct wired *rig);
void wired_address(struct wired *rig, const char *text);
/* The master's descriptor; the slave's, which stays open, and its name. */
int wired_pty(int *ret_slave, char *ret_name, size_t size);
uint16_t wired_value(void *arg, unsigned unit, unsigned function, unsigned address);
struct modbus_ask wired_input(unsigned address, unsigned count);
/* An answer is right or it is none. */
struct modbus_result wired_ask(struct wired *rig, struct modbus_ask ask);
