/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The site's points without the daemon: from the configuration and what STATE/devices remembers of each device.
 *
 * Shape: live holds every point with its room, rack, feed, role and rating, as the daemon would; no values. A device
 *        that was never read has no points. Secrets are not read.
 * Errors: -EINVAL with the configuration's faults in diag.
 * Owner: site_points_free.
 */
#pragma once
#include "daemon/live.h"

struct names;

struct site_points {
    struct config *config;
    struct live *live;
    struct names *names;
};

int site_points_load(const char *const *dirs, size_t n, const char *state, struct diag *diag, struct site_points *ret);
void site_points_free(struct site_points *site);
/* What the configuration says of the part of a point; NULL: nothing. */
const struct part_config *site_points_part(const struct site_points *site, const struct live_point *point);
