/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plant with the KPIs of its rooms and the site, from directories of configuration: what graphs are drawn of.
 *
 * Shape: live is the plant's. Secrets are not read.
 * Errors: -EINVAL with the configuration's faults in diag.
 * Owner: site_points_free.
 */
#pragma once
#include "daemon/plant.h"

struct site_points {
    struct config *config;
    struct plant *plant;
    struct live *live;
};

int site_points_load(const char *const *dirs, size_t n, const char *state, struct diag *diag, struct site_points *ret);
void site_points_free(struct site_points *site);
/* What the configuration says of the part of a point; NULL: nothing. */
const struct part_config *site_points_part(const struct site_points *site, const struct live_point *point);
