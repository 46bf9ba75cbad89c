/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The simulated devices against independent peers: net-snmp's command line and libmodbus's client. */
#include "tests/sim/ber.h"
#include "tests/sim/sim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <modbus.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#define KEYS "auth-key: authpassword, privacy-key: privpassword"

/* Time stands still, so that what is read can be compared with the truth. */
static const char scene[] =
    "seed: 3\nspeed: 0\nstart: 2026-06-01T10:00:00Z\n"
    "rooms:\n"
    "  leuven: {model: server-room-dx, it: 12kW}\n"
    "  district09: {model: data-centre-water, it: 180kW}\n"
    "agents:\n"
    "  pdu-a1: {device: apc-rpdu2, room: leuven, feed: A, outlets: 24, energy: 1967.7kWh, snmp: {}}\n"
    "  pdu-b1: {device: apc-rpdu2, room: leuven, feed: B, rating: 32A, snmp: {version: 1}}\n"
    "  small: {device: apc-rpdu2, room: leuven, rack: 3, snmp: {max-varbinds: 2, bulk: no}}\n"
    "  ups: {device: rfc1628-ups, room: leuven, snmp: {version: 3, auth: sha256, privacy: aes128, " KEYS "}}\n"
    "  px: {device: raritan-px2, room: district09, feed: A, snmp: {version: 3, auth: sha512, privacy: aes256, " KEYS
    "}}\n"
    "  st: {device: servertech-sentry4, room: district09, snmp: {version: 3, auth: md5, privacy: des, " KEYS "}}\n"
    "  en: {device: entity-sensor, room: district09, snmp: {version: 3, auth: sha, privacy: aes256, " KEYS "}}\n"
    "  e2: {device: entity-sensor, room: leuven, snmp: {version: 3, auth: sha224, privacy: aes192, " KEYS "}}\n"
    "  e3: {device: entity-sensor, room: leuven, snmp: {version: 3, auth: sha384, privacy: aes192, " KEYS "}}\n"
    "  e4: {device: entity-sensor, room: leuven, snmp: {version: 3}}\n"
    "  meter-ac: {device: eastron-sdm630, room: leuven, modbus: {unit: 3, holes: [50-51]}}\n"
    "  grid: {device: schneider-iem3000, room: district09, energy: 123456kWh, modbus: {line: gateway, unit: 1}}\n"
    "  heat: {device: kamstrup-multical, room: district09, modbus: {line: gateway, unit: 2}}\n"
    "  crah: {device: stulz-c7000-modbus, room: district09, modbus: {mode: rtu, unit: 4}}\n"
    "  line: {device: eastron-sdm630, room: district09, load: grid, modbus: {serial: %s, unit: 7}}\n";

static struct sim *sim;
static char terminal[64];

static int start(void **state)
{
    (void)state;
    char text[4096];
    snprintf(terminal, sizeof terminal, "/tmp/wattwacht-sim-%d", (int)getpid());
    snprintf(text, sizeof text, scene, terminal);
    return sim_start_text(text, &sim);
}

static int stop(void **state)
{
    (void)state;
    sim_stop(sim);
    return access(terminal, F_OK) == 0;
}

/* One command's whole output. */
static void run(const char *command, char *ret, size_t size)
{
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t n = fread(ret, 1, size - 1, pipe);
    ret[n] = '\0';
    pclose(pipe);
}

static bool has_tools(void)
{
    char text[200];
    run("command -v snmpget", text, sizeof text);
    return *text != '\0';
}

static long lines_of(const char *text)
{
    long n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void net_snmp_walks_every_level(void **state)
{
    (void)state;
    static const struct {
        const char *agent, *options;
        long at_least;
        const char *has;
    } rows[] = {
        {"pdu-a1", "-v2c -c public", 270, "26.9.4.3.1.11.24 = INTEGER"},
        {"pdu-b1", "-v1 -c public", 60, "26.8.3.1.5.2 = INTEGER"},
        {"ups", "-v3 -l authPriv -u monitor -a SHA-256 -A authpassword -x AES -X privpassword", 59, "33.1.4.4.1.4.3"},
        {"px", "-v3 -l authPriv -u monitor -a SHA-512 -A authpassword -x AES-256 -X privpassword", 200, "Raritan"},
        {"st", "-v3 -l authPriv -u monitor -a MD5 -A authpassword -x DES -X privpassword", 100, "1718.4.1.3.3.1.3.1.1"},
        {"en", "-v3 -l authPriv -u monitor -a SHA -A authpassword -x AES-256 -X privpassword", 50, "99.1.1.1.4.1001"},
        {"e2", "-v3 -l authPriv -u monitor -a SHA-224 -A authpassword -x AES-192 -X privpassword", 50,
         "99.1.1.1.4.1001"},
        {"e3", "-v3 -l authPriv -u monitor -a SHA-384 -A authpassword -x AES-192 -X privpassword", 50,
         "99.1.1.1.4.1001"},
        {"e4", "-v3 -l noAuthNoPriv -u monitor", 50, "99.1.1.1.4.1001"},
    };
    if (!has_tools())
        skip();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static char command[400], text[200000];
        const char *walk = strstr(rows[i].options, "-v1") ? "snmpwalk" : "snmpbulkwalk";
        snprintf(command, sizeof command, "MIBS= SNMP_PERSISTENT_DIR=/dev/null/none %s -On %s %s 1.3.6.1 2>&1", walk,
                 rows[i].options, sim_address(sim, rows[i].agent));
        run(command, text, sizeof text);
        if (lines_of(text) < rows[i].at_least || !strstr(text, rows[i].has))
            fail_msg("%s: %.500s", rows[i].agent, text);
    }
}

static void net_snmp_understands_the_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *agent, *options, *says;
    } rows[] = {
        {"ups", "-v3 -l authPriv -u nobody -a SHA-256 -A authpassword -x AES -X privpassword", "Unknown user name"},
        {"ups", "-v3 -l authPriv -u monitor -a SHA-256 -A wrongpassword -x AES -X privpassword",
         "Authentication failure"},
        {"ups", "-v3 -l authNoPriv -u monitor -a SHA-256 -A authpassword", "authorizationError"},
        {"e4", "-v3 -l authNoPriv -u monitor -a SHA-256 -A authpassword", "Unsupported security level"},
        {"ups", "-v2c -c public -t 0.2 -r 0", "No Response"},
        {"pdu-a1", "-v2c -c private -t 0.2 -r 0", "No Response"},
    };
    if (!has_tools())
        skip();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char command[400], text[2000];
        snprintf(command, sizeof command,
                 "MIBS= SNMP_PERSISTENT_DIR=/dev/null/none snmpget -On %s %s 1.3.6.1.2.1.1.1.0 2>&1", rows[i].options,
                 sim_address(sim, rows[i].agent));
        run(command, text, sizeof text);
        if (!strstr(text, rows[i].says))
            fail_msg("%s %s: %s", rows[i].agent, rows[i].options, text);
    }
}

static struct sockaddr_in address_of(const char *agent)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    const char *text = sim_address(sim, agent), *colon;
    char host[64];
    text = strncmp(text, "rtu+tcp://", 10) ? text : text + 10;
    colon = strrchr(text, ':');
    snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
    assert_int_equal(inet_pton(AF_INET, host, &to.sin_addr), 1);
    to.sin_port = htons((uint16_t)atoi(colon + 1));
    return to;
}

/* A version 2c request for one object; the answer's bytes, or -errno. */
static ssize_t ask(const char *agent, uint8_t type, const uint32_t *id, size_t n, uint8_t *answer, size_t size,
                   int wait_ms)
{
    uint8_t bytes[300];
    struct ber_writer w = ber_writer(bytes, sizeof bytes);
    struct sockaddr_in to = address_of(agent);
    struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
    ber_put_octets(&w, BER_NULL, NULL, 0);
    ber_put_oid(&w, id, n);
    ber_put_head(&w, BER_SEQUENCE, 0);
    ber_put_head(&w, BER_SEQUENCE, 0);
    ber_put_integer(&w, BER_INTEGER, 0);
    ber_put_integer(&w, BER_INTEGER, 0);
    ber_put_integer(&w, BER_INTEGER, 4711);
    ber_put_head(&w, type, 0);
    ber_put_octets(&w, BER_OCTETS, "public", 6);
    ber_put_integer(&w, BER_INTEGER, 1);
    ber_put_head(&w, BER_SEQUENCE, 0);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    sendto(fd, w.p, ber_length(&w), 0, (struct sockaddr *)&to, sizeof to);
    ssize_t got = recv(fd, answer, size, 0);
    int error = errno;
    close(fd);
    return got < 0 ? -error : got;
}

struct answer {
    int64_t id, status;
    uint8_t tag;
    int64_t value;
};

static struct answer parse(const uint8_t *bytes, size_t n)
{
    struct answer a = {0};
    uint32_t id[BER_OID_MAX];
    struct ber_reader all = ber_reader(bytes, n), in = ber_enter(&all, BER_SEQUENCE);
    ber_integer(&in);
    ber_octets(&in);
    struct ber_reader pdu = ber_enter(&in, BER_RESPONSE);
    a.id = ber_integer(&pdu);
    a.status = ber_integer(&pdu);
    ber_integer(&pdu);
    struct ber_reader list = ber_enter(&pdu, BER_SEQUENCE), bind = ber_enter(&list, BER_SEQUENCE);
    ber_oid(&bind, id);
    a.tag = ber_peek(&bind);
    a.value = a.tag == BER_INTEGER ? ber_integer(&bind) : 0;
    return a;
}

#define RPDU2 1, 3, 6, 1, 4, 1, 318, 1, 1, 26
static const uint32_t power[] = {RPDU2, 4, 3, 1, 5, 1}, energy[] = {RPDU2, 4, 3, 1, 9, 1},
                      serial[] = {RPDU2, 2, 1, 9, 1}, last[] = {RPDU2, 13, 1, 1, 5, 1};

static struct answer get(const char *agent, const uint32_t *id, size_t n)
{
    uint8_t bytes[1500];
    ssize_t got = ask(agent, BER_GET, id, n, bytes, sizeof bytes, 60000);
    assert_true(got > 0);
    return parse(bytes, (size_t)got);
}

static void a_pdu_tells_the_truth(void **state)
{
    (void)state;
    double watts = sim_truth(sim, "pdu-a1", "total/active_power"),
           outlet = sim_truth(sim, "pdu-a1", "outlet-02/active_power");
    const uint32_t outlet_power[] = {RPDU2, 9, 4, 3, 1, 7, 2};
    assert_true(watts > 500 && watts < 3000);
    assert_int_equal(get("pdu-a1", power, 15).value, llround(watts / 10));
    assert_int_equal(get("pdu-a1", outlet_power, 16).value, llround(outlet));
    assert_int_equal(get("pdu-a1", energy, 15).value, 19677);
    sim_advance(sim, 3600);
    double wh = sim_truth(sim, "pdu-a1", "total/energy");
    assert_true(wh > 500 && wh < 3000);
    assert_int_equal(get("pdu-a1", energy, 15).value, (int64_t)floor((1967700 + wh) / 100));
}

static void faults_do_what_they_say(void **state)
{
    (void)state;
    uint8_t bytes[1500];
    int64_t right = get("pdu-a1", power, 15).value;
    assert_int_equal(sim_fault(sim, "pdu-a1", "silence"), 0);
    assert_int_equal(ask("pdu-a1", BER_GET, power, 15, bytes, sizeof bytes, 100), -EAGAIN);
    assert_int_equal(sim_heal(sim, "pdu-a1", "silence"), 0);
    sim_fault(sim, "pdu-a1", "scale=10");
    assert_in_range(get("pdu-a1", power, 15).value, right * 10 - 9, right * 10 + 9);
    sim_heal(sim, "pdu-a1", "scale");
    sim_fault(sim, "pdu-a1", "wrong-id");
    assert_int_not_equal(get("pdu-a1", power, 15).id, 4711);
    sim_heal(sim, "pdu-a1", "wrong-id");
    sim_fault(sim, "pdu-a1", "wrong-type");
    assert_int_equal(get("pdu-a1", power, 15).tag, BER_OCTETS);
    sim_heal(sim, "pdu-a1", "wrong-type");
    sim_fault(sim, "pdu-a1", "exception");
    assert_int_equal(get("pdu-a1", power, 15).status, 5);
    sim_heal(sim, "pdu-a1", "exception");
    assert_int_equal(ask("pdu-a1", BER_NEXT, last, 15, bytes, sizeof bytes, 60000) > 0, 1);
    sim_fault(sim, "pdu-a1", "late=0.15s");
    assert_int_equal(ask("pdu-a1", BER_GET, power, 15, bytes, sizeof bytes, 50), -EAGAIN);
    assert_true(ask("pdu-a1", BER_GET, power, 15, bytes, sizeof bytes, 60000) > 0);
    sim_heal(sim, "pdu-a1", "late");
    ssize_t whole = ask("pdu-a1", BER_GET, power, 15, bytes, sizeof bytes, 60000);
    sim_fault(sim, "pdu-a1", "cut=0.5");
    assert_int_equal(ask("pdu-a1", BER_GET, power, 15, bytes, sizeof bytes, 60000), whole / 2);
    sim_heal(sim, "pdu-a1", "cut");
    assert_int_equal(get("pdu-a1", power, 15).value, right);
    assert_int_equal(sim_fault(sim, "nobody", "silence"), -ENOENT);
    assert_int_equal(sim_fault(sim, "pdu-a1", "boredom"), -EINVAL);
}

static void a_walk_need_not_end(void **state)
{
    (void)state;
    uint8_t bytes[1500];
    const uint32_t beyond[] = {1, 3, 6, 1, 5};
    ssize_t n = ask("pdu-a1", BER_NEXT, beyond, 5, bytes, sizeof bytes, 60000);
    assert_int_equal(parse(bytes, (size_t)n).tag, BER_END_OF_VIEW);
    sim_fault(sim, "pdu-a1", "endless-walk");
    n = ask("pdu-a1", BER_NEXT, beyond, 5, bytes, sizeof bytes, 60000);
    assert_int_equal(parse(bytes, (size_t)n).tag, BER_OCTETS);
    sim_heal(sim, "pdu-a1", "endless-walk");
}

static void a_dead_feed_loads_the_other(void **state)
{
    (void)state;
    double b = sim_truth(sim, "pdu-b1", "total/active_power");
    sim_fault(sim, "pdu-a1", "feed-fail");
    sim_advance(sim, 1);
    assert_int_equal(get("pdu-a1", power, 15).value, 0);
    assert_true(sim_truth(sim, "pdu-b1", "total/active_power") > 1.6 * b);
    sim_heal(sim, "pdu-a1", "feed-fail");
    sim_advance(sim, 1);
    assert_true(get("pdu-a1", power, 15).value > 0);
}

static void counters_begin_again(void **state)
{
    (void)state;
    uint8_t before[1500], after[1500];
    assert_true(get("pdu-a1", energy, 15).value > 0);
    sim_fault(sim, "pdu-a1", "reset");
    assert_int_equal(get("pdu-a1", energy, 15).value, 0);
    ssize_t n = ask("pdu-a1", BER_GET, serial, 14, before, sizeof before, 60000);
    sim_fault(sim, "pdu-a1", "replaced");
    ssize_t m = ask("pdu-a1", BER_GET, serial, 14, after, sizeof after, 60000);
    assert_true(n > 0 && n == m);
    assert_memory_not_equal(before, after, (size_t)n);
}

static void small_agents_say_so(void **state)
{
    (void)state;
    char command[400], text[4000];
    if (!has_tools())
        skip();
    const char *to = sim_address(sim, "small");
    snprintf(command, sizeof command,
             "MIBS= SNMP_PERSISTENT_DIR=/dev/null/none snmpget -On -Cf -v2c -c public %s 1.3.6.1.2.1.1.1.0 "
             "1.3.6.1.2.1.1.3.0 "
             "1.3.6.1.2.1.1.5.0 2>&1",
             to);
    run(command, text, sizeof text);
    assert_non_null(strstr(text, "tooBig"));
    snprintf(command, sizeof command,
             "MIBS= SNMP_PERSISTENT_DIR=/dev/null/none snmpbulkget -t 0.2 -r 0 -v2c -c public %s 1.3.6.1 2>&1", to);
    run(command, text, sizeof text);
    assert_non_null(strstr(text, "Timeout"));
}

static void sets_are_refused_and_counted(void **state)
{
    (void)state;
    uint8_t bytes[1500];
    unsigned long before = sim_writes(sim);
    ssize_t n = ask("pdu-a1", BER_SET, power, 15, bytes, sizeof bytes, 60000);
    assert_true(n > 0);
    assert_int_equal(parse(bytes, (size_t)n).status, 6);
    assert_int_equal(sim_writes(sim), before + 1);
}

static modbus_t *dial(const char *agent, int unit)
{
    struct sockaddr_in to = address_of(agent);
    char host[64];
    inet_ntop(AF_INET, &to.sin_addr, host, sizeof host);
    modbus_t *client;
    if (strncmp(sim_address(sim, agent), "rtu+tcp", 7)) {
        client = modbus_new_tcp(host, ntohs(to.sin_port));
        assert_int_equal(modbus_connect(client), 0);
    } else {
        client = modbus_new_rtu("/dev/null", 9600, 'N', 8, 1);
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
        modbus_set_socket(client, fd);
    }
    modbus_set_slave(client, unit);
    modbus_set_response_timeout(client, 20, 0);
    modbus_set_byte_timeout(client, 0, 0);
    return client;
}

static void hang_up(modbus_t *client)
{
    modbus_close(client);
    modbus_free(client);
}

static void libmodbus_reads_floats(void **state)
{
    (void)state;
    uint16_t word[125];
    modbus_t *client = dial("meter-ac", 3);
    assert_int_equal(modbus_read_input_registers(client, 52, 2, word), 2);
    assert_float_equal(modbus_get_float_abcd(word), sim_truth(sim, "meter-ac", "total/active_power"), 0.01);
    assert_int_equal(modbus_read_input_registers(client, 0, 81, word), -1);
    assert_int_equal(errno, EMBXILVAL);
    assert_int_equal(modbus_read_input_registers(client, 48, 6, word), -1); /* its hole */
    assert_int_equal(errno, EMBXILADD);
    assert_int_equal(modbus_read_input_registers(client, 90, 2, word), -1);
    assert_int_equal(errno, EMBXILADD);
    unsigned long before = sim_writes(sim);
    assert_int_equal(modbus_write_register(client, 28, 1), -1);
    assert_int_equal(errno, EMBXILFUN);
    assert_int_equal(sim_writes(sim), before + 1);
    hang_up(client);
}

static void a_gateway_has_units(void **state)
{
    (void)state;
    uint16_t word[125];
    assert_string_equal(sim_address(sim, "grid"), sim_address(sim, "heat"));
    modbus_t *client = dial("grid", 1);
    assert_int_equal(modbus_read_registers(client, 3203, 4, word), 4);
    uint64_t wh = (uint64_t)word[0] << 48 | (uint64_t)word[1] << 32 | (uint64_t)word[2] << 16 | word[3];
    assert_int_equal(wh, (uint64_t)floor(123456e3 + sim_truth(sim, "grid", "total/energy")));
    modbus_set_slave(client, 2);
    assert_int_equal(modbus_read_registers(client, 4, 2, word), 2);
    assert_float_equal(modbus_get_float_abcd(word) * 1000, sim_truth(sim, "heat", "loop-1/heat_power"), 0.1);
    modbus_set_slave(client, 9);
    assert_int_equal(modbus_read_registers(client, 0, 2, word), -1);
    assert_int_equal(errno, EMBXGTAR);
    sim_fault(sim, "heat", "exception=6");
    modbus_set_slave(client, 2);
    assert_int_equal(modbus_read_registers(client, 4, 2, word), -1);
    assert_int_equal(errno, EMBXSBUSY);
    sim_heal(sim, "heat", "exception");
    hang_up(client);
}

static void libmodbus_reads_rtu_over_tcp(void **state)
{
    (void)state;
    uint16_t word[10];
    modbus_t *client = dial("crah", 4);
    assert_int_equal(modbus_read_registers(client, 1192, 2, word), 2);
    assert_int_equal((int16_t)word[0], lround(sim_truth(sim, "crah", "air/temperature_return") * 10));
    assert_int_equal((int16_t)word[1], lround(sim_truth(sim, "crah", "air/temperature_supply") * 10));
    assert_int_equal(modbus_read_registers(client, 1195, 4, word), -1);
    assert_int_equal(errno, EMBXILADD);
    hang_up(client);
}

static void libmodbus_reads_a_terminal(void **state)
{
    (void)state;
    uint16_t word[10];
    for (int turn = 0; turn < 2; turn++) {
        modbus_t *client = modbus_new_rtu(terminal, 9600, 'N', 8, 1);
        assert_non_null(client);
        modbus_set_slave(client, 7);
        modbus_set_response_timeout(client, 20, 0);
        assert_int_equal(modbus_connect(client), 0);
        assert_int_equal(modbus_read_input_registers(client, 52, 2, word), 2);
        assert_float_equal(modbus_get_float_abcd(word), sim_truth(sim, "line", "total/active_power"), 1);
        hang_up(client);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(net_snmp_walks_every_level),   cmocka_unit_test(net_snmp_understands_the_refusals),
        cmocka_unit_test(a_pdu_tells_the_truth),        cmocka_unit_test(faults_do_what_they_say),
        cmocka_unit_test(a_walk_need_not_end),          cmocka_unit_test(a_dead_feed_loads_the_other),
        cmocka_unit_test(counters_begin_again),         cmocka_unit_test(small_agents_say_so),
        cmocka_unit_test(sets_are_refused_and_counted), cmocka_unit_test(libmodbus_reads_floats),
        cmocka_unit_test(a_gateway_has_units),          cmocka_unit_test(libmodbus_reads_rtu_over_tcp),
        cmocka_unit_test(libmodbus_reads_a_terminal),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
