/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt_words: addresses of brokers, and causes in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drivers/mqtt_words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *server, *host, *uri; /* host NULL: refused */
    uint16_t port;
    bool tls;
} servers[] = {
    {"mqtt://broker.example", "broker.example", "tcp://broker.example:1883", 1883, false},
    {"mqtts://broker.example", "broker.example", "ssl://broker.example:8883", 8883, true},
    {"tcp://10.0.0.1:1884", "10.0.0.1", "tcp://10.0.0.1:1884", 1884, false},
    {"ssl://b:65535", "b", "ssl://b:65535", 65535, true},
    {"broker", "broker", "tcp://broker:1883", 1883, false},
    {"broker:2000", "broker", "tcp://broker:2000", 2000, false},
    {"mqtt://[2001:db8::1]", "2001:db8::1", "tcp://[2001:db8::1]:1883", 1883, false},
    {"[::1]:99", "::1", "tcp://[::1]:99", 99, false},
    {"", NULL, NULL, 0, false},
    {"mqtt://", NULL, NULL, 0, false},
    {"http://broker", NULL, NULL, 0, false},
    {"mqtt://broker:", NULL, NULL, 0, false},
    {"mqtt://broker:0", NULL, NULL, 0, false},
    {"mqtt://broker:65536", NULL, NULL, 0, false},
    {"mqtt://broker:18x", NULL, NULL, 0, false},
    {"mqtt://user:pass@broker", NULL, NULL, 0, false},
    {"mqtt://user@broker", NULL, NULL, 0, false},
    {"mqtt://broker/path", NULL, NULL, 0, false},
    {"mqtt://[::1", NULL, NULL, 0, false},
    {"mqtt://[::1]x", NULL, NULL, 0, false},
};

static void test_servers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++) {
        struct mqtt_server server = {.port = 4711};
        print_message("  %s\n", servers[i].server);
        if (!servers[i].host) {
            assert_int_equal(mqtt_server_parse(servers[i].server, &server), -EINVAL);
            assert_int_equal(server.port, 4711);
            continue;
        }
        assert_int_equal(mqtt_server_parse(servers[i].server, &server), 0);
        assert_string_equal(server.host, servers[i].host);
        assert_string_equal(server.uri, servers[i].uri);
        assert_int_equal(server.port, servers[i].port);
        assert_int_equal(server.tls, servers[i].tls);
    }
}

static const struct {
    const char *line, *reason;
} tls_lines[] = {
    {"40F7A1B2:error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify failed:"
     "../ssl/statem/statem_clnt.c:1889:\n",
     "certificate verify failed"},
    {"40F7A1B2:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../ssl/record.c:354:\n",
     "wrong version number"},
    {"a:b:c:d:e:last\n", "last"},
    {"a:b:c:d:e:", ""},
    {"no colons at all", ""},
    {"", ""},
};

static void test_tls_reasons(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tls_lines / sizeof tls_lines[0]; i++) {
        char buf[64];
        mqtt_tls_reason(tls_lines[i].line, strlen(tls_lines[i].line), buf, sizeof buf);
        assert_string_equal(buf, tls_lines[i].reason);
    }
    char narrow[6];
    mqtt_tls_reason(tls_lines[0].line, strlen(tls_lines[0].line), narrow, sizeof narrow);
    assert_string_equal(narrow, "certi");
}

static const struct {
    const char *name, *server, *user;
    struct mqtt_cause cause;
    const char *words;
} causes[] = {
    {"password, 3.1.1",
     "mqtt://b",
     "wattwacht",
     {.refused_by_broker = true, .code = 5, .version = 3},
     "broker b:1883: the broker refuses the user name or password: not authorised (user 'wattwacht', code 5)"},
    {"password, 5",
     "mqtt://b",
     "wattwacht",
     {.refused_by_broker = true, .code = 135, .version = 5},
     "broker b:1883: the broker refuses the user name or password: not authorised (user 'wattwacht', code 135)"},
    {"no user",
     "mqtt://b",
     NULL,
     {.refused_by_broker = true, .code = 5, .version = 3},
     "broker b:1883: the broker refuses the user name or password: not authorised (no user is configured, code 5)"},
    {"client id",
     "mqtt://b",
     NULL,
     {.refused_by_broker = true, .code = 2, .version = 3},
     "broker b:1883: the broker does not accept the client id (code 2)"},
    {"unknown code",
     "mqtt://b",
     NULL,
     {.refused_by_broker = true, .code = 200, .version = 5},
     "broker b:1883: the broker refuses the connection (code 200)"},
    {"5 is no code of version 5",
     "mqtt://b",
     NULL,
     {.refused_by_broker = true, .code = 5, .version = 5},
     "broker b:1883: the broker refuses the connection (code 5)"},
    {"port",
     "mqtt://b",
     NULL,
     {.reach = "connection refused: nothing listens on port 1883"},
     "broker b:1883: connection refused: nothing listens on port 1883"},
    {"lost", "mqtt://b", NULL, {.was_connected = true}, "broker b:1883: the connection was lost"},
    {"authority",
     "mqtts://b",
     NULL,
     {.tls = "certificate verify failed"},
     "broker b:8883: its certificate is not signed by a known authority, or has expired "
     "(TLS: certificate verify failed)"},
    {"plain broker",
     "mqtts://b",
     NULL,
     {.tls = "wrong version number"},
     "broker b:8883: no TLS connection (wrong version number)"},
    {"name",
     "mqtts://b",
     NULL,
     {.code = -1},
     "broker b:8883: its certificate is not for the name 'b', or it closed the connection during the TLS handshake"},
    {"mute",
     "mqtt://b",
     NULL,
     {.code = -1},
     "broker b:1883: it takes connections, but does not answer as an MQTT broker"},
};

static void test_causes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        struct mqtt_server server;
        char buf[400];
        print_message("  %s\n", causes[i].name);
        assert_int_equal(mqtt_server_parse(causes[i].server, &server), 0);
        mqtt_words(buf, sizeof buf, &server, causes[i].user, &causes[i].cause);
        assert_string_equal(buf, causes[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_servers),
        cmocka_unit_test(test_tls_reasons),
        cmocka_unit_test(test_causes),
    };
    return cmocka_run_group_tests_name("mqtt_words", tests, NULL, NULL);
}
