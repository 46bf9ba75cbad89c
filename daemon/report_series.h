/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's "series": the period in hours, days or months, for graphs and tables.
 *
 * Shape: {"step", "rows": [{"from", "to", the energies, "ratio", "coverage"}]}: hours up to two days, days up to two
 *        months, else months; of the site's calendar.
 */
#pragma once
#include "daemon/report.h"

report_build_section report_series;
