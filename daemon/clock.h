/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is the wall clock to be believed? Pure.
 *
 * Shape: not sane before the program was built, nor more than an hour before what was booked last; a step is a change
 *        of wall minus boot clock by more than two seconds between two looks.
 * Source: design 4; 2 s: what NTP slews is far below.
 */
#pragma once
#include "daemon/moment.h"

#include <stdbool.h>
#include <stddef.h>

struct clock_state {
    int64_t built_ms, booked_ms; /* booked: 0 before there is any */
    int64_t offset_ms;           /* wall - boot at the last look; 0: none yet */
    int64_t stepped_us;          /* boot clock of the last step; 0: none */
    bool sane;
};

/* Words of what is wrong or was, into words; false when all is well. A step is told for ten minutes. */
bool clock_look(struct clock_state *state, struct moment now, char *words, size_t size);
