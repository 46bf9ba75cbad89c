/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger_file: killed, broken off in a write, of another version, read without any right to write, on a full disk. */
#include "ledger_rig.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The process dies without a word at any moment: the log is read again from the kept cursor. */
static void test_kill(void **state)
{
    (void)state;
    for (int stop = 3; stop < 200; stop += 37) {
        unlink(rig_path);
        pid_t child = fork();
        if (!child) {
            struct ledger *ledger = NULL;
            struct record r = rig_record(1, "pdu", "total", Q_ENERGY);
            if (ledger_open(rig_path, true, &ledger) || ledger_define(ledger, &r))
                _exit(1);
            for (int i = 0; i < stop; i++) {
                struct row *row = row_new(1);
                row->seq = i + 1;
                row->boot_us = i * INT64_C(10000000);
                row->wall_ms = RIG_T0 * 1000 + i * 10000;
                row->n = 1;
                row->value[0] = (struct row_value){1, QL_GOOD, 1000.0 + 7 * i};
                ledger_feed(ledger, row);
                row_free(row);
                if (i % 5 == 0)
                    ledger_commit(ledger);
            }
            kill(getpid(), SIGKILL);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        struct ledger *ledger = rig_open();
        int64_t cursor = ledger_cursor(ledger);
        assert_int_equal(cursor, (stop - 1) / 5 * 5 + 1);
        for (int i = 0; i < 250; i++) /* from the beginning: what is booked already is passed over */
            rig_feed(ledger, i + 1, i * 10, 1, 1000.0 + 7 * i);
        struct flowed all = rig_sum(ledger, "pdu/total/energy");
        assert_true(fabs(all.wh - 7 * 249) <= 0.001);
        assert_int_equal(all.covered_s, 2490);
        ledger_close(ledger);
    }
}

/* A power cut in the middle of a write: part of it is in the file, the rest in its journal. A reader is told so, a
 * writer rolls it back, and nothing is lost or counted twice. */
static void test_broken_write(void **state)
{
    (void)state;
    struct ledger *ledger = rig_open();
    rig_define(ledger, 1, "pdu", "total", Q_ENERGY);
    for (int i = 0; i <= 360; i++)
        rig_feed(ledger, i + 1, i * 10, 1, 1000.0 + 7 * i);
    ledger_close(ledger);
    pid_t child = fork();
    if (!child) {
        sqlite3 *db;
        if (sqlite3_open(rig_path, &db) ||
            sqlite3_exec(db,
                         "PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE quarter SET mwh = mwh + 1000000;"
                         "UPDATE day SET mwh = 0; CREATE TABLE filler(x); WITH RECURSIVE n(i) AS (SELECT 1 UNION "
                         "ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO filler SELECT i FROM n",
                         NULL, NULL, NULL))
            _exit(1);
        kill(getpid(), SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(ledger_open(rig_path, false, &ledger), -EUCLEAN);
    assert_string_equal(ledger_words(-EUCLEAN),
                        "its last write was broken off: wattwachtd puts it right when it starts");
    ledger = rig_open();
    assert_true(fabs(rig_sum(ledger, "pdu/total/energy").wh - 7 * 360) <= 0.001);
    assert_int_equal(ledger_cursor(ledger), 361);
    ledger_close(ledger);
    assert_int_equal(ledger_open(rig_path, false, &ledger), 0);
    assert_true(fabs(rig_sum(ledger, "pdu/total/energy").wh - 7 * 360) <= 0.001);
    ledger_close(ledger);
}

static void test_schema(void **state)
{
    (void)state;
    struct ledger *ledger = NULL;
    assert_int_equal(ledger_open(rig_path, false, &ledger), -ENOENT);
    ledger_close(rig_open());
    sqlite3 *db;
    assert_int_equal(sqlite3_open(rig_path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 999", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(ledger_open(rig_path, true, &ledger), -EPROTO);
    assert_string_equal(ledger_words(-EPROTO), "written by a newer version of wattwacht");
    assert_string_equal(ledger_words(-EBADMSG), "this is no ledger");
    assert_int_equal(ledger_open(rig_path, false, &ledger), -EPROTO);
    FILE *f = fopen(rig_path, "w");
    fputs("this is no database, and it is long enough to be looked at as one, is it not? Yes, it is.\n", f);
    fclose(f);
    assert_int_equal(ledger_open(rig_path, true, &ledger), -EBADMSG);
    assert_null(ledger);
}

/* A reader without any right to write, neither to the file nor to its directory. */
static void test_reader(void **state)
{
    (void)state;
    struct ledger *ledger = rig_open();
    rig_define(ledger, 1, "cooler", "total", Q_ACTIVE_POWER);
    rig_feed(ledger, 1, 0, 1, 1000);
    rig_feed(ledger, 2, 10, 1, 1000);
    assert_int_equal(ledger_commit(ledger), 0);
    assert_int_equal(chmod(rig_path, 0444), 0);
    assert_int_equal(chmod(rig_directory, 0755), 0);
    pid_t child = fork();
    if (!child) {
        struct ledger *reader = NULL;
        struct flowed flowed = {0};
        if (getuid() == 0 && (chdir(rig_directory) || setgid(65534) || setuid(65534)))
            _exit(2);
        if (ledger_open(getuid() == 65534 ? "ledger.db" : rig_path, false, &reader))
            _exit(3);
        if (ledger_sum(reader, ledger_account(reader, "cooler/total/energy"), RIG_T0, RIG_T0 + 900, rig_keep_flow,
                       &flowed))
            _exit(4);
        struct row *row = row_new(1);
        if (ledger_feed(reader, row) != -EACCES)
            _exit(5);
        row_free(row);
        bool right = fabs(flowed.wh - 10 / 3.6) < 0.001 && flowed.record && flowed.record->role == ROLE_IT;
        ledger_close(reader);
        _exit(right ? 0 : 6);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    ledger_close(ledger);
}

/* Held: one state is read, nothing is written, and what was booked meanwhile is not lost. */
static void test_hold(void **state)
{
    (void)state;
    struct ledger *ledger = rig_open(), *reader = NULL;
    rig_define(ledger, 1, "pdu", "total", Q_ENERGY);
    rig_feed(ledger, 1, 0, 1, 1000);
    rig_feed(ledger, 2, 10, 1, 1036);
    assert_int_equal(ledger_hold(ledger), 0);
    assert_true(fabs(rig_sum(ledger, "pdu/total/energy").wh - 36) <= 0.001); /* what waited was written first */
    rig_feed(ledger, 3, 20, 1, 1050);
    assert_int_equal(ledger_commit(ledger), 0);
    assert_true(fabs(rig_sum(ledger, "pdu/total/energy").wh - 36) <= 0.001);
    assert_int_equal(ledger_open(rig_path, false, &reader), 0); /* others read beside it */
    assert_int_equal(ledger_cursor(reader), 2);
    ledger_close(reader);
    ledger_release(ledger);
    assert_true(fabs(rig_sum(ledger, "pdu/total/energy").wh - 50) <= 0.001);
    ledger_close(ledger);
}

/* The disk is full at a commit: nothing that was booked is lost, the next commit writes it. */
static void test_full(void **state)
{
    (void)state;
    struct ledger *ledger = rig_open();
    char text[64];
    sqlite3_stmt *s;
    rig_define(ledger, 1, "pdu", "total", Q_ENERGY);
    rig_feed(ledger, 1, 0, 1, 0);
    assert_int_equal(ledger_commit(ledger), 0);
    assert_int_equal(sqlite3_prepare_v2(ledger_file(ledger), "PRAGMA page_count", -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    snprintf(text, sizeof text, "PRAGMA max_page_count = %d", sqlite3_column_int(s, 0));
    sqlite3_finalize(s);
    assert_int_equal(sqlite3_exec(ledger_file(ledger), text, NULL, NULL, NULL), SQLITE_OK);
    for (int i = 1; i <= 4000; i++)
        rig_feed(ledger, i + 1, i * 900, 1, i * 250.0);
    assert_int_equal(ledger_commit(ledger), -ENOSPC);
    assert_int_equal(sqlite3_exec(ledger_file(ledger), "PRAGMA max_page_count = 1000000", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(ledger_commit(ledger), 0);
    struct flowed all = {0};
    assert_int_equal(ledger_sum(ledger, ledger_account(ledger, "pdu/total/energy"), RIG_T0, RIG_T0 + 60 * 86400,
                                rig_keep_flow, &all),
                     0);
    assert_true(fabs(all.wh - 1000000) <= 0.001);
    ledger_close(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {RIG_TEST(test_kill),   RIG_TEST(test_broken_write), RIG_TEST(test_schema),
                                       RIG_TEST(test_reader), RIG_TEST(test_hold),         RIG_TEST(test_full)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
