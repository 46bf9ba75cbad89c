/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's "energy": where it went, and what could not be seen.
 *
 * Shape: contract H's keys, the parts they are made of, and for each null the reason in "reasons".
 */
#pragma once
#include "daemon/energy_split.h"
#include "daemon/report.h"

report_build_section report_energy;
/* The split of any window in the report's scope; of a site without a grid meter the sum of its rooms. */
int report_split(const struct report_source *source, int64_t from_s, int64_t to_s, struct energy_split *ret);
