/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's "peaks": each month's highest quarter of an hour at the grid, when, and by which racks.
 *
 * Shape: {"basis", "months": [{"from", "at", "power_w", "coverage", "by", "racks": [{"rack", "power_w",
 *        "share_of_it"}]}], "mean_w", "reason"}: mean_w is the mean of the months' peaks, as Flanders' capacity tariff
 *        takes it.
 * Source: Vlaamse Nutsregulator, capaciteitstarief since 2023-01-01: mean of the monthly peaks, each at least 2.5 kW.
 */
#pragma once
#include "daemon/report.h"

#define PEAK_LEAST_W 2500.0

report_build_section report_peaks;
/* The mean of the months' peaks in the period, each at least PEAK_LEAST_W; NAN where there is none. */
double report_peaks_mean(const struct report_source *source, size_t *ret_months);
