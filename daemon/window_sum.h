/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The balances of rooms as one: what a site without a meter of its own, and a group, are told from. Pure.
 *
 * Shape: a room's energies count as those of one meter at the sum's boundary. What only some rooms meter is no ratio
 * over all of them, and what one room cannot tell the sum cannot: the reason names the room.
 */
#pragma once
#include "daemon/kpi.h"

struct window_part {
    const char *id;      /* of the room; "": what is in no room */
    const char *missing; /* its devices that have no account yet; NULL */
    const struct kpi_window *window;
};

/* ret: from_s and to_s are the caller's. */
void window_sum(const struct window_part *parts, size_t n, struct kpi_window *ret);
