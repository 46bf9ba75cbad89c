/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Modbus driver from its table of pointers to its answers, against scripted devices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drivers/driver.h"
#include "drivers/profile.h"
#include "tests/wire/modbus_peer.h"

#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define MS      INT64_C(1000)
#define DEVICES 8
#define PROFILE "wire-meter"
#define POWER   "input:52" /* total active power in W, a float */
#define MARK    64000      /* holding register that says what the meter is, and its serial number behind it */

/* A meter without the pauses that real ones ask for; its values lie in four blocks of two lengths. */
static const char meter_profile[] = "name: wire-meter\n"
                                    "version: 1\n"
                                    "title: \"A meter of the wire tests\"\n"
                                    "vendor: Wire\n"
                                    "kind: meter\n"
                                    "protocol: modbus\n"
                                    "confidence: high\n"
                                    "sources: [\"the test itself\"]\n"
                                    "match:\n"
                                    "  - value: {\"holding:64000/u16\": 777}\n"
                                    "identity:\n"
                                    "  serial: [holding:64001/u32]\n"
                                    "modbus: {space: input, order: abcd, max-registers: 20, hole: 4}\n"
                                    "points:\n"
                                    "  - {from: 0/f32, part: total-l1, quantity: voltage, unit: V}\n"
                                    "  - {from: 2/f32, part: total-l2, quantity: voltage, unit: V}\n"
                                    "  - {from: 4/f32, part: total-l3, quantity: voltage, unit: V}\n"
                                    "  - {from: 6/f32, part: total-l1, quantity: current, unit: A}\n"
                                    "  - {from: 8/f32, part: total-l2, quantity: current, unit: A}\n"
                                    "  - {from: 10/f32, part: total-l3, quantity: current, unit: A}\n"
                                    "  - {from: 12/f32, part: total-l1, quantity: active_power, unit: W}\n"
                                    "  - {from: 14/f32, part: total-l2, quantity: active_power, unit: W}\n"
                                    "  - {from: 16/f32, part: total-l3, quantity: active_power, unit: W}\n"
                                    "  - {from: 30/f32, part: total-l1, quantity: power_factor}\n"
                                    "  - {from: 50/f32, part: total, quantity: current_residual, unit: A}\n"
                                    "  - {from: 52/f32, part: total, quantity: active_power, unit: W}\n"
                                    "  - {from: 54/f32, part: total, quantity: apparent_power, unit: VA}\n"
                                    "  - {from: 70/f32, part: total, quantity: frequency, unit: Hz}\n"
                                    "  - {from: 72/f32, part: total, quantity: energy, unit: kWh}\n"
    "vectors:\n"
    "  - source: \"IEEE 754: 230 V\"\n"
    "    image: {0: [0x4366, 0x0000]}\n"
    "    expect: {total-l1/voltage: 230}\n";

static struct profile_set *own, *shipped;

/* What a device is known to be, and the answers of all that wait. */
struct rig {
    struct inbox *inbox;
    void *driver;
    struct answer *waiting;
    struct shape *shape[DEVICES];
};

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void rig_open(struct rig *rig)
{
    *rig = (struct rig){.inbox = inbox_new()};
    assert_non_null(rig->inbox);
    assert_int_equal(driver_modbus.start(NULL, rig->inbox, &rig->driver), 0);
}

static void rig_close(struct rig *rig)
{
    driver_modbus.stop(rig->driver);
    for (struct answer *answer = rig->waiting, *next; answer; answer = next) {
        next = answer->next;
        answer_free(answer);
    }
    for (size_t i = 0; i < DEVICES; i++)
        shape_unref(rig->shape[i]);
    inbox_free(rig->inbox);
}

static struct device_setup *device(uint32_t number, const char *address, unsigned unit)
{
    struct device_setup *setup = setup_new();
    const char *why = "";

    setup->number = number;
    setup->id = arena_printf(setup->arena, "meter-%u", number);
    setup->profiles = profile_set_ref(own);
    setup->profile = PROFILE;
    setup->is_modbus = true;
    setup->modbus = (struct modbus_setup){.unit = unit, .reconnect_us = 10 * MS};
    setup->every_us = 200 * MS;
    setup->timeout_us = 150 * MS;
    if (address_parse(setup->arena, address, true, &setup->address, &why) != 0)
        fail_msg("%s: %s", address, why);
    return setup;
}

static void add(struct rig *rig, struct device_setup *setup)
{
    assert_int_equal(driver_modbus.add(rig->driver, setup), 0);
    setup_unref(setup);
}

static const char *at(const struct peer *peer)
{
    static char text[64];

    snprintf(text, sizeof(text), "127.0.0.1:%u", peer_port(peer));
    return text;
}

/* The next answer of any device but shapes, which are kept. NULL: none within the time. */
static struct answer *next_answer(struct rig *rig, int ms)
{
    int64_t until = now_us() + ms * MS;

    for (;;) {
        while (rig->waiting) {
            struct answer *answer = rig->waiting;
            rig->waiting = answer->next;
            assert_true(answer->device < DEVICES);
            if (answer->kind != ANSWER_SHAPE)
                return answer;
            shape_unref(rig->shape[answer->device]);
            rig->shape[answer->device] = shape_ref(answer->shape);
            answer_free(answer);
        }
        int64_t left = until - now_us();
        if (left <= 0)
            return NULL;
        struct pollfd ready = {.fd = inbox_fd(rig->inbox), .events = POLLIN};
        poll(&ready, 1, (int)(left / MS) + 1);
        rig->waiting = inbox_take(rig->inbox);
    }
}

static struct answer *must_answer(struct rig *rig)
{
    struct answer *answer = next_answer(rig, 5000);

    assert_non_null(answer);
    return answer;
}

static float truth(unsigned address)
{
    if (address < 6)
        return 230.0F + (float)address;
    if (address == 70)
        return 50.0F;
    return address == 52 ? 1234.5F : 0.001F * (float)address;
}

static uint16_t registers(void *arg, unsigned unit, unsigned function, unsigned address)
{
    (void)arg;
    (void)unit;
    if (function == 3)
        return address == MARK ? 777 : (uint16_t)(address - MARK);
    float value = truth(address & ~1U);
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return (uint16_t)(address & 1 ? bits : bits >> 16);
}

static long source_address(const struct point_shape *point)
{
    return strncmp(point->source, "input:", 6) == 0 ? strtol(point->source + 6, NULL, 10) : -1;
}

/* Every good value is that of its own register, in one of the scales of the profile. Returns how many. */
static size_t check_values(const struct rig *rig, const struct answer *answer)
{
    const struct shape *shape = rig->shape[answer->device];
    size_t good = 0;

    assert_int_equal(answer->kind, ANSWER_VALUES);
    assert_non_null(shape);
    assert_int_equal(answer->n, shape->n);
    assert_int_equal(answer->wall_ms % 100, 0);
    for (size_t i = 0; i < shape->n; i++) {
        long address = source_address(&shape->point[i]);
        double value = answer->sample[i].value;
        if (answer->sample[i].quality != QL_GOOD || address < 0)
            continue;
        double expected = (double)truth((unsigned)address);
        bool right = fabs(value - expected) < 1e-6 || fabs(value - 1000 * expected) < 1e-3;
        if (!right)
            fail_msg("%s is %g, not %g", shape->point[i].source, value, expected);
        good++;
    }
    return good;
}

static const struct sample *sample_of(const struct rig *rig, const struct answer *answer, const char *source)
{
    const struct shape *shape = rig->shape[answer->device];

    for (size_t i = 0; i < shape->n; i++) {
        if (strcmp(shape->point[i].source, source) == 0)
            return &answer->sample[i];
    }
    return NULL;
}

static size_t must_have_values(struct rig *rig)
{
    struct answer *answer = must_answer(rig);

    if (answer->kind == ANSWER_FAILED)
        fail_msg("%s", answer->words);
    size_t good = check_values(rig, answer);
    answer_free(answer);
    return good;
}

static void must_fail(struct rig *rig, enum fault fault, const char *words)
{
    struct answer *answer = must_answer(rig);

    assert_int_equal(answer->kind, ANSWER_FAILED);
    if (answer->fault != fault || !strstr(answer->words, words))
        fail_msg("fault %d: %s", answer->fault, answer->words);
    answer_free(answer);
}

/* No question but reads. */
static void end_peer(struct peer *peer)
{
    struct peer_counts counts = peer_counts(peer);

    assert_int_equal(counts.questions,
                     counts.function[1] + counts.function[2] + counts.function[3] + counts.function[4]);
    peer_free(peer);
}

static struct peer *meter(void)
{
    struct peer *peer = peer_tcp(false, false);

    assert_non_null(peer);
    peer_registers(peer, registers, NULL, NULL);
    return peer;
}

static void test_values_on_the_grid(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = meter();
    int64_t last = 0;

    rig_open(&rig);
    add(&rig, device(1, at(peer), 3));
    for (int i = 0; i < 5; i++) {
        struct answer *answer = must_answer(&rig);
        assert_true(check_values(&rig, answer) > 10);
        const struct sample *power = sample_of(&rig, answer, POWER);
        assert_non_null(power);
        assert_true(fabs(power->value - 1234.5) < 1e-9);
        assert_int_equal(answer->wall_ms % 200, 0);
        assert_true(llabs(answer->wall_ms - (int64_t)time(NULL) * 1000) < 3000);
        if (i > 1)
            assert_int_equal(answer->wall_ms - last, 200);
        assert_true(answer->latency_us > 0 && answer->late_us >= 0 && answer->boot_us <= now_us());
        last = answer->wall_ms;
        answer_free(answer);
    }
    assert_string_equal(rig.shape[1]->identity.profile, PROFILE);
    assert_int_equal(peer_counts(peer).connections, 1);
    rig_close(&rig);
    end_peer(peer);
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
        struct peer *peer = meter();
        print_message("  %s\n", rows[i].name);
        rig_open(&rig);
        add(&rig, device(1, at(peer), 3));
        size_t good = must_have_values(&rig);
        peer_script(peer, &rows[i].act, 1);
        if (rows[i].fault != FAULT_NONE)
            must_fail(&rig, rows[i].fault, "unit 3");
        for (int n = 0; n < 3; n++)
            assert_int_equal(must_have_values(&rig), good);
        rig_close(&rig);
        end_peer(peer);
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
    return registers(NULL, unit, function, address);
}

static void test_exception_inside_a_block(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = meter();
    static struct hole hole;

    hole.address = 52;
    hole.refused = 0;
    rig_open(&rig);
    peer_registers(peer, with_hole, refuse_hole, &hole);
    add(&rig, device(1, at(peer), 3));
    struct answer *answer = must_answer(&rig);
    size_t good = check_values(&rig, answer);
    assert_true(good > 10);
    assert_int_not_equal(sample_of(&rig, answer, POWER)->quality, QL_GOOD);
    answer_free(answer);
    unsigned refused = hole.refused;
    assert_true(refused > 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(must_have_values(&rig), good);
    assert_int_equal(hole.refused, refused);
    rig_close(&rig);
    end_peer(peer);
}

static int refuse_all(void *arg, unsigned unit, unsigned function, unsigned address, unsigned count)
{
    (void)arg;
    (void)unit;
    (void)function;
    (void)address;
    (void)count;
    return 2;
}

static void test_nothing_but_refusals(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = meter();

    rig_open(&rig);
    peer_registers(peer, registers, refuse_all, NULL);
    add(&rig, device(1, at(peer), 3));
    for (int i = 0; i < 2; i++)
        must_fail(&rig, FAULT_PROTOCOL, "");
    peer_registers(peer, registers, NULL, NULL);
    assert_true(must_have_values(&rig) > 10);
    rig_close(&rig);
    end_peer(peer);
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
        struct answer *answer = must_answer(rig);
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
    struct peer *peer = meter();
    static atomic_uint muted;
    unsigned values = 0, silent = 0;

    muted = 1U << 4;

    rig_open(&rig);
    peer_registers(peer, with_hole, mute_units, &muted);
    for (uint32_t unit = 3; unit <= 5; unit++)
        add(&rig, device(unit, at(peer), unit));
    while (values < 20) {
        struct answer *answer = must_answer(&rig);
        if (answer->device == 4) {
            assert_int_equal(answer->kind, ANSWER_FAILED);
            assert_int_equal(answer->fault, FAULT_SILENT);
            assert_non_null(strstr(answer->words, "unit 4"));
            silent++;
        } else {
            check_values(&rig, answer);
            values++;
            assert_true(answer->late_us < 400 * MS);
        }
        answer_free(answer);
    }
    assert_true(silent >= 2);
    /* Now all: it is the line. */
    muted = 0xFFFF;
    for (uint32_t unit = 3; unit <= 5; unit++)
        wait_for(&rig, unit, FAULT_GATEWAY, at(peer));
    muted = 0;
    assert_non_null(rig.shape[3]);
    for (int i = 0; i < 40 && !rig.shape[4]; i++)
        answer_free(must_answer(&rig));
    assert_non_null(rig.shape[4]);
    rig_close(&rig);
    end_peer(peer);
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
    struct peer *peer[3] = {meter(), meter(), meter()};
    char dead[32];
    int fill[3], fd = black_hole(dead, sizeof(dead), fill);
    unsigned values = 0, failures = 0;
    int64_t latest = 0;

    rig_open(&rig);
    add(&rig, device(4, dead, 1));
    add(&rig, device(5, dead, 2));
    for (uint32_t i = 0; i < 3; i++)
        add(&rig, device(i, at(peer[i]), 3));
    while (values < 30) {
        struct answer *answer = must_answer(&rig);
        if (answer->device >= 4) {
            assert_int_equal(answer->fault, FAULT_GATEWAY);
            assert_non_null(strstr(answer->words, dead));
            failures++;
        } else {
            check_values(&rig, answer);
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
        end_peer(peer[i]);
        close(fill[i]);
    }
    close(fd);
}

static void test_refused_is_said_for_every_unit(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = meter();
    char text[64];

    snprintf(text, sizeof(text), "%s", at(peer));
    peer_free(peer);
    rig_open(&rig);
    for (uint32_t unit = 1; unit <= 3; unit++)
        add(&rig, device(unit, text, unit));
    unsigned seen = 0;
    for (int i = 0; i < 12; i++) {
        struct answer *answer = must_answer(&rig);
        assert_int_equal(answer->fault, FAULT_GATEWAY);
        assert_non_null(strstr(answer->words, text));
        seen |= 1U << answer->device;
        answer_free(answer);
    }
    assert_int_equal(seen, 0xE);
    rig_close(&rig);
}

static void wait_for_question(struct peer *peer)
{
    for (int64_t until = now_us() + 3000 * MS; peer_counts(peer).questions == 0;) {
        assert_true(now_us() < until);
        poll(NULL, 0, 1);
    }
}

/* Removed while its answer is waited for: at once, and not a word of it afterwards. */
static void test_remove_is_prompt(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = meter();
    const struct peer_act late = {PEER_LATE, 200, 0};
    struct device_setup *setup = device(1, at(peer), 3);

    setup->timeout_us = 10000 * MS;
    rig_open(&rig);
    peer_script(peer, &late, 1);
    add(&rig, setup);
    wait_for_question(peer);
    int64_t begun = now_us();
    driver_modbus.remove(rig.driver, 1);
    assert_true(now_us() - begun < 50 * MS);
    driver_modbus.remove(rig.driver, 7); /* not there: nothing happens */
    assert_null(next_answer(&rig, 400));
    add(&rig, device(2, at(peer), 3));
    assert_true(must_have_values(&rig) > 10);
    rig_close(&rig);
    end_peer(peer);
}

static void test_stop_is_prompt(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = meter();
    const struct peer_act silent = {PEER_SILENT, 0, 0};
    struct device_setup *setup = device(1, at(peer), 3);

    setup->timeout_us = 10000 * MS;
    rig_open(&rig);
    peer_script(peer, &silent, 1);
    add(&rig, setup);
    wait_for_question(peer);
    int64_t begun = now_us();
    rig_close(&rig);
    assert_true(now_us() - begun < 500 * MS);
    end_peer(peer);
}

static void test_gateway_that_closes_when_idle(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = meter();
    struct peer_act done[32];

    for (size_t i = 0; i < 32; i++)
        done[i] = (struct peer_act){PEER_DONE, 0, 0};
    rig_open(&rig);
    peer_script(peer, done, 32);
    add(&rig, device(1, at(peer), 3));
    for (int i = 0; i < 4; i++)
        assert_true(must_have_values(&rig) > 10);
    assert_true(peer_counts(peer).connections >= 4);
    rig_close(&rig);
    end_peer(peer);
}

static void test_one_client_leaves_room_for_others(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = meter();
    struct device_setup *setup = device(1, at(peer), 3);

    setup->modbus.one_client = true;
    rig_open(&rig);
    add(&rig, setup);
    for (int i = 0; i < 4; i++) {
        assert_true(must_have_values(&rig) > 10);
        for (int64_t until = now_us() + 150 * MS; peer_counts(peer).open > 0;) {
            assert_true(now_us() < until);
            poll(NULL, 0, 1);
        }
    }
    assert_int_equal(peer_counts(peer).connections, 4);
    rig_close(&rig);
    end_peer(peer);
}

static void test_once(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = meter();
    struct device_setup *setup = device(1, at(peer), 3);

    setup->once = true;
    rig_open(&rig);
    add(&rig, setup);
    assert_true(must_have_values(&rig) > 10);
    assert_null(next_answer(&rig, 500));
    rig_close(&rig);
    end_peer(peer);
}

static void test_pause_between_questions(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = meter();
    struct device_setup *setup = device(1, at(peer), 3);

    setup->modbus.pause_us = 120 * MS;
    setup->every_us = 1000 * MS;
    rig_open(&rig);
    add(&rig, setup);
    assert_true(must_have_values(&rig) > 10);
    unsigned before = peer_counts(peer).questions;
    struct answer *answer = must_answer(&rig);
    unsigned questions = peer_counts(peer).questions - before;
    assert_true(questions > 1);
    assert_true(answer->latency_us >= (questions - 1) * 120 * MS);
    answer_free(answer);
    rig_close(&rig);
    end_peer(peer);
}

static void test_what_cannot_work_says_so(void **state)
{
    (void)state;
    static const struct {
        const char *name, *profile, *address;
        enum fault fault;
        const char *words;
    } rows[] = {
        {"no such profile", "no-such-profile", "127.0.0.1:9", FAULT_UNKNOWN, "no such profile"},
        {"a profile for SNMP", "apc-rpdu2", "127.0.0.1:9", FAULT_UNKNOWN, "not one for Modbus"},
        {"a name where only numbers may be", PROFILE, "no-such-host.invalid", FAULT_NAME, "no-such-host.invalid"},
        {"no such device file", PROFILE, "serial:///dev/no-such-tty", FAULT_GATEWAY, "No such file"},
        {"not a terminal", PROFILE, "serial:///dev/null", FAULT_GATEWAY, "/dev/null"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rig rig;
        struct device_setup *setup = device(1, rows[i].address, 3);
        print_message("  %s\n", rows[i].name);
        setup->profile = rows[i].profile;
        profile_set_unref(setup->profiles);
        setup->profiles = profile_set_ref(strcmp(rows[i].profile, PROFILE) == 0 ? own : shipped);
        rig_open(&rig);
        add(&rig, setup);
        must_fail(&rig, rows[i].fault, rows[i].words);
        rig_close(&rig);
    }
}

/* RTU, on a converter and on a line of two units: a late answer never becomes the next one's values. */
static void run_rtu(struct peer *peer, const char *address)
{
    static const struct peer_act acts[] = {{PEER_RIGHT, 0, 0},   {PEER_LATE, 250, 0}, {PEER_RIGHT, 0, 0},
                                           {PEER_BAD_CRC, 0, 0}, {PEER_RIGHT, 0, 0},  {PEER_LATE, 180, 0}};
    struct rig rig;
    unsigned values = 0;

    peer_registers(peer, registers, NULL, NULL);
    rig_open(&rig);
    for (uint32_t unit = 3; unit <= 4; unit++) {
        struct device_setup *setup = device(unit, address, unit);
        setup->every_us = 300 * MS;
        add(&rig, setup);
    }
    for (int i = 0; i < 4; i++)
        assert_true(must_have_values(&rig) > 10);
    peer_script(peer, acts, sizeof(acts) / sizeof(acts[0]));
    for (int i = 0; i < 24; i++) {
        struct answer *answer = must_answer(&rig);
        if (answer->kind == ANSWER_VALUES)
            values += check_values(&rig, answer) > 10;
        answer_free(answer);
    }
    assert_true(values >= 18);
    rig_close(&rig);
    end_peer(peer);
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

static void test_serial(void **state)
{
    (void)state;
    int master = -1, slave = -1;
    char name[64], text[128];
    struct termios raw;

    assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
    assert_int_equal(tcgetattr(slave, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(slave, TCSANOW, &raw), 0);
    assert_int_equal(ttyname_r(slave, name, sizeof(name)), 0);
    snprintf(text, sizeof(text), "serial://%s?baud=115200&parity=even", name);
    run_rtu(peer_serial(master), text);
    close(slave);
}

static void test_lines_are_bounded(void **state)
{
    (void)state;
    struct rig rig;
    char text[64];

    rig_open(&rig);
    for (unsigned i = 0; i < 257; i++) {
        snprintf(text, sizeof(text), "127.1.%u.%u:9", i / 200, i % 200 + 1);
        struct device_setup *setup = device(1, text, 1);
        setup->every_us = 3600000 * MS;
        assert_int_equal(driver_modbus.add(rig.driver, setup), i < 256 ? 0 : -EMFILE);
        setup_unref(setup);
    }
    /* A line without devices gives its place to another. */
    driver_modbus.remove(rig.driver, 1);
    add(&rig, device(1, "127.2.0.1:9", 1));
    rig_close(&rig);
}

static void test_auto(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = meter();
    struct device_setup *setup = device(1, at(peer), 3);

    setup->profile = "auto";
    rig_open(&rig);
    add(&rig, setup);
    assert_true(must_have_values(&rig) > 10);
    assert_string_equal(rig.shape[1]->identity.profile, PROFILE);
    assert_non_null(strstr(rig.shape[1]->identity.why, "777"));
    assert_string_equal(rig.shape[1]->identity.serial, "65538");
    unsigned once = peer_counts(peer).function[3];
    assert_true(must_have_values(&rig) > 10);
    assert_int_equal(peer_counts(peer).function[3], once);
    rig_close(&rig);

    rig_open(&rig);
    peer_registers(peer, registers, refuse_all, NULL);
    setup = device(1, at(peer), 3);
    setup->profile = "auto";
    add(&rig, setup);
    must_fail(&rig, FAULT_UNKNOWN, "no profile matches");
    rig_close(&rig);
    end_peer(peer);
}

static void test_a_shipped_profile(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = meter();
    struct device_setup *setup = device(1, at(peer), 3);

    profile_set_unref(setup->profiles);
    setup->profiles = profile_set_ref(shipped);
    setup->profile = "eastron-sdm630";
    setup->every_us = 2000 * MS;
    rig_open(&rig);
    add(&rig, setup);
    assert_true(must_have_values(&rig) > 30);
    struct answer *answer = must_answer(&rig);
    assert_true(check_values(&rig, answer) > 30);
    assert_true(fabs(sample_of(&rig, answer, POWER)->value - 1234.5) < 1e-9);
    answer_free(answer);
    rig_close(&rig);
    end_peer(peer);
}

static int load(const char *dir, struct profile_set **ret)
{
    struct diag *diag = diag_new();
    int rc = profile_set_load(&dir, 1, diag, ret);

    if (rc < 0)
        diag_print(diag, stderr);
    diag_free(diag);
    return rc;
}

static int load_profiles(void **state)
{
    (void)state;
    char path[512], dir[] = "/tmp/wattwacht-wire-XXXXXX";
    const char *source = getenv("WATTWACHT_SOURCE");

    snprintf(path, sizeof(path), "%s/conf.d/profiles", source ? source : ".");
    if (load(path, &shipped) < 0 || !mkdtemp(dir))
        return -1;
    snprintf(path, sizeof(path), "%s/wire-meter.yaml", dir);
    FILE *file = fopen(path, "w");
    if (!file)
        return -1;
    fputs(meter_profile, file);
    fclose(file);
    int rc = load(dir, &own);
    unlink(path);
    rmdir(dir);
    return rc;
}

static int free_profiles(void **state)
{
    (void)state;
    profile_set_unref(own);
    profile_set_unref(shipped);
    return 0;
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
        cmocka_unit_test(test_remove_is_prompt),
        cmocka_unit_test(test_stop_is_prompt),
        cmocka_unit_test(test_gateway_that_closes_when_idle),
        cmocka_unit_test(test_one_client_leaves_room_for_others),
        cmocka_unit_test(test_once),
        cmocka_unit_test(test_pause_between_questions),
        cmocka_unit_test(test_what_cannot_work_says_so),
        cmocka_unit_test(test_auto),
        cmocka_unit_test(test_a_shipped_profile),
        cmocka_unit_test(test_rtu_over_tcp),
        cmocka_unit_test(test_serial),
        cmocka_unit_test(test_lines_are_bounded),
    };
    return cmocka_run_group_tests(tests, load_profiles, free_profiles);
}
