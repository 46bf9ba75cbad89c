/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's section "advice": all advisers, asked of each room, ranked by what their advice would save.
 *
 * Shape: a list of {"id", "room", "title", "text", "ground", "saves": {"wh", "heat_wh", "low_wh", "high_wh", "eur",
 *        "co2_kg"}, "from", "to", "coverage", "assumed": [...], "caution"}. Savings are a year's; low and high are the
 *        range of wh, or of heat_wh. Advisers without ground are told by report_missing.
 */
#pragma once
#include "daemon/report.h"

int report_advice(const struct report_source *source, json_t **ret);
