/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sections of a report share and what takes a while: capacity and climate, looked at once, when first asked.
 *
 * Owner: report_looks_free; what is told lives until then.
 * Threads: one thread (librrd).
 */
#pragma once
#include "daemon/capacity_site.h"
#include "daemon/climate_room.h"
#include "daemon/report.h"

struct report_looks *report_looks_new(size_t n_rooms);
void report_looks_free(struct report_looks *looks);
/* Of the report's scope and period. */
const struct capacity *report_looks_capacity(const struct report_source *source);
const struct climate_room *report_looks_climate(const struct report_source *source, size_t room);
