/* SPDX-License-Identifier: GPL-3.0-or-later */
/* disk, and with it disk_work, disk_obey, disk_order, disk_event, device_file and state_file: what is handed over is
 * kept, after a stop, after a kill, on a full disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/device_file.h"
#include "daemon/disk.h"
#include "daemon/ledger_alerts.h"
#include "daemon/rrd_head.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <poll.h>
#include <rrd.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 60000
#define STEP_S      10

static char state_dir[64];
static struct rrd_span spans[] = {{10, 86400}, {60, 7 * 86400}};
static struct config *config;

static struct disk_event *waiting; /* taken, not looked at yet */

static void forget_events(void)
{
    for (struct disk_event *next; waiting; waiting = next) {
        next = waiting->next;
        disk_event_free(waiting);
    }
}

static int gone(const char *name, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(name);
}

static struct config *make_config(uint64_t log_size)
{
    struct config *c = calloc(1, sizeof *c);
    c->refs = 1000; /* never freed by the disk: the arena's are not ours */
    c->site = "test";
    c->log_size = log_size;
    c->log_age_us = 7 * 86400 * 1000000LL;
    c->rrd_step_s = STEP_S;
    c->span = spans;
    c->n_spans = 2;
    return c;
}

static int setup(void **state)
{
    (void)state;
    strcpy(state_dir, "/tmp/wattwacht-disk-XXXXXX");
    config = make_config(64 << 20);
    return mkdtemp(state_dir) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    forget_events();
    free(config);
    return nftw(state_dir, gone, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *in_state(const char *path)
{
    static char full[200];
    snprintf(full, sizeof full, "%s/%s", state_dir, path);
    return full;
}

static int64_t now_s(void)
{
    return time(NULL);
}

static struct disk *open_disk(void)
{
    struct diag *diag = diag_new();
    struct disk *disk = NULL;
    int r = disk_open(state_dir, config, diag, &disk);
    if (r < 0)
        diag_print(diag, stderr);
    diag_free(diag);
    assert_int_equal(r, 0);
    return disk;
}

static void define(struct disk *disk, uint32_t number, enum quantity quantity)
{
    struct record record = {.number = number,
                            .device = "pdu-a1",
                            .part = "total",
                            .quantity = quantity,
                            .room = "room",
                            .serial = "S1",
                            .role = ROLE_IT,
                            .category = 2,
                            .share = 1,
                            .accuracy = NAN,
                            .rated_w = 4e4,
                            .period_s = STEP_S,
                            .to_ms = INT64_MAX};
    disk_point(disk, &record);
}

static void points(struct disk *disk)
{
    define(disk, 1, Q_ACTIVE_POWER);
    define(disk, 2, Q_ENERGY);
}

/* Poll i of n: 3.6 kW, so 10 Wh each 10 s; the last one was a minute ago. */
static struct row *make(int64_t start_s, int64_t i)
{
    struct row *row = row_new(2);
    row->device = 1;
    row->wall_ms = (start_s + i * STEP_S) * 1000;
    row->boot_us = 1000000000 + i * STEP_S * 1000000;
    row->value[0] = (struct row_value){1, QL_GOOD, 3600};
    row->value[1] = (struct row_value){2, QL_GOOD, 5000 + 10 * (double)i};
    return row;
}

/* The next event of a kind; others are let go. NULL when it does not come. */
static struct disk_event *await(struct disk *disk, enum disk_event_kind kind)
{
    for (;;) {
        while (waiting) {
            struct disk_event *event = waiting;
            waiting = event->next;
            if (event->kind == kind)
                return event;
            disk_event_free(event);
        }
        struct pollfd fd = {disk_fd(disk), POLLIN, 0};
        if (poll(&fd, 1, PATIENCE_MS) <= 0)
            return NULL;
        waiting = disk_take(disk);
    }
}

static void flush(struct disk *disk, uint64_t token)
{
    disk_flush(disk, token);
    struct disk_event *event = await(disk, DISK_FLUSHED);
    assert_non_null(event);
    assert_int_equal(event->token, token);
    disk_event_free(event);
}

static double power_at(int64_t t)
{
    time_t start = (time_t)t - STEP_S, end = (time_t)t - 1;
    unsigned long step = STEP_S, n;
    char **names;
    rrd_value_t *data;
    rrd_clear_error();
    assert_int_equal(rrd_fetch_r(in_state("rrd/pdu-a1/total.rrd"), "AVERAGE", &start, &end, &step, &n, &names, &data),
                     0);
    assert_int_equal(n, 1);
    double value = data[(t - STEP_S - start) / STEP_S];
    rrd_freemem(names[0]);
    rrd_freemem(names);
    rrd_freemem(data);
    return value;
}

static int add_flowed(void *context, const struct flowed *flowed)
{
    *(double *)context += flowed->wh;
    return 0;
}

static double booked_wh(void)
{
    struct ledger *ledger = NULL;
    double wh = 0;
    assert_int_equal(ledger_open(in_state("ledger.db"), false, &ledger), 0);
    assert_int_equal(ledger_sum(ledger, 0, 0, (now_s() / 900 + 8) * 900, add_flowed, &wh), 0);
    ledger_close(ledger);
    return wh;
}

static void count_point(void *context, uint32_t number, const char *name)
{
    if (number == 2)
        assert_string_equal(name, "pdu-a1/total/energy");
    ++*(int *)context;
}

static void count_alert(void *context, const struct alert_entry *entry)
{
    assert_string_equal(entry->id, "silent.pdu-a1.");
    ++*(int *)context;
}

static void count_silence(void *context, const char *target, int64_t until_ms, const char *reason)
{
    (void)until_ms;
    assert_string_equal(target, "pdu-a1");
    assert_string_equal(reason, "works");
    ++*(int *)context;
}

/* A counter that begins again is told by the meter's name. */
static void test_notice(void **state)
{
    (void)state;
    struct disk *disk = open_disk();
    int64_t start = now_s() / STEP_S * STEP_S - 60 - 100 * STEP_S;
    assert_int_equal(disk_start(disk), 0);
    points(disk);
    for (int i = 0; i < 20; i++) {
        struct row *row = make(start, i);
        row->value[1].value -= i < 10 ? 0 : 5000;
        disk_row(disk, row);
    }
    struct disk_event *event = await(disk, DISK_NOTICE);
    assert_non_null(event);
    assert_non_null(strstr(event->words, "pdu-a1/total/energy: the counter was reset"));
    disk_event_free(event);
    disk_stop(disk);
}

static void test_kept(void **state)
{
    (void)state;
    struct disk *disk = open_disk();
    struct disk_stats stats;
    int64_t start = now_s() / STEP_S * STEP_S - 60 - 100 * STEP_S;
    assert_int_equal(disk_session(disk), 1);
    assert_int_equal(disk_start(disk), 0);
    points(disk);
    for (int i = 0; i < 100; i++)
        disk_row(disk, make(start, i));
    struct row *future = make(now_s() + 3600, 0);
    disk_row(disk, future);
    struct alert_entry alert = {.id = "silent.pdu-a1.",
                                .rule = "silent",
                                .device = "pdu-a1",
                                .raised = true,
                                .priority = 3,
                                .value = NAN,
                                .limit = NAN,
                                .since_ms = now_s() * 1000,
                                .at_ms = now_s() * 1000};
    disk_alert(disk, &alert);
    disk_silence(disk, "pdu-a1", (now_s() + 3600) * 1000, "works");
    disk_device_write(disk, "pdu-a1", "{\"serial\": \"S1\"}");
    struct disk_event *event = await(disk, DISK_ALERT_KEPT);
    assert_non_null(event);
    assert_string_equal(event->alert.id, alert.id);
    disk_event_free(event);
    flush(disk, 77);
    for (int i = 1; i < 100; i++)
        assert_true(power_at(start + i * STEP_S) == 3600);
    disk_stats(disk, &stats);
    assert_int_equal(stats.rrd.rows_behind, 0);
    assert_int_equal(stats.dropped_rows, 0);
    assert_int_equal(stats.future_rows, 1);
    assert_int_equal(stats.last_wall_ms, (start + 99 * STEP_S) * 1000);
    disk_stop(disk);
    assert_true(fabs(booked_wh() - 990) < 1e-6);

    disk = open_disk();
    int n = 0;
    assert_int_equal(disk_session(disk), 2);
    assert_int_equal(disk_points(disk, count_point, &n), 0);
    assert_int_equal(n, 2);
    n = 0;
    assert_int_equal(disk_active_alerts(disk, count_alert, &n), 0);
    assert_int_equal(n, 1);
    n = 0;
    assert_int_equal(disk_silences(disk, now_s() * 1000, count_silence, &n), 0);
    assert_int_equal(n, 1);
    char *json = disk_device_read(disk, "pdu-a1");
    assert_string_equal(json, "{\"serial\": \"S1\"}");
    free(json);
    assert_null(disk_device_read(disk, "pdu-a2"));
    assert_null(disk_device_read(disk, "../ledger"));
    disk_stats(disk, &stats);
    assert_int_equal(stats.last_wall_ms, (start + 99 * STEP_S) * 1000);
    disk_stop(disk);
}

static void test_locked(void **state)
{
    (void)state;
    struct disk *disk = open_disk(), *second = NULL;
    struct diag *diag = diag_new();
    char pid[32];
    assert_int_equal(disk_open(state_dir, config, diag, &second), -EBUSY);
    assert_null(second);
    snprintf(pid, sizeof pid, "(%ld)", (long)getpid());
    assert_non_null(strstr(diag_first(diag), "one state directory serves one daemon"));
    assert_non_null(strstr(diag_first(diag), pid));
    diag_free(diag);
    disk_stop(disk);
    disk_stop(open_disk());
}

/* Hands over rows without end; tells through the pipe when the first 50 are handed over. */
static void hand_over(int fd, int64_t start)
{
    struct disk *disk = open_disk();
    if (disk_start(disk) < 0)
        _exit(1);
    points(disk);
    for (int i = 0; i < 50; i++)
        disk_row(disk, make(start, i));
    if (write(fd, "x", 1) != 1)
        _exit(1);
    for (int i = 50; i < 1000; i++) {
        disk_row(disk, make(start, i));
        poll(NULL, 0, 5);
    }
    _exit(1);
}

static void test_kill(void **state)
{
    (void)state;
    int ends[2], status;
    char byte;
    int64_t start = now_s() / STEP_S * STEP_S - 60 - 1000 * STEP_S;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (!child)
        hand_over(ends[1], start);
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    /* the promise is about readings older than two seconds: the pipe stays silent that long */
    struct pollfd silent = {ends[0], POLLIN, 0};
    assert_int_equal(poll(&silent, 1, 2000), 0);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    close(ends[0]);

    struct disk *disk = open_disk();
    struct disk_stats stats;
    assert_int_equal(disk_session(disk), 2);
    assert_int_equal(disk_start(disk), 0);
    /* nobody has named the points yet: the rows find their way all the same */
    flush(disk, 1);
    disk_stats(disk, &stats);
    for (int i = 1; i < 50; i++)
        assert_true(power_at(start + i * STEP_S) == 3600);
    disk_stop(disk);
    int64_t kept = (stats.last_wall_ms / 1000 - start) / STEP_S;
    assert_true(kept >= 49 && kept < 1000);
    assert_true(fabs(booked_wh() - 10 * (double)kept) < 1e-6);
    assert_true(power_at(start + kept * STEP_S) == 3600);
}

/* What waits in the log for RRD goes on after an orderly stop, too, and once only. */
static void test_again(void **state)
{
    (void)state;
    int64_t start = now_s() / STEP_S * STEP_S - 60 - 40 * STEP_S;
    for (int round = 0; round < 4; round++) {
        struct disk *disk = open_disk();
        assert_int_equal(disk_start(disk), 0);
        points(disk);
        for (int i = 0; i < 10; i++)
            disk_row(disk, make(start, round * 10 + i));
        disk_stop(disk);
    }
    for (int i = 1; i < 40; i++)
        assert_true(power_at(start + i * STEP_S) == 3600);
    assert_true(fabs(booked_wh() - 390) < 20.5); /* the boot clock of another session does not count time */
}

static void test_history(void **state)
{
    (void)state;
    int64_t start = now_s() / STEP_S * STEP_S - 60 - 100 * STEP_S;
    struct disk *disk = open_disk();
    assert_int_equal(disk_start(disk), 0);
    points(disk);
    disk_reader(disk, "mqtt-1", true);
    flush(disk, 1);
    for (int i = 0; i < 10; i++)
        disk_row(disk, make(start, i));
    disk_history_mark(disk, "mqtt-1");
    disk_history_done(disk, "mqtt-1", INT64_MAX); /* these went out live */
    flush(disk, 2);
    for (int i = 10; i < 30; i++)
        disk_row(disk, make(start, i));
    flush(disk, 3);
    struct disk_stats stats;
    disk_stats(disk, &stats);
    assert_int_equal(stats.mqtt.rows_behind, 20);
    disk_history_mark(disk, "mqtt-1");
    int seen = 10;
    for (;;) {
        disk_history(disk, "mqtt-1", 8);
        struct disk_event *event = await(disk, DISK_HISTORY);
        assert_non_null(event);
        assert_string_equal(event->what, "mqtt-1");
        assert_int_equal(event->reached, seen + 8 >= 30);
        assert_int_equal(event->missed, 0);
        if (!event->row) {
            disk_event_free(event);
            break;
        }
        for (struct row *row = event->row; row; row = row->next, seen++)
            assert_int_equal(row->wall_ms, (start + seen * STEP_S) * 1000);
        disk_history_done(disk, "mqtt-1", event->upto);
        disk_event_free(event);
        flush(disk, 4);
    }
    assert_int_equal(seen, 30);
    disk_stats(disk, &stats);
    assert_int_equal(stats.mqtt.rows_behind, 0);
    disk_stop(disk);
}

static void await_trouble(struct disk *disk, bool begins)
{
    struct disk_event *event;
    while ((event = await(disk, DISK_TROUBLE)) && (strcmp(event->what, "log") != 0 || event->trouble != begins))
        disk_event_free(event);
    assert_non_null(event);
    assert_non_null(strstr(event->words, begins ? "full" : "log.db is written again"));
    disk_event_free(event);
}

/* Trouble of the log begins and ends with words, and no row is lost in between. */
static void full_and_free(void (*make_free)(struct disk *disk))
{
    int64_t start = now_s() / STEP_S * STEP_S - 60 - 12000 * STEP_S;
    struct disk *disk = open_disk();
    assert_int_equal(disk_start(disk), 0);
    points(disk);
    for (int i = 0; i < 12000; i++)
        disk_row(disk, make(start, i));
    await_trouble(disk, true);
    make_free(disk);
    await_trouble(disk, false);
    flush(disk, 5);
    struct disk_stats stats;
    disk_stats(disk, &stats);
    assert_int_equal(stats.dropped_rows, 0);
    disk_stop(disk);
    assert_true(fabs(booked_wh() - 119990) < 1e-6);
}

static struct config *wider;

static void widen(struct disk *disk)
{
    disk_config(disk, wider);
}

static void test_ceiling(void **state)
{
    (void)state;
    config->log_size = 200 << 10;
    wider = make_config(64 << 20);
    full_and_free(widen);
    free(wider);
}

static void remove_ballast(struct disk *disk)
{
    (void)disk;
    assert_int_equal(unlink(in_state("ballast")), 0);
}

static void test_full_disk(void **state)
{
    (void)state;
    /* a file system of our own, where the system lets us have one */
    if ((unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", state_dir, "tmpfs", 0, "size=8m") < 0) {
        print_message("  no file system of our own here: %s\n", strerror(errno));
        skip();
    }
    disk_stop(open_disk());
    int fd = open(in_state("ballast"), O_WRONLY | O_CREAT, 0600);
    char block[4096];
    memset(block, 'x', sizeof block);
    for (long left = 0; write(fd, block, sizeof block) > 0; left++)
        ;
    assert_int_equal(ftruncate(fd, lseek(fd, 0, SEEK_END) - (200 << 10)), 0);
    close(fd);
    full_and_free(remove_ballast);
    assert_int_equal(umount2(state_dir, MNT_DETACH), 0);
}

static void test_device_file(void **state)
{
    (void)state;
    disk_stop(open_disk());
    assert_int_equal(device_file_write(state_dir, "a", "one"), 0);
    assert_int_equal(device_file_write(state_dir, "a", "the second"), 0);
    char *text = device_file_read(state_dir, "a");
    assert_string_equal(text, "the second");
    free(text);
    assert_int_not_equal(access(in_state("devices/a.new"), F_OK), 0);
    assert_int_equal(device_file_write(state_dir, "../a", "x"), -EINVAL);
    assert_int_equal(truncate(in_state("devices/a.json"), STATE_FILE_MAX + 1), 0);
    assert_null(device_file_read(state_dir, "a"));
}

static void test_note(void **state)
{
    (void)state;
    struct disk *disk = open_disk();
    assert_null(disk_note_read(disk, "mqtt-1"));
    assert_int_equal(disk_start(disk), 0);
    disk_note_write(disk, "mqtt-1", "16");
    disk_note_write(disk, "mqtt-1", "17");
    disk_stop(disk);
    disk = open_disk();
    char *text = disk_note_read(disk, "mqtt-1");
    assert_string_equal(text, "17");
    free(text);
    assert_null(disk_note_read(disk, "mqtt-2"));
    disk_stop(disk);
}

static void test_damaged_log(void **state)
{
    (void)state;
    int64_t start = now_s() / STEP_S * STEP_S - 60 - 40 * STEP_S;
    struct disk *disk = open_disk();
    assert_int_equal(disk_start(disk), 0);
    points(disk);
    for (int i = 0; i < 20; i++)
        disk_row(disk, make(start, i));
    disk_stop(disk);
    FILE *file = fopen(in_state("log.db"), "w");
    for (int i = 0; i < 1000; i++)
        fputs("no database ", file);
    fclose(file);
    disk = open_disk();
    assert_int_equal(disk_start(disk), 0);
    struct disk_event *event = await(disk, DISK_TROUBLE);
    assert_non_null(strstr(event->words, "set aside"));
    disk_event_free(event);
    points(disk);
    /* the ledger has had 20 rows of the old log: the new one counts on */
    for (int i = 20; i < 40; i++)
        disk_row(disk, make(start, i));
    disk_stop(disk);
    assert_true(booked_wh() > 379);
    assert_true(power_at(start + 39 * STEP_S) == 3600);
}

static const char *const schemas[] = {"log.db", "ledger.db"};

/* After going back to an older version: refused with words, and nothing is touched. */
static void test_newer(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct diag *diag = diag_new();
        struct disk *disk = NULL;
        sqlite3 *db;
        print_message("  %s\n", schemas[i]);
        disk_stop(open_disk());
        assert_int_equal(sqlite3_open(in_state(schemas[i]), &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(disk_open(state_dir, config, diag, &disk), -EPROTO);
        assert_null(disk);
        assert_non_null(strstr(diag_first(diag), schemas[i]));
        assert_non_null(strstr(diag_first(diag), "newer version"));
        diag_free(diag);
        assert_int_equal(sqlite3_exec(db, "PRAGMA user_version=1", NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        disk_stop(open_disk());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_notice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_locked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_kill, setup, teardown),
        cmocka_unit_test_setup_teardown(test_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_history, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ceiling, setup, teardown),
        cmocka_unit_test_setup_teardown(test_device_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_note, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged_log, setup, teardown),
        cmocka_unit_test_setup_teardown(test_newer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_disk, setup, teardown),
    };
    return cmocka_run_group_tests_name("disk", tests, NULL, NULL);
}
