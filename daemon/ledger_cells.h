/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has been booked on one account since the last save, and how much of the latest quarters is covered.
 *
 * Shape: saving adds: to the quarter, and to the day's total. So a booking needs nothing from the file but the time
 *        that its quarter has covered already.
 * Units: thousandths (mWh, cm3), milliseconds covered.
 * Owner: cells_done.
 */
#pragma once
#include "daemon/booking.h"
#include "daemon/ledger_file.h"

#include <stddef.h>

#define CELLS_KNOWN 2 /* the quarter of now and the one before */

struct cells {
    size_t n, room;
    struct booking *open; /* not in the file yet */
    size_t turn;
    struct {
        int64_t start_s, covered_ms; /* file and open together; covered 0: unused */
    } known[CELLS_KNOWN];
};

struct cells_writer {
    sqlite3_stmt *quarter, *day;
};

/* The statement that cells_put reads with. */
int cells_prepare(sqlite3 *db, sqlite3_stmt **ret);
/* Adds a booking as it fits into its quarter. */
void cells_put(struct cells *cells, sqlite3_stmt *load, uint32_t account, const struct booking *booking);
int cells_writer_open(sqlite3 *db, struct cells_writer *ret);
void cells_writer_close(struct cells_writer *writer);
int cells_write(const struct cells_writer *writer, uint32_t account, const struct booking *booking);
int cells_save(const struct cells *cells, const struct cells_writer *writer, uint32_t account);
void cells_saved(struct cells *cells);
void cells_done(struct cells *cells);
