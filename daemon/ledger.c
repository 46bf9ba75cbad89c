/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger.h"

#include "daemon/ledger_books.h"
#include "daemon/ledger_cells.h"
#include "daemon/ledger_flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S      86400
#define KEEP_YEARS 10
#define YEAR_S     (INT64_C(31556952)) /* mean Gregorian year */

enum { SUM_QUARTERS, SUM_DAYS, EACH_QUARTER, EACH_DAY, STATEMENTS };

static const char *const sql[STATEMENTS] = {
    [SUM_QUARTERS] = "SELECT total(mwh), total(CASE WHEN kind = 1 THEN mwh END), total(covered_ms) FROM quarter"
                     " WHERE account = ? AND ts >= ? AND ts < ?",
    [SUM_DAYS] = "SELECT total(mwh), total(estimated_mwh), total(covered_ms) FROM day"
                 " WHERE account = ? AND ts >= ? AND ts < ?",
    [EACH_QUARTER] = "SELECT ts, mwh, covered_ms, kind FROM quarter WHERE account = ? AND ts >= ? AND ts < ?",
    [EACH_DAY] = "SELECT ts, mwh, estimated_mwh, covered_ms FROM day WHERE account = ? AND ts >= ? AND ts < ?",
};
_Static_assert(BOOKING_ESTIMATED == 1, "kinds are kept in the file");

struct ledger {
    sqlite3 *db;
    bool write, held;
    struct ledger_register *reg;
    struct ledger_books *books;
    int64_t cursor, saved_cursor, wall_ms;
    sqlite3_stmt *statement[STATEMENTS];
};

int ledger_open(const char *path, bool write, struct ledger **ret)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    if (!ledger)
        abort();
    ledger->write = write;
    int r = ledger_file_open(path, write, &ledger->db);
    if (!r)
        r = register_open(ledger->db, &ledger->reg);
    if (!r)
        r = books_open(ledger->db, ledger->reg, &ledger->books);
    for (int i = 0; i < STATEMENTS && !r; i++)
        r = ledger_file_prepare(ledger->db, sql[i], &ledger->statement[i]);
    if (r) {
        ledger_close(ledger);
        return r;
    }
    ledger->cursor = ledger->saved_cursor = ledger_file_number(ledger->db, "SELECT seq FROM cursor", 0);
    ledger->wall_ms = ledger_file_number(ledger->db, "SELECT wall_ms FROM cursor", 0);
    *ret = ledger;
    return 0;
}

const char *ledger_words(int error)
{
    return error == -EPROTO    ? "written by a newer version of wattwacht"
           : error == -EBADMSG ? "this is no ledger"
           : error == -EUCLEAN ? "its last write was broken off: wattwachtd puts it right when it starts"
                               : strerror(-error);
}

void ledger_close(struct ledger *ledger)
{
    if (!ledger)
        return;
    if (ledger->books)
        (void)ledger_commit(ledger);
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(ledger->statement[i]);
    books_close(ledger->books);
    register_close(ledger->reg);
    sqlite3_close(ledger->db);
    free(ledger);
}

int ledger_points(struct ledger *ledger, ledger_point_seen *seen, void *context)
{
    sqlite3_stmt *s;
    int r = ledger_file_prepare(ledger->db, "SELECT number, name FROM point ORDER BY number", &s);
    if (r)
        return r;
    while (sqlite3_step(s) == SQLITE_ROW)
        seen(context, (uint32_t)sqlite3_column_int64(s, 0), (const char *)sqlite3_column_text(s, 1));
    r = ledger_file_error(ledger->db);
    sqlite3_finalize(s);
    return r;
}

int ledger_define(struct ledger *ledger, const struct record *record)
{
    bool replaced;
    if (!ledger->write)
        return -EACCES;
    if (!record->number || record->number >= BOOKS_FIRST || record->quantity <= Q_NONE || record->quantity >= Q_COUNT)
        return -EINVAL;
    if (register_supersedes(ledger->reg, record))
        (void)ledger_commit(ledger);
    int r = register_define(ledger->reg, record, &replaced);
    return r ? r : books_define(ledger->books, record->number, replaced);
}

int ledger_feed(struct ledger *ledger, const struct row *row)
{
    if (!ledger->write)
        return -EACCES;
    if (row->seq && row->seq <= ledger->cursor)
        return 0; /* booked before a restart */
    books_feed(ledger->books, row);
    if (row->seq)
        ledger->cursor = row->seq;
    ledger->wall_ms = row->wall_ms;
    return 0;
}

static int save_cursor(struct ledger *ledger)
{
    sqlite3_stmt *s;
    int r = ledger_file_prepare(ledger->db, "UPDATE cursor SET seq = ?, wall_ms = ?", &s);
    if (r)
        return r;
    sqlite3_bind_int64(s, 1, ledger->cursor);
    sqlite3_bind_int64(s, 2, ledger->wall_ms);
    r = ledger_file_done(s);
    sqlite3_finalize(s);
    return r;
}

int ledger_commit(struct ledger *ledger)
{
    bool registers = register_dirty(ledger->reg), books = books_dirty(ledger->books);
    if (!ledger->write || ledger->held || (!registers && !books && ledger->cursor == ledger->saved_cursor))
        return 0;
    int r = ledger_file_run(ledger->db, "BEGIN IMMEDIATE");
    if (r)
        return r;
    if (registers)
        r = register_save(ledger->reg, ledger->wall_ms);
    if (!r && books)
        r = books_save(ledger->books);
    if (!r)
        r = save_cursor(ledger);
    if (!r)
        r = ledger_file_run(ledger->db, "COMMIT");
    if (r) {
        if (!sqlite3_get_autocommit(ledger->db))
            ledger_file_run(ledger->db, "ROLLBACK");
        return r;
    }
    register_saved(ledger->reg);
    books_saved(ledger->books);
    ledger->saved_cursor = ledger->cursor;
    return 0;
}

int ledger_hold(struct ledger *ledger)
{
    (void)ledger_commit(ledger); /* a full disk: what is in the file is still told */
    int r = ledger_file_run(ledger->db, "BEGIN");
    ledger->held = !r;
    return r;
}

void ledger_release(struct ledger *ledger)
{
    (void)ledger_file_run(ledger->db, "COMMIT"); /* of reads: it only gives the lock back */
    ledger->held = false;
}

int64_t ledger_cursor(const struct ledger *ledger)
{
    return ledger->cursor;
}

int64_t ledger_last_wall_ms(const struct ledger *ledger)
{
    return ledger->wall_ms;
}

void ledger_notices(struct ledger *ledger, ledger_noticed *noticed, void *context)
{
    ledger_notice_take(books_notices(ledger->books), noticed, context);
}

static sqlite3_stmt *range(struct ledger *ledger, int which, uint32_t account, int64_t from_s, int64_t to_s)
{
    sqlite3_stmt *s = ledger->statement[which];
    sqlite3_reset(s);
    sqlite3_bind_int64(s, 1, account);
    sqlite3_bind_int64(s, 2, from_s);
    sqlite3_bind_int64(s, 3, to_s);
    return s;
}

static int add(struct ledger *ledger, int which, uint32_t account, int64_t from_s, int64_t to_s, double sum[3])
{
    if (from_s >= to_s)
        return 0;
    sqlite3_stmt *s = range(ledger, which, account, from_s, to_s);
    int r = sqlite3_step(s) == SQLITE_ROW ? 0 : ledger_file_error(ledger->db);
    for (int i = 0; i < 3 && !r; i++)
        sum[i] += sqlite3_column_double(s, i);
    sqlite3_reset(s);
    return r;
}

static int sum_one(struct ledger *ledger, uint32_t account, int64_t from_s, int64_t to_s, struct flowed *ret,
                   struct record *record)
{
    double sum[3] = {0};
    int64_t first = (from_s + DAY_S - 1) / DAY_S * DAY_S, last = to_s / DAY_S * DAY_S;
    int r;
    if (first < last) {
        r = add(ledger, SUM_QUARTERS, account, from_s, first, sum);
        if (!r)
            r = add(ledger, SUM_DAYS, account, first, last, sum);
        if (!r)
            r = add(ledger, SUM_QUARTERS, account, last, to_s, sum);
    } else {
        r = add(ledger, SUM_QUARTERS, account, from_s, to_s, sum);
    }
    bool known = books_record(ledger->books, account, record);
    double per_unit = ledger_per_unit(known ? record->quantity : Q_ENERGY);
    *ret = (struct flowed){account, known ? record : NULL, sum[0] / per_unit, sum[1] / per_unit,
                           (int64_t)(sum[2] / 1e3 + 0.5)};
    return r;
}

int ledger_sum(struct ledger *ledger, uint32_t account, int64_t from_s, int64_t to_s, ledger_flowed_seen *seen,
               void *context)
{
    struct flowed flowed;
    struct record record;
    size_t turn = 0;
    (void)ledger_commit(ledger); /* a full disk: what is in the file is still told */
    for (uint32_t a; (a = account ? account : books_next(ledger->books, &turn)) != 0;) {
        int r = sum_one(ledger, a, from_s, to_s, &flowed, &record);
        if (!r)
            r = seen(context, &flowed);
        if (r || account)
            return r;
    }
    return 0;
}

int ledger_quarters(struct ledger *ledger, uint32_t account, int64_t from_s, int64_t to_s, ledger_quarter_seen *seen,
                    void *context)
{
    int r = 0;
    (void)ledger_commit(ledger);
    sqlite3_stmt *s = range(ledger, EACH_QUARTER, account, from_s, to_s);
    while (!r && sqlite3_step(s) == SQLITE_ROW) {
        struct quarter quarter = {sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1),
                                  (int32_t)((sqlite3_column_int64(s, 2) + 500) / 1000),
                                  (enum booking_kind)sqlite3_column_int(s, 3)};
        r = seen(context, &quarter);
    }
    sqlite3_reset(s);
    return r ? r : ledger_file_error(ledger->db);
}

int ledger_days(struct ledger *ledger, uint32_t account, int64_t from_s, int64_t to_s, ledger_day_seen *seen,
                void *context)
{
    int r = 0;
    (void)ledger_commit(ledger);
    sqlite3_stmt *s = range(ledger, EACH_DAY, account, from_s, to_s);
    while (!r && sqlite3_step(s) == SQLITE_ROW) {
        struct ledger_day day = {sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2),
                                 sqlite3_column_int64(s, 3)};
        r = seen(context, &day);
    }
    sqlite3_reset(s);
    return r ? r : ledger_file_error(ledger->db);
}

static int in_transaction(struct ledger *ledger, const char *statements)
{
    int r = ledger_commit(ledger);
    if (!r)
        r = ledger_file_run(ledger->db, "BEGIN IMMEDIATE");
    if (!r)
        r = ledger_file_run(ledger->db, statements);
    if (!r)
        r = ledger_file_run(ledger->db, "COMMIT");
    if (r && !sqlite3_get_autocommit(ledger->db))
        ledger_file_run(ledger->db, "ROLLBACK");
    return r;
}

int ledger_rebuild_days(struct ledger *ledger)
{
    return in_transaction(ledger, "DELETE FROM day; INSERT INTO day SELECT account, ts - ts % 86400, sum(mwh),"
                                  " sum(CASE WHEN kind = 1 THEN mwh ELSE 0 END), sum(covered_ms) FROM quarter"
                                  " GROUP BY account, ts - ts % 86400");
}

int ledger_trim(struct ledger *ledger, int64_t now_s)
{
    char text[256];
    long long before = (long long)((now_s - KEEP_YEARS * YEAR_S) / DAY_S * DAY_S);
    if (before < 0)
        before = 0;
    sqlite3_snprintf(sizeof text, text,
                     "DELETE FROM quarter WHERE ts < %lld; DELETE FROM day WHERE ts < %lld;"
                     "DELETE FROM alert WHERE at_ms < %lld000",
                     before, before, before);
    return in_transaction(ledger, text);
}

uint32_t ledger_account(const struct ledger *ledger, const char *name)
{
    return books_find(ledger->books, name);
}

double ledger_per_unit(enum quantity quantity)
{
    for (size_t i = 0; i < n_flow_kinds; i++)
        if (flow_kinds[i].account == quantity)
            return flow_kinds[i].per_unit;
    return 1e3;
}

struct sqlite3 *ledger_file(const struct ledger *ledger)
{
    return ledger->db;
}

uint32_t ledger_manual_account(struct ledger *ledger, const struct record *record)
{
    char name[REGISTER_NAME];
    register_name(record, record->quantity, name);
    return books_account(ledger->books, name, 0);
}

bool ledger_meter(const struct ledger *ledger, const char *device, struct record *ret)
{
    struct record record;
    bool found = false;
    for (uint32_t i = 0; i < register_end(ledger->reg); i++)
        if (register_record(ledger->reg, i, &record) && !strcmp(record.device, device) &&
            quantity_row(record.quantity)->counter && (!found || record.quantity == Q_ENERGY)) {
            *ret = record;
            found = true;
        }
    return found;
}
