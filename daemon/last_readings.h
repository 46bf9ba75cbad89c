/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last reading of each manual meter: one that cannot be is refused to who enters it, without asking the disk.
 *
 * Units: Wh, m3 of water; seconds since 1970.
 * Errors: -EINVAL with words.
 * Source: ledger_manual.h: a register goes neither back in time nor down.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct last_readings;

struct last_readings *last_readings_new(void);
void last_readings_free(struct last_readings *readings);
/* What was kept. name: of the source, or of its account, SOURCE/PART/QUANTITY. */
void last_readings_know(struct last_readings *readings, const char *name, int64_t at_s, double value);
/* A new one: known from now on, unless refused. */
int last_readings_take(struct last_readings *readings, const char *source, bool water, int64_t at_s, double value,
                       char words[240]);
