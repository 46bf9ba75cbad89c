/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger_cells.h"

#include "daemon/account.h"

#include <stdlib.h>

#define DAY_S 86400
#define MERGE 8 /* how far back a booking looks for one to join */

int cells_prepare(sqlite3 *db, sqlite3_stmt **ret)
{
    return ledger_file_prepare(db, "SELECT total(covered_ms) FROM quarter WHERE account = ? AND ts = ?", ret);
}

static int covered(struct cells *cells, sqlite3_stmt *s, uint32_t account, int64_t start_s, int64_t **ret)
{
    for (size_t i = 0; i < CELLS_KNOWN; i++)
        if (cells->known[i].covered_ms && cells->known[i].start_s == start_s) {
            *ret = &cells->known[i].covered_ms;
            return 0;
        }
    sqlite3_bind_int64(s, 1, account);
    sqlite3_bind_int64(s, 2, start_s);
    if (sqlite3_step(s) != SQLITE_ROW) {
        int r = ledger_file_error(sqlite3_db_handle(s));
        sqlite3_reset(s);
        return r ? r : -1;
    }
    size_t i = cells->turn++ % CELLS_KNOWN;
    cells->known[i].start_s = start_s;
    cells->known[i].covered_ms = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    for (size_t k = 0; k < cells->n; k++)
        if (cells->open[k].start_s == start_s)
            cells->known[i].covered_ms += cells->open[k].covered_ms;
    *ret = &cells->known[i].covered_ms;
    return 0;
}

static void add(struct cells *cells, const struct booking *booking)
{
    for (size_t i = cells->n; i-- > 0 && i + MERGE >= cells->n;) {
        struct booking *b = &cells->open[i];
        if (b->start_s == booking->start_s && b->kind == booking->kind) {
            b->milli += booking->milli;
            b->covered_ms += booking->covered_ms;
            return;
        }
    }
    if (cells->n == cells->room) {
        cells->room = cells->room ? cells->room * 2 : 1; /* mostly one between two saves */
        cells->open = realloc(cells->open, cells->room * sizeof *cells->open);
        if (!cells->open)
            abort();
    }
    cells->open[cells->n++] = *booking;
}

void cells_put(struct cells *cells, sqlite3_stmt *load, uint32_t account, const struct booking *booking)
{
    struct booking placed = *booking, clock;
    int64_t *known;
    if (!placed.covered_ms) {
        add(cells, &placed);
        return;
    }
    if (covered(cells, load, account, placed.start_s, &known)) {
        add(cells, &placed); /* a file that cannot be read now must not cost energy: it is booked unfitted */
        return;
    }
    bool rest = booking_fit(&placed, *known, &clock);
    *known += placed.covered_ms;
    add(cells, &placed);
    if (rest)
        add(cells, &clock);
}

int cells_writer_open(sqlite3 *db, struct cells_writer *ret)
{
    int r = ledger_file_prepare(db,
                                "INSERT INTO quarter(account, ts, kind, mwh, covered_ms) VALUES(?1, ?2, ?3, ?4, ?5)"
                                " ON CONFLICT(account, ts, kind) DO UPDATE SET mwh = mwh + ?4,"
                                " covered_ms = covered_ms + ?5",
                                &ret->quarter);
    return r ? r
             : ledger_file_prepare(db,
                                   "INSERT INTO day(account, ts, mwh, estimated_mwh, covered_ms)"
                                   " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(account, ts) DO UPDATE SET mwh = mwh + ?3,"
                                   " estimated_mwh = estimated_mwh + ?4, covered_ms = covered_ms + ?5",
                                   &ret->day);
}

void cells_writer_close(struct cells_writer *writer)
{
    sqlite3_finalize(writer->quarter);
    sqlite3_finalize(writer->day);
}

int cells_write(const struct cells_writer *writer, uint32_t account, const struct booking *b)
{
    if (!b->milli && !b->covered_ms)
        return 0;
    sqlite3_stmt *s = writer->quarter;
    sqlite3_bind_int64(s, 1, account);
    sqlite3_bind_int64(s, 2, b->start_s);
    sqlite3_bind_int(s, 3, (int)b->kind);
    sqlite3_bind_int64(s, 4, b->milli);
    sqlite3_bind_int64(s, 5, b->covered_ms);
    int r = ledger_file_done(s);
    if (r)
        return r;
    s = writer->day;
    sqlite3_bind_int64(s, 1, account);
    sqlite3_bind_int64(s, 2, b->start_s - b->start_s % DAY_S);
    sqlite3_bind_int64(s, 3, b->milli);
    sqlite3_bind_int64(s, 4, b->kind == BOOKING_ESTIMATED ? b->milli : 0);
    sqlite3_bind_int64(s, 5, b->covered_ms);
    return ledger_file_done(s);
}

int cells_save(const struct cells *cells, const struct cells_writer *writer, uint32_t account)
{
    int r = 0;
    for (size_t i = 0; i < cells->n && !r; i++)
        r = cells_write(writer, account, &cells->open[i]);
    return r;
}

void cells_saved(struct cells *cells)
{
    free(cells->open);
    cells->open = NULL;
    cells->n = cells->room = 0;
}

void cells_done(struct cells *cells)
{
    free(cells->open);
    *cells = (struct cells){0};
}
