/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log of checked polls: one writer, several readers, each with a cursor of its own.
 *
 * Shape: STATE/log.db, SQLite in WAL mode. log_append keeps rows in memory, log_commit writes them: every second, so
 * that they outlive this process; log_sync, every five, so that they outlive the machine. log_trim gives up what every
 * reader has had, and the oldest beyond size and age. Units: sizes in bytes; times in ms since 1970. Errors: -errno;
 * -ENOSPC on a full disk: the rows stay and the next log_commit tries again; beyond LOG_WAITING_MAX bytes the oldest
 * go, counted. -EPROTO for a newer schema, -EUCLEAN for a damaged file. Owner: log_append takes the row; rows from
 * log_commit and log_read are the caller's. Threads: one thread.
 */
#pragma once
#include "daemon/row.h"

#include <stdbool.h>

/* A row from the future would wipe RRD files and be booked where its quarter is not yet. */
#define LOG_FUTURE_MS 60000
/* A quarter of an hour of 3,600 readings a second. */
#define LOG_WAITING_MAX (64u << 20)
#define LOG_READERS     24

struct log;

struct log_limits {
    uint64_t bytes; /* log: size */
    int64_t age_ms; /* log: age */
};

struct log_stats {
    int64_t rows, bytes;    /* in the file */
    int64_t waiting;        /* rows not yet in the file */
    int64_t dropped;        /* rows given up before every reader had them */
    int64_t future;         /* rows refused */
    int64_t unreadable;     /* rows that could not be unpacked */
    int64_t newest, oldest; /* seq; 0: none */
    int64_t wall_ms;        /* of the newest row ever written */
};

/* seq_after: numbers begin behind it, whatever the file says: a reader elsewhere (the ledger) has had it. */
int log_open(const char *path, const struct log_limits *limits, int64_t seq_after, struct log **ret);
void log_close(struct log *log);
void log_limit(struct log *log, const struct log_limits *limits);
uint32_t log_session(const struct log *log);  /* counts the starts */
const char *log_words(const struct log *log); /* of the last failure */

/* A reader's number. A new reader begins at the oldest row, or behind the newest. -EMFILE: too many. */
int log_reader(struct log *log, const char *name, bool from_oldest);
void log_forget(struct log *log, int reader);
void log_forget_unasked(struct log *log); /* of readers that an earlier configuration had */
int64_t log_cursor(const struct log *log, int reader);
/* Rows that the slowest of the readers whose names begin so has not had. */
int64_t log_behind(const struct log *log, const char *prefix);
void log_advance(struct log *log, int reader, int64_t seq);

/* -ERANGE for a row from the future: it is freed and counted. */
int log_append(struct log *log, struct row *row, int64_t now_ms);
/* Writes what waits, and the cursors. *ret: the rows written, oldest first, with their seq; NULL for none. */
int log_commit(struct log *log, struct row **ret);
int log_sync(struct log *log);
/* At most `most` rows behind `after`, oldest first. *ret_seen: the last seq looked at, also where a row was unreadable.
 */
int log_read(struct log *log, int64_t after, size_t most, struct row **ret, int64_t *ret_seen);
int log_trim(struct log *log, int64_t now_ms);
void log_stats(const struct log *log, struct log_stats *ret);
