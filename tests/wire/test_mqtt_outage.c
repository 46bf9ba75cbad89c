/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt, mqtt_thread and mqtt_probe when the broker cannot be reached, hangs, or is another than it should be. */
#include "mqtt_rig.h"

#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define TURN_US                                                                                           \
    200000 /* a loop that waited for the network would stand for seconds; a busy machine takes tens of ms \
            */

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
        rig_start(fixture);
        UNTIL(rig_trouble_has(fixture->mqtt, rows[i].words));
        mqtt_stop(fixture->mqtt);
        fixture->mqtt = NULL;
    }
    fixture->config.server = "http://127.0.0.1";
    assert_int_equal(mqtt_start(rig_loop, &fixture->config, fixture->site.live, NULL, VERSION, &fixture->mqtt),
                     -EINVAL);
    fixture->config.server = "mqtt://127.0.0.1";
    fixture->config.prefix = "a/#";
    assert_int_equal(mqtt_start(rig_loop, &fixture->config, fixture->site.live, NULL, VERSION, &fixture->mqtt),
                     -EINVAL);
}

/* A resolver that hangs keeps neither the loop nor the connection to another broker. */
static void test_resolver_hangs(void **state)
{
    struct fixture *fixture = *state;
    fixture->config.qos = 1;
    rig_start(fixture);
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "status", "online"));
    struct mqtt_config slow = fixture->config;
    struct mqtt *other;
    slow.server = "mqtt://slow.test";
    rig_reset_gap();
    assert_int_equal(mqtt_start(rig_loop, &slow, fixture->site.live, NULL, VERSION, &other), 0);
    UNTIL(atomic_load(&resolver_hangs));
    for (int i = 1; i <= 20; i++) {
        char part[32];
        snprintf(part, sizeof part, "\"voltage\":%d", i);
        rig_poll_device(fixture, 0, i, T0 + i * 1000);
        UNTIL(rig_heard_has(&fixture->subscriber, OUTLET, part));
    }
    print_message("  longest time without a turn of the loop: %.1f ms\n", (double)rig_longest_gap_us / 1000);
    assert_true(rig_longest_gap_us < TURN_US);
    int64_t before = rig_now_us();
    mqtt_stop(other); /* gives the thread up: it ends when the resolver comes back */
    assert_true(rig_now_us() - before < (MQTT_STOP_MS + 500) * INT64_C(1000));
    UNTIL(rig_now_us() - before > 9000000);
}

static void test_hanging_broker(void **state)
{
    struct fixture *fixture = *state;
    rig_start(fixture);
    rig_poll_device(fixture, 0, 1, T0);
    UNTIL(rig_connected(fixture));
    broker_signal(&fixture->broker, SIGSTOP);
    rig_reset_gap();
    struct mqtt_wire_stats stats;
    size_t most = 0;
    int i = 0;
    /* a message a turn: the kernel's buffers fill, then ours must not */
    for (int64_t deadline = rig_now_us() + 60000000; mqtt_sink.trouble(fixture->mqtt) == NULL;) {
        assert_true(rig_now_us() < deadline);
        for (int k = 0; k < 50; k++)
            i++, rig_poll_device(fixture, 0, i, T0 + i);
        mqtt_stats(fixture->mqtt, &stats);
        most = stats.outbox.messages > most ? stats.outbox.messages : most;
        assert_true(sd_event_run(rig_loop, 10000) >= 0);
    }
    print_message("  %s\n", mqtt_sink.trouble(fixture->mqtt));
    print_message("  %d states told, at most %zu waiting, %llu superseded, longest gap %.1f ms\n", i * 2, most,
                  (unsigned long long)stats.outbox.superseded, (double)rig_longest_gap_us / 1000);
    assert_true(most <= 10); /* one for each topic */
    assert_true(rig_longest_gap_us < TURN_US);
    broker_signal(&fixture->broker, SIGCONT);
    rig_poll_device(fixture, 0, 4711, T0 + 10000000);
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    UNTIL(rig_heard_has(&fixture->subscriber, OUTLET, "\"voltage\":4711"));
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "status", "online"));
    assert_null(mqtt_sink.trouble(fixture->mqtt));

    /* stopping against a hanging broker is bounded */
    broker_signal(&fixture->broker, SIGSTOP);
    rig_poll_device(fixture, 0, 4712, T0 + 10001000);
    int64_t before = rig_now_us();
    mqtt_stop(fixture->mqtt);
    fixture->mqtt = NULL;
    print_message("  stop took %.1f s\n", (double)(rig_now_us() - before) / 1e6);
    assert_true(rig_now_us() - before < (MQTT_STOP_MS + 500) * INT64_C(1000));
    broker_signal(&fixture->broker, SIGCONT);
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
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("  %s\n", rows[i].name);
        fixture->config.server = rows[i].server;
        fixture->config.ca = rows[i].ca;
        fixture->config.cert = rows[i].certificate ? cert : NULL;
        fixture->config.key = rows[i].certificate ? key : NULL;
        rig_start(fixture);
        if (!rows[i].words) {
            UNTIL(rig_heard_is(&fixture->subscriber, TREE "status", "online"));
        } else {
            UNTIL(mqtt_sink.trouble(fixture->mqtt));
            print_message("    %s\n", mqtt_sink.trouble(fixture->mqtt));
            assert_true(rig_trouble_has(fixture->mqtt, rows[i].words));
        }
        mqtt_stop(fixture->mqtt);
        fixture->mqtt = NULL;
        UNTIL(rig_heard_is(&fixture->subscriber, TREE "status", "offline"));
    }
    /* plain where TLS is expected */
    snprintf(server, sizeof server, "mqtt://localhost:%u", fixture->broker.port);
    fixture->config.server = server;
    rig_start(fixture);
    UNTIL(mqtt_sink.trouble(fixture->mqtt));
    print_message("    %s\n", mqtt_sink.trouble(fixture->mqtt));
    assert_true(rig_trouble_has(fixture->mqtt, "does not answer as an MQTT broker"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_unreachable, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_resolver_hangs, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_hanging_broker, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_tls, rig_setup_tls, rig_teardown),
    };
    if (rig_start_loop() < 0)
        return 1;
    int failed = cmocka_run_group_tests_name("mqtt_outage", tests, NULL, NULL);
    rig_stop_loop();
    return failed;
}
