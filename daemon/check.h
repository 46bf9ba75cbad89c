/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a value possible? What is not is marked, kept in words, and counts nowhere.
 *
 * Shape: pure. The bounds are those of the quantity (quantity.c), narrowed by what the site states of the part.
 * Units: base units.
 * Source: what a poller can see on its own of a device that errs.
 */
#pragma once
#include "daemon/live.h"
#include "drivers/inbox.h"

/* The quality of a sample at this point, given what the point is. A value equal for longer than the profile's refresh
 * is stale: now_us and the point's changed_us are of the boot clock. */
enum quality check_sample(const struct live_point *point, const struct sample *sample, int64_t now_us);
