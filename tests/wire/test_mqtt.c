/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt, mqtt_native, mqtt_wire, mqtt_thread, mqtt_link and mqtt_probe against a real mosquitto. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/mqtt.h"
#include "mqtt_broker.h"
#include "mqtt_site.h"

#include <dlfcn.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#define VERSION "0.1.0"
#define T0      INT64_C(1700000000000)

static sd_event *loop;
static int64_t last_tick_us, longest_gap_us;

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* What still waits inside the library when a connection ends, it forgets to free (mqtt_window.h: at most 20 messages).
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libpaho-mqtt3as";
}

/* A resolver that never comes back in time, for one name. */
static atomic_bool resolver_hangs;

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **ret)
{
    static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (name && strcmp(name, "slow.test") == 0) {
        atomic_store(&resolver_hangs, true);
        poll(NULL, 0, 8000);
        return EAI_AGAIN;
    }
    return real(name, service, hints, ret);
}

static int on_tick(sd_event_source *source, uint64_t at, void *context)
{
    (void)context;
    int64_t now = now_us();
    if (now - last_tick_us > longest_gap_us)
        longest_gap_us = now - last_tick_us;
    last_tick_us = now;
    (void)at;
    sd_event_source_set_time_relative(source, 5000);
    return sd_event_source_set_enabled(source, SD_EVENT_ON);
}

static void reset_gap(void)
{
    last_tick_us = now_us();
    longest_gap_us = 0;
}

/* Runs the loop until the condition holds, or fails after the time. */
#define UNTIL(condition, seconds)                                       \
    do {                                                                \
        int64_t deadline_ = now_us() + (seconds)*INT64_C(1000000);      \
        while (!(condition)) {                                          \
            if (now_us() > deadline_)                                   \
                fail_msg("not within %d s: %s", (seconds), #condition); \
            assert_true(sd_event_run(loop, 20000) >= 0);                \
        }                                                               \
    } while (0)

static bool heard_is(const struct subscriber *subscriber, const char *topic, const char *payload)
{
    const struct heard *heard = subscriber_heard(subscriber, topic);
    return heard && strcmp(heard->payload, payload) == 0;
}

static bool heard_has(const struct subscriber *subscriber, const char *topic, const char *part)
{
    const struct heard *heard = subscriber_heard(subscriber, topic);
    return heard && strstr(heard->payload, part);
}

static bool trouble_has(struct mqtt *mqtt, const char *part)
{
    const char *words = mqtt_sink.trouble(mqtt);
    return words && strstr(words, part);
}

struct fixture {
    struct broker broker;
    struct test_site site;
    struct mqtt_config config;
    char server[64];
    struct mqtt *mqtt;
    struct subscriber subscriber;
};

static void configure(struct fixture *fixture, const char *place)
{
    snprintf(fixture->server, sizeof fixture->server, "%s:%u", place, fixture->broker.port);
    fixture->config = (struct mqtt_config){.server = fixture->server,
                                           .user = "wattwacht",
                                           .password = "geheim",
                                           .prefix = "wattwacht/be",
                                           .version = 3,
                                           .native = true};
}

static void start(struct fixture *fixture)
{
    assert_int_equal(mqtt_start(loop, &fixture->config, fixture->site.live, VERSION, &fixture->mqtt), 0);
}

static void poll_device(struct fixture *fixture, size_t device, double value, int64_t ts_ms)
{
    const struct live_point *points[8];
    bool first = fixture->site.live->device[device]->state != LIVE_ONLINE;
    size_t n = test_site_poll(&fixture->site, device, value, ts_ms, points, 8);
    if (first)
        mqtt_sink.device(fixture->mqtt, fixture->site.live->device[device]);
    mqtt_sink.polled(fixture->mqtt, fixture->site.live->device[device], points, n);
}

static bool connected(struct fixture *fixture)
{
    struct mqtt_wire_stats stats;
    mqtt_stats(fixture->mqtt, &stats);
    return stats.connects > 0 && stats.outbox.messages == 0 && stats.under_way == 0 && stats.sent >= 5;
}

static struct alert_entry an_alert(bool raised)
{
    struct alert_entry entry = {.id = "overload.pdu-a1.outlet-01",
                                .rule = "overload",
                                .room = "leuven",
                                .device = "pdu-a1",
                                .point = "pdu-a1/outlet-01/active_power",
                                .raised = raised,
                                .priority = 4,
                                .value = 3600,
                                .limit = 3500,
                                .unit = "W",
                                .since_ms = T0,
                                .at_ms = raised ? T0 : T0 + 5000,
                                .text = "Outlet 1 draws 3.6 kW"};
    return entry;
}

#define TREE   "wattwacht/be/stad/"
#define OUTLET TREE "device/leuven/pdu-a1/outlet-01/state"
#define ALERT  TREE "alert/overload-pdu-a1-outlet-01/state"
#define EVENT  TREE "event/alert"

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    broker_prepare(&fixture->broker, false);
    broker_start(&fixture->broker);
    test_site_make(&fixture->site);
    configure(fixture, "mqtt://127.0.0.1");
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    mqtt_stop(fixture->mqtt);
    if (fixture->subscriber.pid)
        subscriber_stop(&fixture->subscriber);
    broker_done(&fixture->broker);
    test_site_done(&fixture->site);
    free(fixture);
    return 0;
}

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
    start(fixture);
    subscriber_start(&fixture->subscriber, loop, &fixture->broker);
    UNTIL(heard_is(&fixture->subscriber, TREE "status", "online"), 10);
    UNTIL(heard_has(&fixture->subscriber, TREE "device/kelder/ups-1/info", "\"name\":\"ups-1\""), 10);
    assert_null(subscriber_heard(&fixture->subscriber, TREE "device/kelder/ups-1/status")); /* not polled yet */
    poll_device(fixture, 0, 230.1, T0);
    struct alert_entry raised = an_alert(true);
    mqtt_sink.alert(fixture->mqtt, &raised);
    mqtt_sink.kpis(fixture->mqtt, &kpi, 1);
    UNTIL(heard_is(&fixture->subscriber, OUTLET,
                   "{\"ts\":\"2023-11-14T22:13:20.000Z\",\"q\":\"good\",\"active_power\":230.1,\"voltage\":230.1}"),
          5);
    UNTIL(heard_is(&fixture->subscriber, TREE "device/leuven/pdu-a1/status", "online"), 5);
    UNTIL(heard_has(&fixture->subscriber, ALERT, "\"state\":\"active\""), 5);
    UNTIL(heard_has(&fixture->subscriber, EVENT, "\"seq\":1"), 5);
    UNTIL(heard_has(&fixture->subscriber, TREE "kpi/leuven/ipue/state", "\"value\":1.4"), 5);
    assert_int_equal(subscriber_heard(&fixture->subscriber, OUTLET)->qos, 0);
    assert_int_equal(subscriber_heard(&fixture->subscriber, EVENT)->qos, 1);
    assert_int_equal(subscriber_heard(&fixture->subscriber, ALERT)->qos, 1);

    /* what is retained, a later subscriber has too; the event it must not have */
    struct subscriber late;
    subscriber_start(&late, loop, &fixture->broker);
    UNTIL(subscriber_heard(&late, OUTLET) && subscriber_heard(&late, ALERT) &&
              subscriber_heard(&late, TREE "kpi/leuven/ipue/state") && subscriber_heard(&late, TREE "info") &&
              subscriber_heard(&late, TREE "status") && subscriber_heard(&late, TREE "device/leuven/pdu-a1/info"),
          10);
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
    UNTIL(heard_is(&fixture->subscriber, TREE "status", "offline"), 5);
}

static void test_device_leaves(void **state)
{
    struct fixture *fixture = *state;
    start(fixture);
    poll_device(fixture, 0, 1, T0);
    poll_device(fixture, 1, 2, T0);
    subscriber_start(&fixture->subscriber, loop, &fixture->broker);
    UNTIL(heard_has(&fixture->subscriber, OUTLET, "\"voltage\":1"), 10);
    UNTIL(heard_has(&fixture->subscriber, TREE "device/kelder/ups-1/battery/state", "\"charge\":2"), 10);
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
        UNTIL(heard_is(&fixture->subscriber, topic, ""), 5);
    }
    UNTIL(heard_has(&fixture->subscriber, TREE "device/kelder/pdu-a1/outlet-01/state", "\"voltage\":1"), 5);
    UNTIL(heard_is(&fixture->subscriber, TREE "device/kelder/pdu-a1/status", "online"), 5);
    struct mqtt_wire_stats stats;
    mqtt_stats(fixture->mqtt, &stats);
    assert_int_equal(stats.connects, 1); /* the connection stayed */
}

/* Without a view the site's status is all there is; a view that is named later tells everything. */
static void test_reload_views(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.native = false;
    start(fixture);
    poll_device(fixture, 0, 1, T0);
    subscriber_start(&fixture->subscriber, loop, &fixture->broker);
    UNTIL(heard_is(&fixture->subscriber, TREE "status", "online"), 10);
    fixture->config.native = true;
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    UNTIL(heard_has(&fixture->subscriber, OUTLET, "\"voltage\":1"), 5);
    fixture->config.native = false;
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    poll_device(fixture, 0, 2, T0 + 1000);
    fixture->config.native = true;
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    UNTIL(heard_has(&fixture->subscriber, OUTLET, "\"voltage\":2"), 5);
}

static void test_reload_connection(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.password = "fout";
    start(fixture);
    UNTIL(trouble_has(fixture->mqtt, "code 5"), 10);
    assert_true(trouble_has(fixture->mqtt, "user 'wattwacht'"));
    assert_true(trouble_has(fixture->mqtt, "broker 127.0.0.1:"));
    assert_false(trouble_has(fixture->mqtt, "fout"));
    fixture->config.password = "geheim";
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    subscriber_start(&fixture->subscriber, loop, &fixture->broker);
    UNTIL(heard_is(&fixture->subscriber, TREE "status", "online"), 10);
    assert_null(mqtt_sink.trouble(fixture->mqtt));
}

static void test_broker_forgets(void **state)
{
    struct fixture *fixture = *state;
    start(fixture);
    poll_device(fixture, 0, 7, T0);
    UNTIL(connected(fixture), 10);
    broker_stop(&fixture->broker, SIGKILL);
    UNTIL(trouble_has(fixture->mqtt, "nothing listens on port"), 10);
    /* meanwhile */
    struct alert_entry raised = an_alert(true), cleared = an_alert(false);
    poll_device(fixture, 0, 8, T0 + 1000);
    mqtt_sink.alert(fixture->mqtt, &raised);
    mqtt_sink.alert(fixture->mqtt, &cleared);
    poll_device(fixture, 0, 9, T0 + 2000);
    broker_start(&fixture->broker); /* its store is empty */
    subscriber_start(&fixture->subscriber, loop, &fixture->broker);
    UNTIL(heard_has(&fixture->subscriber, OUTLET, "\"voltage\":9"), 20);
    UNTIL(heard_is(&fixture->subscriber, TREE "status", "online"), 5);
    UNTIL(subscriber_heard(&fixture->subscriber, TREE "device/kelder/ups-1/info"), 5);
    UNTIL(heard_has(&fixture->subscriber, ALERT, "\"state\":\"cleared\""), 5);
    UNTIL(heard_has(&fixture->subscriber, EVENT, "\"seq\":2"), 5);
    assert_int_equal(subscriber_heard(&fixture->subscriber, EVENT)->count, 2);
    assert_null(mqtt_sink.trouble(fixture->mqtt));
}

/* An event that the broker's kernel has and the broker never saw goes again. */
static void test_event_under_way(void **state)
{
    struct fixture *fixture = *state;
    struct alert_entry raised = an_alert(true);
    struct mqtt_wire_stats stats;
    start(fixture);
    poll_device(fixture, 0, 1, T0);
    UNTIL(connected(fixture), 10);
    broker_signal(&fixture->broker, SIGSTOP);
    mqtt_sink.alert(fixture->mqtt, &raised);
    UNTIL((mqtt_stats(fixture->mqtt, &stats), stats.under_way == 2 && stats.outbox.messages == 0), 5);
    broker_stop(&fixture->broker, SIGKILL);
    UNTIL(mqtt_sink.trouble(fixture->mqtt), 10);
    broker_start(&fixture->broker);
    subscriber_start(&fixture->subscriber, loop, &fixture->broker);
    UNTIL(heard_has(&fixture->subscriber, EVENT, "\"seq\":1"), 20);
    UNTIL(heard_has(&fixture->subscriber, ALERT, "\"state\":\"active\""), 5);
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
    subscriber_start(&fixture->subscriber, loop, &fixture->broker);
    assert_int_equal(posix_spawn(&pid, self, NULL, NULL, argv, environ), 0);
    UNTIL(heard_is(&fixture->subscriber, TREE "status", "online"), 10);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    UNTIL(heard_is(&fixture->subscriber, TREE "status", "offline"), 10);
    assert_int_equal(subscriber_heard(&fixture->subscriber, TREE "status")->qos, 1);
}

static void test_unreachable(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *server, *words;
    } rows[] = {
        {"mqtt://no-such-host.invalid", "broker no-such-host.invalid:1883: its name cannot be resolved"},
        {"mqtts://no-such-host.invalid", "broker no-such-host.invalid:8883: its name cannot be resolved"},
        {"tcp://127.0.0.1:9", "broker 127.0.0.1:9: connection refused: nothing listens on port 9"},
        {"ssl://127.0.0.1:9", "broker 127.0.0.1:9: connection refused: nothing listens on port 9"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("  %s\n", rows[i].server);
        fixture->config.server = rows[i].server;
        start(fixture);
        UNTIL(trouble_has(fixture->mqtt, rows[i].words), 15);
        mqtt_stop(fixture->mqtt);
        fixture->mqtt = NULL;
    }
    fixture->config.server = "http://127.0.0.1";
    assert_int_equal(mqtt_start(loop, &fixture->config, fixture->site.live, VERSION, &fixture->mqtt), -EINVAL);
    fixture->config.server = "mqtt://127.0.0.1";
    fixture->config.prefix = "a/#";
    assert_int_equal(mqtt_start(loop, &fixture->config, fixture->site.live, VERSION, &fixture->mqtt), -EINVAL);
}

/* A resolver that hangs keeps neither the loop nor the connection to another broker. */
static void test_resolver_hangs(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.qos = 1;
    start(fixture);
    subscriber_start(&fixture->subscriber, loop, &fixture->broker);
    UNTIL(heard_is(&fixture->subscriber, TREE "status", "online"), 10);
    struct mqtt_config slow = fixture->config;
    struct mqtt *other;
    slow.server = "mqtt://slow.test";
    reset_gap();
    assert_int_equal(mqtt_start(loop, &slow, fixture->site.live, VERSION, &other), 0);
    UNTIL(atomic_load(&resolver_hangs), 5);
    for (int i = 1; i <= 20; i++) {
        char part[32];
        snprintf(part, sizeof part, "\"voltage\":%d", i);
        poll_device(fixture, 0, i, T0 + i * 1000);
        UNTIL(heard_has(&fixture->subscriber, OUTLET, part), 2);
    }
    print_message("  longest time without a turn of the loop: %.1f ms\n", (double)longest_gap_us / 1000);
    assert_true(longest_gap_us < 50000);
    int64_t before = now_us();
    mqtt_stop(other); /* gives the thread up: it ends when the resolver comes back */
    assert_true(now_us() - before < (MQTT_STOP_MS + 500) * INT64_C(1000));
    UNTIL(now_us() - before > 9000000, 20);
}

static void test_hanging_broker(void **state)
{
    struct fixture *fixture = *state;
    start(fixture);
    poll_device(fixture, 0, 1, T0);
    UNTIL(connected(fixture), 10);
    broker_signal(&fixture->broker, SIGSTOP);
    reset_gap();
    struct mqtt_wire_stats stats;
    size_t most = 0;
    int i = 0;
    /* a message a turn: the kernel's buffers fill, then ours must not */
    for (int64_t deadline = now_us() + 60000000; mqtt_sink.trouble(fixture->mqtt) == NULL;) {
        assert_true(now_us() < deadline);
        for (int k = 0; k < 200; k++)
            i++, poll_device(fixture, 0, i, T0 + i);
        mqtt_stats(fixture->mqtt, &stats);
        most = stats.outbox.messages > most ? stats.outbox.messages : most;
        assert_true(sd_event_run(loop, 10000) >= 0);
    }
    print_message("  %s\n", mqtt_sink.trouble(fixture->mqtt));
    print_message("  %d states told, at most %zu waiting, %llu superseded, longest gap %.1f ms\n", i * 2, most,
                  (unsigned long long)stats.outbox.superseded, (double)longest_gap_us / 1000);
    assert_true(most <= 10); /* one for each topic */
    assert_true(longest_gap_us < 50000);
    broker_signal(&fixture->broker, SIGCONT);
    poll_device(fixture, 0, 4711, T0 + 10000000);
    subscriber_start(&fixture->subscriber, loop, &fixture->broker);
    UNTIL(heard_has(&fixture->subscriber, OUTLET, "\"voltage\":4711"), 40);
    UNTIL(heard_is(&fixture->subscriber, TREE "status", "online"), 10);
    assert_null(mqtt_sink.trouble(fixture->mqtt));

    /* stopping against a hanging broker is bounded */
    broker_signal(&fixture->broker, SIGSTOP);
    poll_device(fixture, 0, 4712, T0 + 10001000);
    int64_t before = now_us();
    mqtt_stop(fixture->mqtt);
    fixture->mqtt = NULL;
    print_message("  stop took %.1f s\n", (double)(now_us() - before) / 1e6);
    assert_true(now_us() - before < (MQTT_STOP_MS + 500) * INT64_C(1000));
    broker_signal(&fixture->broker, SIGCONT);
}

static void test_v5_window(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.version = 5;
    fixture->config.qos = 1;
    start(fixture);
    poll_device(fixture, 0, 0, T0);
    UNTIL(connected(fixture), 10);
    struct mqtt_wire_stats before, after;
    mqtt_stats(fixture->mqtt, &before);
    /* events do not supersede each other: each takes the broker's acknowledgement */
    int64_t begin = now_us();
    for (int i = 0; i < 500; i++) {
        struct alert_entry entry = an_alert(i % 2 == 0);
        mqtt_sink.alert(fixture->mqtt, &entry);
    }
    UNTIL((mqtt_stats(fixture->mqtt, &after), after.sent >= before.sent + 500), 10);
    print_message("  QoS 1, version 5: 500 events in %.0f ms\n", (double)(now_us() - begin) / 1000);
    assert_true(now_us() - begin < 5000000); /* 22 messages a second would take 22 s */
}

static int setup_tls(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    broker_prepare(&fixture->broker, true);
    broker_start(&fixture->broker);
    test_site_make(&fixture->site);
    configure(fixture, "mqtts://localhost");
    *state = fixture;
    return 0;
}

static void test_tls(void **state)
{
    struct fixture *fixture = *state;
    char ca[128], other[128], cert[128], key[128], server[64];
    snprintf(ca, sizeof ca, "%s/ca.crt", fixture->broker.dir);
    snprintf(other, sizeof other, "%s/other.crt", fixture->broker.dir);
    snprintf(cert, sizeof cert, "%s/client.crt", fixture->broker.dir);
    snprintf(key, sizeof key, "%s/client.key", fixture->broker.dir);
    snprintf(server, sizeof server, "mqtts://127.0.0.1:%u", fixture->broker.port);
    const struct {
        const char *name, *server, *ca, *words; /* words NULL: connects */
        bool certificate;
    } rows[] = {
        {"right", fixture->server, ca, NULL, false},
        {"with a client's certificate", fixture->server, ca, NULL, true},
        {"a name that the certificate has not", server, ca, "its certificate is not for the name '127.0.0.1'", false},
        {"another authority", fixture->server, other, "its certificate is not signed by a known authority", false},
        {"the system's authorities", fixture->server, NULL, "its certificate is not signed by a known authority",
         false},
    };
    subscriber_start(&fixture->subscriber, loop, &fixture->broker);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("  %s\n", rows[i].name);
        fixture->config.server = rows[i].server;
        fixture->config.ca = rows[i].ca;
        fixture->config.cert = rows[i].certificate ? cert : NULL;
        fixture->config.key = rows[i].certificate ? key : NULL;
        start(fixture);
        if (!rows[i].words) {
            UNTIL(heard_is(&fixture->subscriber, TREE "status", "online"), 10);
        } else {
            UNTIL(mqtt_sink.trouble(fixture->mqtt), 15);
            print_message("    %s\n", mqtt_sink.trouble(fixture->mqtt));
            assert_true(trouble_has(fixture->mqtt, rows[i].words));
        }
        mqtt_stop(fixture->mqtt);
        fixture->mqtt = NULL;
        UNTIL(heard_is(&fixture->subscriber, TREE "status", "offline"), 10);
    }
    /* plain where TLS is expected */
    snprintf(server, sizeof server, "mqtt://localhost:%u", fixture->broker.port);
    fixture->config.server = server;
    start(fixture);
    UNTIL(mqtt_sink.trouble(fixture->mqtt), 30);
    print_message("    %s\n", mqtt_sink.trouble(fixture->mqtt));
    assert_true(trouble_has(fixture->mqtt, "does not answer as an MQTT broker"));
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
    start(fixture);
    /* the snapshot: the site's status and info, one device's status, two devices' info, the states */
    UNTIL((mqtt_stats(fixture->mqtt, &before), before.sent == 5 + STATES), 10);
    int64_t cpu = cpu_us(), begin = now_us(), in_loop = 0;
    int polls = 0;
    while (polls < 10) {
        if (now_us() - begin >= polls * INT64_C(200000)) {
            size_t n = test_site_poll(&fixture->site, 0, 230.123 + polls, T0 + polls, points, size);
            int64_t told = now_us();
            mqtt_sink.polled(fixture->mqtt, device, points, n);
            in_loop += now_us() - told;
            polls++;
        }
        assert_true(sd_event_run(loop, 10000) >= 0);
    }
    UNTIL((mqtt_stats(fixture->mqtt, &after), after.outbox.messages == 0 && after.under_way == 0), 5);
    assert_int_equal(after.sent - before.sent + after.outbox.superseded - before.outbox.superseded, polls * STATES);
    print_message("  %d states told in %.2f s, %llu merged; each %.1f us of the loop, %.1f us of CPU in all\n",
                  polls * STATES, (double)(now_us() - begin) / 1e6,
                  (unsigned long long)(after.outbox.superseded - before.outbox.superseded),
                  (double)in_loop / (polls * STATES), (double)(cpu_us() - cpu) / (polls * STATES));
    /* and as fast as it goes: the next poll when the last one is out */
    mqtt_stats(fixture->mqtt, &before);
    begin = now_us();
    for (int i = 0; i < 40; i++) {
        size_t n = test_site_poll(&fixture->site, 0, 230.123 + i, T0 + 1000 + i, points, size);
        mqtt_sink.polled(fixture->mqtt, device, points, n);
        do {
            assert_true(sd_event_run(loop, 0) >= 0);
            mqtt_stats(fixture->mqtt, &after);
        } while (after.outbox.messages > 0 && now_us() - begin < 30000000);
    }
    print_message("  at full speed: %.0f states/s\n",
                  (double)(after.sent - before.sent) * 1e6 / (double)(now_us() - begin));
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
    if (mqtt_start(loop, &config, site.live, VERSION, &mqtt) < 0)
        return 1;
    return sd_event_loop(loop);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tree, setup, teardown),
        cmocka_unit_test_setup_teardown(test_device_leaves, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reload_views, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reload_connection, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broker_forgets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_event_under_way, setup, teardown),
        cmocka_unit_test_setup_teardown(test_will, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unreachable, setup, teardown),
        cmocka_unit_test_setup_teardown(test_resolver_hangs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hanging_broker, setup, teardown),
        cmocka_unit_test_setup_teardown(test_v5_window, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tls, setup_tls, teardown),
        cmocka_unit_test_setup_teardown(test_rate, setup, teardown),
    };
    sd_event_source *tick;
    if (sd_event_new(&loop) < 0)
        return 1;
    if (argc > 1 && argv[1][0] >= '0' && argv[1][0] <= '9')
        return publish(argv[1]);
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    if (sd_event_add_time_relative(loop, &tick, CLOCK_MONOTONIC, 5000, 0, on_tick, NULL) < 0)
        return 1;
    int failed = cmocka_run_group_tests_name("mqtt", tests, NULL, NULL);
    sd_event_source_unref(tick);
    sd_event_unref(loop);
    return failed;
}
