/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rooms that a site or a group is the sum of, each with its own figures, and why one has none.
 *
 * Shape: [{"room", "title", "total_wh", "it_wh", "share", "ratio", "name", "uncertainty_k2", "category", "coverage",
 *        "reason"}]; share: of the sum's total. Empty where the scope is one balance.
 */
#pragma once
#include "daemon/report.h"

report_build_section report_members;
