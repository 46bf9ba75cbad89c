/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Meters that cannot all be right: two at one place of the tree, more behind a meter than went through it, two of the
 * same energy that differ. Pure.
 *
 * Shape: what is found goes into the window: `overlap`, where the same energy would be counted twice and no number can
 *        stand; `boundary`, where the total or IT is in doubt; `doubt`, all of it in words, with names and kWh.
 *        A difference counts beyond the expanded uncertainty (k = 2) of all meters in it, one step of each counter at
 *        either end, and what a meter may have missed while others were read.
 * Units: as balance_add takes them.
 * Source: sanity identities of energy balances: what is behind a meter is at most what it shows; JCGM 100:2008, 5.1.2.
 */
#pragma once
#include "daemon/balance.h"

/* Two meters at the grid on one feed and phase, or a meter beside the UPS's own, of which neither says same-as. */
void balance_overlap(const struct balance_meter *meters, size_t n, struct kpi_window *window);
/* value: while all needed meters were read; missing: 0..1, what the meter itself did not cover of that time. */
void balance_doubt(const struct balance_meter *meters, const double *value, const double *missing, size_t n,
                   struct kpi_window *window);
