/* SPDX-License-Identifier: GPL-3.0-or-later */
/* backup and rrd_migrate on a state directory made by ledger, rrd_file and state_dir. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/backup.h"
#include "daemon/device_file.h"
#include "daemon/ledger.h"
#include "daemon/rrd_file.h"
#include "daemon/rrd_migrate.h"
#include "daemon/state_dir.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <math.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define T0 1767225600

static char root[64], state_dir[80];
static struct rrd_span spans[] = {{10, 3600}, {60, 7200}};
static const char *sample[] = {"1767225610:100", "1767225620:110"};

static int gone(const char *name, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(name);
}

static const char *in_root(const char *path)
{
    static char full[2][200];
    static int turn;
    turn = !turn;
    snprintf(full[turn], sizeof full[turn], "%s/%s", root, path);
    return full[turn];
}

static void make_rrd(const char *path)
{
    struct rrd_plan plan, got;
    enum rrd_outcome outcome;
    int64_t last;
    char words[RRD_WORDS];
    assert_int_equal(rrd_plan_archives(10, spans, 2, &plan), 0);
    rrd_plan_add(&plan, Q_ACTIVE_POWER, 10);
    assert_int_equal(rrd_file_ready(in_root("state/rrd"), path, &plan, T0, T0, &got, &last, &outcome, words), 0);
    assert_int_equal(outcome, RRD_CREATED);
    assert_int_equal(rrd_file_update(in_root("state/rrd"), path, 2, sample, words), 0);
}

static int setup(void **state)
{
    char words[200];
    struct ledger *ledger;
    struct record record = {.number = 1,
                            .device = "pdu-a1",
                            .part = "total",
                            .quantity = Q_ENERGY,
                            .room = "r",
                            .role = ROLE_IT,
                            .share = 1,
                            .accuracy = NAN,
                            .rated_w = NAN,
                            .period_s = 10,
                            .to_ms = INT64_MAX};
    int lock;
    (void)state;
    strcpy(root, "/tmp/wattwacht-backup-XXXXXX");
    if (!mkdtemp(root))
        return -1;
    snprintf(state_dir, sizeof state_dir, "%s/state", root);
    assert_int_equal(state_dir_take(state_dir, &lock, words, sizeof words), 0);
    close(lock);
    assert_int_equal(ledger_open(in_root("state/ledger.db"), true, &ledger), 0);
    assert_int_equal(ledger_define(ledger, &record), 0);
    assert_int_equal(ledger_commit(ledger), 0);
    ledger_close(ledger);
    assert_int_equal(device_file_write(state_dir, "pdu-a1", "{}"), 0);
    make_rrd("pdu-a1/total.rrd");
    make_rrd("room/kpi.rrd");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return nftw(root, gone, 8, FTW_DEPTH | FTW_PHYS);
}

/* Unpacks into root/out; counts the files. */
static int unpack(const char *file)
{
    int n = 0;
    struct archive_entry *entry;
    struct archive *in = archive_read_new(), *out = archive_write_disk_new();
    archive_read_support_filter_all(in);
    archive_read_support_format_tar(in);
    assert_int_equal(archive_read_open_filename(in, file, 65536), ARCHIVE_OK);
    while (archive_read_next_header(in, &entry) == ARCHIVE_OK) {
        char path[300];
        snprintf(path, sizeof path, "%s/out/%s", root, archive_entry_pathname(entry));
        archive_entry_set_pathname(entry, path);
        assert_int_equal(archive_read_extract2(in, entry, out), ARCHIVE_OK);
        n++;
    }
    archive_read_free(in);
    archive_write_free(out);
    return n;
}

static void same(const char *a, const char *b)
{
    char one[65536], two[65536];
    FILE *fa = fopen(in_root(a), "r"), *fb = fopen(in_root(b), "r");
    assert_non_null(fa);
    assert_non_null(fb);
    size_t n;
    do {
        n = fread(one, 1, sizeof one, fa);
        assert_int_equal(fread(two, 1, sizeof two, fb), n);
        assert_memory_equal(one, two, n);
    } while (n);
    fclose(fa);
    fclose(fb);
}

static void count_point(void *context, uint32_t number, const char *name)
{
    assert_int_equal(number, 1);
    assert_string_equal(name, "pdu-a1/total/energy");
    ++*(int *)context;
}

static void test_backup(void **state)
{
    (void)state;
    static const char *const names[] = {"b.tar", "b.tar.gz", "b.tgz", "b.tar.zst"};
    for (int i = 0; i < 4; i++) {
        char *words = NULL;
        size_t size;
        FILE *out = open_memstream(&words, &size);
        struct ledger *ledger = NULL;
        int points = 0;
        print_message("  %s\n", names[i]);
        assert_int_equal(backup_write(state_dir, in_root(names[i]), out), 0);
        fclose(out);
        assert_non_null(strstr(words, "4 files"));
        free(words);
        assert_int_equal(unpack(in_root(names[i])), 4);
        same("state/rrd/pdu-a1/total.rrd", "out/wattwacht/rrd/pdu-a1/total.rrd");
        same("state/rrd/room/kpi.rrd", "out/wattwacht/rrd/room/kpi.rrd");
        same("state/devices/pdu-a1.json", "out/wattwacht/devices/pdu-a1.json");
        assert_int_equal(ledger_open(in_root("out/wattwacht/ledger.db"), false, &ledger), 0);
        assert_int_equal(ledger_points(ledger, count_point, &points), 0);
        assert_int_equal(points, 1);
        ledger_close(ledger);
    }
    glob_t found;
    assert_int_equal(glob(in_root("b.*-??????"), 0, NULL, &found), GLOB_NOMATCH);
}

static const struct {
    const char *name, *state, *file;
    int r;
} refused[] = {
    {"another ending", "state", "b.zip", -EINVAL},
    {"no ending", "state", "backup", -EINVAL},
    {"no such state", "elsewhere", "b.tar", -ENOENT},
    {"no such directory", "state", "nowhere/b.tar", -ENOENT},
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char *words = NULL;
        size_t size;
        FILE *out = open_memstream(&words, &size);
        char file[200];
        print_message("  %s\n", refused[i].name);
        snprintf(file, sizeof file, "%s", in_root(refused[i].file));
        assert_int_equal(backup_write(in_root(refused[i].state), file, out), refused[i].r);
        fclose(out);
        assert_true(size > 10);
        free(words);
        assert_int_not_equal(access(file, F_OK), 0);
    }
    glob_t found;
    assert_int_equal(glob(in_root("*-??????"), 0, NULL, &found), GLOB_NOMATCH);
}

/* The daemon goes on writing: a transaction is open, then an RRD file is locked for a while by another process. */
static void test_while_running(void **state)
{
    (void)state;
    sqlite3 *db;
    FILE *out = fopen("/dev/null", "w");
    int ends[2];
    char byte;
    assert_int_equal(sqlite3_open(in_root("state/ledger.db"), &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "BEGIN IMMEDIATE; INSERT INTO point VALUES(2,'x/total/energy')", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (!child) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int fd = open(in_root("state/rrd/room/kpi.rrd"), O_RDWR);
        if (fcntl(fd, F_SETLK, &lock) < 0 || write(ends[1], "x", 1) != 1)
            _exit(1);
        poll(NULL, 0, 200); /* held while the backup comes by */
        _exit(0);
    }
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(backup_write(state_dir, in_root("b.tar"), out), 0);
    assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    fclose(out);
    assert_int_equal(unpack(in_root("b.tar")), 4);
    struct ledger *ledger;
    int points = 0;
    assert_int_equal(ledger_open(in_root("out/wattwacht/ledger.db"), false, &ledger), 0);
    assert_int_equal(ledger_points(ledger, count_point, &points), 0);
    assert_int_equal(points, 1); /* what was not committed is not in it */
    ledger_close(ledger);
}

static int migrate(struct rrd_span *span, size_t n, char **ret_words)
{
    struct config config = {.rrd_step_s = 10, .span = span, .n_spans = n};
    size_t size;
    FILE *out = open_memstream(ret_words, &size);
    int r = rrd_migrate(state_dir, &config, out);
    fclose(out);
    return r;
}

static void test_migrate(void **state)
{
    (void)state;
    struct rrd_span longer[] = {{10, 7200}, {60, 7200}};
    struct rrd_head head;
    char *words, why[160];
    assert_int_equal(migrate(spans, 2, &words), 0);
    assert_non_null(strstr(words, "pdu-a1/total.rrd: is as it should be"));
    free(words);
    assert_int_equal(migrate(longer, 2, &words), 0);
    assert_non_null(strstr(words, "pdu-a1/total.rrd: migrated with its history"));
    assert_non_null(strstr(words, "room/kpi.rrd: migrated with its history"));
    free(words);
    assert_int_equal(rrd_head_read(in_root("state/rrd/pdu-a1/total.rrd"), &head, why), 0);
    assert_int_equal(head.plan.archive[0].rows, 720);
    assert_int_equal(head.last_s, T0 + 20);
    assert_int_equal(head.plan.ds[0].heartbeat_s, 30);
    assert_int_equal(truncate(in_root("state/rrd/pdu-a1/total.rrd"), 100), 0);
    assert_int_equal(migrate(spans, 2, &words), -EBADMSG);
    assert_non_null(strstr(words, "pdu-a1/total.rrd: left as it is: "));
    assert_non_null(strstr(words, "room/kpi.rrd: migrated with its history"));
    free(words);
    int lock;
    char text[200];
    assert_int_equal(state_dir_take(state_dir, &lock, text, sizeof text), 0);
    assert_int_equal(migrate(spans, 2, &words), -EBUSY);
    assert_non_null(strstr(words, "in use by another process"));
    free(words);
    close(lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_backup, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_while_running, setup, teardown),
        cmocka_unit_test_setup_teardown(test_migrate, setup, teardown),
    };
    return cmocka_run_group_tests_name("backup", tests, NULL, NULL);
}
