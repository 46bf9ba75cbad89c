/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log and log_file: readers, trimming, ceiling, starts after a kill, damaged rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/log.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW 1767225600000 /* 2026-01-01, UTC */

static const struct log_limits roomy = {64 << 20, 7 * 86400000LL};
static char directory[64], path[80];

static int gone(const char *name, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(name);
}

static int setup(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/wattwacht-log-XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    snprintf(path, sizeof path, "%s/log.db", directory);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return nftw(directory, gone, 8, FTW_DEPTH | FTW_PHYS);
}

static struct row *make(int64_t wall_ms, double value, size_t n)
{
    struct row *row = row_new(n);
    row->device = 7;
    row->wall_ms = wall_ms;
    row->boot_us = wall_ms * 1000 % 1000000007;
    row->uptime_s = 99;
    for (size_t i = 0; i < n; i++)
        row->value[i] = (struct row_value){(uint32_t)i + 1, QL_GOOD, value};
    return row;
}

static void free_all(struct row *row)
{
    for (struct row *next; row; row = next) {
        next = row->next;
        row_free(row);
    }
}

static struct log *open_log(const struct log_limits *limits, int64_t after)
{
    struct log *log = NULL;
    assert_int_equal(log_open(path, limits, after, &log), 0);
    return log;
}

static void write_rows(struct log *log, int64_t from, int n, size_t values)
{
    struct row *rows;
    for (int i = 0; i < n; i++)
        assert_int_equal(log_append(log, make(from + i * 1000, i, values), NOW), 0);
    assert_int_equal(log_commit(log, &rows), 0);
    free_all(rows);
}

static int64_t count(struct log *log, int64_t after, int64_t *ret_first)
{
    int64_t n = 0, seen = after, before;
    *ret_first = 0;
    do {
        struct row *rows = NULL;
        before = seen;
        assert_int_equal(log_read(log, seen, 7, &rows, &seen), 0);
        for (struct row *r = rows; r; r = r->next, n++)
            if (!*ret_first)
                *ret_first = r->seq;
        free_all(rows);
    } while (seen > before);
    return n;
}

static void test_round_trip(void **state)
{
    (void)state;
    struct log *log = open_log(&roomy, 0);
    struct row *rows = NULL;
    int64_t seen;
    assert_int_equal(log_session(log), 1);
    assert_int_equal(log_commit(log, &rows), 0);
    assert_null(rows);
    assert_int_equal(log_append(log, make(NOW, 49.5, 3), NOW), 0);
    assert_int_equal(log_append(log, make(NOW + 60000, 50.5, 2), NOW), 0);
    assert_int_equal(log_append(log, make(NOW + 60001, 1, 2), NOW), -ERANGE);
    assert_int_equal(log_commit(log, &rows), 0);
    assert_int_equal(rows->seq, 1);
    assert_int_equal(rows->next->seq, 2);
    assert_null(rows->next->next);
    free_all(rows);
    assert_int_equal(log_read(log, 0, 10, &rows, &seen), 0);
    assert_int_equal(seen, 2);
    assert_int_equal(rows->session, 1);
    assert_int_equal(rows->device, 7);
    assert_int_equal(rows->wall_ms, NOW);
    assert_int_equal(rows->boot_us, NOW * 1000 % 1000000007);
    assert_int_equal(rows->uptime_s, 99);
    assert_int_equal(rows->n, 3);
    assert_true(rows->value[2].value == 49.5);
    free_all(rows);
    struct log_stats stats;
    log_stats(log, &stats);
    assert_int_equal(stats.rows, 2);
    assert_int_equal(stats.future, 1);
    assert_int_equal(stats.wall_ms, NOW + 60000);
    log_close(log);
}

static void test_readers(void **state)
{
    (void)state;
    struct log *log = open_log(&roomy, 0);
    int64_t first;
    write_rows(log, NOW - 100000, 20, 4);
    int fast = log_reader(log, "rrd", true), slow = log_reader(log, "mqtt", true),
        late = log_reader(log, "late", false);
    assert_int_equal(log_cursor(log, fast), 0);
    assert_int_equal(log_cursor(log, late), 20);
    log_advance(log, fast, 15);
    log_advance(log, slow, 5);
    log_advance(log, slow, 3);
    log_advance(log, fast, 1000);
    assert_int_equal(log_cursor(log, fast), 20);
    assert_int_equal(log_trim(log, NOW), 0);
    assert_int_equal(count(log, 0, &first), 15);
    assert_int_equal(first, 6);
    struct row *rows;
    assert_int_equal(log_commit(log, &rows), 0);
    log_close(log);

    log = open_log(&roomy, 0);
    assert_int_equal(log_session(log), 2);
    assert_int_equal(log_cursor(log, log_reader(log, "mqtt", true)), 5);
    assert_int_equal(log_cursor(log, log_reader(log, "rrd", true)), 20);
    /* nobody asked for "late" again; it had all, so only "mqtt" holds back */
    log_forget(log, log_reader(log, "mqtt", true));
    log_forget_unasked(log);
    assert_int_equal(log_trim(log, NOW), 0);
    assert_int_equal(count(log, 0, &first), 1); /* the newest stays */
    assert_int_equal(first, 20);
    write_rows(log, NOW, 1, 1);
    assert_int_equal(count(log, 20, &first), 1);
    assert_int_equal(first, 21);
    struct log_stats stats;
    log_stats(log, &stats);
    assert_int_equal(stats.dropped, 0);
    log_close(log);
}

static void test_begin_behind(void **state)
{
    (void)state;
    int64_t first;
    struct log *log = open_log(&roomy, 5000);
    write_rows(log, NOW, 2, 1);
    assert_int_equal(count(log, 0, &first), 2);
    assert_int_equal(first, 5001);
    log_close(log);
    log = open_log(&roomy, 4000);
    write_rows(log, NOW, 1, 1);
    assert_int_equal(count(log, 5002, &first), 1);
    assert_int_equal(first, 5003);
    log_close(log);
}

static void test_age(void **state)
{
    (void)state;
    struct log *log = open_log(&(struct log_limits){64 << 20, 10000}, 0);
    int64_t first;
    int reader = log_reader(log, "mqtt", true);
    write_rows(log, NOW - 20000, 20, 1);
    log_advance(log, reader, 4);
    assert_int_equal(log_trim(log, NOW), 0);
    assert_int_equal(count(log, 0, &first), 10);
    assert_int_equal(first, 11);
    struct log_stats stats;
    log_stats(log, &stats);
    assert_int_equal(stats.dropped, 6);
    assert_int_equal(log_trim(log, NOW + 100000), 0);
    log_stats(log, &stats);
    assert_int_equal(stats.rows, 1);
    assert_int_equal(stats.dropped, 15);
    assert_int_equal(log_behind(log, "mq"), 16);
    assert_int_equal(log_behind(log, "rrd"), 0);
    log_close(log);
}

static void test_ceiling(void **state)
{
    (void)state;
    struct log_limits small = {1 << 20, 7 * 86400000LL};
    struct log *log = open_log(&small, 0);
    struct log_stats stats;
    log_reader(log, "mqtt", true);
    /* 5 MB without a single trim between: log_commit itself has to make room */
    for (int i = 0; i < 50; i++)
        write_rows(log, NOW - 100000, 100, 100);
    log_stats(log, &stats);
    assert_int_equal(stats.newest, 5000);
    assert_true(stats.bytes <= 1 << 20);
    assert_true(stats.rows > 500);
    assert_int_equal(stats.dropped, 5000 - stats.rows);
    assert_int_equal(log_trim(log, NOW), 0);
    log_stats(log, &stats);
    assert_true(stats.bytes <= (1 << 20) / 10 * 9 + 8192);
    int64_t first;
    assert_int_equal(count(log, 0, &first), stats.rows);
    assert_int_equal(first, stats.oldest);
    log_close(log);
}

/* One batch greater than the whole file: it stays in memory, is said, and is not half written. */
static void test_full(void **state)
{
    (void)state;
    struct log *log = open_log(&(struct log_limits){200 << 10, 7 * 86400000LL}, 0);
    struct row *rows = NULL;
    struct log_stats stats;
    int64_t first;
    for (int i = 0; i < 400; i++)
        assert_int_equal(log_append(log, make(NOW, i, 100), NOW), 0);
    assert_int_equal(log_commit(log, &rows), -ENOSPC);
    assert_null(rows);
    assert_non_null(strstr(log_words(log), "full"));
    log_stats(log, &stats);
    assert_int_equal(stats.waiting, 400);
    assert_int_equal(count(log, 0, &first), 0);
    log_limit(log, &roomy);
    assert_int_equal(log_commit(log, &rows), 0);
    free_all(rows);
    assert_int_equal(count(log, 0, &first), 400);
    assert_int_equal(first, 1);
    log_close(log);
}

static void test_bounded(void **state)
{
    (void)state;
    struct log *log = open_log(&roomy, 0);
    struct log_stats stats;
    for (int i = 0; i < 500; i++)
        assert_int_equal(log_append(log, make(NOW, i, 10000), NOW), 0);
    log_stats(log, &stats);
    assert_in_range(stats.waiting, 400, 420);
    assert_int_equal(stats.waiting + stats.dropped, 500);
    log_close(log);
}

/* What was committed is there after a kill -9, synced or not. */
static void test_kill(void **state)
{
    (void)state;
    int64_t first;
    pid_t child = fork();
    if (!child) {
        struct log *log = NULL;
        struct row *rows;
        if (log_open(path, &roomy, 0, &log) < 0)
            _exit(1);
        for (int i = 0; i < 30; i++) {
            log_append(log, make(NOW + i, i, 20), NOW);
            if (log_commit(log, &rows) < 0)
                _exit(1);
            free_all(rows);
        }
        log_append(log, make(NOW, 0, 20), NOW); /* not committed */
        kill(getpid(), SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    struct log *log = open_log(&roomy, 0);
    assert_int_equal(log_session(log), 2);
    assert_int_equal(count(log, 0, &first), 30);
    assert_int_equal(log_sync(log), 0);
    log_close(log);
}

static void test_refused(void **state)
{
    (void)state;
    struct log *log = open_log(&roomy, 0);
    sqlite3 *db;
    int64_t first;
    write_rows(log, NOW, 3, 2);
    log_close(log);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE row SET packed=x'01ff' WHERE seq=2", NULL, NULL, NULL), SQLITE_OK);
    log = open_log(&roomy, 0);
    assert_int_equal(count(log, 0, &first), 2);
    struct log_stats stats;
    log_stats(log, &stats);
    assert_int_equal(stats.unreadable, 1);
    log_close(log);
    log = NULL;
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version=2", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(log_open(path, &roomy, 0, &log), -EPROTO);
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("no database ", file);
    fclose(file);
    assert_int_equal(log_open(path, &roomy, 0, &log), -EUCLEAN);
    assert_null(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(test_readers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_begin_behind, setup, teardown),
        cmocka_unit_test_setup_teardown(test_age, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ceiling, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_kill, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
