/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's "meters": each meter of the scope, what it counts as or why it does not, and what flowed through it.
 *
 * Shape: "changes" are those of the register within the period: another serial, role, room or share.
 */
#pragma once
#include "daemon/report.h"

report_build_section report_meters;
