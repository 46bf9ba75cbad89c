/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A goal of an action plan: from a baseline year to one, two and three years later, on any KPI.
 *
 * Units: as the KPI's quantity; NAN: not stated.
 * Owner: texts live in the configuration's arena.
 */
#pragma once
#include "drivers/quantity.h"

#define TARGET_YEARS 3

struct target_config {
    const char *id, *title, *first_step;
    enum quantity kpi;
    unsigned baseline_year;
    double baseline; /* NAN: out of the ledger */
    double goal[TARGET_YEARS];
};
