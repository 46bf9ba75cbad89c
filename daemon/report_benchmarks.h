/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's "benchmarks": the figures beside the limits of a law that binds elsewhere, from laws/de-enefg.yaml. */
#pragma once
#include "daemon/report.h"

report_build_section report_benchmarks;
