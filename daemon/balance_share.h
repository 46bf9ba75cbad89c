/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A balance split into shares that add up to what entered: for pictures of where power and energy go. Pure.
 *
 * Shape: losses are what entered less all that is known of its use: UPS losses and what has no meter of its own.
 * Units: W or Wh, as what the energies were filled with; NAN: not known.
 * Source: kpi.h says what entered and what is IT.
 */
#pragma once
#include "daemon/kpi.h"

enum balance_share {
    BALANCE_NOTHING,
    BALANCE_IT,
    BALANCE_COOLING,
    BALANCE_LIGHTING,
    BALANCE_OTHER,
    BALANCE_LOSSES,
    BALANCE_TOTAL,
    BALANCE_RATIO,   /* total / IT */
    BALANCE_HEAT,    /* that could be recovered */
    BALANCE_COVERED, /* %: of the time in which all needed meters were read; energy only */
    BALANCE_SHARES
};

extern const char *const balance_share_names[BALANCE_SHARES + 1];

/* Adds to ret[]: a site is the sum of its rooms. A share that has no meter adds nothing. */
void balance_share_add(const struct kpi_window *window, const struct kpi_energies *energies,
                       double ret[BALANCE_SHARES]);
/* RATIO and LOSSES out of the sums. */
void balance_share_end(double shares[BALANCE_SHARES]);
