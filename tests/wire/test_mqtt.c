/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt, mqtt_session, mqtt_view, mqtt_native, mqtt_known, mqtt_pen, mqtt_wire, mqtt_thread, mqtt_send, mqtt_publish and
 * mqtt_link against a real mosquitto: what is told, and told again. */
#include "mqtt_rig.h"

#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_tree(void **state)
{
    struct fixture *fixture = *state;
    struct kpi_result kpi = {.scope = "leuven",
                             .id = Q_K_IPUE,
                             .value = 1.4,
                             .name = "iPUE2",
                             .from_s = T0 / 1000,
                             .to_s = T0 / 1000 + 86400,
                             .category = 2,
                             .coverage = 1,
                             .estimated = 0,
                             .uncertainty = NAN};
    rig_start(fixture);
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "status", "online"));
    UNTIL(rig_heard_has(&fixture->subscriber, TREE "device/kelder/ups-1/info", "\"name\":\"ups-1\""));
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "device/kelder/ups-1/status", "offline")); /* not polled yet */
    rig_poll_device(fixture, 0, 230.1, T0);
    struct alert_entry raised = rig_alert(true);
    mqtt_sink.alert(fixture->mqtt, &raised, true);
    mqtt_sink.kpis(fixture->mqtt, &kpi, 1);
    UNTIL(
        rig_heard_is(&fixture->subscriber, OUTLET,
                     "{\"ts\":\"2023-11-14T22:13:20.000Z\",\"q\":\"good\",\"active_power\":230.1,\"voltage\":230.1}"));
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "device/leuven/pdu-a1/status", "online"));
    UNTIL(rig_heard_has(&fixture->subscriber, ALERT, "\"state\":\"active\""));
    UNTIL(rig_heard_has(&fixture->subscriber, EVENT, "\"seq\":1"));
    UNTIL(rig_heard_has(&fixture->subscriber, TREE "kpi/leuven/ipue/state", "\"value\":1.4"));
    assert_int_equal(subscriber_heard(&fixture->subscriber, OUTLET)->qos, 0);
    assert_int_equal(subscriber_heard(&fixture->subscriber, EVENT)->qos, 1);
    assert_int_equal(subscriber_heard(&fixture->subscriber, ALERT)->qos, 1);

    /* what is retained, a later subscriber has too; the event it must not have */
    struct subscriber late;
    subscriber_start(&late, rig_loop, &fixture->broker);
    UNTIL(subscriber_heard(&late, OUTLET) && subscriber_heard(&late, ALERT) &&
          subscriber_heard(&late, TREE "kpi/leuven/ipue/state") && subscriber_heard(&late, TREE "info") &&
          subscriber_heard(&late, TREE "status") && subscriber_heard(&late, TREE "device/leuven/pdu-a1/info"));
    for (size_t i = 0; i < late.n; i++) {
        print_message("  retained: %s\n", late.heard[i].topic);
        assert_true(late.heard[i].retained);
        json_t *json = json_loads(late.heard[i].payload, 0, NULL);
        bool text = strstr(late.heard[i].topic, "/status") != NULL;
        assert_true(text == (json == NULL));
        json_decref(json);
    }
    assert_null(subscriber_heard(&late, EVENT));
    subscriber_stop(&late);

    mqtt_stop(fixture->mqtt);
    fixture->mqtt = NULL;
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "status", "offline"));
}

static void test_device_leaves(void **state)
{
    struct fixture *fixture = *state;
    rig_start(fixture);
    rig_poll_device(fixture, 0, 1, T0);
    rig_poll_device(fixture, 1, 2, T0);
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    UNTIL(rig_heard_has(&fixture->subscriber, OUTLET, "\"voltage\":1"));
    UNTIL(rig_heard_has(&fixture->subscriber, TREE "device/kelder/ups-1/battery/state", "\"charge\":2"));
    /* ups-1 is gone, pdu-a1 has moved */
    fixture->site.live->device[1]->config = NULL;
    fixture->site.live->point[3]->gone = true;
    fixture->site.device[0].room = 1;
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    static const char *const cleared[] = {"device/kelder/ups-1/battery/state", "device/kelder/ups-1/status",
                                          "device/kelder/ups-1/info",          "device/leuven/pdu-a1/outlet-01/state",
                                          "device/leuven/pdu-a1/status",       "device/leuven/pdu-a1/info",
                                          "device/leuven/pdu-a1/inlet-1/state"};
    for (size_t i = 0; i < sizeof cleared / sizeof cleared[0]; i++) {
        char topic[256];
        snprintf(topic, sizeof topic, TREE "%s", cleared[i]);
        print_message("  %s\n", topic);
        UNTIL(rig_heard_is(&fixture->subscriber, topic, ""));
    }
    UNTIL(rig_heard_has(&fixture->subscriber, TREE "device/kelder/pdu-a1/outlet-01/state", "\"voltage\":1"));
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "device/kelder/pdu-a1/status", "online"));
    struct mqtt_wire_stats stats;
    mqtt_stats(fixture->mqtt, &stats);
    assert_int_equal(stats.connects, 1); /* the connection stayed */
}

/* What an earlier run left: a device and a room that are no more, an alert that has ended meanwhile. */
static void test_left_behind(void **state)
{
    struct fixture *fixture = *state;
    struct alert_entry raised = rig_alert(true), other = rig_alert(true);
    struct kpi_result kpi = {.scope = "kelder", .id = Q_K_IPUE, .value = 1.4};
    snprintf(other.id, sizeof other.id, "overload.ups-1.battery");
    rig_start(fixture);
    rig_poll_device(fixture, 0, 1, T0);
    rig_poll_device(fixture, 1, 2, T0);
    mqtt_sink.alert(fixture->mqtt, &raised, true);
    mqtt_sink.alert(fixture->mqtt, &other, true);
    mqtt_sink.kpis(fixture->mqtt, &kpi, 1);
    UNTIL(rig_connected(fixture));
    mqtt_stop(fixture->mqtt);
    fixture->mqtt = NULL;
    fixture->site.config.n_devices = fixture->site.config.n_rooms = 1;
    fixture->site.live->n_devices = 1;
    fixture->site.live->point[3]->gone = true;
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    UNTIL(rig_heard_has(&fixture->subscriber, TREE "device/kelder/ups-1/battery/state", "\"charge\":2"));
    rig_start(fixture);
    mqtt_sink.alert(fixture->mqtt, &raised, false); /* known from before, as at the daemon's start */
    static const char *const cleared[] = {"device/kelder/ups-1/battery/state", "device/kelder/ups-1/status",
                                          "device/kelder/ups-1/info", "kpi/kelder/ipue/state"};
    for (size_t i = 0; i < sizeof cleared / sizeof cleared[0]; i++) {
        char topic[256];
        snprintf(topic, sizeof topic, TREE "%s", cleared[i]);
        print_message("  %s\n", topic);
        UNTIL(rig_heard_is(&fixture->subscriber, topic, ""));
    }
    UNTIL(rig_heard_has(&fixture->subscriber, TREE "alert/overload-ups-1-battery/state", "\"state\":\"cleared\""));
    assert_true(rig_heard_has(&fixture->subscriber, ALERT, "\"state\":\"active\""));
    assert_true(rig_heard_has(&fixture->subscriber, OUTLET, "\"voltage\":1"));
    assert_true(rig_heard_has(&fixture->subscriber, TREE "device/leuven/pdu-a1/info", "\"name\":\"pdu-a1\""));
    assert_null(mqtt_sink.trouble(fixture->mqtt));
    mqtt_stop(fixture->mqtt);
    fixture->mqtt = NULL;
    fixture->site.live->n_devices = 2;
}

/* A broker is told of the points that it is to have. */
static void test_points(void **state)
{
    static const char *wanted[] = {"*/voltage", "leuven/kpi/*"};
    struct fixture *fixture = *state;
    struct kpi_result kpis[] = {{.scope = "leuven", .id = Q_K_IPUE, .value = 1.4}, {.scope = "site", .id = Q_K_IPUE}};
    fixture->config.n_points = 2;
    fixture->config.point = wanted;
    rig_start(fixture);
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "status", "online"));
    rig_poll_device(fixture, 1, 2, T0);
    rig_poll_device(fixture, 0, 230.1, T0);
    mqtt_sink.kpis(fixture->mqtt, kpis, 2);
    UNTIL(rig_heard_is(&fixture->subscriber, OUTLET,
                       "{\"ts\":\"2023-11-14T22:13:20.000Z\",\"q\":\"good\",\"voltage\":230.1}"));
    UNTIL(subscriber_heard(&fixture->subscriber, TREE "kpi/leuven/ipue/state"));
    UNTIL(rig_heard_has(&fixture->subscriber, TREE "device/kelder/ups-1/info", "\"parts\":{}"));
    UNTIL(rig_connected(fixture));
    assert_null(subscriber_heard(&fixture->subscriber, TREE "device/leuven/pdu-a1/inlet-1/state"));
    assert_null(subscriber_heard(&fixture->subscriber, TREE "device/kelder/ups-1/battery/state"));
    assert_null(subscriber_heard(&fixture->subscriber, TREE "kpi/site/ipue/state"));
    /* and of others after a reload */
    wanted[0] = "*/current";
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    UNTIL(rig_heard_is(&fixture->subscriber, OUTLET, ""));
    rig_poll_device(fixture, 0, 3, T0 + 1000);
    UNTIL(rig_heard_has(&fixture->subscriber, TREE "device/leuven/pdu-a1/inlet-1/state", "\"current\":3"));
}

/* Without a view the site's status is all there is; a view that is named later tells everything. */
static void test_reload_views(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.native = false;
    rig_start(fixture);
    rig_poll_device(fixture, 0, 1, T0);
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "status", "online"));
    fixture->config.native = true;
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    UNTIL(rig_heard_has(&fixture->subscriber, OUTLET, "\"voltage\":1"));
    fixture->config.native = false;
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    rig_poll_device(fixture, 0, 2, T0 + 1000);
    fixture->config.native = true;
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    UNTIL(rig_heard_has(&fixture->subscriber, OUTLET, "\"voltage\":2"));
}

static void test_reload_connection(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.password = "fout";
    rig_start(fixture);
    UNTIL(rig_trouble_has(fixture->mqtt, "code 5"));
    assert_true(rig_trouble_has(fixture->mqtt, "user 'wattwacht'"));
    assert_true(rig_trouble_has(fixture->mqtt, "broker 127.0.0.1:"));
    assert_false(rig_trouble_has(fixture->mqtt, "fout"));
    fixture->config.password = "geheim";
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "status", "online"));
    assert_null(mqtt_sink.trouble(fixture->mqtt));
}

static void test_broker_forgets(void **state)
{
    struct fixture *fixture = *state;
    rig_start(fixture);
    rig_poll_device(fixture, 0, 7, T0);
    UNTIL(rig_connected(fixture));
    broker_stop(&fixture->broker, SIGKILL);
    UNTIL(rig_trouble_has(fixture->mqtt, "nothing listens on port"));
    /* meanwhile */
    struct alert_entry raised = rig_alert(true), cleared = rig_alert(false);
    rig_poll_device(fixture, 0, 8, T0 + 1000);
    mqtt_sink.alert(fixture->mqtt, &raised, true);
    mqtt_sink.alert(fixture->mqtt, &cleared, true);
    rig_poll_device(fixture, 0, 9, T0 + 2000);
    broker_start(&fixture->broker); /* its store is empty */
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    UNTIL(rig_heard_has(&fixture->subscriber, OUTLET, "\"voltage\":9"));
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "status", "online"));
    UNTIL(subscriber_heard(&fixture->subscriber, TREE "device/kelder/ups-1/info"));
    UNTIL(rig_heard_has(&fixture->subscriber, ALERT, "\"state\":\"cleared\""));
    UNTIL(rig_heard_has(&fixture->subscriber, EVENT, "\"seq\":2"));
    assert_int_equal(subscriber_heard(&fixture->subscriber, EVENT)->count, 2);
    assert_null(mqtt_sink.trouble(fixture->mqtt));
}

/* An event that the broker's kernel has and the broker never saw goes again. */
static void test_event_under_way(void **state)
{
    struct fixture *fixture = *state;
    struct alert_entry raised = rig_alert(true);
    struct mqtt_wire_stats stats;
    rig_start(fixture);
    rig_poll_device(fixture, 0, 1, T0);
    UNTIL(rig_connected(fixture));
    broker_signal(&fixture->broker, SIGSTOP);
    mqtt_sink.alert(fixture->mqtt, &raised, true);
    UNTIL((mqtt_stats(fixture->mqtt, &stats), stats.under_way == 2 && stats.outbox.messages == 0));
    broker_stop(&fixture->broker, SIGKILL);
    UNTIL(mqtt_sink.trouble(fixture->mqtt));
    broker_start(&fixture->broker);
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    UNTIL(rig_heard_has(&fixture->subscriber, EVENT, "\"seq\":1"));
    UNTIL(rig_heard_has(&fixture->subscriber, ALERT, "\"state\":\"active\""));
}

static void test_will(void **state)
{
    struct fixture *fixture = *state;
    char self[] = "/proc/self/exe", port[8];
    snprintf(port, sizeof port, "%u", fixture->broker.port);
    char *argv[] = {self, port, NULL};
    extern char **environ;
    pid_t pid;
    int status;
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    assert_int_equal(posix_spawn(&pid, self, NULL, NULL, argv, environ), 0);
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "status", "online"));
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "status", "offline"));
    assert_int_equal(subscriber_heard(&fixture->subscriber, TREE "status")->qos, 1);
}

static void test_v5_window(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.version = 5;
    fixture->config.qos = 1;
    rig_start(fixture);
    rig_poll_device(fixture, 0, 0, T0);
    UNTIL(rig_connected(fixture));
    struct mqtt_wire_stats before, after;
    mqtt_stats(fixture->mqtt, &before);
    /* events do not supersede each other: each takes the broker's acknowledgement */
    int64_t begin = rig_now_us();
    for (int i = 0; i < 500; i++) {
        struct alert_entry entry = rig_alert(i % 2 == 0);
        mqtt_sink.alert(fixture->mqtt, &entry, true);
    }
    UNTIL((mqtt_stats(fixture->mqtt, &after), after.sent >= before.sent + 500));
    print_message("  QoS 1, version 5: 500 events in %.0f ms\n", (double)(rig_now_us() - begin) / 1000);
    assert_true(rig_now_us() - begin < 5000000); /* 22 messages a second would take 22 s */
}

/* A poll at any turn of the loop between the connection and the snapshot's end: its value is the last one told. */
static void test_poll_amid_snapshot(void **state)
{
    struct fixture *fixture = *state;
    struct mqtt_wire_stats stats;
    const struct live_point *points[8];
    test_site_outlets(&fixture->site, 248);
    test_site_poll(&fixture->site, 0, 0, T0, points, 8);
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    for (int turns = 1; turns <= 16; turns++) {
        char value[32];
        rig_start(fixture);
        UNTIL((mqtt_stats(fixture->mqtt, &stats), stats.connects == 1));
        for (int i = 0; i < turns; i++)
            assert_true(sd_event_run(rig_loop, 1000) >= 0);
        rig_poll_device(fixture, 0, turns, T0 + turns);
        snprintf(value, sizeof value, "\"voltage\":%d}", turns);
        UNTIL(rig_heard_has(&fixture->subscriber, OUTLET, value));
        mqtt_stop(fixture->mqtt);
        fixture->mqtt = NULL;
    }
}

static int64_t cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

/* The load of a university: 1,250 states of six quantities a second, in bursts as polls bring them. */
static void test_rate(void **state)
{
    struct fixture *fixture = *state;
    enum { OUTLETS = 248, STATES = OUTLETS + 2 };
    const size_t size = OUTLETS * 6 + 3;
    const struct live_point **points = calloc(size, sizeof *points);
    struct live_device *device = fixture->site.live->device[0];
    struct mqtt_wire_stats before, after;
    assert_non_null(points);
    test_site_outlets(&fixture->site, OUTLETS);
    test_site_poll(&fixture->site, 0, 0, T0, points, size);
    rig_start(fixture);
    /* the snapshot: three subscriptions, the site's status and info, two devices' status and info, the states */
    UNTIL((mqtt_stats(fixture->mqtt, &before), before.sent == 9 + STATES));
    int64_t cpu = cpu_us(), begin = rig_now_us(), in_loop = 0;
    int polls = 0;
    while (polls < 10) {
        if (rig_now_us() - begin >= polls * INT64_C(200000)) {
            size_t n = test_site_poll(&fixture->site, 0, 230.123 + polls, T0 + polls, points, size);
            int64_t told = rig_now_us();
            mqtt_sink.polled(fixture->mqtt, device, points, n);
            in_loop += rig_now_us() - told;
            polls++;
        }
        assert_true(sd_event_run(rig_loop, 10000) >= 0);
    }
    UNTIL((mqtt_stats(fixture->mqtt, &after), after.outbox.messages == 0 && after.under_way == 0));
    assert_int_equal(after.sent - before.sent + after.outbox.superseded - before.outbox.superseded, polls * STATES);
    print_message("  %d states told in %.2f s, %llu merged; each %.1f us of the rig_loop, %.1f us of CPU in all\n",
                  polls * STATES, (double)(rig_now_us() - begin) / 1e6,
                  (unsigned long long)(after.outbox.superseded - before.outbox.superseded),
                  (double)in_loop / (polls * STATES), (double)(cpu_us() - cpu) / (polls * STATES));
    /* and as fast as it goes: the next poll when the last one is out */
    mqtt_stats(fixture->mqtt, &before);
    begin = rig_now_us();
    for (int i = 0; i < 40; i++) {
        size_t n = test_site_poll(&fixture->site, 0, 230.123 + i, T0 + 1000 + i, points, size);
        mqtt_sink.polled(fixture->mqtt, device, points, n);
        do {
            assert_true(sd_event_run(rig_loop, 0) >= 0);
            mqtt_stats(fixture->mqtt, &after);
        } while (after.outbox.messages > 0 && rig_now_us() - begin < 30000000);
    }
    print_message("  at full speed: %.0f states/s\n",
                  (double)(after.sent - before.sent) * 1e6 / (double)(rig_now_us() - begin));
    assert_int_equal(after.outbox.messages, 0);
    free(points);
}

/* Publishes until it is killed. */
static int publish(const char *port)
{
    struct test_site site;
    struct mqtt *mqtt;
    char server[64];
    test_site_make(&site);
    snprintf(server, sizeof server, "127.0.0.1:%s", port);
    struct mqtt_config config = {.server = server,
                                 .user = "wattwacht",
                                 .password = "geheim",
                                 .prefix = "wattwacht/be",
                                 .version = 3,
                                 .native = true};
    if (mqtt_start(rig_loop, &config, site.live, NULL, VERSION, &mqtt) < 0)
        return 1;
    return sd_event_loop(rig_loop);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tree, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_device_leaves, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_left_behind, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_points, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_reload_views, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_reload_connection, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_broker_forgets, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_event_under_way, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_will, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_poll_amid_snapshot, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_v5_window, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_rate, rig_setup, rig_teardown),
    };
    if (rig_start_loop() < 0)
        return 1;
    if (argc > 1 && argv[1][0] >= '0' && argv[1][0] <= '9')
        return publish(argv[1]);
    int failed = cmocka_run_group_tests_name("mqtt", tests, NULL, NULL);
    rig_stop_loop();
    return failed;
}
