/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char schema[] =
    "CREATE TABLE row(seq INTEGER PRIMARY KEY AUTOINCREMENT, session INTEGER NOT NULL, device INTEGER NOT NULL,"
    " wall INTEGER NOT NULL, boot INTEGER NOT NULL, packed BLOB NOT NULL) STRICT;"
    "CREATE TABLE reader(name TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE start(session INTEGER NOT NULL) STRICT;"
    "INSERT INTO start VALUES(0);"
    "INSERT INTO sqlite_sequence(name, seq) VALUES('row', 0);"
    "PRAGMA user_version=1;";

static const char *const statements[LS_COUNT] = {
    [LS_INSERT] = "INSERT INTO row(session,device,wall,boot,packed) VALUES(?,?,?,?,?)",
    [LS_READ]   = "SELECT seq,session,device,wall,boot,packed FROM row WHERE seq>? ORDER BY seq LIMIT ?",
    [LS_DELETE] = "DELETE FROM row WHERE seq<=?",
    [LS_CURSOR] = "INSERT INTO reader VALUES(?,?) ON CONFLICT(name) DO UPDATE SET seq=excluded.seq",
    [LS_PAGES]  = "PRAGMA page_count",
    [LS_FREE]   = "PRAGMA freelist_count",
};
/* clang-format on */

static int failed(struct log_file *file)
{
    int code = file->db ? sqlite3_extended_errcode(file->db) : SQLITE_NOMEM;
    snprintf(file->words, sizeof file->words, "%s", file->db ? sqlite3_errmsg(file->db) : "out of memory");
    switch (code & 0xff) {
    case SQLITE_FULL: return -ENOSPC;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return -EBUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return -EUCLEAN;
    case SQLITE_READONLY: return -EROFS;
    case SQLITE_NOMEM: return -ENOMEM;
    case SQLITE_PERM:
    case SQLITE_CANTOPEN: return -EACCES;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH: return -EUCLEAN;
    default: return -EIO;
    }
}

static int run(struct log_file *file, const char *sql)
{
    return sqlite3_exec(file->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : failed(file);
}

static int number(struct log_file *file, const char *sql, int64_t *ret)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(file->db, sql, -1, &s, NULL) != SQLITE_OK)
        return failed(file);
    int step = sqlite3_step(s), r = 0;
    if (step == SQLITE_ROW)
        *ret = sqlite3_column_int64(s, 0);
    else if (step != SQLITE_DONE)
        r = failed(file);
    sqlite3_finalize(s);
    return r;
}

static int done(struct log_file *file, sqlite3_stmt *s)
{
    int r = sqlite3_step(s) == SQLITE_DONE ? 0 : failed(file);
    sqlite3_reset(s);
    return r;
}

static int migrate(struct log_file *file)
{
    int64_t version = 0;
    int r = number(file, "PRAGMA user_version", &version);
    if (r < 0)
        return r;
    if (version > LOG_SCHEMA) {
        snprintf(file->words, sizeof file->words, "written by a newer version (schema %lld, known is %d)",
                 (long long)version, LOG_SCHEMA);
        return -EPROTO;
    }
    if (version == LOG_SCHEMA)
        return 0;
    r = run(file, "BEGIN IMMEDIATE");
    if (r >= 0)
        r = log_file_end(file, run(file, schema));
    return r;
}

int log_file_open(struct log_file *file, const char *path, uint64_t ceiling)
{
    int64_t page_size = 4096;
    memset(file, 0, sizeof *file);
    if (sqlite3_open_v2(path, &file->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK)
        return failed(file);
    sqlite3_extended_result_codes(file->db, 1);
    sqlite3_busy_timeout(file->db, 1000);
    /* 4 MB: what the log's own checkpoints leave of the WAL, measured at 3,600 readings a second */
    int r = run(file, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=OFF;"
                      "PRAGMA journal_size_limit=4194304; PRAGMA cache_size=-1000");
    if (r >= 0)
        r = migrate(file);
    if (r >= 0)
        r = number(file, "PRAGMA page_size", &page_size);
    file->page_size = (uint64_t)page_size;
    for (int i = 0; i < LS_COUNT && r >= 0; i++)
        if (sqlite3_prepare_v3(file->db, statements[i], -1, SQLITE_PREPARE_PERSISTENT, &file->statement[i], NULL) !=
            SQLITE_OK)
            r = failed(file);
    if (r >= 0)
        log_file_ceiling(file, ceiling);
    return r;
}

void log_file_close(struct log_file *file)
{
    for (int i = 0; i < LS_COUNT; i++)
        sqlite3_finalize(file->statement[i]);
    sqlite3_close(file->db);
    free(file->buffer);
    memset(file, 0, sizeof *file);
}

void log_file_ceiling(struct log_file *file, uint64_t bytes)
{
    char sql[60];
    snprintf(sql, sizeof sql, "PRAGMA max_page_count=%llu", (unsigned long long)(bytes / file->page_size + 1));
    (void)run(file, sql);
}

int log_file_begin(struct log_file *file, int64_t seq_after, uint32_t *ret_session, int64_t *ret_wall_ms)
{
    char sql[160];
    int64_t session = 0, wall = 0;
    int r = run(file, "BEGIN IMMEDIATE");
    if (r < 0)
        return r;
    snprintf(sql, sizeof sql,
             "UPDATE start SET session=session+1;"
             "UPDATE sqlite_sequence SET seq=%lld WHERE name='row' AND seq<%lld",
             (long long)seq_after, (long long)seq_after);
    r = log_file_end(file, run(file, sql));
    if (r >= 0)
        r = number(file, "SELECT session FROM start", &session);
    if (r >= 0)
        r = number(file, "SELECT wall FROM row ORDER BY seq DESC LIMIT 1", &wall);
    if (r < 0)
        return r;
    *ret_session = (uint32_t)session;
    *ret_wall_ms = wall;
    return 0;
}

int log_file_readers(struct log_file *file, int (*seen)(void *context, const char *name, int64_t seq), void *context)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(file->db, "SELECT name,seq FROM reader", -1, &s, NULL) != SQLITE_OK)
        return failed(file);
    int r = 0, step = SQLITE_DONE;
    while (r >= 0 && (step = sqlite3_step(s)) == SQLITE_ROW)
        r = seen(context, (const char *)sqlite3_column_text(s, 0), sqlite3_column_int64(s, 1));
    if (r >= 0 && step != SQLITE_DONE)
        r = failed(file);
    sqlite3_finalize(s);
    return r;
}

int log_file_span(struct log_file *file, int64_t *ret_oldest, int64_t *ret_newest)
{
    int64_t oldest = 0, newest = 0;
    int r = number(file, "SELECT min(seq) FROM row", &oldest);
    if (r >= 0)
        r = number(file, "SELECT seq FROM sqlite_sequence WHERE name='row'", &newest);
    if (r < 0)
        return r;
    *ret_oldest = oldest;
    *ret_newest = newest;
    return 0;
}

static uint64_t pragma_number(sqlite3_stmt *s)
{
    uint64_t n = sqlite3_step(s) == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(s, 0) : 0;
    sqlite3_reset(s);
    return n;
}

uint64_t log_file_used(const struct log_file *file)
{
    uint64_t pages = pragma_number(file->statement[LS_PAGES]), unused = pragma_number(file->statement[LS_FREE]);
    return (pages > unused ? pages - unused : 0) * file->page_size;
}

int log_file_transaction(struct log_file *file)
{
    return run(file, "BEGIN IMMEDIATE");
}

int log_file_insert(struct log_file *file, struct row *row)
{
    sqlite3_stmt *s = file->statement[LS_INSERT];
    size_t n = row_encode(row, file->buffer, file->buffer_size);
    if (n > file->buffer_size) {
        uint8_t *buffer = realloc(file->buffer, n * 2);
        if (!buffer)
            return -ENOMEM;
        file->buffer = buffer;
        file->buffer_size = n * 2;
        row_encode(row, file->buffer, file->buffer_size);
    }
    sqlite3_bind_int64(s, 1, row->session);
    sqlite3_bind_int64(s, 2, row->device);
    sqlite3_bind_int64(s, 3, row->wall_ms);
    sqlite3_bind_int64(s, 4, row->boot_us);
    sqlite3_bind_blob64(s, 5, file->buffer, n, SQLITE_STATIC);
    int r = done(file, s);
    if (r >= 0)
        row->seq = sqlite3_last_insert_rowid(file->db);
    return r;
}

int log_file_cursor(struct log_file *file, const char *name, int64_t seq)
{
    sqlite3_stmt *s = file->statement[LS_CURSOR];
    sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, seq);
    return done(file, s);
}

int log_file_end(struct log_file *file, int r)
{
    if (r >= 0)
        r = run(file, "COMMIT");
    /* on a full disk SQLite has undone it already, and a second ROLLBACK would be an error */
    if (r < 0 && !sqlite3_get_autocommit(file->db))
        sqlite3_exec(file->db, "ROLLBACK", NULL, NULL, NULL);
    return r;
}

int log_file_sync(struct log_file *file)
{
    /* PASSIVE syncs the WAL before it copies: all that is committed is on the disk then */
    int rc = sqlite3_wal_checkpoint_v2(file->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return rc == SQLITE_OK ? 0 : failed(file);
}

void log_file_forget(struct log_file *file, const char *name)
{
    char *sql = sqlite3_mprintf("DELETE FROM reader WHERE name=%Q", name);
    (void)run(file, sql); /* left behind it is forgotten at the next start */
    sqlite3_free(sql);
}

static struct row *unpack(sqlite3_stmt *s)
{
    struct row *row;
    const void *packed = sqlite3_column_blob(s, 5);
    if (!packed || row_decode(packed, (size_t)sqlite3_column_bytes(s, 5), &row) < 0)
        return NULL;
    row->seq = sqlite3_column_int64(s, 0);
    row->session = (uint32_t)sqlite3_column_int64(s, 1);
    row->device = (uint32_t)sqlite3_column_int64(s, 2);
    row->wall_ms = sqlite3_column_int64(s, 3);
    row->boot_us = sqlite3_column_int64(s, 4);
    return row;
}

int log_file_read(struct log_file *file, int64_t after, size_t most, struct row **ret, int64_t *ret_seen,
                  int64_t *unreadable)
{
    sqlite3_stmt *s = file->statement[LS_READ];
    struct row *first = NULL, **last = &first;
    int64_t seen = after;
    int step;
    sqlite3_bind_int64(s, 1, after);
    sqlite3_bind_int64(s, 2, (int64_t)most);
    while ((step = sqlite3_step(s)) == SQLITE_ROW) {
        struct row *row = unpack(s);
        seen = sqlite3_column_int64(s, 0);
        if (row) {
            *last = row;
            last = &row->next;
        } else {
            (*unreadable)++;
        }
    }
    int r = step == SQLITE_DONE ? 0 : failed(file);
    sqlite3_reset(s);
    /* what was read before a damaged page is still good */
    if (r < 0 && !first)
        return r;
    *ret = first;
    *ret_seen = seen;
    return 0;
}

int log_file_delete(struct log_file *file, int64_t upto)
{
    sqlite3_bind_int64(file->statement[LS_DELETE], 1, upto);
    return done(file, file->statement[LS_DELETE]);
}

int log_file_older(struct log_file *file, int64_t wall_ms, int64_t *ret_seq)
{
    char sql[200];
    int64_t oldest_wall = INT64_MAX, first_young = 0;
    int r = number(file, "SELECT wall FROM row ORDER BY seq LIMIT 1", &oldest_wall);
    if (r < 0 || oldest_wall >= wall_ms) {
        if (r >= 0)
            *ret_seq = 0;
        return r;
    }
    /* the scan stops at the first young row: it costs what the deletion costs */
    snprintf(sql, sizeof sql, "SELECT seq FROM row WHERE wall>=%lld ORDER BY seq LIMIT 1", (long long)wall_ms);
    r = number(file, sql, &first_young);
    if (r >= 0 && !first_young) {
        r = number(file, "SELECT max(seq)+1 FROM row", &first_young);
    }
    if (r >= 0)
        *ret_seq = first_young - 1;
    return r;
}
