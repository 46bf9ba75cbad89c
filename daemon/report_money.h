/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report's "money": what the energy cost and emitted, by day and by night, with the factor and the source of each.
 *
 * Shape: day and night are told apart quarter by quarter; what entered in quarters that no meter covered in full is
 *        shared out as the rest was. A price that is not stated gives no euros, and the reason.
 */
#pragma once
#include "daemon/report.h"

report_build_section report_money;
