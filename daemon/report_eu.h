/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's "eu": the data-centre report of Delegated Regulation (EU) 2024/1364, field by field.
 *
 * Shape: {"schema", "title", "source", "date", "year", "voluntary", "threshold_kw", "notes", "fields": [{"field",
 *        "symbol", "annex", "title", "value", "unit", "status", "note"}]}; status measured, entered, derived or
 * missing. The list of fields is laws/eu-2024-1364.yaml; yearly figures that were entered count for their year alone.
 */
#pragma once
#include "daemon/report.h"

report_build_section report_eu;
