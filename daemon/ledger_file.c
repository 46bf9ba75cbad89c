/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger_file.h"

#include <errno.h>
#include <stddef.h>

#define BUSY_MS 5000 /* a backup or a report holds its lock for less */

/* Step i brings the schema from version i to i + 1. A released step is never changed. */
static const char *const steps[LEDGER_SCHEMA] = {
    /* 0 -> 1 */
    "CREATE TABLE point(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE account(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE meter(id INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT NULL, since_ms INTEGER NOT NULL,"
    " until_ms INTEGER, device TEXT NOT NULL, part TEXT NOT NULL, quantity TEXT NOT NULL, room TEXT NOT NULL,"
    " serial TEXT, role TEXT NOT NULL, category INTEGER NOT NULL, feed TEXT, phase INTEGER NOT NULL,"
    " share REAL NOT NULL, accuracy REAL, rated_w REAL, modulus REAL NOT NULL, step REAL NOT NULL,"
    " period_s REAL NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX meter_number ON meter(number, until_ms);"
    "CREATE TABLE quarter(account INTEGER NOT NULL, ts INTEGER NOT NULL, kind INTEGER NOT NULL, mwh INTEGER NOT NULL,"
    " covered_ms INTEGER NOT NULL, PRIMARY KEY(account, ts, kind)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE day(account INTEGER NOT NULL, ts INTEGER NOT NULL, mwh INTEGER NOT NULL,"
    " estimated_mwh INTEGER NOT NULL, covered_ms INTEGER NOT NULL, PRIMARY KEY(account, ts)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE machine(account INTEGER PRIMARY KEY, version INTEGER NOT NULL, state BLOB NOT NULL) STRICT;"
    "CREATE TABLE cursor(id INTEGER PRIMARY KEY CHECK(id = 1), seq INTEGER NOT NULL, wall_ms INTEGER NOT NULL) STRICT;"
    "INSERT INTO cursor VALUES(1, 0, 0);"
    "CREATE TABLE reading(account INTEGER NOT NULL, at INTEGER NOT NULL, register_wh REAL NOT NULL,"
    " PRIMARY KEY(account, at)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE alert(id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, rule TEXT NOT NULL,"
    " room TEXT NOT NULL, device TEXT NOT NULL, point TEXT NOT NULL, raised INTEGER NOT NULL,"
    " priority INTEGER NOT NULL, value REAL, bound REAL, unit TEXT NOT NULL, since_ms INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, text TEXT NOT NULL) STRICT;"
    "CREATE INDEX alert_key ON alert(key, id);"
    "CREATE INDEX alert_at ON alert(at_ms);"
    "CREATE TABLE silence(target TEXT PRIMARY KEY, until_ms INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;",
};

int ledger_file_error(sqlite3 *db)
{
    if (sqlite3_extended_errcode(db) == SQLITE_READONLY_ROLLBACK)
        return -EUCLEAN; /* a journal that only a writer may roll back */
    switch (sqlite3_errcode(db) & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return 0;
    case SQLITE_FULL: return -ENOSPC;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return -EBUSY;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return -EACCES;
    case SQLITE_CANTOPEN: return sqlite3_system_errno(db) ? -sqlite3_system_errno(db) : -ENOENT;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return -EBADMSG;
    case SQLITE_NOMEM: return -ENOMEM;
    case SQLITE_CONSTRAINT: return -EINVAL;
    default: return -EIO; /* SQLite's codes are open-ended */
    }
}

int ledger_file_run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : ledger_file_error(db);
}

int ledger_file_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret)
{
    return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL) == SQLITE_OK ? 0
                                                                                              : ledger_file_error(db);
}

int ledger_file_done(sqlite3_stmt *statement)
{
    int r = sqlite3_step(statement) == SQLITE_DONE ? 0 : ledger_file_error(sqlite3_db_handle(statement));
    sqlite3_reset(statement);
    return r;
}

int64_t ledger_file_number(sqlite3 *db, const char *sql, int64_t otherwise)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        return otherwise;
    if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
        otherwise = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return otherwise;
}

void ledger_file_text(sqlite3_stmt *statement, int column, const char *text)
{
    sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
}

static int migrate(sqlite3 *db, int64_t version)
{
    char set[64];
    int r = ledger_file_run(db, "BEGIN IMMEDIATE");
    for (int64_t v = version; !r && v < LEDGER_SCHEMA; v++)
        r = ledger_file_run(db, steps[v]);
    if (!r)
        r = ledger_file_run(db, sqlite3_snprintf(sizeof set, set, "PRAGMA user_version = %d", LEDGER_SCHEMA));
    if (!r)
        r = ledger_file_run(db, "COMMIT");
    if (r && !sqlite3_get_autocommit(db))
        ledger_file_run(db, "ROLLBACK");
    return r;
}

static int check(sqlite3 *db, bool write)
{
    int64_t version = ledger_file_number(db, "PRAGMA user_version", -1);
    if (version < 0)
        return ledger_file_error(db) ? ledger_file_error(db) : -EIO;
    if (version > LEDGER_SCHEMA)
        return -EPROTO;
    if (!write)
        return version == LEDGER_SCHEMA ? 0 : -EBADMSG;
    /* Somebody else's database has tables but not our version. */
    if (!version && ledger_file_number(db, "SELECT count(*) FROM sqlite_schema", 0))
        return -EBADMSG;
    int r = ledger_file_run(db, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    if (!r && version < LEDGER_SCHEMA)
        r = migrate(db, version);
    return r;
}

int ledger_file_open(const char *path, bool write, sqlite3 **ret)
{
    sqlite3 *db = NULL;
    int flags = write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    int r = sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK ? 0 : -EIO;
    if (!db)
        return -ENOMEM;
    if (r)
        r = ledger_file_error(db);
    if (!r) {
        sqlite3_busy_timeout(db, BUSY_MS);
        sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
        sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        r = check(db, write);
    }
    if (r) {
        sqlite3_close(db);
        return r;
    }
    *ret = db;
    return 0;
}
