/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrd_file, rrd_head: real files: migration, bad ones, leftovers and their size. */
#include "daemon/rrd_file.h"
#include "rrd_rig.h"

#include <fcntl.h>
#include <glob.h>
#include <math.h>
#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *name;
    int64_t step;
    struct rrd_span span[3];
    size_t n;
    unsigned long kept; /* a resolution whose history must be the same */
} changes[] = {
    {"longer spans", 10, {{10, 7200}, {60, 72000}, {600, 864000}}, 3, 10},
    {"a new span", 10, {{10, 3600}, {60, 7200}, {300, 86400}}, 3, 60},
    {"rows longer than the single steps", 10, {{10, 3600}, {60, 7200}, {86400, 864000}}, 3, 60}, /* as by default */
    {"half the step", 5, {{5, 3600}, {60, 7200}, {600, 86400}}, 3, 60},
    {"a step of a minute", 60, {{60, 7200}, {600, 86400}}, 2, 60},
};

static void test_migration(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof changes / sizeof changes[0]; c++) {
        double before[21];
        struct rrd_plan plan, got;
        enum rrd_outcome outcome;
        int64_t last;
        char words[RRD_WORDS];
        struct rrd_span span[3];
        print_message("  %s\n", changes[c].name);
        rig_teardown(NULL);
        rig_setup(NULL);
        rig_fill(120);
        for (int i = 1; i <= 19; i++)
            before[i] = rig_at("pdu-a1/total.rrd", "AVERAGE", "active_power", changes[c].kept, RIG_T0 + i * 60);
        memcpy(span, changes[c].span, sizeof span);
        assert_int_equal(rrd_plan_archives(changes[c].step, span, changes[c].n, &plan), 0);
        rrd_plan_add(&plan, Q_VOLTAGE, 10);
        rrd_plan_add(&plan, Q_ACTIVE_POWER, 10);
        assert_int_equal(rrd_file_ready(rig_root, "pdu-a1/total.rrd", &plan, 0, RIG_T0, &got, &last, &outcome, words),
                         0);
        assert_int_equal(outcome, RRD_MIGRATED);
        assert_int_equal(last, RIG_T0 + 1200);
        assert_int_equal(got.n_ds, 3);
        for (int i = 2; i <= 19; i++) {
            double now = rig_at("pdu-a1/total.rrd", "AVERAGE", "active_power", changes[c].kept, RIG_T0 + i * 60);
            assert_true(fabs(now - before[i]) < 1e-9);
        }
        assert_true(isnan(rig_at("pdu-a1/total.rrd", "AVERAGE", "voltage", changes[c].kept, RIG_T0 + 600)));
        assert_int_equal(rrd_file_ready(rig_root, "pdu-a1/total.rrd", &plan, 0, RIG_T0, &got, &last, &outcome, words),
                         0);
        assert_int_equal(outcome, RRD_AS_IT_WAS);
    }
}

/* Between the two steps of a migration the file holds an archive more than it is to have. */
static void test_killed_migration(void **state)
{
    (void)state;
    struct rrd_plan plan, got;
    enum rrd_outcome outcome;
    int64_t last;
    char words[RRD_WORDS], full[128];
    const char *path = "pdu-a1/total.rrd";
    rig_fill(120);
    double before = rig_at(path, "AVERAGE", "active_power", 10, RIG_T0 + 900);
    rrd_plan_archives(10, rig_spans, 3, &plan);
    rrd_plan_add(&plan, Q_ACTIVE_POWER, 10);
    snprintf(full, sizeof full, "%s", rig_in_root(path));
    rrd_clear_error();
    assert_int_equal(rrd_tune(5, (char *[]){"tune", "--daemon", "", full, "RRA:AVERAGE:0.5:1:17280"}), 0);
    assert_false(rrd_test_error());
    assert_int_equal(rrd_file_ready(rig_root, path, &plan, 0, RIG_T0, &got, &last, &outcome, words), 0);
    assert_int_equal(outcome, RRD_MIGRATED);
    assert_int_equal(last, RIG_T0 + 1200);
    assert_true(fabs(rig_at(path, "AVERAGE", "active_power", 10, RIG_T0 + 900) - before) < 1e-9);
    assert_int_equal(rrd_file_ready(rig_root, path, &plan, 0, RIG_T0, &got, &last, &outcome, words), 0);
    assert_int_equal(outcome, RRD_AS_IT_WAS);
}

enum harm {
    HARM_EMPTY,
    HARM_ZEROES,
    HARM_TEXT,
    HARM_CUT,
    HARM_LONG,
    HARM_STEP,
    HARM_ROW,
    HARM_PDP,
    HARM_FOREIGN,
    HARM_DIRECTORY
};

static const struct {
    const char *name;
    enum harm harm;
    const char *words;
} harms[] = {
    {"empty", HARM_EMPTY, "it is empty"},
    {"zero-filled", HARM_ZEROES, "does not begin like"},
    {"text with %s%n", HARM_TEXT, "does not begin like"},
    {"cut off", HARM_CUT, "size"},
    {"too long", HARM_LONG, "size"},
    {"step 0", HARM_STEP, "step is 0"},
    {"wild row pointer", HARM_ROW, "row pointer"},
    {"archive of no steps", HARM_PDP, "no length"},
    {"somebody's own RRD", HARM_FOREIGN, "not one of ours"},
    {"a directory", HARM_DIRECTORY, "not a file"},
};

static void put(const char *full, off_t offset, uint64_t value)
{
    int fd = open(full, O_WRONLY);
    assert_int_equal(pwrite(fd, &value, sizeof value, offset), sizeof value);
    close(fd);
}

static void do_harm(enum harm harm)
{
    const char *full = rig_in_root("pdu-a1/total.rrd");
    struct stat status;
    assert_int_equal(stat(full, &status), 0);
    FILE *file;
    switch (harm) {
    case HARM_EMPTY: assert_int_equal(truncate(full, 0), 0); break;
    case HARM_ZEROES: assert_int_equal(truncate(full, 0) | truncate(full, status.st_size), 0); break;
    case HARM_CUT: assert_int_equal(truncate(full, status.st_size / 2), 0); break;
    case HARM_LONG: assert_int_equal(truncate(full, status.st_size + 8), 0); break;
    case HARM_STEP: put(full, 40, 0); break;
    case HARM_PDP: put(full, 128 + 2 * 120 + 32, 0); break;
    case HARM_ROW: put(full, 128 + 2 * 232 + 7 * 120 + 16 + 7 * 2 * 80, 1u << 30); break;
    case HARM_TEXT:
        file = fopen(full, "w");
        fputs("%s%s%n not an RRD file", file);
        fclose(file);
        break;
    case HARM_FOREIGN:
        unlink(full);
        rrd_clear_error();
        assert_int_equal(rrd_create_r2(full, 10, RIG_T0, 1, NULL, NULL, 2,
                                       (const char *[]){"DS:speed:COUNTER:30:U:U", "RRA:AVERAGE:0.5:1:10"}),
                         0);
        break;
    case HARM_DIRECTORY: assert_int_equal(unlink(full) | mkdir(full, 0755), 0); break;
    }
}

static void test_bad_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof harms / sizeof harms[0]; i++) {
        print_message("  %s\n", harms[i].name);
        rig_teardown(NULL);
        rig_setup(NULL);
        rig_fill(30);
        do_harm(harms[i].harm);
        struct rrd_reader *reader = rig_reader(0);
        rig_points(reader);
        for (int64_t k = 31; k <= 40; k++)
            rig_poll(reader, k);
        rrd_reader_flush(reader, RIG_T0 + 400, RIG_T0 + 400, INT64_MAX, 100);
        assert_int_equal(rig_begun, 1);
        assert_int_equal(rig_ended, 1);
        assert_non_null(strstr(rig_said, harms[i].words));
        assert_non_null(strstr(rig_said, "pdu-a1/total.rrd"));
        assert_true(fabs(rig_at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, RIG_T0 + 400) - 1005) < 1e-9);
        glob_t found;
        assert_int_equal(glob(rig_in_root("pdu-a1/total.rrd.bad-20260101T000640Z"), 0, NULL, &found), 0);
        assert_int_equal(found.gl_pathc, 1);
        globfree(&found);
        rrd_reader_free(reader);
    }
}

static void test_sweep_and_size(void **state)
{
    (void)state;
    rig_fill(30);
    static const char *const names[] = {"pdu-a1/total.rrdAb12Cd", "pdu-a1/total.rrd.saved", "pdu-a1/total.rrd.bad-1"};
    for (int i = 0; i < 3; i++)
        fclose(fopen(rig_in_root(names[i]), "w"));
    assert_int_equal(rrd_file_sweep(rig_root), 1);
    assert_int_not_equal(access(rig_in_root(names[0]), F_OK), 0);
    assert_int_equal(access(rig_in_root(names[1]), F_OK), 0);
    assert_int_equal(access(rig_in_root(names[2]), F_OK), 0);
    struct rrd_plan plan;
    struct stat status;
    rrd_plan_archives(10, rig_spans, 3, &plan);
    assert_int_equal(stat(rig_in_root("pdu-a1/total.rrd"), &status), 0);
    assert_int_equal(status.st_size, rrd_plan_bytes(&plan, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {RIG_TEST(test_migration), RIG_TEST(test_killed_migration),
                                       RIG_TEST(test_bad_files), RIG_TEST(test_sweep_and_size)};
    setenv("RRDCACHED_ADDRESS", "/nowhere/rrdcached.sock", 1); /* whoever set it: it is not asked */
    return cmocka_run_group_tests_name("rrd_file", tests, NULL, NULL);
}
