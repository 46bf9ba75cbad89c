/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record as a row of the table of meters: to it and from it.
 *
 * Owner: texts of a record that was read are the statement's, until its next step.
 */
#pragma once
#include "daemon/ledger_file.h"
#include "daemon/record.h"

#define SEGMENT_COLUMNS                                                                                             \
    "number, device, part, quantity, room, serial, role, category, feed, phase, share, accuracy, rated_w, modulus," \
    " step, period_s, from_ms, to_ms"

/* The first columns of the row at hand are SEGMENT_COLUMNS. */
void segment_read(sqlite3_stmt *s, struct record *ret);
/* The statement's parameters are SEGMENT_COLUMNS and since_ms. */
int segment_save(sqlite3_stmt *s, const struct record *record, int64_t since_ms);
