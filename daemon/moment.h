/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clocks: one for labels, one for differences.
 *
 * Units: wall in ms since 1970 (CLOCK_REALTIME), boot in us (CLOCK_BOOTTIME). Tests pass their own.
 */
#pragma once
#include <stdint.h>

struct moment {
    int64_t wall_ms, boot_us;
};

struct moment moment_now(void);
