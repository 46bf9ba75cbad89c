/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One quantity over a window and over the last two hours, and what a report says of such a run of values.
 *
 * Shape: as past.h; sums are of the same quarter, unknown where one part is.
 * Owner: track_done.
 */
#pragma once
#include "daemon/plant.h"

#define TRACK_RECENT_S 7200

struct track {
    struct past window, recent;
};

struct track_span {
    int64_t from_s, to_s, now_s; /* to_s at most now_s */
};

struct track_load {
    double latest, peak, p95, mean;
    int64_t latest_s, peak_s; /* starts of quarters; 0: none */
    double coverage;          /* 0..1 of the window */
    int64_t resolution_s;     /* of what is kept: above 900 a peak is of longer means */
};

/* -ENOENT where the point was never recorded; *ret is then empty. */
int track_read(const struct plant *plant, const struct live_point *point, const struct track_span *span,
               struct track *ret);
void track_done(struct track *track);
/* to += from, where to is empty it becomes a copy. */
void track_add(struct track *to, const struct track *from);
struct track_load track_load(const struct track *track);
