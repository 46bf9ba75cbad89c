/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The KPIs of every room and of the site out of the ledger.
 *
 * Shape: for each scope the ids of contract B that come from energies: over 24 hours to the open quarter (ipue ppue
 * dcie ref erf ere cer cue wue it-energy total-energy heat-energy), ipue a second time for the month to date, right
 *        behind the first, and pue over the twelve closed months of the site's time zone. Each with its reason where
 *        there is no value. The other ids are live_figures.h's.
 *        Ratios stand on the time in which every meter that they need was covered: quarter by quarter, whole days at
 *        once where all are full. The balance uses each meter as it counted at the time (meter_service.h), within
 *        its dates; a meter that left the configuration counts until its last covered quarter.
 *        A site with a grid meter of its own (in no room) is one balance; else it is the sum of its rooms.
 * Units: seconds since 1970; results as kpi.h.
 * Errors: -errno of the ledger.
 * Owner: *ret is freed by the caller.
 */
#pragma once
#include "daemon/config.h"
#include "daemon/kpi.h"
#include "daemon/ledger.h"

int figures_run(struct ledger *ledger, const struct config *config, int64_t now_s, struct kpi_result **ret,
                size_t *ret_n);
/* One window of one scope (a room's id, or "site"): for reports. */
int figures_window(struct ledger *ledger, const struct config *config, const char *scope, int64_t from_s, int64_t to_s,
                   int64_t now_s, struct kpi_window *ret);
/* All figures of one window of one scope: KPI_RESULTS fit. */
int figures_of(struct ledger *ledger, const struct config *config, const char *scope, int64_t from_s, int64_t to_s,
               int64_t now_s, enum kpi_span span, struct kpi_result *results, size_t *ret_n);
