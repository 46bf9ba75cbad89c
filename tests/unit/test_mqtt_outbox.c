/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt_outbox: latest wins, order, bounds; mqtt_window: what comes back from a lost connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/mqtt_window.h"

#include <stdio.h>
#include <string.h>

static void put(struct mqtt_outbox *outbox, enum mqtt_lane lane, const char *topic, const char *payload, bool retained)
{
    mqtt_outbox_put(outbox, lane, topic, payload, strlen(payload), 1, retained);
}

/* Takes all: "topic=payload topic=payload". */
static void take_all(struct mqtt_outbox *outbox, char *buf, size_t size)
{
    struct mqtt_message *message;
    size_t n = 0;
    buf[0] = '\0';
    while ((message = mqtt_outbox_take(outbox))) {
        n += (size_t)snprintf(buf + n, size - n, "%s%s=%.*s", n ? " " : "", message->topic, (int)message->size,
                              message->payload);
        mqtt_message_free(message);
        assert_true(n < size);
    }
}

static void test_latest_wins(void **state)
{
    struct mqtt_outbox *outbox = mqtt_outbox_new(10);
    struct mqtt_outbox_stats stats;
    char all[256];
    (void)state;
    put(outbox, MQTT_LANE_STATE, "a", "1", true);
    put(outbox, MQTT_LANE_STATE, "b", "1", true);
    put(outbox, MQTT_LANE_STATE, "c", "1", true);
    put(outbox, MQTT_LANE_STATE, "a", "22", true);
    put(outbox, MQTT_LANE_STATE, "c", "3", true);
    mqtt_outbox_stats(outbox, &stats);
    assert_int_equal(stats.messages, 3);
    assert_int_equal(stats.superseded, 2);
    assert_int_equal(stats.overtaken, 2); /* "1" of a and c is told by history, or never */
    put(outbox, MQTT_LANE_STATE, "c", "3", true);
    mqtt_outbox_stats(outbox, &stats);
    assert_int_equal(stats.superseded, 3);
    assert_int_equal(stats.overtaken, 2); /* the same again: nothing is missed */
    take_all(outbox, all, sizeof all);
    assert_string_equal(all, "a=22 b=1 c=3"); /* each in the place of its first */
    mqtt_outbox_stats(outbox, &stats);
    assert_int_equal(stats.messages, 0);
    assert_int_equal(stats.bytes, 0);
    mqtt_outbox_free(outbox);
}

static void test_lanes(void **state)
{
    struct mqtt_outbox *outbox = mqtt_outbox_new(10);
    char all[256];
    (void)state;
    put(outbox, MQTT_LANE_STATE, "state", "1", true);
    put(outbox, MQTT_LANE_KEPT, "event", "1", false);
    put(outbox, MQTT_LANE_INFO, "info", "1", true);
    put(outbox, MQTT_LANE_KEPT, "event", "2", false);
    put(outbox, MQTT_LANE_STATUS, "status", "online", true);
    assert_string_equal(mqtt_outbox_peek(outbox)->topic, "status");
    take_all(outbox, all, sizeof all);
    assert_string_equal(all, "status=online info=1 event=1 event=2 state=1");
    /* a cleared topic that lives again goes with its new lane, and once */
    put(outbox, MQTT_LANE_KEPT, "t", "", true);
    put(outbox, MQTT_LANE_STATE, "t", "9", true);
    take_all(outbox, all, sizeof all);
    assert_string_equal(all, "t=9");
    mqtt_outbox_free(outbox);
}

static void test_events_are_bounded(void **state)
{
    struct mqtt_outbox *outbox = mqtt_outbox_new(3);
    struct mqtt_outbox_stats stats;
    char all[256], payload[16];
    (void)state;
    put(outbox, MQTT_LANE_KEPT, "kept", "k", true);
    for (int i = 0; i < 5; i++) {
        snprintf(payload, sizeof payload, "%d", i);
        put(outbox, MQTT_LANE_KEPT, "event", payload, false);
    }
    mqtt_outbox_stats(outbox, &stats);
    assert_int_equal(stats.dropped, 2);
    assert_int_equal(stats.messages, 4);
    take_all(outbox, all, sizeof all);
    assert_string_equal(all, "kept=k event=2 event=3 event=4");
    mqtt_outbox_free(outbox);
}

static void test_renew_keeps_what_must_arrive(void **state)
{
    struct mqtt_outbox *outbox = mqtt_outbox_new(10);
    char all[256];
    (void)state;
    put(outbox, MQTT_LANE_STATUS, "status", "online", true);
    put(outbox, MQTT_LANE_KEPT, "alert", "active", true);
    put(outbox, MQTT_LANE_KEPT, "event", "1", false);
    put(outbox, MQTT_LANE_STATE, "state", "1", true);
    mqtt_outbox_renew(outbox);
    take_all(outbox, all, sizeof all);
    assert_string_equal(all, "alert=active event=1");
    put(outbox, MQTT_LANE_STATE, "left", "1", true); /* freed with the outbox */
    mqtt_outbox_free(outbox);
    mqtt_outbox_free(NULL);
}

/* A thousand topics written a hundred times wait as a thousand messages. */
static void test_memory_is_bounded(void **state)
{
    struct mqtt_outbox *outbox = mqtt_outbox_new(10);
    struct mqtt_outbox_stats once, often;
    (void)state;
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 1000; i++) {
            char topic[16], payload[16];
            snprintf(topic, sizeof topic, "t/%03d", i);
            snprintf(payload, sizeof payload, "%03d", round);
            put(outbox, MQTT_LANE_STATE, topic, payload, true);
        }
        if (round == 0)
            mqtt_outbox_stats(outbox, &once);
    }
    mqtt_outbox_stats(outbox, &often);
    assert_int_equal(often.messages, 1000);
    assert_int_equal(often.bytes, once.bytes);
    assert_int_equal(often.superseded, 99000);
    mqtt_outbox_free(outbox);
}

static void test_window_gives_back_in_order(void **state)
{
    static struct mqtt_window window;
    struct mqtt_outbox *outbox = mqtt_outbox_new(10);
    struct mqtt_slot *slot[6];
    char all[256];
    (void)state;
    mqtt_window_init(&window, NULL);
    put(outbox, MQTT_LANE_KEPT, "event", "1", false);
    put(outbox, MQTT_LANE_KEPT, "event", "2", false);
    put(outbox, MQTT_LANE_KEPT, "alert", "active", true);
    put(outbox, MQTT_LANE_KEPT, "event", "3", false);
    put(outbox, MQTT_LANE_KEPT, "other", "active", true);
    put(outbox, MQTT_LANE_STATE, "state", "1", true);
    for (size_t i = 0; i < 6; i++)
        slot[i] = mqtt_window_take(&window, mqtt_outbox_take(outbox));
    assert_int_equal(window.busy, 6);
    mqtt_window_mark(&window, slot[1], true);
    assert_true(mqtt_window_room(&window, 0));
    mqtt_window_mark(&window, slot[3], false); /* failed with the connection: it has to go again */
    mqtt_window_reap(&window);
    assert_int_equal(window.busy, 5);
    assert_false(mqtt_window_room(&window, 0)); /* which takes no more */
    assert_false(mqtt_window_room(&window, 1));
    put(outbox, MQTT_LANE_KEPT, "alert", "cleared", true);
    mqtt_window_clear(&window, outbox);
    assert_int_equal(window.busy, 0);
    assert_int_equal(window.busy_qos1, 0);
    assert_true(mqtt_window_room(&window, 1));
    assert_int_equal(window.arrived, 1);
    assert_int_equal(window.lost, 5);
    take_all(outbox, all, sizeof all);
    assert_string_equal(all, "event=1 event=3 other=active alert=cleared"); /* the newer word on the alert wins */
    mqtt_outbox_free(outbox);
}

static void test_window_bounds(void **state)
{
    static struct mqtt_window window;
    struct mqtt_outbox *outbox = mqtt_outbox_new(100);
    (void)state;
    mqtt_window_init(&window, NULL);
    mqtt_window_limit(&window, 2);
    put(outbox, MQTT_LANE_KEPT, "event", "1", false);
    put(outbox, MQTT_LANE_KEPT, "event", "2", false);
    mqtt_window_take(&window, mqtt_outbox_take(outbox));
    assert_true(mqtt_window_room(&window, 1));
    mqtt_window_take(&window, mqtt_outbox_take(outbox));
    assert_false(mqtt_window_room(&window, 1));
    assert_true(mqtt_window_room(&window, 0));
    mqtt_window_limit(&window, 0); /* not told */
    assert_true(mqtt_window_room(&window, 1));
    mqtt_window_limit(&window, 65535);
    while (mqtt_window_room(&window, 0)) {
        mqtt_outbox_put(outbox, MQTT_LANE_STATE, "state", "1", 1, 0, true);
        mqtt_window_take(&window, mqtt_outbox_take(outbox));
    }
    assert_int_equal(window.busy, MQTT_WINDOW);
    mqtt_window_clear(&window, outbox);
    mqtt_outbox_free(outbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_latest_wins),        cmocka_unit_test(test_lanes),
        cmocka_unit_test(test_events_are_bounded), cmocka_unit_test(test_renew_keeps_what_must_arrive),
        cmocka_unit_test(test_memory_is_bounded),  cmocka_unit_test(test_window_gives_back_in_order),
        cmocka_unit_test(test_window_bounds),
    };
    return cmocka_run_group_tests_name("mqtt_outbox", tests, NULL, NULL);
}
