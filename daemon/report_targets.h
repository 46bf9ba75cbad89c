/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's "targets": goals of the rooms' action plans, where they stand, where they are heading, and whether each
 * was met when its year ended.
 *
 * Shape: [{"room", "target", "title", "kpi", "unit", "baseline_year", "baseline", "baseline_source", "now", "now_from",
 *        "now_to", "progress", "first_step", "reason", "goals": [{"year", "goal", "value", "forecast", "assessment",
 *        "how"}]}]. now: the last twelve months to the period's end. assessment met, missed, on course, off course,
 *        open or unknown. The forecast is the straight line from the middle of the baseline year through the middle of
 *        the last twelve months to the middle of the goal's year.
 */
#pragma once
#include "daemon/report.h"

report_build_section report_targets;
