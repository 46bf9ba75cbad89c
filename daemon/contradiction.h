/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does a device contradict itself? Power against voltage, current and power factor; phases, outlets and branches
 * against their total; the energy counter against integrated power. A factor of 10, 100 or 1000 is recognised as such:
 * a wrong scale.
 *
 * Shape: pure but for the energy windows, which are the caller's.
 * Units: W, Wh; factor: said is 10^factor times what it should be; 0: no power of ten.
 * Errors: a part with a value missing says nothing.
 * Source: limits by experience: phases against total within 3 % or 20 W; energy against power within 10 % an hour.
 *         Power against U I cos(phi): 15 % or 30 W, twice what meters of class 2 and a power factor in hundredths
 * differ.
 */
#pragma once
#include "daemon/live.h"
#include "daemon/moment.h"

enum contradiction_kind {
    CONTRADICTS_PRODUCT,
    CONTRADICTS_PHASES,
    CONTRADICTS_OUTLETS,
    CONTRADICTS_BRANCHES,
    CONTRADICTS_ENERGY
};

struct contradiction {
    enum contradiction_kind kind;
    const struct live_point *point; /* the power, or the counter, that does not fit */
    double said, should;
    int factor;
};

/* One window of a counter beside its power. Zeroed it is empty. */
struct energy_window {
    int64_t begun_us, last_us;
    double counter, power, integrated; /* integrated: NAN where a reading was missing */
    struct contradiction found;        /* of the last whole window; point NULL: none */
};

/* What is wrong now; at most `most`. */
size_t contradictions_find(const struct live_device *device, struct contradiction *ret, size_t most);
/* Once a poll for each counter with its power; true when a window has just ended: found is new. */
bool contradiction_energy(struct energy_window *window, const struct live_point *counter,
                          const struct live_point *power, double step_wh, struct moment now);
/* "total/active_power says 11 kW, its phases add up to 1.1 kW: ten times too large, profile or device scale?" */
void contradiction_words(const struct contradiction *contradiction, char *text, size_t size);
/* 1, 2, 3 (said is too large), -1, -2, -3 (too small), or 0. */
int contradiction_factor(double said, double should);
