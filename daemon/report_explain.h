/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How one figure of a report comes about: formula, operands, terms of the total, meters with their quarters, factors.
 *
 * Shape: {"schema", "site", "scope", "title", "period", "kpi", "formula", "source", "operands", "terms", "trace",
 *        "assumed", "notes"}: shown by the renderers like a report.
 * Errors: as report_gather; -EINVAL for what is no KPI.
 */
#pragma once
#include "daemon/report_gather.h"

int report_explain(const struct report_request *request, const char *kpi, json_t **ret);
