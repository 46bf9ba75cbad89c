/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt, mqtt_thread, mqtt_send, mqtt_tls and mqtt_link when what answers is no broker, or one that closes the
 * connection: words, and pauses that grow. */
#include "mqtt_rig.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a peer says when CONNECT has come, byte by byte of MQTT 3.1.1; then it closes, or listens on. */
static const struct peer {
    const char *name, *says;
    size_t n;
    bool stays;
    const char *words;
} peers[] = {
    {"closes at once", "", 0, false, "does not answer as an MQTT broker"},
    {"speaks HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", 28, false, "does not answer as an MQTT broker"},
    {"garbage", "\xff\xff\xff\xff\xff\xff\xff\xff", 8, false, "does not answer as an MQTT broker"},
    {"refuses the version", "\x20\x02\x00\x01", 4, false, "does not speak this version of MQTT (code 1)"},
    {"accepts and closes", "\x20\x02\x00\x00", 4, false, "the connection was lost"},
    {"accepts, then garbage", "\x20\x02\x00\x00\x3f\xff\xff\xff\xff\xff\xff\xff", 12, false, "the connection was lost"},
    {"accepts, then a cut message", "\x20\x02\x00\x00\x30\x0a\x00\x20zz", 10, false, "the connection was lost"},
};

struct listener {
    const struct peer *peer;
    sd_event_source *source;
    int fd;
    unsigned connections;
};

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *context)
{
    struct listener *listener = context;
    char connect[256];
    (void)source;
    (void)events;
    int peer = accept(fd, NULL, NULL);
    assert_true(peer >= 0);
    listener->connections++;
    /* the probe that asks whether anything listens sends nothing */
    if (recv(peer, connect, sizeof connect, 0) > 0 && listener->peer->n > 0)
        assert_int_equal(send(peer, listener->peer->says, listener->peer->n, MSG_NOSIGNAL), listener->peer->n);
    close(peer);
    return 0;
}

static uint16_t listen_as(struct listener *listener, const struct peer *peer)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    *listener = (struct listener){.peer = peer, .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_true(listener->fd >= 0);
    assert_int_equal(bind(listener->fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(getsockname(listener->fd, (struct sockaddr *)&at, &size), 0);
    assert_int_equal(listen(listener->fd, 10), 0);
    assert_true(sd_event_add_io(rig_loop, &listener->source, listener->fd, EPOLLIN, on_connection, listener) >= 0);
    return ntohs(at.sin_port);
}

static void test_no_broker(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++) {
        struct listener listener;
        char server[64];
        snprintf(server, sizeof server, "mqtt://127.0.0.1:%u", listen_as(&listener, &peers[i]));
        fixture->config.server = server;
        rig_start(fixture);
        int64_t begin = rig_now_us();
        UNTIL(rig_trouble_has(fixture->mqtt, peers[i].words));
        UNTIL(rig_now_us() - begin > 2500000);
        print_message("  %s: %s (%u connections in %.1f s)\n", peers[i].name, mqtt_sink.trouble(fixture->mqtt),
                      listener.connections, (double)(rig_now_us() - begin) / 1e6);
        /* after 1 s and 2 s more, each with its probe */
        assert_true(listener.connections <= 6);
        mqtt_stop(fixture->mqtt);
        fixture->mqtt = NULL;
        sd_event_source_disable_unref(listener.source);
        close(listener.fd);
    }
}

static void test_expired(void **state)
{
    struct fixture *fixture = *state;
    char ca[128];
    broker_stop(&fixture->broker, SIGKILL);
    broker_certify(&fixture->broker, "expired");
    broker_start(&fixture->broker);
    snprintf(ca, sizeof ca, "%s/ca.crt", fixture->broker.dir);
    fixture->config.ca = ca;
    rig_start(fixture);
    UNTIL(rig_trouble_has(fixture->mqtt, "its certificate has expired"));
    print_message("  %s\n", mqtt_sink.trouble(fixture->mqtt));
}

/* A broker that wants to see a certificate of ours. */
static void test_client_certificate(void **state)
{
    struct fixture *fixture = *state;
    struct mqtt_wire_stats stats;
    char ca[128], cert[128], key[128];
    snprintf(ca, sizeof ca, "%s/ca.crt", fixture->broker.dir);
    snprintf(cert, sizeof cert, "%s/client.crt", fixture->broker.dir);
    snprintf(key, sizeof key, "%s/client.key", fixture->broker.dir);
    broker_stop(&fixture->broker, SIGKILL);
    broker_configure(&fixture->broker, "require_certificate true");
    broker_start(&fixture->broker);
    fixture->config.ca = ca;
    rig_start(fixture);
    UNTIL(rig_trouble_has(fixture->mqtt, "it wants a certificate of ours"));
    print_message("  %s\n", mqtt_sink.trouble(fixture->mqtt));
    mqtt_stats(fixture->mqtt, &stats);
    assert_int_equal(stats.connects, 0);
    fixture->config.cert = ca; /* not ours: no key is of it */
    fixture->config.key = key;
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    UNTIL(rig_trouble_has(fixture->mqtt, "is of another certificate"));
    print_message("  %s\n", mqtt_sink.trouble(fixture->mqtt));
    fixture->config.cert = cert;
    fixture->config.key = key;
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    UNTIL((mqtt_stats(fixture->mqtt, &stats), stats.connects == 1));
    assert_null(mqtt_sink.trouble(fixture->mqtt));
}

static size_t info_bytes(const struct fixture *fixture)
{
    const struct heard *heard = subscriber_heard(&fixture->subscriber, TREE "device/leuven/pdu-a1/info");
    return heard ? strlen(heard->payload) : 0;
}

/* A device of many outlets has an info of some 100 kB, which this broker does not take. */
static void large(struct fixture *fixture, unsigned version)
{
    struct mqtt_wire_stats stats;
    broker_stop(&fixture->broker, SIGKILL);
    broker_configure(&fixture->broker, "max_packet_size 20000");
    broker_start(&fixture->broker);
    test_site_outlets(&fixture->site, 248);
    fixture->config.version = version;
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    int64_t begin = rig_now_us();
    rig_start(fixture);
    rig_poll_device(fixture, 0, 1, T0);
    UNTIL(rig_trouble_has(fixture->mqtt, "takes no message of more than"));
    UNTIL(rig_heard_has(&fixture->subscriber, OUTLET, "\"voltage\":1"));
    mqtt_stats(fixture->mqtt, &stats);
    print_message("  version %u: %s; after %.1f s and %llu connections\n", version, mqtt_sink.trouble(fixture->mqtt),
                  (double)(rig_now_us() - begin) / 1e6, (unsigned long long)stats.connects);
    assert_int_equal(info_bytes(fixture), 0);
    assert_true(stats.kept_back >= 1);
    assert_true(stats.connects <= 4);
    rig_poll_device(fixture, 0, 2, T0 + 1000);
    UNTIL(rig_heard_has(&fixture->subscriber, OUTLET, "\"voltage\":2"));
}

static void test_large_3(void **state)
{
    large(*state, 3);
}

static void test_large_5(void **state)
{
    large(*state, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_no_broker, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_expired, rig_setup_tls, rig_teardown),
        cmocka_unit_test_setup_teardown(test_client_certificate, rig_setup_tls, rig_teardown),
        cmocka_unit_test_setup_teardown(test_large_3, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_large_5, rig_setup, rig_teardown),
    };
    if (rig_start_loop() < 0)
        return 1;
    int failed = cmocka_run_group_tests_name("mqtt_broken", tests, NULL, NULL);
    rig_stop_loop();
    return failed;
}
