/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger's database file: its tables, their version, and SQLite's errors as ours.
 *
 * Shape: rollback journal, so that a reader without any write right can open it; synchronous FULL.
 * Errors: -errno; -EPROTO for a newer schema, -EBADMSG for a file that is no ledger, -EUCLEAN to a
 *         reader where the last write was broken off, -ENOENT for none to read.
 * Source: SQLite 3.40.1; user_version is transactional, so a migration is whole or absent.
 */
#pragma once
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#define LEDGER_SCHEMA 1

int ledger_file_open(const char *path, bool write, sqlite3 **ret);
/* The last error of db as -errno. */
int ledger_file_error(sqlite3 *db);
int ledger_file_run(sqlite3 *db, const char *sql);
int ledger_file_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret);
/* Steps a statement that returns nothing, and resets it. */
int ledger_file_done(sqlite3_stmt *statement);
/* One number, or `otherwise` where there is no row. */
int64_t ledger_file_number(sqlite3 *db, const char *sql, int64_t otherwise);
/* Like sqlite3_bind_text for texts that outlive the step; NULL: NULL. */
void ledger_file_text(sqlite3_stmt *statement, int column, const char *text);
