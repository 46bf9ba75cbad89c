/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weather as a sensor of the site recorded it: outdoor temperature, and the degree days of a period.
 *
 * Shape: a room's own sensor first (parts: place: outdoor), else any of the site; of several the one that knows most.
 *        A day's mean stands where 90 % of the day was recorded; days are those of the site's time zone, whole ones.
 *        Sums are of the known days alone: `known` of `days` says how many.
 * Units: degC, K d.
 * Owner: past_done; points are the plant's.
 * Source: degree_days.h.
 */
#pragma once
#include "daemon/plant.h"

struct outdoor_days {
    const struct live_point *point; /* NULL: nothing was recorded */
    double heating, cooling;        /* Eurostat, JRC */
    double gas;                     /* Belgian gas sector, base 16.5 */
    size_t days, known;
};

/* room: index of the configuration, or NO_INDEX. NULL where nothing was recorded: *ret is then empty. */
const struct live_point *outdoor_read(const struct plant *plant, size_t room, int64_t from_s, int64_t to_s,
                                      struct past *ret);
void outdoor_days(const struct plant *plant, size_t room, int64_t from_s, int64_t to_s, struct outdoor_days *ret);
/* Enough days to tell the sums: the gate of a month's figures. */
bool outdoor_days_enough(const struct outdoor_days *days);
