/* SPDX-License-Identifier: GPL-3.0-or-later */
/* disk, disk_work: a second daemon, a kill, a log at its ceiling, a full disk, a damaged log and files of a newer
 * version: what was handed over is kept, or it is said. */
#include "disk_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_locked(void **state)
{
    (void)state;
    struct disk *disk = rig_open(), *second = NULL;
    struct diag *diag = diag_new();
    char pid[32];
    assert_int_equal(disk_open(rig_state, rig_config, diag, &second), -EBUSY);
    assert_null(second);
    snprintf(pid, sizeof pid, "(%ld)", (long)getpid());
    assert_non_null(strstr(diag_first(diag), "one state directory serves one daemon"));
    assert_non_null(strstr(diag_first(diag), pid));
    diag_free(diag);
    disk_stop(disk);
    disk_stop(rig_open());
}

/* Hands over rows without end; tells through the pipe when the first 50 are handed over. */
static void hand_over(int fd, int64_t start)
{
    struct disk *disk = rig_open();
    if (disk_start(disk) < 0)
        _exit(1);
    rig_points(disk);
    rig_rows(disk, start, 0, 50);
    if (write(fd, "x", 1) != 1)
        _exit(1);
    for (int i = 50; i < 1000; i++) {
        disk_row(disk, rig_row(start, i));
        poll(NULL, 0, 5);
    }
    _exit(1);
}

static void test_kill(void **state)
{
    (void)state;
    int ends[2], status;
    char byte;
    int64_t start = rig_start_s(1000);
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

    struct disk *disk = rig_open();
    struct disk_stats stats;
    assert_int_equal(disk_session(disk), 2);
    assert_int_equal(disk_start(disk), 0);
    /* nobody has named the points yet: the rows find their way all the same */
    rig_flush(disk, 1);
    disk_stats(disk, &stats);
    for (int i = 1; i < 50; i++)
        assert_true(rig_power_at(start + i * RIG_STEP_S) == 3600);
    disk_stop(disk);
    int64_t kept = (stats.last_wall_ms / 1000 - start) / RIG_STEP_S;
    assert_true(kept >= 49 && kept < 1000);
    assert_true(fabs(rig_booked_wh() - 10 * (double)kept) < 1e-6);
    assert_true(rig_power_at(start + kept * RIG_STEP_S) == 3600);
}

static void await_trouble(struct disk *disk, bool begins)
{
    struct disk_event *event;
    while ((event = rig_await(disk, DISK_TROUBLE)) && (strcmp(event->what, "log") != 0 || event->trouble != begins))
        disk_event_free(event);
    assert_non_null(event);
    assert_non_null(strstr(event->words, begins ? "full" : "log.db is written again"));
    disk_event_free(event);
}

/* Trouble of the log begins and ends with words, and no row is lost in between. */
static void full_and_free(void (*make_free)(struct disk *disk))
{
    int64_t start = rig_start_s(12000);
    struct disk *disk = rig_open();
    assert_int_equal(disk_start(disk), 0);
    rig_points(disk);
    rig_flush(disk, 4); /* the first turn is over: the next one, a second later, takes all rows at once */
    rig_rows(disk, start, 0, 12000);
    await_trouble(disk, true);
    make_free(disk);
    await_trouble(disk, false);
    rig_flush(disk, 5);
    struct disk_stats stats;
    disk_stats(disk, &stats);
    assert_int_equal(stats.dropped_rows, 0);
    disk_stop(disk);
    assert_true(fabs(rig_booked_wh() - 119990) < 1e-6);
}

static struct config *wider;

static void widen(struct disk *disk)
{
    disk_config(disk, wider);
}

static void test_ceiling(void **state)
{
    (void)state;
    rig_config->log_size = 200 << 10;
    wider = rig_config_new(64 << 20);
    full_and_free(widen);
    free(wider);
}

static void remove_ballast(struct disk *disk)
{
    (void)disk;
    assert_int_equal(unlink(rig_in_state("ballast")), 0);
}

static void test_full_disk(void **state)
{
    (void)state;
    /* a file system of our own, where the system lets us have one */
    if ((unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", rig_state, "tmpfs", 0, "size=8m") < 0) {
        print_message("  no file system of our own here: %s\n", strerror(errno));
        skip();
    }
    disk_stop(rig_open());
    int fd = open(rig_in_state("ballast"), O_WRONLY | O_CREAT, 0600);
    char block[4096];
    memset(block, 'x', sizeof block);
    for (long left = 0; write(fd, block, sizeof block) > 0; left++)
        ;
    assert_int_equal(ftruncate(fd, lseek(fd, 0, SEEK_END) - (200 << 10)), 0);
    close(fd);
    full_and_free(remove_ballast);
    assert_int_equal(umount2(rig_state, MNT_DETACH), 0);
}

static void test_damaged_log(void **state)
{
    (void)state;
    int64_t start = rig_start_s(40);
    struct disk *disk = rig_open();
    assert_int_equal(disk_start(disk), 0);
    rig_points(disk);
    rig_rows(disk, start, 0, 20);
    disk_stop(disk);
    FILE *file = fopen(rig_in_state("log.db"), "w");
    for (int i = 0; i < 1000; i++)
        fputs("no database ", file);
    fclose(file);
    disk = rig_open();
    assert_int_equal(disk_start(disk), 0);
    struct disk_event *event = rig_await(disk, DISK_TROUBLE);
    assert_non_null(strstr(event->words, "set aside"));
    disk_event_free(event);
    rig_points(disk);
    /* the ledger has had 20 rows of the old log: the new one counts on */
    rig_rows(disk, start, 20, 40);
    disk_stop(disk);
    assert_true(rig_booked_wh() > 379);
    assert_true(rig_power_at(start + 39 * RIG_STEP_S) == 3600);
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
        disk_stop(rig_open());
        assert_int_equal(sqlite3_open(rig_in_state(schemas[i]), &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(disk_open(rig_state, rig_config, diag, &disk), -EPROTO);
        assert_null(disk);
        assert_non_null(strstr(diag_first(diag), schemas[i]));
        assert_non_null(strstr(diag_first(diag), "newer version"));
        diag_free(diag);
        assert_int_equal(sqlite3_exec(db, "PRAGMA user_version=1", NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        disk_stop(rig_open());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {RIG_TEST(test_locked),      RIG_TEST(test_kill),  RIG_TEST(test_ceiling),
                                       RIG_TEST(test_damaged_log), RIG_TEST(test_newer), RIG_TEST(test_full_disk)};
    return cmocka_run_group_tests_name("disk_trouble", tests, NULL, NULL);
}
