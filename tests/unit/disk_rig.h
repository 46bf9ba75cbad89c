/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A state directory of its own, the disk over it, and one PDU's rows. For tests.
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

#include "daemon/disk.h"

#define RIG_STEP_S     10
#define RIG_TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

extern char rig_state[64];
extern struct config *rig_config;
int rig_setup(void **state);
int rig_teardown(void **state);

struct config *rig_config_new(uint64_t log_size); /* free() it, after the disk */
const char *rig_in_state(const char *path);       /* until the next call */
int64_t rig_now_s(void);
/* On the grid, so long ago that the last of n rows was a minute ago. */
int64_t rig_start_s(int n);

struct disk *rig_open(void);
void rig_points(struct disk *disk);
/* Poll i: 3.6 kW, so 10 Wh each 10 s. */
struct row *rig_row(int64_t start_s, int64_t i);
void rig_rows(struct disk *disk, int64_t start_s, int from, int to);
/* The next event of a kind; others are let go. NULL when it does not come. */
struct disk_event *rig_await(struct disk *disk, enum disk_event_kind kind);
void rig_flush(struct disk *disk, uint64_t token);

/* What is kept: the power that ends at t, and the energy booked. */
double rig_power_at(int64_t t);
double rig_booked_wh(void);
