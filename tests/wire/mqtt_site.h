/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small site as live.h would hold it: two rooms, two devices, made by hand for the tests of exits. */
#pragma once
#include "daemon/config.h"
#include "daemon/live.h"

struct test_site {
    struct config config;
    struct room_config room[2];
    struct device_config device[2];
    struct live *live;
};

/* Devices pdu-a1 (room leuven; outlet-01: active_power, voltage; inlet-1: current) and ups-1 (room kelder; battery). */
void test_site_make(struct test_site *site);
/* Gives pdu-a1 n more outlets with six quantities each. */
void test_site_outlets(struct test_site *site, unsigned n);
void test_site_done(struct test_site *site);
/* The next poll of the device: its points get this value and time, good. Returns how many points. */
size_t test_site_poll(struct test_site *site, size_t device, double value, int64_t ts_ms,
                      const struct live_point **ret_points, size_t size);
