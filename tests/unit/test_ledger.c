/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger, ledger_file, ledger_register, ledger_segment, ledger_books, ledger_cells, ledger_flow, ledger_alerts,
 * ledger_manual, ledger_notice; role. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/ledger_alerts.h"
#include "daemon/ledger_manual.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define T0 INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

static char directory[64], path[96];

static int setup(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "ledger-XXXXXX");
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/ledger.db", directory);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char journal[128];
    snprintf(journal, sizeof journal, "%s-journal", path);
    unlink(journal);
    unlink(path);
    return rmdir(directory);
}

static struct ledger *open_ledger(void)
{
    struct ledger *ledger = NULL;
    assert_int_equal(ledger_open(path, true, &ledger), 0);
    return ledger;
}

static struct record record_of(uint32_t number, const char *device, const char *part, enum quantity quantity)
{
    return (struct record){.number = number,
                           .device = device,
                           .part = part,
                           .quantity = quantity,
                           .room = "room",
                           .role = ROLE_IT,
                           .category = 2,
                           .share = 1,
                           .accuracy = 1,
                           .rated_w = 20000,
                           .step = 1,
                           .period_s = 10,
                           .to_ms = INT64_MAX};
}

static void define(struct ledger *ledger, uint32_t number, const char *device, const char *part, enum quantity quantity)
{
    struct record r = record_of(number, device, part, quantity);
    assert_int_equal(ledger_define(ledger, &r), 0);
}

static void feed(struct ledger *ledger, int64_t seq, double s, uint32_t point, double value)
{
    struct row *row = row_new(1);
    row->seq = seq;
    row->session = 1;
    row->wall_ms = T0 * 1000 + (int64_t)(s * 1e3);
    row->boot_us = (int64_t)(s * 1e6);
    row->n = 1;
    row->value[0] = (struct row_value){point, isnan(value) ? QL_SILENT : QL_GOOD, value};
    assert_int_equal(ledger_feed(ledger, row), 0);
    row_free(row);
}

static int keep_flow(void *context, const struct flowed *flowed)
{
    static struct record record; /* the ledger's own lives for the call only */
    struct flowed *kept = context;
    *kept = *flowed;
    if (flowed->record) {
        record = *flowed->record;
        kept->record = &record;
    }
    return 0;
}

static struct flowed sum(struct ledger *ledger, const char *name)
{
    struct flowed flowed = {.wh = NAN};
    uint32_t account = ledger_account(ledger, name);
    assert_true(account > 0);
    assert_int_equal(ledger_sum(ledger, account, T0 - 86400, T0 + 10 * 86400, keep_flow, &flowed), 0);
    return flowed;
}

static void test_books(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger();
    define(ledger, 1, "pdu-a1", "total", Q_ACTIVE_POWER);
    define(ledger, 2, "pdu-a1", "total", Q_ENERGY);
    define(ledger, 3, "cooler", "total", Q_ACTIVE_POWER);
    define(ledger, 4, "stad", "kpi", Q_K_HEAT_POWER);
    define(ledger, 5, "pdu-a1", "total", Q_VOLTAGE);
    for (int i = 0; i <= 360; i++) {
        feed(ledger, 3 * i + 1, i * 10, 2, 1000 + floor(i * 10 * 3600 / 3600.0));
        feed(ledger, 3 * i + 2, i * 10, 3, 1800);
        feed(ledger, 3 * i + 3, i * 10, 4, 900);
    }
    assert_true(fabs(sum(ledger, "pdu-a1/total/energy").wh - 3600) <= 1.001);
    assert_true(fabs(sum(ledger, "cooler/total/energy").wh - 1800) <= 0.002);
    assert_true(fabs(sum(ledger, "stad/kpi/heat-energy").wh - 900) <= 0.002);
    assert_int_equal(sum(ledger, "cooler/total/energy").covered_s, 3600);
    assert_int_equal(ledger_account(ledger, "pdu-a1/total/voltage"), 0);
    assert_int_equal(ledger_account(ledger, "pdu-a1/total/active_power"), 0);
    ledger_close(ledger);
}

struct pieces {
    int64_t milli, covered, longest;
};

static int add_quarter(void *context, const struct quarter *q)
{
    struct pieces *p = context;
    p->milli += q->mwh;
    p->covered += q->covered_s;
    if (q->covered_s > p->longest)
        p->longest = q->covered_s;
    return 0;
}

/* A clock set back 5 minutes within a quarter: all energy, no quarter of more than 900 s. */
struct told {
    unsigned n;
    char words[8][240];
};

static void hear_notice(void *context, const struct ledger_notice *notice)
{
    struct told *told = context;
    assert_true(told->n < 8);
    ledger_notice_words(notice, told->words[told->n++], 240);
}

/* A reset, a glitch and a gap: a line a device and kind, and each once. */
static void test_notices(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger();
    struct told told = {0};
    define(ledger, 1, "pdu-a1", "total", Q_ENERGY);
    define(ledger, 2, "pdu-a1", "outlet-01", Q_ENERGY);
    define(ledger, 3, "pdu-b1", "total", Q_ENERGY);
    for (int s = 0; s <= 100; s += 10)
        for (uint32_t k = 1; k <= 3; k++)
            feed(ledger, s * 10 + k, s, k, 1000 + s);
    ledger_notices(ledger, hear_notice, &told);
    assert_int_equal(told.n, 0);
    feed(ledger, 2000, 110, 3, 5); /* once is a doubt */
    ledger_notices(ledger, hear_notice, &told);
    assert_int_equal(told.n, 0);
    feed(ledger, 2001, 120, 3, 1120); /* a glitch it was */
    for (uint32_t k = 1; k <= 2; k++)
        feed(ledger, 2010 + k, 1000, k, 1900);
    for (int s = 130; s <= 150; s += 10)
        feed(ledger, 2020 + s, s, 3, s - 130); /* this one is reset */
    ledger_notices(ledger, hear_notice, &told);
    assert_int_equal(told.n, 3);
    assert_string_equal(told.words[0], "pdu-b1/total/energy: one reading that could not be was left out");
    assert_string_equal(told.words[1],
                        "pdu-a1/total/energy and 1 more of this device: no readings for a while: what the "
                        "counter went on by is spread evenly over it");
    assert_non_null(strstr(told.words[2], "pdu-b1/total/energy: the counter was reset"));
    ledger_notices(ledger, hear_notice, &told);
    assert_int_equal(told.n, 3);
    ledger_close(ledger);
    struct ledger_notices many = {0};
    char name[40];
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "pdu-%d/total/energy", i);
        ledger_notice_add(&many, ACCOUNT_WRAP, name);
    }
    assert_int_equal(many.n, LEDGER_NOTICES);
}

static void test_clock_back(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger();
    struct pieces p = {0};
    define(ledger, 1, "cooler", "total", Q_ACTIVE_POWER);
    for (int i = 0; i <= 180; i++) {
        struct row *row = row_new(1);
        row->seq = i + 1;
        row->boot_us = i * INT64_C(10000000);
        row->wall_ms = T0 * 1000 + i * 10000 - (i > 80 ? 300000 : 0);
        row->n = 1;
        row->value[0] = (struct row_value){1, QL_GOOD, 3600};
        assert_int_equal(ledger_feed(ledger, row), 0);
        row_free(row);
        if (i % 7 == 0)
            assert_int_equal(ledger_commit(ledger), 0);
    }
    uint32_t account = ledger_account(ledger, "cooler/total/energy");
    assert_int_equal(ledger_quarters(ledger, account, T0, T0 + 3600, add_quarter, &p), 0);
    assert_int_equal(p.milli, 1800000);
    assert_int_equal(p.longest, 900);
    assert_int_equal(p.covered, 1500);
    ledger_close(ledger);
}

/* The process dies without a word at any moment: the log is read again from the kept cursor. */
static void test_kill(void **state)
{
    (void)state;
    for (int stop = 3; stop < 200; stop += 37) {
        unlink(path);
        pid_t child = fork();
        if (!child) {
            struct ledger *ledger = NULL;
            struct record r = record_of(1, "pdu", "total", Q_ENERGY);
            if (ledger_open(path, true, &ledger) || ledger_define(ledger, &r))
                _exit(1);
            for (int i = 0; i < stop; i++) {
                struct row *row = row_new(1);
                row->seq = i + 1;
                row->boot_us = i * INT64_C(10000000);
                row->wall_ms = T0 * 1000 + i * 10000;
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
        struct ledger *ledger = open_ledger();
        int64_t cursor = ledger_cursor(ledger);
        assert_int_equal(cursor, (stop - 1) / 5 * 5 + 1);
        for (int i = 0; i < 250; i++) /* from the beginning: what is booked already is passed over */
            feed(ledger, i + 1, i * 10, 1, 1000.0 + 7 * i);
        struct flowed all = sum(ledger, "pdu/total/energy");
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
    struct ledger *ledger = open_ledger();
    define(ledger, 1, "pdu", "total", Q_ENERGY);
    for (int i = 0; i <= 360; i++)
        feed(ledger, i + 1, i * 10, 1, 1000.0 + 7 * i);
    ledger_close(ledger);
    pid_t child = fork();
    if (!child) {
        sqlite3 *db;
        if (sqlite3_open(path, &db) ||
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
    assert_int_equal(ledger_open(path, false, &ledger), -EUCLEAN);
    assert_string_equal(ledger_words(-EUCLEAN),
                        "its last write was broken off: wattwachtd puts it right when it starts");
    ledger = open_ledger();
    assert_true(fabs(sum(ledger, "pdu/total/energy").wh - 7 * 360) <= 0.001);
    assert_int_equal(ledger_cursor(ledger), 361);
    ledger_close(ledger);
    assert_int_equal(ledger_open(path, false, &ledger), 0);
    assert_true(fabs(sum(ledger, "pdu/total/energy").wh - 7 * 360) <= 0.001);
    ledger_close(ledger);
}

static void test_schema(void **state)
{
    (void)state;
    struct ledger *ledger = NULL;
    assert_int_equal(ledger_open(path, false, &ledger), -ENOENT);
    ledger_close(open_ledger());
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 999", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(ledger_open(path, true, &ledger), -EPROTO);
    assert_string_equal(ledger_words(-EPROTO), "written by a newer version of wattwacht");
    assert_string_equal(ledger_words(-EBADMSG), "this is no ledger");
    assert_int_equal(ledger_open(path, false, &ledger), -EPROTO);
    FILE *f = fopen(path, "w");
    fputs("this is no database, and it is long enough to be looked at as one, is it not? Yes, it is.\n", f);
    fclose(f);
    assert_int_equal(ledger_open(path, true, &ledger), -EBADMSG);
    assert_null(ledger);
}

/* A reader without any right to write, neither to the file nor to its directory. */
static void test_reader(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger();
    define(ledger, 1, "cooler", "total", Q_ACTIVE_POWER);
    feed(ledger, 1, 0, 1, 1000);
    feed(ledger, 2, 10, 1, 1000);
    assert_int_equal(ledger_commit(ledger), 0);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(directory, 0755), 0);
    pid_t child = fork();
    if (!child) {
        struct ledger *reader = NULL;
        struct flowed flowed = {0};
        if (getuid() == 0 && (chdir(directory) || setgid(65534) || setuid(65534)))
            _exit(2);
        if (ledger_open(getuid() == 65534 ? "ledger.db" : path, false, &reader))
            _exit(3);
        if (ledger_sum(reader, ledger_account(reader, "cooler/total/energy"), T0, T0 + 900, keep_flow, &flowed))
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

static void count_point(void *context, uint32_t number, const char *name)
{
    (void)name;
    *(uint32_t *)context = *(uint32_t *)context * 100 + number;
}

static void test_register(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger();
    uint32_t seen = 0;
    struct record r = record_of(1, "meter", "total", Q_ENERGY);
    r.serial = "A1";
    assert_int_equal(ledger_define(ledger, &r), 0);
    feed(ledger, 1, 0, 1, 500000);
    feed(ledger, 2, 10, 1, 500010);
    r.serial = "B7"; /* another meter: its counter begins elsewhere */
    assert_int_equal(ledger_define(ledger, &r), 0);
    feed(ledger, 3, 20, 1, 510000);
    feed(ledger, 4, 30, 1, 510004);
    assert_true(fabs(sum(ledger, "meter/total/energy").wh - 14) <= 0.001);
    struct record wrong = record_of(1, "other", "total", Q_ENERGY), twice = record_of(2, "meter", "total", Q_ENERGY);
    assert_int_equal(ledger_define(ledger, &wrong), -EEXIST);
    assert_int_equal(ledger_define(ledger, &twice), -EEXIST);
    ledger_close(ledger);
    ledger = open_ledger();
    assert_int_equal(ledger_points(ledger, count_point, &seen), 0);
    assert_int_equal(seen, 1);
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_prepare_v2(ledger_file(ledger),
                                        "SELECT count(*), count(until_ms), count(DISTINCT serial) FROM meter", -1, &s,
                                        NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(s, 0), 2);
    assert_int_equal(sqlite3_column_int(s, 1), 1);
    assert_int_equal(sqlite3_column_int(s, 2), 2);
    sqlite3_finalize(s);
    ledger_close(ledger);
}

struct days {
    int64_t milli;
    int n;
};

static int add_day(void *context, const struct ledger_day *day)
{
    struct days *d = context;
    d->milli += day->mwh;
    d->n++;
    return 0;
}

static void test_days_and_gap(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger();
    struct days before = {0}, after = {0};
    define(ledger, 1, "pdu", "total", Q_ENERGY);
    feed(ledger, 1, 0, 1, 0);
    feed(ledger, 2, 10, 1, 20);
    feed(ledger, 3, 3 * 86400 + 10, 1, 20 + 72000); /* three days of silence at 1 kW */
    uint32_t account = ledger_account(ledger, "pdu/total/energy");
    assert_int_equal(ledger_days(ledger, account, T0, T0 + 4 * 86400, add_day, &before), 0);
    assert_int_equal(before.n, 4);
    assert_int_equal(before.milli, 72020000);
    assert_int_equal(sum(ledger, "pdu/total/energy").covered_s, 10);
    assert_int_equal(ledger_rebuild_days(ledger), 0);
    assert_int_equal(ledger_days(ledger, account, T0, T0 + 4 * 86400, add_day, &after), 0);
    assert_int_equal(before.milli, after.milli);
    assert_int_equal(before.n, after.n);
    assert_int_equal(ledger_trim(ledger, T0 + INT64_C(315619200)), 0);
    ledger_close(ledger);
}

static void test_export(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger();
    define(ledger, 1, "grid", "total", Q_ACTIVE_POWER);
    define(ledger, 2, "grid", "total", Q_ENERGY_EXPORT);
    for (int i = 0; i <= 60; i++)
        feed(ledger, i + 1, i * 10, 1, -3600);
    assert_true(fabs(sum(ledger, "grid/total/energy").wh) <= 0.001);
    assert_true(fabs(sum(ledger, "grid/total/energy_export").wh - 600) <= 0.002);
    ledger_close(ledger);
}

static void one_reading(void *context, const char *account, int64_t at_s, double register_wh)
{
    assert_string_equal(account, "utility/total/energy");
    assert_int_equal(at_s, T0 + 3600);
    assert_float_equal(register_wh, 5000, 0);
    ++*(int *)context;
}

static void test_manual(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger();
    struct record r = record_of(9, "utility", "total", Q_ENERGY);
    static const int64_t at[] = {T0 + 86400, T0 + 86400 + 900};
    static const double wh[] = {250, 300}, again[] = {260, 300};
    assert_int_equal(ledger_define(ledger, &r), 0);
    assert_int_equal(ledger_reading(ledger, &r, T0, 1000), 0);
    assert_int_equal(ledger_reading(ledger, &r, T0 + 3600, 5000), 0);
    assert_int_equal(ledger_reading(ledger, &r, T0 + 3600, 6000), -EINVAL);
    assert_int_equal(ledger_reading(ledger, &r, T0 + 7200, 4000), -EINVAL);
    assert_int_equal(ledger_reading(ledger, &r, T0 + 7200, NAN), -EINVAL);
    int readings = 0;
    assert_int_equal(ledger_readings(ledger, one_reading, &readings), 0);
    assert_int_equal(readings, 1);
    assert_true(fabs(sum(ledger, "utility/total/energy").wh - 4000) <= 0.001);
    assert_int_equal(sum(ledger, "utility/total/energy").covered_s, 3600);
    assert_int_equal(ledger_import(ledger, &r, 2, at, wh), 0);
    assert_int_equal(ledger_import(ledger, &r, 2, at, again), 0);
    assert_true(fabs(sum(ledger, "utility/total/energy").wh - 4560) <= 0.001);
    assert_int_equal(sum(ledger, "utility/total/energy").covered_s, 5400);
    ledger_close(ledger);
}

static int last_alert(void *context, const struct alert_entry *e)
{
    *(struct alert_entry *)context = *e;
    return 0;
}

static int count_alert(void *context, const struct alert_entry *e)
{
    (void)e;
    ++*(int *)context;
    return 0;
}

static int count_silence(void *context, const char *target, int64_t until_ms, const char *reason)
{
    assert_string_equal(target, "pdu-a1");
    assert_string_equal(reason, "works");
    assert_int_equal(until_ms, 5000);
    ++*(int *)context;
    return 0;
}

static void test_alerts(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger();
    struct alert_entry e = {.id = "overload.pdu-a1.total",
                            .rule = "overload",
                            .device = "pdu-a1",
                            .raised = true,
                            .priority = 3,
                            .value = 15.5,
                            .limit = NAN,
                            .unit = "A",
                            .since_ms = 1000,
                            .at_ms = 1000,
                            .text = "15.5 A"},
                       seen = {0};
    int n = 0;
    assert_int_equal(ledger_alert(ledger, &e), 0);
    ledger_close(ledger);
    ledger = open_ledger();
    assert_int_equal(ledger_alerts_active(ledger, last_alert, &seen), 0);
    assert_string_equal(seen.id, e.id);
    assert_string_equal(seen.text, "15.5 A");
    assert_true(isnan(seen.limit) && fabs(seen.value - 15.5) <= 0);
    e.raised = false;
    e.at_ms = 2000;
    assert_int_equal(ledger_alert(ledger, &e), 0);
    assert_int_equal(ledger_alerts_active(ledger, count_alert, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(ledger_alert_history(ledger, 0, 3000, count_alert, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(ledger_silence(ledger, "pdu-a1", 5000, "works"), 0);
    n = 0;
    assert_int_equal(ledger_silences(ledger, 4999, count_silence, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(ledger_silences(ledger, 5000, count_silence, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(ledger_silence(ledger, "pdu-a1", 0, ""), 0);
    assert_int_equal(ledger_silences(ledger, 0, count_silence, &n), 0);
    assert_int_equal(n, 1);
    ledger_close(ledger);
}

/* The disk is full at a commit: nothing that was booked is lost, the next commit writes it. */
static void test_full(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger();
    char text[64];
    sqlite3_stmt *s;
    define(ledger, 1, "pdu", "total", Q_ENERGY);
    feed(ledger, 1, 0, 1, 0);
    assert_int_equal(ledger_commit(ledger), 0);
    assert_int_equal(sqlite3_prepare_v2(ledger_file(ledger), "PRAGMA page_count", -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    snprintf(text, sizeof text, "PRAGMA max_page_count = %d", sqlite3_column_int(s, 0));
    sqlite3_finalize(s);
    assert_int_equal(sqlite3_exec(ledger_file(ledger), text, NULL, NULL, NULL), SQLITE_OK);
    for (int i = 1; i <= 4000; i++)
        feed(ledger, i + 1, i * 900, 1, i * 250.0);
    assert_int_equal(ledger_commit(ledger), -ENOSPC);
    assert_int_equal(sqlite3_exec(ledger_file(ledger), "PRAGMA max_page_count = 1000000", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(ledger_commit(ledger), 0);
    struct flowed all = {0};
    assert_int_equal(
        ledger_sum(ledger, ledger_account(ledger, "pdu/total/energy"), T0, T0 + 60 * 86400, keep_flow, &all), 0);
    assert_true(fabs(all.wh - 1000000) <= 0.001);
    ledger_close(ledger);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(test_books),  ROW(test_notices), ROW(test_clock_back), ROW(test_kill),         ROW(test_broken_write),
        ROW(test_schema), ROW(test_reader),  ROW(test_register),   ROW(test_days_and_gap), ROW(test_export),
        ROW(test_manual), ROW(test_alerts),  ROW(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
