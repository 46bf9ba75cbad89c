/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrd_reader, rrd_series: rows to values in real files, of all paces and at bad times, and what cannot be written. */
#include "daemon/rrd_file.h"
#include "rrd_rig.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Up to which poll the file has been written. */
static int64_t written(const char *path)
{
    struct rrd_head head;
    char words[160];
    return rrd_head_read(rig_in_root(path), &head, words) < 0 ? 0 : (head.last_s - RIG_T0) / 10;
}

static void test_values(void **state)
{
    (void)state;
    struct rrd_reader *reader = rig_reader(0);
    rig_points(reader);
    for (int64_t i = 1, before = 0, now; i <= 120; i++, before = now) {
        rig_poll(reader, i);
        rrd_reader_flush(reader, RIG_T0 + i * 10, RIG_T0 + i * 10, 0, 100);
        now = written("pdu-a1/total.rrd");
        assert_true(now == before || now == i);
        assert_true(i - now < 30);
        if (before && now != before)
            assert_int_equal(now - before, 30); /* gathered; but the first ends at a time of the file's own */
    }
    assert_int_not_equal(written("pdu-a1/total.rrd"), written("pdu-a1/outlet-01.rrd"));
    rrd_reader_flush(reader, RIG_T0 + 1200, RIG_T0 + 1200, INT64_MAX, 100);
    assert_false(rrd_reader_waits(reader, 121));
    assert_int_equal(rrd_reader_cursor(reader), 121);
    for (int64_t i = 1; i <= 120; i++) {
        double power = 1000 + (double)i * 0.125;
        assert_true(fabs(rig_at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, RIG_T0 + i * 10) - power) < 1e-9);
        assert_true(fabs(rig_at("pdu-a1/outlet-01.rrd", "AVERAGE", "active_power", 10, RIG_T0 + i * 10) + power) <
                    1e-9);
        double current = rig_at("pdu-a1/total.rrd", "AVERAGE", "current", 10, RIG_T0 + i * 10);
        assert_true(i % 10 == 5 ? isnan(current) : fabs(current - power / 230) < 1e-9);
    }
    assert_true(fabs(rig_at("pdu-a1/total.rrd", "MAX", "active_power", 60, RIG_T0 + 600) - 1007.5) < 1e-9);
    assert_true(fabs(rig_at("pdu-a1/total.rrd", "MIN", "active_power", 60, RIG_T0 + 600) - 1006.875) < 1e-9);
    assert_int_equal(rig_begun, 0);
    struct rrd_head head;
    char words[160];
    assert_int_equal(rrd_head_read(rig_in_root("pdu-a1/total.rrd"), &head, words), 0);
    assert_int_equal(head.plan.n_ds, 2); /* no energy */
    assert_int_equal(head.plan.ds[0].heartbeat_s, 30);
    assert_int_equal(head.last_s, RIG_T0 + 1200);
    rrd_reader_free(reader);
}

/* Killed before a batch was written: the rows come again from the cursor, and nothing is there twice or missing. */
static void test_replay(void **state)
{
    (void)state;
    struct rrd_reader *reader = rig_reader(0);
    rig_points(reader);
    for (int64_t i = 1; i <= 50; i++) {
        rig_poll(reader, i);
        rrd_reader_flush(reader, RIG_T0, RIG_T0 + i * 10, 0, 1); /* one file a turn */
    }
    int64_t cursor = rrd_reader_cursor(reader);
    assert_in_range(cursor, 30, 40);
    rrd_reader_free(reader);
    reader = rig_reader(51);
    rig_points(reader);
    for (int64_t i = 10; i <= 60; i++)
        rig_poll(reader, i);
    rrd_reader_flush(reader, RIG_T0 + 600, RIG_T0 + 600, INT64_MAX, 100);
    for (int64_t i = 1; i <= 60; i++)
        assert_true(fabs(rig_at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, RIG_T0 + i * 10) - 1000 -
                         (double)i * 0.125) < 1e-9);
    struct rrd_counts counts;
    rrd_reader_counts(reader, &counts);
    assert_true(counts.passed_over > 0);
    assert_int_equal(counts.repeated, 0);
    assert_int_equal(rig_begun, 0);
    rrd_reader_free(reader);
}

static void test_times(void **state)
{
    (void)state;
    struct rrd_reader *reader = rig_reader(0);
    struct rrd_counts counts;
    double power = 500;
    rig_points(reader);
    for (int i = 1; i <= 12; i++)
        rig_feed(reader, i, (RIG_T0 + i * 10) * 1000LL, 1, 1, &power);
    struct row *row = row_new(1);
    row->seq = 13;
    row->wall_ms = (RIG_T0 + 365 * 86400LL) * 1000;
    row->value[0] = (struct row_value){1, QL_GOOD, 9999};
    rrd_reader_feed(reader, row, RIG_T0 + 120, RIG_T0 + 120);
    row_free(row);
    rrd_reader_counts(reader, &counts);
    assert_int_equal(counts.future, 1);
    for (int i = 0; i < 5; i++)
        rig_feed(reader, 14 + i, (RIG_T0 + 70 + i * 10) * 1000LL, 1, 1, &(double){777});
    rrd_reader_counts(reader, &counts);
    assert_int_equal(counts.repeated, 5);
    assert_int_equal(rig_begun, 1);
    assert_non_null(strstr(rig_said, "the clock went back"));
    for (int i = 13; i <= 15; i++)
        rig_feed(reader, 10 + i, (RIG_T0 + i * 10) * 1000LL, 1, 1, &power);
    assert_int_equal(rig_ended, 1);
    rrd_reader_flush(reader, RIG_T0 + 150, RIG_T0 + 150, INT64_MAX, 100);
    for (int i = 1; i <= 15; i++)
        assert_true(fabs(rig_at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, RIG_T0 + i * 10) - 500) < 1e-9);
    rrd_reader_free(reader);
}

/* A bad sample in a batch costs that sample: librrd alone would lose all behind it. */
static void test_bad_sample(void **state)
{
    (void)state;
    struct rrd_reader *reader = rig_reader(0);
    rig_points(reader);
    for (int i = 1; i <= 12; i++)
        rig_feed(reader, i, (RIG_T0 + i * 10) * 1000LL, 1, 2, (double[]){i == 4 ? INFINITY : i == 7 ? NAN : 100, 1});
    rrd_reader_flush(reader, RIG_T0 + 150, RIG_T0 + 150, INT64_MAX, 100);
    for (int i = 1; i <= 12; i++) {
        double value = rig_at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, RIG_T0 + i * 10);
        assert_true(i == 4 || i == 7 ? isnan(value) : value == 100);
        assert_true(rig_at("pdu-a1/total.rrd", "AVERAGE", "current", 10, RIG_T0 + i * 10) == 1);
    }
    rrd_reader_free(reader);
}

/* Four polls a second: one of them is kept, and nobody hears of a clock that went back. */
static void test_faster(void **state)
{
    (void)state;
    struct rrd_reader *reader = rig_reader(0);
    struct rrd_counts counts;
    assert_int_equal(rrd_reader_point(reader, 1, "pdu-a1", "total", Q_ACTIVE_POWER, 0.25), 0);
    for (int i = 0; i < 240; i++)
        rig_feed(reader, i + 1, RIG_T0 * 1000LL + i * 250 + 20, 1, 1, &(double){300});
    rrd_reader_flush(reader, RIG_T0 + 60, RIG_T0 + 60, INT64_MAX, 100);
    rrd_reader_counts(reader, &counts);
    assert_in_range(counts.samples, 59, 61);
    assert_int_equal(counts.repeated, 0);
    assert_int_equal(rig_begun, 0);
    for (int t = 10; t <= 50; t += 10)
        assert_true(rig_at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, RIG_T0 + t) == 300);
    rrd_reader_free(reader);
}

/* Every 60 s a temperature in rows of its own: it rides along while it is fresh, 180 s. */
static void test_slower(void **state)
{
    (void)state;
    struct rrd_reader *reader = rig_reader(0);
    rig_points(reader);
    assert_int_equal(rrd_reader_point(reader, 5, "pdu-a1", "total", Q_TEMPERATURE, 60), 0);
    for (int i = 0; i <= 60; i++) {
        if (i % 6 == 0 && i <= 24)
            rig_feed(reader, 2 * i + 1, (RIG_T0 + i * 10) * 1000LL + 100, 5, 1, &(double){20 + i});
        rig_feed(reader, 2 * i + 2, (RIG_T0 + i * 10) * 1000LL + 200, 1, 1, &(double){300});
    }
    rrd_reader_flush(reader, RIG_T0 + 600, RIG_T0 + 600, INT64_MAX, 100);
    for (int i = 1; i <= 60; i++) {
        double value = rig_at("pdu-a1/total.rrd", "AVERAGE", "temperature", 10, RIG_T0 + i * 10);
        assert_true(i >= 24 + 18 ? isnan(value) : value == 20 + (i > 24 ? 24 : i / 6 * 6));
        assert_true(rig_at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, RIG_T0 + i * 10) == 300);
    }
    rrd_reader_free(reader);
}

static void test_kpi(void **state)
{
    (void)state;
    struct rrd_reader *reader = rig_reader(0);
    assert_int_equal(rrd_reader_point(reader, 9, "room", "kpi", Q_K_IPUE, 60), 0);
    assert_int_equal(rrd_reader_point(reader, 10, "ro%m", "kpi", Q_K_IPUE, 60), -EINVAL);
    for (int i = 1; i <= 10; i++)
        rig_feed(reader, i, (RIG_T0 + i * 60) * 1000LL, 9, 1, &(double){1.5});
    rrd_reader_flush(reader, RIG_T0 + 600, RIG_T0 + 600, INT64_MAX, 100);
    assert_true(rig_at("room/kpi.rrd", "AVERAGE", "ipue", 60, RIG_T0 + 540) == 1.5);
    rrd_reader_free(reader);
}

/* A quantity seen for the first time in the middle of a batch. */
static void test_new_source(void **state)
{
    (void)state;
    rig_fill(40);
    struct rrd_reader *reader = rig_reader(0);
    rig_points(reader);
    for (int64_t i = 41; i <= 80; i++) {
        if (i == 60)
            assert_int_equal(rrd_reader_point(reader, 5, "pdu-a1", "total", Q_VOLTAGE, 10), 0);
        double power = 1000 + (double)i * 0.125;
        rig_feed(reader, i, (RIG_T0 + i * 10) * 1000LL + 3000, 1, 5, (double[]){power, 4, 0, power, 230});
    }
    rrd_reader_flush(reader, RIG_T0 + 800, RIG_T0 + 800, INT64_MAX, 100);
    for (int64_t i = 1; i <= 80; i++) {
        double voltage = rig_at("pdu-a1/total.rrd", "AVERAGE", "voltage", 10, RIG_T0 + i * 10);
        assert_true(i < 60 ? isnan(voltage) : voltage == 230);
        assert_true(fabs(rig_at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, RIG_T0 + i * 10) - 1000 -
                         (double)i * 0.125) < 1e-9);
    }
    assert_int_equal(rig_begun, 0);
    rrd_reader_free(reader);
}

/* The file cannot be written for a while: nothing is lost, and both ends are rig_said. */
static void test_unwritable(void **state)
{
    (void)state;
    FILE *file = fopen(rig_in_root("pdu-a1"), "w"); /* where its directory has to be */
    fclose(file);
    struct rrd_reader *reader = rig_reader(0);
    rig_points(reader);
    for (int64_t i = 1; i <= 100; i++) {
        rig_poll(reader, i);
        rrd_reader_flush(reader, RIG_T0 + i * 10, RIG_T0 + i * 10, 0, 100);
    }
    assert_int_equal(rig_begun, 2);
    assert_int_equal(rig_ended, 0);
    assert_int_equal(rrd_reader_cursor(reader), 1);
    unlink(rig_in_root("pdu-a1"));
    rrd_reader_flush(reader, RIG_T0 + 1020, RIG_T0 + 1020, INT64_MAX, 100);
    assert_int_equal(rig_ended, 1);
    assert_int_equal(rrd_reader_cursor(reader), 101);
    for (int64_t i = 1; i <= 100; i++)
        assert_true(fabs(rig_at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, RIG_T0 + i * 10) - 1000 -
                         (double)i * 0.125) < 1e-9);
    for (int64_t i = 101; i <= 140; i++)
        rig_poll(reader, i);
    assert_int_equal(rig_remove(rig_in_root("pdu-a1")), 0); /* removed under our hands */
    rrd_reader_flush(reader, RIG_T0 + 1400, RIG_T0 + 1400, INT64_MAX, 100);
    rrd_reader_flush(reader, RIG_T0 + 1420, RIG_T0 + 1420, INT64_MAX, 100);
    assert_true(fabs(rig_at("pdu-a1/total.rrd", "AVERAGE", "active_power", 10, RIG_T0 + 1400) - 1017.5) < 1e-9);
    rrd_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {RIG_TEST(test_values),     RIG_TEST(test_replay),     RIG_TEST(test_times),
                                       RIG_TEST(test_bad_sample), RIG_TEST(test_faster),     RIG_TEST(test_slower),
                                       RIG_TEST(test_kpi),        RIG_TEST(test_new_source), RIG_TEST(test_unwritable)};
    return cmocka_run_group_tests_name("rrd_reader", tests, NULL, NULL);
}
