/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ledger in a file of a directory of its own, and polls of one value each. For tests.
 *
 * Shape: a function that checks fails the test. Times are seconds after RIG_T0.
 */
#pragma once
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "daemon/ledger.h"

#define RIG_T0         INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define RIG_TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

extern char rig_directory[64], rig_path[96];
int rig_setup(void **state);
int rig_teardown(void **state);

struct ledger *rig_open(void);
/* IT of category 2, 20 kW rated, polled each 10 s. */
struct record rig_record(uint32_t number, const char *device, const char *part, enum quantity quantity);
void rig_define(struct ledger *ledger, uint32_t number, const char *device, const char *part, enum quantity quantity);
void rig_feed(struct ledger *ledger, int64_t seq, double s, uint32_t point, double value); /* NAN: silent */
/* Into a struct flowed, with its record. */
int rig_keep_flow(void *context, const struct flowed *flowed);
/* From the day before to ten days after RIG_T0. */
struct flowed rig_sum(struct ledger *ledger, const char *account);
