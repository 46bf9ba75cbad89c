/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Manual meters: registers read by people, and quarter-hours imported from the utility.
 *
 * Shape: the energy between two readings is booked evenly over the quarters between them, as covered: the register
 *        counted all of it. An imported quarter replaces what stood there, by a booking of the difference.
 * Units: Wh (m3 for a volume); seconds since 1970, a quarter at its start.
 * Errors: -EINVAL for a reading not later or lower than the last, a quarter not on a multiple of 900 s, or a value that
 *         is no number; what was booked stays as it is.
 */
#pragma once
#include "daemon/ledger.h"

#include <stddef.h>

int ledger_reading(struct ledger *ledger, const struct record *record, int64_t at_s, double register_wh);
typedef void ledger_reading_seen(void *context, const char *account, int64_t at_s, double register_wh);
/* The last of each meter. */
int ledger_readings(struct ledger *ledger, ledger_reading_seen *seen, void *context);
/* All quarters or none. */
int ledger_import(struct ledger *ledger, const struct record *record, size_t n, const int64_t *quarter_s,
                  const double *wh);
