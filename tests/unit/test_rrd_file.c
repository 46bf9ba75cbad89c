/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrd_file, rrd_head, rrd_series and rrd_reader on real files: values read back, migration, bad files, bad times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/rrd_file.h"
#include "daemon/rrd_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <glob.h>
#include <math.h>
#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define T0 1767225600 /* 2026-01-01 UTC: on every grid */

static char root[64];
static char said[4000];
static unsigned begun, ended;
static const struct rrd_span spans[] = {{10, 3600}, {60, 7200}, {600, 86400}};

static void say(void *context, bool begins, const char *words)
{
    (void)context;
    *(begins ? &begun : &ended) += 1;
    strncat(said, words, sizeof said - strlen(said) - 2);
    strcat(said, "\n");
}

static int gone(const char *name, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(name);
}

static int setup(void **state)
{
    (void)state;
    strcpy(root, "/tmp/wattwacht-rrd-XXXXXX");
    said[0] = '\0';
    begun = ended = 0;
    return mkdtemp(root) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    return nftw(root, gone, 8, FTW_DEPTH | FTW_PHYS);
}

static char *in_root(const char *path)
{
    static char full[200];
    snprintf(full, sizeof full, "%s/%s", root, path);
    return full;
}

/* The value that ends at t, of the resolution asked for. */
static double at(const char *path, const char *function, const char *source, unsigned long step, int64_t t)
{
    time_t start = (time_t)t - (time_t)step, end = (time_t)t - 1;
    unsigned long got = step, n;
    char **names;
    rrd_value_t *data;
    double value = NAN;
    rrd_clear_error();
    assert_int_equal(rrd_fetch_r(in_root(path), function, &start, &end, &got, &n, &names, &data), 0);
    assert_int_equal(got, step);
    for (unsigned long i = 0; i < n; i++) {
        if (!strcmp(names[i], source))
            value = data[(unsigned long)((t - (int64_t)step - start) / (int64_t)step) * n + i];
        rrd_freemem(names[i]);
    }
    rrd_freemem(names);
    rrd_freemem(data);
    return value;
}

static struct config config_of(int64_t step, struct rrd_span *span, size_t n)
{
    return (struct config){.rrd_step_s = step, .span = span, .n_spans = n};
}

static struct rrd_reader *open_reader(int64_t cursor)
{
    struct rrd_span copy[3];
    memcpy(copy, spans, sizeof copy);
    struct config config = config_of(10, copy, 3);
    struct rrd_reader *reader = NULL;
    assert_int_equal(rrd_reader_new(root, &config, cursor, cursor, say, NULL, &reader), 0);
    return reader;
}

static void feed(struct rrd_reader *reader, int64_t seq, int64_t wall_ms, uint32_t first, size_t n, const double *value)
{
    struct row *row = row_new(n);
    row->seq = seq;
    row->wall_ms = wall_ms;
    for (size_t i = 0; i < n; i++)
        row->value[i] = (struct row_value){first + (uint32_t)i, isnan(value[i]) ? QL_SILENT : QL_GOOD, value[i]};
    rrd_reader_feed(reader, row, wall_ms / 1000, wall_ms / 1000);
    row_free(row);
}

static void points(struct rrd_reader *reader)
{
    assert_int_equal(rrd_reader_point(reader, 1, "pdu-a1", "total", Q_ACTIVE_POWER, 10), 0);
    assert_int_equal(rrd_reader_point(reader, 2, "pdu-a1", "total", Q_CURRENT, 10), 0);
    assert_int_equal(rrd_reader_point(reader, 3, "pdu-a1", "total", Q_ENERGY, 10), 0);
    assert_int_equal(rrd_reader_point(reader, 4, "pdu-a1", "outlet-01", Q_ACTIVE_POWER, 10), 0);
}

/* One poll each 10 s, three seconds off the grid and never quite in time. */
static void poll(struct rrd_reader *reader, int64_t i)
{
    double power = 1000 + (double)i * 0.125;
    feed(reader, i + 1, (T0 + i * 10) * 1000LL + 3000 + (i * 37 % 700), 1, 4,
         (double[]){power, i % 10 == 5 ? NAN : power / 230, 1e6 + (double)i, -power});
}

/* Up to which poll the file has been written. */
static int64_t written(const char *path)
{
    struct rrd_head head;
    char words[160];
    return rrd_head_read(in_root(path), &head, words) < 0 ? 0 : (head.last_s - T0) / 10;
}

static void test_values(void **state)
{
    (void)state;
    struct rrd_reader *reader = open_reader(0);
    points(reader);
    for (int64_t i = 1, before = 0, now; i <= 120; i++, before = now) {
        poll(reader, i);
        rrd_reader_flush(reader, T0 + i * 10, T0 + i * 10, 0, 100);
        now = written("pdu-a1/total.rrd");
        assert_true(now == before || now == i);
        assert_true(i - now < 30);
        if (before && now != before)
            assert_int_equal(now - before, 30); /* gathered; but the first ends at a time of the file's own */
    }
    assert_int_not_equal(written("pdu-a1/total.rrd"), written("pdu-a1/outlet-01.rrd"));
    rrd_reader_flush(reader, T0 + 1200, T0 + 1200, INT64_MAX, 100);
    assert_false(rrd_reader_waits(reader, 121));
    assert_int_equal(rrd_reader_cursor(reader), 121);
    for (int64_t i = 1; i <= 120; i++) {
        double power = 1000 + (double)i * 0.125;
        assert_true(fabs(at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, T0 + i * 10) - power) < 1e-9);
        assert_true(fabs(at("pdu-a1/outlet-01.rrd", "AVERAGE", "active_power", 10, T0 + i * 10) + power) < 1e-9);
        double current = at("pdu-a1/total.rrd", "AVERAGE", "current", 10, T0 + i * 10);
        assert_true(i % 10 == 5 ? isnan(current) : fabs(current - power / 230) < 1e-9);
    }
    assert_true(fabs(at("pdu-a1/total.rrd", "MAX", "active_power", 60, T0 + 600) - 1007.5) < 1e-9);
    assert_true(fabs(at("pdu-a1/total.rrd", "MIN", "active_power", 60, T0 + 600) - 1006.875) < 1e-9);
    assert_int_equal(begun, 0);
    struct rrd_head head;
    char words[160];
    assert_int_equal(rrd_head_read(in_root("pdu-a1/total.rrd"), &head, words), 0);
    assert_int_equal(head.plan.n_ds, 2); /* no energy */
    assert_int_equal(head.plan.ds[0].heartbeat_s, 30);
    assert_int_equal(head.last_s, T0 + 1200);
    rrd_reader_free(reader);
}

/* Killed before a batch was written: the rows come again from the cursor, and nothing is there twice or missing. */
static void test_replay(void **state)
{
    (void)state;
    struct rrd_reader *reader = open_reader(0);
    points(reader);
    for (int64_t i = 1; i <= 50; i++) {
        poll(reader, i);
        rrd_reader_flush(reader, T0, T0 + i * 10, 0, 1); /* one file a turn */
    }
    int64_t cursor = rrd_reader_cursor(reader);
    assert_in_range(cursor, 30, 40);
    rrd_reader_free(reader);
    reader = open_reader(51);
    points(reader);
    for (int64_t i = 10; i <= 60; i++)
        poll(reader, i);
    rrd_reader_flush(reader, T0 + 600, T0 + 600, INT64_MAX, 100);
    for (int64_t i = 1; i <= 60; i++)
        assert_true(
            fabs(at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, T0 + i * 10) - 1000 - (double)i * 0.125) < 1e-9);
    struct rrd_counts counts;
    rrd_reader_counts(reader, &counts);
    assert_true(counts.passed_over > 0);
    assert_int_equal(counts.repeated, 0);
    assert_int_equal(begun, 0);
    rrd_reader_free(reader);
}

static void test_times(void **state)
{
    (void)state;
    struct rrd_reader *reader = open_reader(0);
    struct rrd_counts counts;
    double power = 500;
    points(reader);
    for (int i = 1; i <= 12; i++)
        feed(reader, i, (T0 + i * 10) * 1000LL, 1, 1, &power);
    struct row *row = row_new(1);
    row->seq = 13;
    row->wall_ms = (T0 + 365 * 86400LL) * 1000;
    row->value[0] = (struct row_value){1, QL_GOOD, 9999};
    rrd_reader_feed(reader, row, T0 + 120, T0 + 120);
    row_free(row);
    rrd_reader_counts(reader, &counts);
    assert_int_equal(counts.future, 1);
    for (int i = 0; i < 5; i++)
        feed(reader, 14 + i, (T0 + 70 + i * 10) * 1000LL, 1, 1, &(double){777});
    rrd_reader_counts(reader, &counts);
    assert_int_equal(counts.repeated, 5);
    assert_int_equal(begun, 1);
    assert_non_null(strstr(said, "the clock went back"));
    for (int i = 13; i <= 15; i++)
        feed(reader, 10 + i, (T0 + i * 10) * 1000LL, 1, 1, &power);
    assert_int_equal(ended, 1);
    rrd_reader_flush(reader, T0 + 150, T0 + 150, INT64_MAX, 100);
    for (int i = 1; i <= 15; i++)
        assert_true(fabs(at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, T0 + i * 10) - 500) < 1e-9);
    rrd_reader_free(reader);
}

/* A bad sample in a batch costs that sample: librrd alone would lose all behind it. */
static void test_bad_sample(void **state)
{
    (void)state;
    struct rrd_reader *reader = open_reader(0);
    points(reader);
    for (int i = 1; i <= 12; i++)
        feed(reader, i, (T0 + i * 10) * 1000LL, 1, 2, (double[]){i == 4 ? INFINITY : i == 7 ? NAN : 100, 1});
    rrd_reader_flush(reader, T0 + 150, T0 + 150, INT64_MAX, 100);
    for (int i = 1; i <= 12; i++) {
        double value = at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, T0 + i * 10);
        assert_true(i == 4 || i == 7 ? isnan(value) : value == 100);
        assert_true(at("pdu-a1/total.rrd", "AVERAGE", "current", 10, T0 + i * 10) == 1);
    }
    rrd_reader_free(reader);
}

/* Four polls a second: one of them is kept, and nobody hears of a clock that went back. */
static void test_faster(void **state)
{
    (void)state;
    struct rrd_reader *reader = open_reader(0);
    struct rrd_counts counts;
    assert_int_equal(rrd_reader_point(reader, 1, "pdu-a1", "total", Q_ACTIVE_POWER, 0.25), 0);
    for (int i = 0; i < 240; i++)
        feed(reader, i + 1, T0 * 1000LL + i * 250 + 20, 1, 1, &(double){300});
    rrd_reader_flush(reader, T0 + 60, T0 + 60, INT64_MAX, 100);
    rrd_reader_counts(reader, &counts);
    assert_in_range(counts.samples, 59, 61);
    assert_int_equal(counts.repeated, 0);
    assert_int_equal(begun, 0);
    for (int t = 10; t <= 50; t += 10)
        assert_true(at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, T0 + t) == 300);
    rrd_reader_free(reader);
}

/* Every 60 s a temperature in rows of its own: it rides along while it is fresh, 180 s. */
static void test_slower(void **state)
{
    (void)state;
    struct rrd_reader *reader = open_reader(0);
    points(reader);
    assert_int_equal(rrd_reader_point(reader, 5, "pdu-a1", "total", Q_TEMPERATURE, 60), 0);
    for (int i = 0; i <= 60; i++) {
        if (i % 6 == 0 && i <= 24)
            feed(reader, 2 * i + 1, (T0 + i * 10) * 1000LL + 100, 5, 1, &(double){20 + i});
        feed(reader, 2 * i + 2, (T0 + i * 10) * 1000LL + 200, 1, 1, &(double){300});
    }
    rrd_reader_flush(reader, T0 + 600, T0 + 600, INT64_MAX, 100);
    for (int i = 1; i <= 60; i++) {
        double value = at("pdu-a1/total.rrd", "AVERAGE", "temperature", 10, T0 + i * 10);
        assert_true(i >= 24 + 18 ? isnan(value) : value == 20 + (i > 24 ? 24 : i / 6 * 6));
        assert_true(at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, T0 + i * 10) == 300);
    }
    rrd_reader_free(reader);
}

static void test_kpi(void **state)
{
    (void)state;
    struct rrd_reader *reader = open_reader(0);
    assert_int_equal(rrd_reader_point(reader, 9, "room", "kpi", Q_K_IPUE, 60), 0);
    assert_int_equal(rrd_reader_point(reader, 10, "ro%m", "kpi", Q_K_IPUE, 60), -EINVAL);
    for (int i = 1; i <= 10; i++)
        feed(reader, i, (T0 + i * 60) * 1000LL, 9, 1, &(double){1.5});
    rrd_reader_flush(reader, T0 + 600, T0 + 600, INT64_MAX, 100);
    assert_true(at("room/kpi.rrd", "AVERAGE", "ipue", 60, T0 + 540) == 1.5);
    rrd_reader_free(reader);
}

static void fill(int n)
{
    struct rrd_reader *reader = open_reader(0);
    points(reader);
    for (int64_t i = 1; i <= n; i++)
        poll(reader, i);
    rrd_reader_flush(reader, T0 + n * 10, T0 + n * 10, INT64_MAX, 100);
    rrd_reader_free(reader);
}

static const struct {
    const char *name;
    int64_t step;
    struct rrd_span span[3];
    size_t n;
    unsigned long kept; /* a resolution whose history must be the same */
} changes[] = {
    {"longer spans", 10, {{10, 7200}, {60, 72000}, {600, 864000}}, 3, 10},
    {"a new span", 10, {{10, 3600}, {60, 7200}, {300, 86400}}, 3, 60},
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
        teardown(NULL);
        setup(NULL);
        fill(120);
        for (int i = 1; i <= 19; i++)
            before[i] = at("pdu-a1/total.rrd", "AVERAGE", "active_power", changes[c].kept, T0 + i * 60);
        memcpy(span, changes[c].span, sizeof span);
        assert_int_equal(rrd_plan_archives(changes[c].step, span, changes[c].n, &plan), 0);
        rrd_plan_add(&plan, Q_VOLTAGE, 10);
        rrd_plan_add(&plan, Q_ACTIVE_POWER, 10);
        assert_int_equal(rrd_file_ready(root, "pdu-a1/total.rrd", &plan, 0, T0, &got, &last, &outcome, words), 0);
        assert_int_equal(outcome, RRD_MIGRATED);
        assert_int_equal(last, T0 + 1200);
        assert_int_equal(got.n_ds, 3);
        for (int i = 2; i <= 19; i++) {
            double now = at("pdu-a1/total.rrd", "AVERAGE", "active_power", changes[c].kept, T0 + i * 60);
            assert_true(fabs(now - before[i]) < 1e-9);
        }
        assert_true(isnan(at("pdu-a1/total.rrd", "AVERAGE", "voltage", changes[c].kept, T0 + 600)));
        assert_int_equal(rrd_file_ready(root, "pdu-a1/total.rrd", &plan, 0, T0, &got, &last, &outcome, words), 0);
        assert_int_equal(outcome, RRD_AS_IT_WAS);
    }
}

/* A quantity seen for the first time in the middle of a batch. */
static void test_new_source(void **state)
{
    (void)state;
    fill(40);
    struct rrd_reader *reader = open_reader(0);
    points(reader);
    for (int64_t i = 41; i <= 80; i++) {
        if (i == 60)
            assert_int_equal(rrd_reader_point(reader, 5, "pdu-a1", "total", Q_VOLTAGE, 10), 0);
        double power = 1000 + (double)i * 0.125;
        feed(reader, i, (T0 + i * 10) * 1000LL + 3000, 1, 5, (double[]){power, 4, 0, power, 230});
    }
    rrd_reader_flush(reader, T0 + 800, T0 + 800, INT64_MAX, 100);
    for (int64_t i = 1; i <= 80; i++) {
        double voltage = at("pdu-a1/total.rrd", "AVERAGE", "voltage", 10, T0 + i * 10);
        assert_true(i < 60 ? isnan(voltage) : voltage == 230);
        assert_true(
            fabs(at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, T0 + i * 10) - 1000 - (double)i * 0.125) < 1e-9);
    }
    assert_int_equal(begun, 0);
    rrd_reader_free(reader);
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
    const char *full = in_root("pdu-a1/total.rrd");
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
        assert_int_equal(rrd_create_r2(full, 10, T0, 1, NULL, NULL, 2,
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
        teardown(NULL);
        setup(NULL);
        fill(30);
        do_harm(harms[i].harm);
        struct rrd_reader *reader = open_reader(0);
        points(reader);
        for (int64_t k = 31; k <= 40; k++)
            poll(reader, k);
        rrd_reader_flush(reader, T0 + 400, T0 + 400, INT64_MAX, 100);
        assert_int_equal(begun, 1);
        assert_int_equal(ended, 1);
        assert_non_null(strstr(said, harms[i].words));
        assert_non_null(strstr(said, "pdu-a1/total.rrd"));
        assert_true(fabs(at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, T0 + 400) - 1005) < 1e-9);
        glob_t found;
        assert_int_equal(glob(in_root("pdu-a1/total.rrd.bad-20260101T000640Z"), 0, NULL, &found), 0);
        assert_int_equal(found.gl_pathc, 1);
        globfree(&found);
        rrd_reader_free(reader);
    }
}

/* The file cannot be written for a while: nothing is lost, and both ends are said. */
static void test_unwritable(void **state)
{
    (void)state;
    FILE *file = fopen(in_root("pdu-a1"), "w"); /* where its directory has to be */
    fclose(file);
    struct rrd_reader *reader = open_reader(0);
    points(reader);
    for (int64_t i = 1; i <= 100; i++) {
        poll(reader, i);
        rrd_reader_flush(reader, T0 + i * 10, T0 + i * 10, 0, 100);
    }
    assert_int_equal(begun, 2);
    assert_int_equal(ended, 0);
    assert_int_equal(rrd_reader_cursor(reader), 1);
    unlink(in_root("pdu-a1"));
    rrd_reader_flush(reader, T0 + 1020, T0 + 1020, INT64_MAX, 100);
    assert_int_equal(ended, 1);
    assert_int_equal(rrd_reader_cursor(reader), 101);
    for (int64_t i = 1; i <= 100; i++)
        assert_true(
            fabs(at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, T0 + i * 10) - 1000 - (double)i * 0.125) < 1e-9);
    for (int64_t i = 101; i <= 140; i++)
        poll(reader, i);
    assert_int_equal(nftw(in_root("pdu-a1"), gone, 8, FTW_DEPTH | FTW_PHYS), 0); /* removed under our hands */
    rrd_reader_flush(reader, T0 + 1400, T0 + 1400, INT64_MAX, 100);
    rrd_reader_flush(reader, T0 + 1420, T0 + 1420, INT64_MAX, 100);
    assert_true(fabs(at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, T0 + 1400) - 1017.5) < 1e-9);
    rrd_reader_free(reader);
}

static void test_sweep_and_size(void **state)
{
    (void)state;
    fill(30);
    static const char *const names[] = {"pdu-a1/total.rrdAb12Cd", "pdu-a1/total.rrd.saved", "pdu-a1/total.rrd.bad-1"};
    for (int i = 0; i < 3; i++)
        fclose(fopen(in_root(names[i]), "w"));
    assert_int_equal(rrd_file_sweep(root), 1);
    assert_int_not_equal(access(in_root(names[0]), F_OK), 0);
    assert_int_equal(access(in_root(names[1]), F_OK), 0);
    assert_int_equal(access(in_root(names[2]), F_OK), 0);
    struct rrd_plan plan;
    struct stat status;
    rrd_plan_archives(10, spans, 3, &plan);
    assert_int_equal(stat(in_root("pdu-a1/total.rrd"), &status), 0);
    assert_int_equal(status.st_size, rrd_plan_bytes(&plan, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_replay, setup, teardown),
        cmocka_unit_test_setup_teardown(test_times, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_sample, setup, teardown),
        cmocka_unit_test_setup_teardown(test_faster, setup, teardown),
        cmocka_unit_test_setup_teardown(test_slower, setup, teardown),
        cmocka_unit_test_setup_teardown(test_kpi, setup, teardown),
        cmocka_unit_test_setup_teardown(test_migration, setup, teardown),
        cmocka_unit_test_setup_teardown(test_new_source, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unwritable, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sweep_and_size, setup, teardown),
    };
    return cmocka_run_group_tests_name("rrd_file", tests, NULL, NULL);
}
