/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Modbus driver from its table of pointers to its answers: what scripted devices answer, and what becomes of it
 * (modbus, modbus_poll, modbus_turns). */
#include "tests/wire/modbus_rig.h"

#include <math.h>
#include <netinet/in.h>
#include <pty.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static void test_values_on_the_grid(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    int64_t last = 0;

    rig_open(&rig);
    rig_add(&rig, rig_device(1, rig_at(peer), 3));
    for (int i = 0; i < 5; i++) {
        struct answer *answer = rig_answer(&rig);
        assert_true(rig_check(&rig, answer) > 10);
        const struct sample *power = rig_sample(&rig, answer, RIG_POWER);
        assert_non_null(power);
        assert_true(fabs(power->value - 1234.5) < 1e-9);
        assert_int_equal(answer->wall_ms % 200, 0);
        assert_true(llabs(answer->wall_ms - (int64_t)time(NULL) * 1000) < 3000);
        if (i > 1)
            assert_int_equal(answer->wall_ms - last, 200);
        assert_true(answer->latency_us > 0 && answer->late_us >= 0 && answer->boot_us <= rig_now());
        last = answer->wall_ms;
        answer_free(answer);
    }
    assert_string_equal(rig.shape[1]->identity.profile, RIG_PROFILE);
    assert_int_equal(peer_counts(peer).connections, 1);
    rig_close(&rig);
    rig_end_peer(peer);
}

/* One poll goes wrong in each way; all that are answered are right, and the next one is. */
static void test_wrong_answers_never_pass(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct peer_act act;
        enum fault fault;
    } rows[] = {
        {"late", {PEER_LATE, 220, 0}, FAULT_SILENT},
        {"silence", {PEER_SILENT, 0, 0}, FAULT_SILENT},
        {"cut", {PEER_CUT, 0, 0}, FAULT_PROTOCOL},
        {"wrong transaction", {PEER_OTHER_ID, 0, 0}, FAULT_PROTOCOL},
        {"wrong unit", {PEER_OTHER_UNIT, 0, 0}, FAULT_PROTOCOL},
        {"surplus", {PEER_SURPLUS, 0, 0}, FAULT_NONE},
        {"closed", {PEER_CLOSE, 0, 0}, FAULT_NONE},
        {"gateway says the unit is silent", {PEER_EXCEPTION, 0, 11}, FAULT_SILENT},
        {"busy, once", {PEER_EXCEPTION, 0, 6}, FAULT_NONE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rig rig;
        struct peer *peer = rig_meter();
        print_message("  %s\n", rows[i].name);
        rig_open(&rig);
        rig_add(&rig, rig_device(1, rig_at(peer), 3));
        size_t good = rig_values(&rig);
        peer_script(peer, &rows[i].act, 1);
        if (rows[i].fault != FAULT_NONE)
            rig_fails(&rig, rows[i].fault, "unit 3");
        for (int n = 0; n < 3; n++)
            assert_int_equal(rig_values(&rig), good);
        rig_close(&rig);
        rig_end_peer(peer);
    }
}

struct hole {
    atomic_uint address, refused;
};

static int refuse_hole(void *arg, unsigned unit, unsigned function, unsigned address, unsigned count)
{
    struct hole *hole = arg;

    (void)unit;
    (void)function;
    if (address > hole->address || address + count <= hole->address)
        return -1;
    hole->refused++;
    return 2;
}

static uint16_t with_hole(void *arg, unsigned unit, unsigned function, unsigned address)
{
    (void)arg;
    return rig_registers(NULL, unit, function, address);
}

static void test_exception_inside_a_block(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    static struct hole hole;

    hole.address = 52;
    hole.refused = 0;
    rig_open(&rig);
    peer_registers(peer, with_hole, refuse_hole, &hole);
    rig_add(&rig, rig_device(1, rig_at(peer), 3));
    struct answer *answer = rig_answer(&rig);
    size_t good = rig_check(&rig, answer);
    assert_true(good > 10);
    assert_int_not_equal(rig_sample(&rig, answer, RIG_POWER)->quality, QL_GOOD);
    answer_free(answer);
    unsigned refused = hole.refused;
    assert_true(refused > 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(rig_values(&rig), good);
    assert_int_equal(hole.refused, refused);
    rig_close(&rig);
    rig_end_peer(peer);
}

static void test_nothing_but_refusals(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();

    rig_open(&rig);
    peer_registers(peer, rig_registers, rig_refuse, NULL);
    rig_add(&rig, rig_device(1, rig_at(peer), 3));
    for (int i = 0; i < 2; i++)
        rig_fails(&rig, FAULT_PROTOCOL, "");
    peer_registers(peer, rig_registers, NULL, NULL);
    assert_true(rig_values(&rig) > 10);
    rig_close(&rig);
    rig_end_peer(peer);
}

static int mute_units(void *arg, unsigned unit, unsigned function, unsigned address, unsigned count)
{
    atomic_uint *mask = arg;

    (void)function;
    (void)address;
    (void)count;
    return *mask >> unit & 1 ? PEER_MUTE : -1;
}

static void wait_for(struct rig *rig, uint32_t number, enum fault fault, const char *words)
{
    for (int i = 0; i < 40; i++) {
        struct answer *answer = rig_answer(rig);
        bool found = answer->device == number && answer->fault == fault && strstr(answer->words, words);
        answer_free(answer);
        if (found)
            return;
    }
    fail_msg("device %u never said %s", number, words);
}

static void test_silent_unit_beside_others(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    static atomic_uint muted;
    unsigned values = 0, silent = 0;

    muted = 1U << 4;

    rig_open(&rig);
    peer_registers(peer, with_hole, mute_units, &muted);
    for (uint32_t unit = 3; unit <= 5; unit++)
        rig_add(&rig, rig_device(unit, rig_at(peer), unit));
    while (values < 20) {
        struct answer *answer = rig_answer(&rig);
        if (answer->device == 4) {
            assert_int_equal(answer->kind, ANSWER_FAILED);
            assert_int_equal(answer->fault, FAULT_SILENT);
            assert_non_null(strstr(answer->words, "unit 4"));
            silent++;
        } else {
            rig_check(&rig, answer);
            values++;
            assert_true(answer->late_us < 400 * MS);
        }
        answer_free(answer);
    }
    assert_true(silent >= 2);
    /* Now all: it is the line. */
    muted = 0xFFFF;
    for (uint32_t unit = 3; unit <= 5; unit++)
        wait_for(&rig, unit, FAULT_GATEWAY, rig_at(peer));
    muted = 0;
    assert_non_null(rig.shape[3]);
    for (int i = 0; i < 40 && !rig.shape[4]; i++)
        answer_free(rig_answer(&rig));
    assert_non_null(rig.shape[4]);
    rig_close(&rig);
    rig_end_peer(peer);
}

/* Listens, but takes no connection: what a dead gateway behind a router looks like. */
static int black_hole(char *ret_text, size_t size, int fill[3])
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof(name);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    assert_int_equal(listen(fd, 0), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &length), 0);
    for (int i = 0; i < 3; i++) {
        fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)connect(fill[i], (struct sockaddr *)&name, sizeof(name));
    }
    snprintf(ret_text, size, "127.0.0.1:%u", ntohs(name.sin_port));
    return fd;
}

static void test_dead_gateway_disturbs_nobody(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer[3] = {rig_meter(), rig_meter(), rig_meter()};
    char dead[32];
    int fill[3], fd = black_hole(dead, sizeof(dead), fill);
    unsigned values = 0, failures = 0;
    int64_t latest = 0;

    rig_open(&rig);
    rig_add(&rig, rig_device(4, dead, 1));
    rig_add(&rig, rig_device(5, dead, 2));
    for (uint32_t i = 0; i < 3; i++)
        rig_add(&rig, rig_device(i, rig_at(peer[i]), 3));
    while (values < 30) {
        struct answer *answer = rig_answer(&rig);
        if (answer->device >= 4) {
            assert_int_equal(answer->fault, FAULT_GATEWAY);
            assert_non_null(strstr(answer->words, dead));
            failures++;
        } else {
            rig_check(&rig, answer);
            latest = answer->late_us > latest ? answer->late_us : latest;
            values++;
        }
        answer_free(answer);
    }
    print_message("  latest %.1f ms beside a dead gateway\n", (double)latest / 1000);
    assert_true(latest < 100 * MS); /* its connections take 150 ms each */
    assert_true(failures >= 6);
    rig_close(&rig);
    for (int i = 0; i < 3; i++) {
        rig_end_peer(peer[i]);
        close(fill[i]);
    }
    close(fd);
}

static void test_refused_is_said_for_every_unit(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    char text[64];

    snprintf(text, sizeof(text), "%s", rig_at(peer));
    peer_free(peer);
    rig_open(&rig);
    for (uint32_t unit = 1; unit <= 3; unit++)
        rig_add(&rig, rig_device(unit, text, unit));
    unsigned seen = 0;
    for (int i = 0; i < 12; i++) {
        struct answer *answer = rig_answer(&rig);
        assert_int_equal(answer->fault, FAULT_GATEWAY);
        assert_non_null(strstr(answer->words, text));
        seen |= 1U << answer->device;
        answer_free(answer);
    }
    assert_int_equal(seen, 0xE);
    rig_close(&rig);
}

/* Each answer comes in time, but all of them take longer than the device has. */
static void test_slow_unit_is_cut_off(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    struct device_setup *setup = rig_device(1, rig_at(peer), 3);
    struct peer_act late[32];

    for (size_t i = 0; i < 32; i++)
        late[i] = (struct peer_act){PEER_LATE, 110, 0};
    setup->modbus.max_registers = 2;
    rig_open(&rig);
    peer_script(peer, late, 32);
    rig_add(&rig, setup);
    struct answer *answer = rig_answer(&rig);
    assert_int_equal(answer->fault, FAULT_SILENT);
    assert_non_null(strstr(answer->words, "too slow"));
    assert_true(answer->latency_us < 1200 * MS);
    answer_free(answer);
    rig_close(&rig);
    rig_end_peer(peer);
}

static void test_auto(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    struct device_setup *setup = rig_device(1, rig_at(peer), 3);

    setup->profile = "auto";
    rig_open(&rig);
    rig_add(&rig, setup);
    assert_true(rig_values(&rig) > 10);
    assert_string_equal(rig.shape[1]->identity.profile, RIG_PROFILE);
    assert_non_null(strstr(rig.shape[1]->identity.why, "777"));
    assert_string_equal(rig.shape[1]->identity.serial, "65538");
    unsigned once = peer_counts(peer).function[3];
    assert_true(rig_values(&rig) > 10);
    assert_int_equal(peer_counts(peer).function[3], once);
    rig_close(&rig);

    rig_open(&rig);
    peer_registers(peer, rig_registers, rig_refuse, NULL);
    setup = rig_device(1, rig_at(peer), 3);
    setup->profile = "auto";
    rig_add(&rig, setup);
    rig_fails(&rig, FAULT_UNKNOWN, "no profile matches: it does not say what it is");
    rig_close(&rig);
    rig_end_peer(peer);
}

static int refuse_registers(void *arg, unsigned unit, unsigned function, unsigned address, unsigned count)
{
    return function == 43 ? -1 : rig_refuse(arg, unit, function, address, count);
}

/* What registers do not say, function 43 may. */
static void test_auto_by_identification(void **state)
{
    (void)state;
    static const char *const acme[] = {"Acme", "M-1"}, *const meter[] = {"Schneider Electric", "METSEPM5110", "2.1"};
    struct rig rig;
    struct peer *peer = rig_meter();
    struct device_setup *setup = rig_device(1, rig_at(peer), 3);

    peer_registers(peer, rig_registers, refuse_registers, NULL);
    peer_ident(peer, acme, 2);
    setup->profile = "auto";
    rig_open(&rig);
    rig_add(&rig, setup);
    rig_fails(&rig, FAULT_UNKNOWN, "it says it is 'Acme M-1'");
    rig_close(&rig);

    assert_non_null(rig_shipped);
    peer_ident(peer, meter, 3);
    setup = rig_device(1, rig_at(peer), 3);
    setup->profile = "auto";
    profile_set_unref(setup->profiles);
    setup->profiles = profile_set_ref(rig_shipped);
    rig_open(&rig);
    rig_add(&rig, setup);
    /* recognised; that the registers of this one are all refused comes after */
    struct answer *answer = rig_answer(&rig);
    assert_int_equal(answer->kind, ANSWER_FAILED);
    assert_int_not_equal(answer->fault, FAULT_UNKNOWN);
    answer_free(answer);
    rig_close(&rig);
    rig_end_peer(peer);
}

static void test_a_shipped_profile(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    struct device_setup *setup = rig_device(1, rig_at(peer), 3);

    profile_set_unref(setup->profiles);
    setup->profiles = profile_set_ref(rig_shipped);
    setup->profile = "eastron-sdm630";
    setup->every_us = 2000 * MS;
    rig_open(&rig);
    rig_add(&rig, setup);
    assert_true(rig_values(&rig) > 30);
    struct answer *answer = rig_answer(&rig);
    assert_true(rig_check(&rig, answer) > 30);
    assert_true(fabs(rig_sample(&rig, answer, RIG_POWER)->value - 1234.5) < 1e-9);
    answer_free(answer);
    rig_close(&rig);
    rig_end_peer(peer);
}

/* RTU, on a converter and on a line of two units: a late answer never becomes the next one's values. */
static void run_rtu(struct peer *peer, const char *address)
{
    static const struct peer_act acts[] = {{PEER_RIGHT, 0, 0},   {PEER_LATE, 250, 0}, {PEER_RIGHT, 0, 0},
                                           {PEER_BAD_CRC, 0, 0}, {PEER_RIGHT, 0, 0},  {PEER_LATE, 180, 0},
                                           {PEER_RIGHT, 0, 0},   {PEER_RIGHT, 0, 0},  {PEER_LATE, 420, 0}};
    struct rig rig;
    unsigned values = 0;

    peer_registers(peer, rig_registers, NULL, NULL);
    rig_open(&rig);
    for (uint32_t unit = 3; unit <= 4; unit++) {
        struct device_setup *setup = rig_device(unit, address, unit);
        setup->every_us = 300 * MS;
        setup->modbus.max_registers = 6; /* most questions are of one length */
        rig_add(&rig, setup);
    }
    for (int i = 0; i < 4; i++)
        assert_true(rig_values(&rig) > 10);
    peer_script(peer, acts, sizeof(acts) / sizeof(acts[0]));
    for (int i = 0; i < 24; i++) {
        struct answer *answer = rig_answer(&rig);
        if (answer->kind == ANSWER_VALUES)
            values += rig_check(&rig, answer) > 10;
        answer_free(answer);
    }
    assert_true(values >= 15);
    rig_close(&rig);
    rig_end_peer(peer);
}

static void test_rtu_over_tcp(void **state)
{
    (void)state;
    struct peer *peer = peer_tcp(true, false);
    char text[64];

    assert_non_null(peer);
    snprintf(text, sizeof(text), "rtu+tcp://127.0.0.1:%u", peer_port(peer));
    run_rtu(peer, text);
}

/* A meter at the end of a serial line; the slave's side stays open. */
static struct peer *serial_meter(int *ret_slave, char *ret_address, size_t size)
{
    int master = -1;
    char name[64];
    struct termios raw;

    assert_int_equal(openpty(&master, ret_slave, NULL, NULL, NULL), 0);
    assert_int_equal(tcgetattr(*ret_slave, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(*ret_slave, TCSANOW, &raw), 0);
    assert_int_equal(ttyname_r(*ret_slave, name, sizeof(name)), 0);
    snprintf(ret_address, size, "serial://%s?baud=115200&parity=even", name);
    struct peer *peer = peer_serial(master);
    peer_registers(peer, rig_registers, NULL, NULL);
    return peer;
}

static void test_serial(void **state)
{
    (void)state;
    int slave = -1;
    char text[128];
    struct peer *peer = serial_meter(&slave, text, sizeof(text));

    run_rtu(peer, text);
    close(slave);
}

/* An answer even later than the quiet time meets the next poll's first question: which is of another length. */
static void test_answer_later_than_the_quiet_time(void **state)
{
    (void)state;
    static const struct peer_act acts[] = {{PEER_RIGHT, 0, 0}, {PEER_RIGHT, 0, 0}, {PEER_LATE, 420, 0}};
    struct rig rig;
    int slave = -1;
    char text[128];
    struct peer *peer = serial_meter(&slave, text, sizeof(text));
    struct device_setup *setup = rig_device(1, text, 3);
    unsigned values = 0;

    setup->every_us = 50 * MS;
    setup->modbus.max_registers = 6;
    rig_open(&rig);
    rig_add(&rig, setup);
    assert_true(rig_values(&rig) > 10);
    peer_script(peer, acts, 3);
    rig_fails(&rig, FAULT_SILENT, "unit 3");
    for (int i = 0; i < 11; i++) { /* the first fails, if the answer comes when it was meant to */
        struct answer *answer = rig_answer(&rig);
        if (answer->kind == ANSWER_VALUES)
            values += rig_check(&rig, answer) > 10;
        answer_free(answer);
    }
    assert_true(values >= 7);
    rig_close(&rig);
    rig_end_peer(peer);
    close(slave);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_on_the_grid),
        cmocka_unit_test(test_wrong_answers_never_pass),
        cmocka_unit_test(test_exception_inside_a_block),
        cmocka_unit_test(test_nothing_but_refusals),
        cmocka_unit_test(test_silent_unit_beside_others),
        cmocka_unit_test(test_dead_gateway_disturbs_nobody),
        cmocka_unit_test(test_refused_is_said_for_every_unit),
        cmocka_unit_test(test_slow_unit_is_cut_off),
        cmocka_unit_test(test_auto),
        cmocka_unit_test(test_auto_by_identification),
        cmocka_unit_test(test_a_shipped_profile),
        cmocka_unit_test(test_rtu_over_tcp),
        cmocka_unit_test(test_serial),
        cmocka_unit_test(test_answer_later_than_the_quiet_time),
    };
    return cmocka_run_group_tests(tests, rig_load, rig_unload);
}
