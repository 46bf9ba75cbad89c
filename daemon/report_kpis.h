/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's "kpis": every id of contract B over the period, each with its ground or its reason. */
#pragma once
#include "daemon/report.h"

report_build_section report_kpis;
/* One figure as the report tells it. */
json_t *report_kpi(const struct kpi_result *figure);
