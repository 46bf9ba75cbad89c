/* SPDX-License-Identifier: GPL-3.0-or-later */
/* capacity.h of a room, or of the whole site.
 *
 * Owner: capacity_free; points and ids are the plant's.
 * Threads: one thread (librrd).
 */
#pragma once
#include "daemon/capacity.h"

/* room NO_INDEX: all. part: of a breaker's rating. to_s is cut at now_s. */
struct capacity *capacity_site(const struct plant *plant, size_t room, double part, int64_t from_s, int64_t to_s,
                               int64_t now_s);
