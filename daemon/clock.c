/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/clock.h"

#include "daemon/people.h"

#include <stdio.h>
#include <stdlib.h>

#define STEP_MS   2000
#define TELL_US   (600 * 1000000LL)
#define BEHIND_MS (3600 * 1000LL)

bool clock_look(struct clock_state *state, struct moment now, char *words, size_t size)
{
    char time[40];
    int64_t offset = now.wall_ms - now.boot_us / 1000, step = state->offset_ms ? offset - state->offset_ms : 0;
    int64_t earliest = state->booked_ms - BEHIND_MS > state->built_ms ? state->booked_ms - BEHIND_MS : state->built_ms;
    state->offset_ms = offset;
    state->sane = now.wall_ms >= earliest;
    if (!state->sane) {
        snprintf(words, size, "the clock says %s, which is past: values are shown and published, but not stored",
                 people_time(time, sizeof time, now.wall_ms));
        return true;
    }
    if (llabs(step) > STEP_MS) {
        state->stepped_us = now.boot_us;
        snprintf(words, size, "the clock stepped %s by %.1f s: energies stay exact, graphs %s",
                 step > 0 ? "forward" : "back", (double)llabs(step) / 1000,
                 step > 0 ? "have a gap" : "wait until the time is new again");
        return true;
    }
    if (state->stepped_us && now.boot_us - state->stepped_us < TELL_US)
        return true; /* words stay as they were said */
    state->stepped_us = 0;
    return false;
}
