/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An RRD reader over a directory of its own, fed with polls of known values. For tests.
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

#include "daemon/rrd_reader.h"

#define RIG_T0         1767225600 /* 2026-01-01 UTC: on every grid */
#define RIG_TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

extern char rig_root[64];
extern const struct rrd_span rig_spans[3]; /* 10 s, a minute, ten minutes */
extern char rig_said[4000];                /* by the reader */
extern unsigned rig_begun, rig_ended;
int rig_setup(void **state);
int rig_teardown(void **state);

char *rig_in_root(const char *path); /* until the next call */
int rig_remove(const char *path);    /* with all below it */
/* The value that ends at t, of the resolution asked for. */
double rig_at(const char *path, const char *function, const char *source, unsigned long step, int64_t t);

struct rrd_reader *rig_reader(int64_t cursor);
/* Points 1 to 4: of pdu-a1 three in total.rrd, one of them energy; and the power of an outlet. */
void rig_points(struct rrd_reader *reader);
void rig_feed(struct rrd_reader *reader, int64_t seq, int64_t wall_ms, uint32_t first, size_t n, const double *value);
/* One poll each 10 s, three seconds off the grid and never quite in time: 1000 W and an eighth more each time. */
void rig_poll(struct rrd_reader *reader, int64_t i);
/* The first n polls, written. */
void rig_fill(int n);
