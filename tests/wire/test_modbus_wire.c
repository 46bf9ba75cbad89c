/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line's connection against devices that misbehave, in all three framings: what comes back is right or an error,
 * never another question's answer. And the traps of libmodbus 3.1.6 that the driver steers around. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drivers/modbus_rtu.h"
#include "drivers/modbus_wire.h"
#include "tests/wire/modbus_peer.h"

#include <errno.h>
#include <fcntl.h>
#include <modbus/modbus.h>
#include <netinet/in.h>
#include <pthread.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define MS        INT64_C(1000)
#define TIMEOUT   (200 * MS)
#define RECONNECT (20 * MS)

struct rig {
    struct modbus_stop stop;
    struct modbus_wire *wire;
    struct device_setup *setup;
    struct peer *peer;
    int slave; /* serial: kept open, so that the master side stays alive */
};

static bool never(void *arg)
{
    (void)arg;
    return false;
}

static bool always(void *arg, bool begins)
{
    (void)arg;
    (void)begins;
    return true;
}

static uint16_t value_at(void *arg, unsigned unit, unsigned function, unsigned address)
{
    (void)arg;
    return (uint16_t)(unit * 4099 + function * 641 + address * 7 + (address & 1));
}

/* The slave's name, for the address. */
static int open_pty(int *ret_slave, char *ret_name, size_t size)
{
    int master = -1;
    struct termios raw;

    assert_int_equal(openpty(&master, ret_slave, NULL, NULL, NULL), 0);
    assert_int_equal(tcgetattr(*ret_slave, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(*ret_slave, TCSANOW, &raw), 0);
    assert_int_equal(ttyname_r(*ret_slave, ret_name, size), 0);
    return master;
}

static void rig_address(struct rig *rig, const char *text)
{
    const char *why = "";

    if (address_parse(rig->setup->arena, text, true, &rig->setup->address, &why) != 0)
        fail_msg("%s: %s", text, why);
}

static struct rig rig_bare(void)
{
    struct rig rig = {.stop = {.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), .asked = never, .resolving = always},
                      .slave = -1};

    rig.setup = setup_new();
    rig.setup->id = "meter";
    rig.setup->modbus = (struct modbus_setup){.unit = 3, .reconnect_us = RECONNECT};
    rig.setup->timeout_us = TIMEOUT;
    rig.setup->names_resolve = true;
    return rig;
}

/* The wire looks into the rig while it waits: so it begins where the rig stays. */
static void rig_begin(struct rig *rig)
{
    rig->wire = modbus_wire_new(&rig->stop);
    assert_non_null(rig->wire);
    modbus_wire_quiet(rig->wire, TIMEOUT);
}

static struct rig rig_new(enum transport transport)
{
    struct rig rig = rig_bare();
    char text[120], name[64];

    if (transport == TR_SERIAL) {
        rig.peer = peer_serial(open_pty(&rig.slave, name, sizeof(name)));
        snprintf(text, sizeof(text), "serial://%s?baud=115200", name);
    } else {
        rig.peer = peer_tcp(transport == TR_RTU_TCP, false);
        assert_non_null(rig.peer);
        snprintf(text, sizeof(text), "%s://127.0.0.1:%u", transport == TR_TCP ? "tcp" : "rtu+tcp", peer_port(rig.peer));
    }
    peer_registers(rig.peer, value_at, NULL, NULL);
    rig_address(&rig, text);
    return rig;
}

static void rig_free(struct rig *rig)
{
    modbus_wire_free(rig->wire);
    setup_unref(rig->setup);
    peer_free(rig->peer);
    close(rig->stop.fd);
    if (rig->slave >= 0)
        close(rig->slave);
}

static bool right(const struct modbus_ask *ask, const uint16_t *registers)
{
    for (unsigned i = 0; i < ask->count; i++) {
        unsigned expected = value_at(NULL, ask->unit, ask->function, ask->address + i);
        if (registers[i] != (ask->function < MF_HOLDING ? (expected & 1) : expected))
            return false;
    }
    return true;
}

/* An answer is right or it is none. */
static struct modbus_result ask_checked(struct rig *rig, struct modbus_ask ask)
{
    uint16_t registers[MODBUS_BITS_MAX];

    memset(registers, 0xEE, sizeof(registers));
    struct modbus_result result = modbus_wire_read(rig->wire, rig->setup, ask, 0, registers);
    if (result.outcome == MO_OK && !right(&ask, registers))
        fail_msg("%u registers at %u: another question's answer", ask.count, ask.address);
    return result;
}

static struct modbus_ask input(unsigned address, unsigned count)
{
    return (struct modbus_ask){3, MF_INPUT, (uint16_t)address, (uint16_t)count};
}

#define ON_TCP    1
#define ON_RTUTCP 2
#define ON_SERIAL 4
#define ON_SOCKET (ON_TCP | ON_RTUTCP)
#define ON_RTU    (ON_RTUTCP | ON_SERIAL)
#define ON_ALL    7

static const struct row {
    const char *name;
    unsigned on;
    struct peer_act act;
    enum modbus_outcome expected;
    unsigned connections; /* sockets: at the end */
} rows[] = {
    {"right", ON_ALL, {PEER_RIGHT, 0, 0}, MO_OK, 1},
    {"silence", ON_ALL, {PEER_SILENT, 0, 0}, MO_SILENT, 2},
    {"late, after the time", ON_ALL, {PEER_LATE, 300, 0}, MO_SILENT, 2},
    {"late, just within the time", ON_ALL, {PEER_LATE, 90, 0}, MO_OK, 1},
    {"byte by byte, in time", ON_ALL, {PEER_SLOW, 2, 0}, MO_OK, 1},
    {"byte by byte, for ever", ON_TCP, {PEER_SLOW, 28, 0}, MO_GARBLED, 2},
    {"byte by byte, for ever", ON_RTU, {PEER_SLOW, 28, 0}, MO_SILENT, 2},
    {"cut and closed", ON_TCP, {PEER_CUT, 0, 0}, MO_GARBLED, 2},
    {"cut and closed", ON_RTUTCP, {PEER_CUT, 0, 0}, MO_OK, 2},
    {"half", ON_TCP, {PEER_HALF, 0, 0}, MO_GARBLED, 2},
    {"half", ON_RTU, {PEER_HALF, 0, 0}, MO_SILENT, 2},
    {"wrong transaction", ON_TCP, {PEER_OTHER_ID, 0, 0}, MO_GARBLED, 2},
    {"wrong unit", ON_ALL, {PEER_OTHER_UNIT, 0, 0}, MO_GARBLED, 2},
    {"wrong function", ON_ALL, {PEER_OTHER_FUNCTION, 0, 0}, MO_GARBLED, 2},
    {"wrong protocol", ON_TCP, {PEER_PROTOCOL, 0, 0}, MO_GARBLED, 2},
    {"wrong checksum", ON_RTU, {PEER_BAD_CRC, 0, 0}, MO_GARBLED, 2},
    {"a register less", ON_ALL, {PEER_TOO_SHORT, 0, 0}, MO_GARBLED, 2},
    {"answered twice", ON_ALL, {PEER_TWICE, 0, 0}, MO_OK, 2},
    {"surplus bytes", ON_ALL, {PEER_SURPLUS, 0, 0}, MO_OK, 2},
    {"closed instead of an answer: asked again on a new connection", ON_SOCKET, {PEER_CLOSE, 0, 0}, MO_OK, 2},
    {"closed when idle", ON_SOCKET, {PEER_DONE, 0, 0}, MO_OK, 2},
    {"exception 2", ON_ALL, {PEER_EXCEPTION, 0, 2}, MO_REFUSED, 1},
    {"exception 4", ON_ALL, {PEER_EXCEPTION, 0, 4}, MO_EXCEPTION, 1},
    {"exception 6", ON_ALL, {PEER_EXCEPTION, 0, 6}, MO_BUSY, 1},
    {"exception 10", ON_ALL, {PEER_EXCEPTION, 0, 10}, MO_ABSENT, 1},
    {"exception 11", ON_ALL, {PEER_EXCEPTION, 0, 11}, MO_ABSENT, 1},
};

/* Some acts take two questions to show: the second, of the same length, would be given the rest of the first. */
static void misbehave(const struct row *row, enum transport transport)
{
    struct rig rig = rig_new(transport);
    unsigned late = 0;

    rig_begin(&rig);
    assert_int_equal(ask_checked(&rig, input(10, 2)).outcome, MO_OK);
    peer_script(rig.peer, &row->act, 1);
    struct modbus_result result = ask_checked(&rig, input(20, 2));
    if (result.outcome != row->expected)
        fail_msg("outcome %d: %s", result.outcome, result.words);
    assert_true((result.outcome == MO_OK) == (result.words[0] == '\0'));
    for (unsigned i = 0; i < 6; i++) {
        enum modbus_outcome outcome = ask_checked(&rig, input(30 + 10 * i, 2)).outcome;
        late += outcome != MO_OK;
        if (i >= 3)
            assert_int_equal(outcome, MO_OK);
    }
    assert_int_equal(late, 0);
    struct peer_counts counts = peer_counts(rig.peer);
    if (transport != TR_SERIAL)
        assert_int_equal(counts.connections, row->connections);
    assert_int_equal(counts.questions, counts.function[MF_INPUT]);
    rig_free(&rig);
}

static void test_misbehaviour(void **state)
{
    (void)state;
    static const struct {
        enum transport transport;
        unsigned on;
        const char *name;
    } framings[] = {{TR_TCP, ON_TCP, "tcp"}, {TR_RTU_TCP, ON_RTUTCP, "rtu+tcp"}, {TR_SERIAL, ON_SERIAL, "serial"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t f = 0; f < 3; f++) {
            if (!(rows[i].on & framings[f].on))
                continue;
            print_message("  %s: %s\n", framings[f].name, rows[i].name);
            misbehave(&rows[i], framings[f].transport);
        }
    }
}

static void test_all_spaces(void **state)
{
    (void)state;
    static const struct modbus_ask asks[] = {
        {3, MF_COILS, 5, 19}, {3, MF_DISCRETE, 0, 2000}, {3, MF_HOLDING, 65411, 125}, {3, MF_INPUT, 0, 1}};

    for (enum transport transport = TR_TCP; transport <= TR_SERIAL; transport++) {
        struct rig rig = rig_new(transport);
        rig_begin(&rig);
        for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
            assert_int_equal(ask_checked(&rig, asks[i]).outcome, MO_OK);
        assert_int_equal(ask_checked(&rig, input(0, 126)).outcome, MO_EXCEPTION);
        assert_int_equal(ask_checked(&rig, input(0, 0)).outcome, MO_EXCEPTION);
        assert_int_equal(peer_counts(rig.peer).questions, 4);
        rig_free(&rig);
    }
}

/* A byte each 40 ms would hold libmodbus for ever with its own byte timeout. */
static void test_the_whole_answer_has_one_time(void **state)
{
    (void)state;
    const struct peer_act slow = {PEER_SLOW, 40, 0};

    for (enum transport transport = TR_TCP; transport <= TR_SERIAL; transport++) {
        struct rig rig = rig_new(transport);
        rig_begin(&rig);
        peer_script(rig.peer, &slow, 1);
        int64_t begun = modbus_wait_now();
        assert_int_not_equal(ask_checked(&rig, input(0, 20)).outcome, MO_OK);
        int64_t took = modbus_wait_now() - begun;
        assert_true(took >= TIMEOUT && took < TIMEOUT + 100 * MS);
        rig_free(&rig);
    }
}

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
        struct rig rig = rig_new(TR_SERIAL);
        char text[160];
        struct termios now;
        snprintf(text, sizeof(text), "serial://%s%s", rig.setup->address.host, lines[i].query);
        print_message("  %s\n", lines[i].query);
        rig_address(&rig, text);
        rig_begin(&rig);
        assert_int_equal(ask_checked(&rig, input(0, 4)).outcome, MO_OK);
        assert_int_equal(tcgetattr(rig.slave, &now), 0);
        /* A pty has no parity, and says so. */
        assert_int_equal(now.c_cflag & (PARODD | CSTOPB), lines[i].flags & (PARODD | CSTOPB));
        assert_int_equal(cfgetospeed(&now), lines[i].speed);
        rig_free(&rig);
    }
}

static void test_unknown_baud_is_refused(void **state)
{
    (void)state;
    struct rig rig = rig_new(TR_SERIAL);

    rig.setup->address.baud = 12345; /* libmodbus would take it for 9600 */
    rig_begin(&rig);
    struct modbus_result result = ask_checked(&rig, input(0, 1));
    assert_int_equal(result.outcome, MO_DOWN);
    assert_non_null(strstr(result.words, "baud"));
    rig_free(&rig);
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
    struct rig rtu = rig_new(TR_RTU_TCP), serial = rig_new(TR_SERIAL), tcp = rig_new(TR_TCP);
    rig_begin(&rtu);
    rig_begin(&serial);
    rig_begin(&tcp);
    do
        fds[n] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (fds[n] >= 0 && fds[n] < 1030 && ++n < 1099);
    struct modbus_result result = ask_checked(&rtu, input(0, 2));
    assert_int_equal(result.outcome, MO_DOWN);
    assert_non_null(strstr(result.words, "1023"));
    assert_int_equal(ask_checked(&serial, input(0, 2)).outcome, MO_DOWN);
    assert_int_equal(ask_checked(&tcp, input(0, 2)).outcome, MO_OK);
    while (n > 0)
        close(fds[--n]);
    rig_free(&rtu);
    rig_free(&serial);
    rig_free(&tcp);
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void test_names_and_families(void **state)
{
    (void)state;
    struct rig rig = rig_bare();
    char text[64];

    rig_begin(&rig);
    rig.peer = peer_tcp(false, false);
    peer_registers(rig.peer, value_at, NULL, NULL);
    snprintf(text, sizeof(text), "localhost:%u", peer_port(rig.peer));
    rig_address(&rig, text);
    assert_int_equal(ask_checked(&rig, input(0, 2)).outcome, MO_OK);
    modbus_wire_hang_up(rig.wire, 0);
    rig.setup->names_resolve = false;
    assert_int_equal(ask_checked(&rig, input(0, 2)).outcome, MO_NAME);
    rig_free(&rig);

    struct peer *six = peer_tcp(false, true);
    if (!six)
        skip();
    rig = rig_bare();
    rig_begin(&rig);
    rig.peer = six;
    peer_registers(rig.peer, value_at, NULL, NULL);
    snprintf(text, sizeof(text), "[::1]:%u", peer_port(six));
    rig_address(&rig, text);
    assert_int_equal(ask_checked(&rig, input(0, 2)).outcome, MO_OK);
    rig_free(&rig);
}

/* Nobody listens: said at once, and not tried again before the time. */
static void test_refused_connections_back_off(void **state)
{
    (void)state;
    struct rig rig = rig_new(TR_TCP);
    unsigned tried = 0;

    peer_free(rig.peer);
    rig.peer = NULL;
    rig_begin(&rig);
    struct modbus_result result = ask_checked(&rig, input(0, 2));
    assert_int_equal(result.outcome, MO_DOWN);
    assert_non_null(strstr(result.words, "refused"));
    assert_non_null(strstr(result.words, rig.setup->address.text));
    for (int64_t begun = modbus_wait_now(); modbus_wait_now() - begun < 400 * MS; tried++)
        assert_int_equal(ask_checked(&rig, input(0, 2)).outcome, MO_DOWN);
    assert_true(tried > 1000); /* all but a handful at once */
    rig_free(&rig);
}

/* The suspect of RTU framings: what may still be answered. */
static void test_suspect(void **state)
{
    (void)state;
    const struct peer_act silent = {PEER_SILENT, 0, 0};

    for (enum transport transport = TR_TCP; transport <= TR_SERIAL; transport++) {
        struct rig rig = rig_new(transport);
        rig_begin(&rig);
        assert_null(modbus_wire_suspect(rig.wire));
        peer_script(rig.peer, &silent, 1);
        assert_int_equal(ask_checked(&rig, input(7, 2)).outcome, MO_SILENT);
        const struct modbus_ask *suspect = modbus_wire_suspect(rig.wire);
        assert_true((suspect != NULL) == (transport != TR_TCP));
        if (suspect)
            assert_int_equal(suspect->address, 7);
        assert_true(modbus_wire_rests(rig.wire) > modbus_wait_now());
        assert_int_equal(ask_checked(&rig, input(9, 3)).outcome, MO_OK);
        assert_null(modbus_wire_suspect(rig.wire));
        rig_free(&rig);
    }
}

/* libmodbus's own server, as a peer that shares nothing with the driver or the scripted one. */
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

static void read_from_server(struct rig *rig, struct server *server)
{
    uint16_t registers[125];
    pthread_t thread;

    server->mapping = modbus_mapping_new(0, 0, 0, 100);
    for (int i = 0; i < 100; i++)
        server->mapping->tab_input_registers[i] = (uint16_t)(1000 + i);
    assert_int_equal(pthread_create(&thread, NULL, serve, server), 0);
    rig_begin(rig);
    for (unsigned round = 0; round < 20; round++) {
        struct modbus_ask ask = input(round, 80);
        assert_int_equal(modbus_wire_read(rig->wire, rig->setup, ask, 0, registers).outcome, MO_OK);
        assert_int_equal(registers[0], 1000 + round);
        assert_int_equal(registers[79], 1079 + round);
    }
    assert_int_equal(ask_checked(rig, input(99, 2)).outcome, MO_REFUSED);
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
    struct rig rig = rig_bare();
    struct server server = {.context = modbus_new_tcp("127.0.0.1", 0)};
    struct sockaddr_in name;
    socklen_t size = sizeof(name);
    char text[64];

    assert_non_null(server.context);
    server.listening = modbus_tcp_listen(server.context, 1);
    assert_int_equal(getsockname(server.listening, (struct sockaddr *)&name, &size), 0);
    snprintf(text, sizeof(text), "127.0.0.1:%u", ntohs(name.sin_port));
    rig_address(&rig, text);
    modbus_set_slave(server.context, 3);
    read_from_server(&rig, &server);
    modbus_close(server.context);
    modbus_free(server.context);
    close(server.listening);
    rig_free(&rig);
}

/* A pair of ptys joined by nothing: the server's context gets the master's descriptor. */
static void test_libmodbus_server_rtu(void **state)
{
    (void)state;
    struct rig rig = rig_bare();
    char name[64], text[100];
    int master = open_pty(&rig.slave, name, sizeof(name));
    struct server server = {.context = modbus_new_rtu("/dev/null", 9600, 'E', 8, 1), .listening = -1};

    modbus_set_socket(server.context, master);
    modbus_set_slave(server.context, 3);
    snprintf(text, sizeof(text), "serial://%s?baud=19200&parity=even", name);
    rig_address(&rig, text);
    read_from_server(&rig, &server);
    modbus_close(server.context);
    modbus_free(server.context);
    rig_free(&rig);
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
    peer_registers(peer, value_at, NULL, NULL);
    modbus_t *context = plain_libmodbus(peer, true);
    peer_script(peer, &late, 1);
    assert_int_equal(modbus_read_input_registers(context, 10, 2, registers), -1);
    assert_int_equal(errno, ETIMEDOUT);
    assert_int_equal(modbus_read_input_registers(context, 20, 2, registers), 2);
    assert_int_equal(registers[0], value_at(NULL, 3, 4, 10)); /* the answer to the question before */
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
        cmocka_unit_test(test_misbehaviour),
        cmocka_unit_test(test_all_spaces),
        cmocka_unit_test(test_the_whole_answer_has_one_time),
        cmocka_unit_test(test_serial_settings),
        cmocka_unit_test(test_unknown_baud_is_refused),
        cmocka_unit_test(test_gap_between_frames),
        cmocka_unit_test(test_high_descriptors_are_refused),
        cmocka_unit_test(test_names_and_families),
        cmocka_unit_test(test_refused_connections_back_off),
        cmocka_unit_test(test_suspect),
        cmocka_unit_test(test_libmodbus_server_tcp),
        cmocka_unit_test(test_libmodbus_server_rtu),
        cmocka_unit_test(test_traps_of_libmodbus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
