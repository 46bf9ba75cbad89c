/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log.h"
#include "log_file.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    char name[24]; /* "": free */
    int64_t seq;
    bool dirty, asked; /* asked: somebody reads by it since the start */
};

struct log {
    struct log_file file;
    struct log_limits limits;
    struct log_stats stats;
    uint32_t session;
    struct row *first, **last; /* waiting */
    size_t waiting_bytes;
    struct reader reader[LOG_READERS];
};

static size_t row_bytes(const struct row *row)
{
    return sizeof *row + row->n * sizeof row->value[0];
}

static int load_reader(void *context, const char *name, int64_t seq)
{
    struct log *log = context;
    for (size_t i = 0; i < LOG_READERS; i++)
        if (!log->reader[i].name[0]) {
            snprintf(log->reader[i].name, sizeof log->reader[i].name, "%s", name);
            log->reader[i].seq = seq;
            break;
        }
    return 0;
}

static int refresh(struct log *log)
{
    return log_file_span(&log->file, &log->stats.oldest, &log->stats.newest);
}

int log_open(const char *path, const struct log_limits *limits, int64_t seq_after, struct log **ret)
{
    struct log *log = calloc(1, sizeof *log);
    if (!log)
        return -ENOMEM;
    log->last = &log->first;
    log->limits = *limits;
    int r = log_file_open(&log->file, path, limits->bytes);
    if (r >= 0)
        r = log_file_begin(&log->file, seq_after, &log->session, &log->stats.wall_ms);
    if (r >= 0)
        r = log_file_readers(&log->file, load_reader, log);
    if (r >= 0)
        r = refresh(log);
    if (r < 0) {
        log_close(log);
        return r;
    }
    *ret = log;
    return 0;
}

void log_close(struct log *log)
{
    if (!log)
        return;
    log_file_close(&log->file);
    for (struct row *row = log->first, *next; row; row = next) {
        next = row->next;
        row_free(row);
    }
    free(log);
}

void log_limit(struct log *log, const struct log_limits *limits)
{
    log->limits = *limits;
    log_file_ceiling(&log->file, limits->bytes);
}

uint32_t log_session(const struct log *log)
{
    return log->session;
}

const char *log_words(const struct log *log)
{
    return log->file.words;
}

int log_reader(struct log *log, const char *name, bool from_oldest)
{
    int free_one = -EMFILE;
    for (int i = 0; i < LOG_READERS; i++) {
        if (!strcmp(log->reader[i].name, name)) {
            log->reader[i].asked = true;
            return i;
        }
        if (!log->reader[i].name[0] && free_one < 0)
            free_one = i;
    }
    if (free_one < 0 || strlen(name) >= sizeof log->reader[0].name)
        return -EMFILE;
    struct reader *reader = &log->reader[free_one];
    snprintf(reader->name, sizeof reader->name, "%s", name);
    reader->seq = !from_oldest ? log->stats.newest : log->stats.oldest ? log->stats.oldest - 1 : 0;
    reader->dirty = true;
    reader->asked = true;
    return free_one;
}

void log_forget(struct log *log, int reader)
{
    if (reader < 0 || !log->reader[reader].name[0])
        return;
    log_file_forget(&log->file, log->reader[reader].name);
    memset(&log->reader[reader], 0, sizeof log->reader[reader]);
}

void log_forget_unasked(struct log *log)
{
    for (int i = 0; i < LOG_READERS; i++)
        if (log->reader[i].name[0] && !log->reader[i].asked)
            log_forget(log, i);
}

int64_t log_cursor(const struct log *log, int reader)
{
    return log->reader[reader].seq;
}

void log_advance(struct log *log, int reader, int64_t seq)
{
    struct reader *r = &log->reader[reader];
    if (seq > log->stats.newest)
        seq = log->stats.newest;
    if (seq > r->seq) {
        r->seq = seq;
        r->dirty = true;
    }
}

int log_append(struct log *log, struct row *row, int64_t now_ms)
{
    if (row->wall_ms > now_ms + LOG_FUTURE_MS) {
        log->stats.future++;
        row_free(row);
        return -ERANGE;
    }
    row->next = NULL;
    row->seq = 0;
    row->session = log->session;
    *log->last = row;
    log->last = &row->next;
    log->waiting_bytes += row_bytes(row);
    log->stats.waiting++;
    while (log->waiting_bytes > LOG_WAITING_MAX) {
        struct row *oldest = log->first;
        log->first = oldest->next;
        log->waiting_bytes -= row_bytes(oldest);
        log->stats.waiting--;
        log->stats.dropped++;
        row_free(oldest);
    }
    return 0;
}

static bool any_dirty(const struct log *log)
{
    for (size_t i = 0; i < LOG_READERS; i++)
        if (log->reader[i].dirty)
            return true;
    return false;
}

static int write_all(struct log *log)
{
    int r = log_file_transaction(&log->file);
    for (struct row *row = log->first; row && r >= 0; row = row->next)
        r = log_file_insert(&log->file, row);
    for (size_t i = 0; i < LOG_READERS && r >= 0; i++)
        if (log->reader[i].dirty)
            r = log_file_cursor(&log->file, log->reader[i].name, log->reader[i].seq);
    return log_file_end(&log->file, r);
}

static int64_t slowest(const struct log *log)
{
    int64_t seq = INT64_MAX;
    for (size_t i = 0; i < LOG_READERS; i++)
        if (log->reader[i].name[0] && log->reader[i].seq < seq)
            seq = log->reader[i].seq;
    return seq;
}

int64_t log_behind(const struct log *log, const char *prefix)
{
    int64_t most = 0;
    for (size_t i = 0; i < LOG_READERS; i++)
        if (log->reader[i].name[0] && !strncmp(log->reader[i].name, prefix, strlen(prefix)) &&
            log->stats.newest - log->reader[i].seq > most)
            most = log->stats.newest - log->reader[i].seq;
    return most;
}

/* What goes up to `upto` and the slowest reader has not had. */
static void count_dropped(struct log *log, int64_t upto)
{
    int64_t had = slowest(log), before = log->stats.oldest - 1;
    if (upto > had)
        log->stats.dropped += upto - (had > before ? had : before);
}

/* At the ceiling the oldest rows make room for the newest, whoever has not had them. */
static int make_room(struct log *log)
{
    int64_t count = log->stats.newest - log->stats.oldest + 1;
    if (!log->stats.oldest || log_file_used(&log->file) < log->limits.bytes / 10 * 7)
        return -ENOSPC;
    int64_t upto = log->stats.oldest + (count + 9) / 10 - 1;
    int r = log_file_delete(&log->file, upto);
    if (r < 0)
        return r;
    count_dropped(log, upto);
    return refresh(log);
}

int log_commit(struct log *log, struct row **ret)
{
    *ret = NULL;
    if (!log->first && !any_dirty(log))
        return 0;
    int r = write_all(log);
    /* a batch may be greater than the tenth that is given up at once */
    for (int i = 0; i < 4 && r == -ENOSPC && make_room(log) >= 0; i++)
        r = write_all(log);
    if (r < 0)
        return r;
    for (size_t i = 0; i < LOG_READERS; i++)
        log->reader[i].dirty = false;
    *ret = log->first;
    for (struct row *row = log->first; row; row = row->next) {
        log->stats.newest = row->seq;
        log->stats.wall_ms = row->wall_ms;
        if (!log->stats.oldest)
            log->stats.oldest = row->seq;
    }
    log->first = NULL;
    log->last = &log->first;
    log->waiting_bytes = 0;
    log->stats.waiting = 0;
    return 0;
}

int log_sync(struct log *log)
{
    return log_file_sync(&log->file);
}

int log_read(struct log *log, int64_t after, size_t most, struct row **ret, int64_t *ret_seen)
{
    return log_file_read(&log->file, after, most, ret, ret_seen, &log->stats.unreadable);
}

int log_trim(struct log *log, int64_t now_ms)
{
    int64_t had = slowest(log), upto = 0;
    if (!log->stats.oldest || had == INT64_MAX)
        return 0;
    int r = log_file_older(&log->file, now_ms - log->limits.age_ms, &upto);
    if (r < 0)
        return r;
    /* a tenth below the ceiling, so that a burst still finds pages */
    uint64_t used = log_file_used(&log->file), wanted = log->limits.bytes / 10 * 9;
    int64_t count = log->stats.newest - log->stats.oldest + 1;
    if (used > wanted) {
        int64_t by_size = log->stats.oldest + (int64_t)((double)count * (double)(used - wanted) / (double)used);
        upto = by_size > upto ? by_size : upto;
    }
    int64_t last = had > upto ? had : upto;
    /* the newest stays: at the next start its time says whether the clock can be right */
    if (last >= log->stats.newest)
        last = log->stats.newest - 1;
    if (last < log->stats.oldest)
        return 0;
    r = log_file_delete(&log->file, last);
    if (r < 0)
        return r;
    count_dropped(log, last);
    return refresh(log);
}

void log_stats(const struct log *log, struct log_stats *ret)
{
    *ret = log->stats;
    ret->rows = log->stats.oldest ? log->stats.newest - log->stats.oldest + 1 : 0;
    ret->bytes = (int64_t)log_file_used(&log->file);
}
