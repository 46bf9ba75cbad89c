/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger_manual.h"

#include "daemon/account.h"
#include "daemon/ledger_cells.h"

#include <errno.h>
#include <math.h>

struct writing {
    struct cells_writer writer;
    uint32_t account;
    int error;
};

static void put(void *context, const struct booking *booking)
{
    struct writing *w = context;
    if (!w->error)
        w->error = cells_write(&w->writer, w->account, booking);
}

static int begin(struct ledger *ledger, const struct record *record, struct writing *w)
{
    sqlite3 *db = ledger_file(ledger);
    w->account = ledger_manual_account(ledger, record);
    int r = ledger_commit(ledger);
    if (!r)
        r = cells_writer_open(db, &w->writer);
    return r ? r : ledger_file_run(db, "BEGIN IMMEDIATE");
}

static int end(struct ledger *ledger, struct writing *w, int r)
{
    sqlite3 *db = ledger_file(ledger);
    cells_writer_close(&w->writer);
    if (!r)
        r = ledger_file_run(db, "COMMIT");
    if (r && !sqlite3_get_autocommit(db))
        ledger_file_run(db, "ROLLBACK");
    return r;
}

/* 0 with *ret_at 0 where there is none yet. */
static int last_reading(sqlite3 *db, uint32_t account, int64_t *ret_at, double *ret_register)
{
    sqlite3_stmt *s;
    int r =
        ledger_file_prepare(db, "SELECT at, register_wh FROM reading WHERE account = ? ORDER BY at DESC LIMIT 1", &s);
    if (r)
        return r;
    sqlite3_bind_int64(s, 1, account);
    *ret_at = 0;
    if (sqlite3_step(s) == SQLITE_ROW) {
        *ret_at = sqlite3_column_int64(s, 0);
        *ret_register = sqlite3_column_double(s, 1);
    }
    r = ledger_file_error(db);
    sqlite3_finalize(s);
    return r;
}

int ledger_readings(struct ledger *ledger, ledger_reading_seen *seen, void *context)
{
    sqlite3_stmt *s;
    int r = ledger_file_prepare(ledger_file(ledger),
                                "SELECT account.name, MAX(reading.at), reading.register_wh FROM reading "
                                "JOIN account ON account.number = reading.account GROUP BY reading.account",
                                &s);
    if (r)
        return r;
    while (sqlite3_step(s) == SQLITE_ROW)
        seen(context, (const char *)sqlite3_column_text(s, 0), sqlite3_column_int64(s, 1), sqlite3_column_double(s, 2));
    r = ledger_file_error(ledger_file(ledger));
    sqlite3_finalize(s);
    return r;
}

static int keep_reading(sqlite3 *db, uint32_t account, int64_t at_s, double value)
{
    sqlite3_stmt *s;
    int r = ledger_file_prepare(db, "INSERT INTO reading(account, at, register_wh) VALUES(?, ?, ?)", &s);
    if (r)
        return r;
    sqlite3_bind_int64(s, 1, account);
    sqlite3_bind_int64(s, 2, at_s);
    sqlite3_bind_double(s, 3, value);
    r = ledger_file_done(s);
    sqlite3_finalize(s);
    return r;
}

int ledger_reading(struct ledger *ledger, const struct record *record, int64_t at_s, double register_wh)
{
    struct writing w = {0};
    int64_t last_s;
    double last = 0, per_unit = ledger_per_unit(record->quantity);
    if (!isfinite(register_wh) || register_wh < 0 || register_wh > 1e15 || at_s <= 0)
        return -EINVAL;
    int r = begin(ledger, record, &w);
    if (!r)
        r = last_reading(ledger_file(ledger), w.account, &last_s, &last);
    if (!r && last_s) {
        if (at_s <= last_s || register_wh < last)
            r = -EINVAL;
        else
            booking_spread(llround((register_wh - last) * per_unit), last_s * 1000, at_s * 1000, BOOKING_MANUAL, true,
                           put, &w);
        r = r ? r : w.error;
    }
    if (!r)
        r = keep_reading(ledger_file(ledger), w.account, at_s, register_wh);
    return end(ledger, &w, r);
}

static int standing(sqlite3_stmt *s, uint32_t account, int64_t quarter_s, struct booking *ret)
{
    sqlite3_bind_int64(s, 1, account);
    sqlite3_bind_int64(s, 2, quarter_s);
    *ret = (struct booking){.start_s = quarter_s, .kind = BOOKING_MANUAL};
    int r = sqlite3_step(s) == SQLITE_ROW ? 0 : ledger_file_error(sqlite3_db_handle(s));
    if (!r) {
        ret->milli = sqlite3_column_int64(s, 0);
        ret->covered_ms = sqlite3_column_int64(s, 1);
    }
    sqlite3_reset(s);
    return r;
}

int ledger_import(struct ledger *ledger, const struct record *record, size_t n, const int64_t *quarter_s,
                  const double *wh)
{
    struct writing w = {0};
    sqlite3_stmt *s = NULL;
    double per_unit = ledger_per_unit(record->quantity);
    for (size_t i = 0; i < n; i++)
        if (quarter_s[i] <= 0 || quarter_s[i] % QUARTER_S || !isfinite(wh[i]) || fabs(wh[i]) > 1e12)
            return -EINVAL;
    int r = begin(ledger, record, &w);
    if (!r)
        r = ledger_file_prepare(ledger_file(ledger),
                                "SELECT total(mwh), total(covered_ms) FROM quarter WHERE account = ? AND ts = ?", &s);
    for (size_t i = 0; i < n && !r; i++) {
        struct booking booking;
        r = standing(s, w.account, quarter_s[i], &booking);
        booking.milli = llround(wh[i] * per_unit) - booking.milli;
        booking.covered_ms = QUARTER_MS - booking.covered_ms;
        if (!r)
            r = cells_write(&w.writer, w.account, &booking);
    }
    sqlite3_finalize(s);
    return end(ledger, &w, r);
}
