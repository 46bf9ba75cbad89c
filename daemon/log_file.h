/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log's database file: its tables, and what is asked of them.
 *
 * Shape: WAL with synchronous NORMAL: a commit reaches the system, a checkpoint the disk; AUTOINCREMENT, since numbers
 *        must not come again once the table has been empty; secure_delete off.
 * Errors: -errno, with SQLite's words in `words`; -EPROTO newer schema, -EUCLEAN damaged or no database.
 * Source: SQLite 3.40.1; measured: a full disk refuses even DELETE, a full page ceiling does not.
 */
#pragma once
#include "daemon/row.h"

#include <sqlite3.h>

#define LOG_SCHEMA 1

enum log_statement { LS_INSERT, LS_READ, LS_DELETE, LS_CURSOR, LS_PAGES, LS_FREE, LS_COUNT };

struct log_file {
    sqlite3 *db;
    sqlite3_stmt *statement[LS_COUNT];
    uint64_t page_size;
    uint8_t *buffer; /* a packed row */
    size_t buffer_size;
    char words[200];
};

int log_file_open(struct log_file *file, const char *path, uint64_t ceiling);
void log_file_close(struct log_file *file);
void log_file_ceiling(struct log_file *file, uint64_t bytes);
/* One start more; numbers go on behind seq_after at least. */
int log_file_begin(struct log_file *file, int64_t seq_after, uint32_t *ret_session, int64_t *ret_wall_ms);
int log_file_readers(struct log_file *file, int (*seen)(void *context, const char *name, int64_t seq), void *context);
/* oldest 0: no rows; newest: the last number ever given. */
int log_file_span(struct log_file *file, int64_t *ret_oldest, int64_t *ret_newest);
uint64_t log_file_used(const struct log_file *file);

int log_file_transaction(struct log_file *file);
int log_file_insert(struct log_file *file, struct row *row); /* gives row->seq */
int log_file_cursor(struct log_file *file, const char *name, int64_t seq);
/* Commits where r is not negative, else undoes all; returns r or what the commit says. */
int log_file_end(struct log_file *file, int r);
int log_file_sync(struct log_file *file);
void log_file_forget(struct log_file *file, const char *name);
int log_file_read(struct log_file *file, int64_t after, size_t most, struct row **ret, int64_t *ret_seen,
                  int64_t *unreadable);
int log_file_delete(struct log_file *file, int64_t upto);
/* The last of the rows before the first one at or after wall_ms; 0: none. */
int log_file_older(struct log_file *file, int64_t wall_ms, int64_t *ret_seq);
