/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values as people write them: 3.45 kW, 16.0 A, 24.5 degC, 2 h 10 min.
 *
 * Shape: three to four significant digits; the prefix fits the size. For words only, never for machines.
 */
#pragma once
#include "drivers/quantity.h"

#include <stdint.h>

const char *people_value(char *buffer, size_t size, enum quantity quantity, double value); /* returns buffer */
const char *people_time(char *buffer, size_t size, int64_t wall_ms); /* local: 2026-11-22 14:02:11 */
