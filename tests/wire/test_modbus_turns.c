/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices that share a line or stand beside others (modbus_turns): what one of them does disturbs no other, and a late
 * answer of one never becomes the values of the next. */
#include "tests/wire/modbus_rig.h"
#include "tests/wire/modbus_wired.h"

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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
    peer_registers(peer, rig_registers, mute_units, &muted);
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
    char name[64];
    int master = wired_pty(ret_slave, name, sizeof(name));

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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_silent_unit_beside_others),
                                       cmocka_unit_test(test_dead_gateway_disturbs_nobody),
                                       cmocka_unit_test(test_refused_is_said_for_every_unit),
                                       cmocka_unit_test(test_rtu_over_tcp),
                                       cmocka_unit_test(test_serial),
                                       cmocka_unit_test(test_answer_later_than_the_quiet_time)};
    return cmocka_run_group_tests(tests, rig_load, rig_unload);
}
