/* SPDX-License-Identifier: GPL-3.0-or-later */
/* disk, and with it disk_work, disk_obey, disk_order, disk_event, device_file and state_file: what is handed over is
 * kept, and comes back. What goes wrong is test_disk_trouble. */
#include "daemon/device_file.h"
#include "daemon/ledger_alerts.h"
#include "disk_rig.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    struct disk *disk = rig_open();
    int64_t start = rig_start_s(100);
    assert_int_equal(disk_start(disk), 0);
    rig_points(disk);
    for (int i = 0; i < 20; i++) {
        struct row *row = rig_row(start, i);
        row->value[1].value -= i < 10 ? 0 : 5000;
        disk_row(disk, row);
    }
    struct disk_event *event = rig_await(disk, DISK_NOTICE);
    assert_non_null(event);
    assert_non_null(strstr(event->words, "pdu-a1/total/energy: the counter was reset"));
    disk_event_free(event);
    disk_stop(disk);
}

static void test_kept(void **state)
{
    (void)state;
    struct disk *disk = rig_open();
    struct disk_stats stats;
    int64_t start = rig_start_s(100);
    assert_int_equal(disk_session(disk), 1);
    assert_int_equal(disk_start(disk), 0);
    rig_points(disk);
    rig_rows(disk, start, 0, 100);
    struct row *future = rig_row(rig_now_s() + 3600, 0);
    disk_row(disk, future);
    struct alert_entry alert = {.id = "silent.pdu-a1.",
                                .rule = "silent",
                                .device = "pdu-a1",
                                .raised = true,
                                .priority = 3,
                                .value = NAN,
                                .limit = NAN,
                                .since_ms = rig_now_s() * 1000,
                                .at_ms = rig_now_s() * 1000};
    disk_alert(disk, &alert);
    disk_silence(disk, "pdu-a1", (rig_now_s() + 3600) * 1000, "works");
    disk_device_write(disk, "pdu-a1", "{\"serial\": \"S1\"}");
    struct disk_event *event = rig_await(disk, DISK_ALERT_KEPT);
    assert_non_null(event);
    assert_string_equal(event->alert.id, alert.id);
    disk_event_free(event);
    rig_flush(disk, 77);
    for (int i = 1; i < 100; i++)
        assert_true(rig_power_at(start + i * RIG_STEP_S) == 3600);
    disk_stats(disk, &stats);
    assert_int_equal(stats.rrd.rows_behind, 0);
    assert_int_equal(stats.dropped_rows, 0);
    assert_int_equal(stats.future_rows, 1);
    assert_int_equal(stats.last_wall_ms, (start + 99 * RIG_STEP_S) * 1000);
    disk_stop(disk);
    assert_true(fabs(rig_booked_wh() - 990) < 1e-6);

    disk = rig_open();
    int n = 0;
    assert_int_equal(disk_session(disk), 2);
    assert_int_equal(disk_points(disk, count_point, &n), 0);
    assert_int_equal(n, 2);
    n = 0;
    assert_int_equal(disk_active_alerts(disk, count_alert, &n), 0);
    assert_int_equal(n, 1);
    n = 0;
    assert_int_equal(disk_silences(disk, rig_now_s() * 1000, count_silence, &n), 0);
    assert_int_equal(n, 1);
    char *json = disk_device_read(disk, "pdu-a1");
    assert_string_equal(json, "{\"serial\": \"S1\"}");
    free(json);
    assert_null(disk_device_read(disk, "pdu-a2"));
    assert_null(disk_device_read(disk, "../ledger"));
    disk_stats(disk, &stats);
    assert_int_equal(stats.last_wall_ms, (start + 99 * RIG_STEP_S) * 1000);
    disk_stop(disk);
}

/* What waits in the log for RRD goes on after an orderly stop, too, and once only. */
static void test_again(void **state)
{
    (void)state;
    int64_t start = rig_start_s(40);
    for (int round = 0; round < 4; round++) {
        struct disk *disk = rig_open();
        assert_int_equal(disk_start(disk), 0);
        rig_points(disk);
        for (int i = 0; i < 10; i++)
            disk_row(disk, rig_row(start, round * 10 + i));
        disk_stop(disk);
    }
    for (int i = 1; i < 40; i++)
        assert_true(rig_power_at(start + i * RIG_STEP_S) == 3600);
    assert_true(fabs(rig_booked_wh() - 390) < 20.5); /* the boot clock of another session does not count time */
}

static void test_history(void **state)
{
    (void)state;
    int64_t start = rig_start_s(100);
    struct disk *disk = rig_open();
    assert_int_equal(disk_start(disk), 0);
    rig_points(disk);
    disk_reader(disk, "mqtt-1", true);
    rig_flush(disk, 1);
    rig_rows(disk, start, 0, 10);
    disk_history_mark(disk, "mqtt-1");
    disk_history_done(disk, "mqtt-1", INT64_MAX); /* these went out live */
    rig_flush(disk, 2);
    rig_rows(disk, start, 10, 30);
    rig_flush(disk, 3);
    struct disk_stats stats;
    disk_stats(disk, &stats);
    assert_int_equal(stats.mqtt.rows_behind, 20);
    disk_history_mark(disk, "mqtt-1");
    int seen = 10;
    for (;;) {
        disk_history(disk, "mqtt-1", 8);
        struct disk_event *event = rig_await(disk, DISK_HISTORY);
        assert_non_null(event);
        assert_string_equal(event->what, "mqtt-1");
        assert_int_equal(event->reached, seen + 8 >= 30);
        assert_int_equal(event->missed, 0);
        if (!event->row) {
            disk_event_free(event);
            break;
        }
        for (struct row *row = event->row; row; row = row->next, seen++)
            assert_int_equal(row->wall_ms, (start + seen * RIG_STEP_S) * 1000);
        disk_history_done(disk, "mqtt-1", event->upto);
        disk_event_free(event);
        rig_flush(disk, 4);
    }
    assert_int_equal(seen, 30);
    disk_stats(disk, &stats);
    assert_int_equal(stats.mqtt.rows_behind, 0);
    disk_stop(disk);
}

static void test_device_file(void **state)
{
    (void)state;
    disk_stop(rig_open());
    assert_int_equal(device_file_write(rig_state, "a", "one"), 0);
    assert_int_equal(device_file_write(rig_state, "a", "the second"), 0);
    char *text = device_file_read(rig_state, "a");
    assert_string_equal(text, "the second");
    free(text);
    assert_int_not_equal(access(rig_in_state("devices/a.new"), F_OK), 0);
    assert_int_equal(device_file_write(rig_state, "../a", "x"), -EINVAL);
    assert_int_equal(truncate(rig_in_state("devices/a.json"), STATE_FILE_MAX + 1), 0);
    assert_null(device_file_read(rig_state, "a"));
}

static void test_note(void **state)
{
    (void)state;
    struct disk *disk = rig_open();
    assert_null(disk_note_read(disk, "mqtt-1"));
    assert_int_equal(disk_start(disk), 0);
    disk_note_write(disk, "mqtt-1", "16");
    disk_note_write(disk, "mqtt-1", "17");
    disk_stop(disk);
    disk = rig_open();
    char *text = disk_note_read(disk, "mqtt-1");
    assert_string_equal(text, "17");
    free(text);
    assert_null(disk_note_read(disk, "mqtt-2"));
    disk_stop(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {RIG_TEST(test_kept),    RIG_TEST(test_notice),      RIG_TEST(test_again),
                                       RIG_TEST(test_history), RIG_TEST(test_device_file), RIG_TEST(test_note)};
    return cmocka_run_group_tests_name("disk", tests, NULL, NULL);
}
