/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RTU by libmodbus (modbus_rtu): serial settings, its own server as a peer that shares nothing with the driver or the
 * scripted one, and the traps of libmodbus 3.1.6 that the driver steers around. */
#include "tests/wire/modbus_wired.h"

#include "drivers/modbus_rtu.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

static void test_serial_settings(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        tcflag_t flags;
        speed_t speed;
    } lines[] = {{"?baud=9600", 0, B9600},
                 {"?baud=19200&parity=even", PARENB, B19200},
                 {"?baud=38400&parity=odd&stop=2", PARENB | PARODD | CSTOPB, B38400}};

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct wired rig = wired_new(TR_SERIAL);
        char text[160];
        struct termios now;
        snprintf(text, sizeof(text), "serial://%s%s", rig.setup->address.host, lines[i].query);
        print_message("  %s\n", lines[i].query);
        wired_address(&rig, text);
        wired_begin(&rig);
        assert_int_equal(wired_ask(&rig, wired_input(0, 4)).outcome, MO_OK);
        assert_int_equal(tcgetattr(rig.slave, &now), 0);
        /* A pty has no parity, and says so. */
        assert_int_equal(now.c_cflag & (PARODD | CSTOPB), lines[i].flags & (PARODD | CSTOPB));
        assert_int_equal(cfgetospeed(&now), lines[i].speed);
        wired_free(&rig);
    }
}

static void test_unknown_baud_is_refused(void **state)
{
    (void)state;
    struct wired rig = wired_new(TR_SERIAL);

    rig.setup->address.baud = 12345; /* libmodbus would take it for 9600 */
    wired_begin(&rig);
    struct modbus_result result = wired_ask(&rig, wired_input(0, 1));
    assert_int_equal(result.outcome, MO_DOWN);
    assert_non_null(strstr(result.words, "baud"));
    wired_free(&rig);
}

static void test_gap_between_frames(void **state)
{
    (void)state;
    assert_int_equal(modbus_rtu_gap(9600), 4010);
    assert_int_equal(modbus_rtu_gap(19200), 2005);
    assert_int_equal(modbus_rtu_gap(115200), 1750);
}

/* libmodbus aborts the process in select where a descriptor lies above 1023. */
static void test_high_descriptors_are_refused(void **state)
{
    (void)state;
    struct rlimit limit, more;
    int fds[1100];
    size_t n = 0;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    more = (struct rlimit){.rlim_cur = 2048, .rlim_max = limit.rlim_max};
    if (limit.rlim_cur < 2048 && setrlimit(RLIMIT_NOFILE, &more) != 0)
        skip();
    struct wired rtu = wired_new(TR_RTU_TCP), serial = wired_new(TR_SERIAL), tcp = wired_new(TR_TCP);
    wired_begin(&rtu);
    wired_begin(&serial);
    wired_begin(&tcp);
    do
        fds[n] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (fds[n] >= 0 && fds[n] < 1030 && ++n < 1099);
    struct modbus_result result = wired_ask(&rtu, wired_input(0, 2));
    assert_int_equal(result.outcome, MO_DOWN);
    assert_non_null(strstr(result.words, "1023"));
    assert_int_equal(wired_ask(&serial, wired_input(0, 2)).outcome, MO_DOWN);
    assert_int_equal(wired_ask(&tcp, wired_input(0, 2)).outcome, MO_OK);
    while (n > 0)
        close(fds[--n]);
    wired_free(&rtu);
    wired_free(&serial);
    wired_free(&tcp);
    setrlimit(RLIMIT_NOFILE, &limit);
}

struct server {
    modbus_t *context;
    modbus_mapping_t *mapping;
    int listening;
};

static void *serve(void *arg)
{
    struct server *server = arg;
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];

    if (server->listening >= 0)
        modbus_tcp_accept(server->context, &server->listening);
    for (;;) {
        int n = modbus_receive(server->context, query);
        if (n < 0)
            return NULL;
        if (n > 0)
            modbus_reply(server->context, query, n, server->mapping);
    }
}

static void read_from_server(struct wired *rig, struct server *server)
{
    uint16_t registers[125];
    pthread_t thread;

    server->mapping = modbus_mapping_new(0, 0, 0, 100);
    for (int i = 0; i < 100; i++)
        server->mapping->tab_input_registers[i] = (uint16_t)(1000 + i);
    assert_int_equal(pthread_create(&thread, NULL, serve, server), 0);
    wired_begin(rig);
    for (unsigned round = 0; round < 20; round++) {
        struct modbus_ask ask = wired_input(round, 80);
        assert_int_equal(modbus_wire_read(rig->wire, rig->setup, ask, 0, registers).outcome, MO_OK);
        assert_int_equal(registers[0], 1000 + round);
        assert_int_equal(registers[79], 1079 + round);
    }
    assert_int_equal(wired_ask(rig, wired_input(99, 2)).outcome, MO_REFUSED);
    modbus_wire_hang_up(rig->wire, 0);
    /* Without anybody at its other side the master's descriptor fails, and with it the server ends. */
    if (rig->slave >= 0)
        close(rig->slave);
    rig->slave = -1;
    pthread_join(thread, NULL);
    modbus_mapping_free(server->mapping);
}

static void test_libmodbus_server_tcp(void **state)
{
    (void)state;
    struct wired rig = wired_bare();
    struct server server = {.context = modbus_new_tcp("127.0.0.1", 0)};
    struct sockaddr_in name;
    socklen_t size = sizeof(name);
    char text[64];

    assert_non_null(server.context);
    server.listening = modbus_tcp_listen(server.context, 1);
    assert_int_equal(getsockname(server.listening, (struct sockaddr *)&name, &size), 0);
    snprintf(text, sizeof(text), "127.0.0.1:%u", ntohs(name.sin_port));
    wired_address(&rig, text);
    modbus_set_slave(server.context, 3);
    read_from_server(&rig, &server);
    modbus_close(server.context);
    modbus_free(server.context);
    close(server.listening);
    wired_free(&rig);
}

/* A pair of ptys joined by nothing: the server's context gets the master's descriptor. */
static void test_libmodbus_server_rtu(void **state)
{
    (void)state;
    struct wired rig = wired_bare();
    char name[64], text[100];
    int master = wired_pty(&rig.slave, name, sizeof(name));
    struct server server = {.context = modbus_new_rtu("/dev/null", 9600, 'E', 8, 1), .listening = -1};

    modbus_set_socket(server.context, master);
    modbus_set_slave(server.context, 3);
    snprintf(text, sizeof(text), "serial://%s?baud=19200&parity=even", name);
    wired_address(&rig, text);
    read_from_server(&rig, &server);
    modbus_close(server.context);
    modbus_free(server.context);
    wired_free(&rig);
}

static modbus_t *plain_libmodbus(struct peer *peer, bool rtu)
{
    struct sockaddr_in name = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)peer_port(peer)), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    modbus_t *context = rtu ? modbus_new_rtu("/dev/null", 9600, 'N', 8, 1) : modbus_new_tcp("127.0.0.1", 502);
    modbus_set_socket(context, fd);
    modbus_set_slave(context, 3);
    modbus_set_response_timeout(context, 0, 100000);
    modbus_set_byte_timeout(context, 0, 0);
    return context;
}

/* Why RTU connections are renewed after silence, and Modbus TCP is not framed by libmodbus. When one of these fails,
 * libmodbus has become better. */
static void test_traps_of_libmodbus(void **state)
{
    (void)state;
    const struct peer_act late = {PEER_LATE, 150, 0}, foreign = {PEER_OTHER_UNIT, 0, 0};
    uint16_t registers[2];

    struct peer *peer = peer_tcp(true, false);
    peer_registers(peer, wired_value, NULL, NULL);
    modbus_t *context = plain_libmodbus(peer, true);
    peer_script(peer, &late, 1);
    assert_int_equal(modbus_read_input_registers(context, 10, 2, registers), -1);
    assert_int_equal(errno, ETIMEDOUT);
    assert_int_equal(modbus_read_input_registers(context, 20, 2, registers), 2);
    assert_int_equal(registers[0], wired_value(NULL, 3, 4, 10)); /* the answer to the question before */
    modbus_close(context);
    modbus_free(context);
    peer_free(peer);

    peer = peer_tcp(false, false);
    context = plain_libmodbus(peer, false);
    peer_script(peer, &foreign, 1);
    assert_int_equal(modbus_read_input_registers(context, 10, 2, registers), 2); /* of unit 4 */
    modbus_close(context);
    modbus_free(context);
    peer_free(peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_serial_settings),      cmocka_unit_test(test_unknown_baud_is_refused),
        cmocka_unit_test(test_gap_between_frames),   cmocka_unit_test(test_high_descriptors_are_refused),
        cmocka_unit_test(test_libmodbus_server_tcp), cmocka_unit_test(test_libmodbus_server_rtu),
        cmocka_unit_test(test_traps_of_libmodbus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
