/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrd_rows: what is read beside a writer. */
#include "daemon/rrd_rows.h"
#include "rrd_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char file[128];

static int with_file(void **state)
{
    rig_setup(state);
    rig_fill(30);
    snprintf(file, sizeof file, "%s", rig_in_root("pdu-a1/total.rrd"));
    return 0;
}

static int read_power(int64_t from_s, int64_t to_s, struct rrd_rows *ret, char words[160])
{
    return rrd_rows_read(file, Q_ACTIVE_POWER, RF_AVERAGE, from_s, to_s, 10, ret, words);
}

static void test_values(void **state)
{
    (void)state;
    struct rrd_rows rows;
    char words[160];
    assert_int_equal(read_power(RIG_T0 + 100, RIG_T0 + 200, &rows, words), 0);
    assert_int_equal(rows.step_s, 10);
    assert_true(rows.n >= 10);
    assert_in_range(rows.from_s, RIG_T0 + 90, RIG_T0 + 100);
    for (size_t i = 0; i < rows.n; i++) {
        int64_t end = rows.from_s + (int64_t)(i + 1) * 10;
        double other = rig_at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, end);
        assert_false(isnan(other));
        assert_true(rrd_rows_at(&rows, i) == other);
    }
    assert_true(isnan(rrd_rows_at(&rows, rows.n)));
    rrd_rows_done(&rows);
    assert_int_equal(rrd_rows_read(file, Q_HUMIDITY, RF_AVERAGE, RIG_T0, RIG_T0 + 100, 10, &rows, words), -ENOENT);
    assert_string_equal(words, "no humidity in it");
    snprintf(file, sizeof file, "%s", rig_in_root("nobody.rrd"));
    assert_int_equal(read_power(RIG_T0, RIG_T0 + 100, &rows, words), -EBADMSG);
    assert_non_null(strstr(words, "No such file"));
}

/* Another process has the file locked as librrd's writers do: from now on, for so long; 0: until it is killed. */
static pid_t lock_file(long ms)
{
    int told[2];
    char one;
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    if (child == 0) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        struct timespec pause = {.tv_sec = ms ? 0 : 60, .tv_nsec = ms * 1000000};
        int fd = open(file, O_RDWR);
        if (fd < 0 || fcntl(fd, F_SETLK, &lock) < 0 || write(told[1], "x", 1) != 1)
            _exit(1);
        nanosleep(&pause, NULL);
        _exit(0);
    }
    assert_int_equal(read(told[0], &one, 1), 1);
    close(told[0]);
    close(told[1]);
    return child;
}

static void test_writer(void **state)
{
    (void)state;
    struct rrd_rows rows;
    char words[160];
    pid_t child = lock_file(150);
    assert_int_equal(read_power(RIG_T0 + 100, RIG_T0 + 200, &rows, words), 0);
    rrd_rows_done(&rows);
    assert_int_equal(waitpid(child, NULL, 0), child);
    child = lock_file(0);
    assert_int_equal(read_power(RIG_T0 + 100, RIG_T0 + 200, &rows, words), -EAGAIN);
    assert_string_equal(words, "it is locked by another program");
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(read_power(RIG_T0 + 100, RIG_T0 + 200, &rows, words), 0);
    rrd_rows_done(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_values, with_file, rig_teardown),
                                       cmocka_unit_test_setup_teardown(test_writer, with_file, rig_teardown)};
    return cmocka_run_group_tests_name("rrd_rows", tests, NULL, NULL);
}
