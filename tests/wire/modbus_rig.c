/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/wire/modbus_rig.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MARK 64000 /* holding register that says what the meter is, and its serial number behind it */

/* A meter without the pauses that real ones ask for; its values lie in four blocks. */
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

struct profile_set *rig_own, *rig_shipped;

int64_t rig_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void rig_open(struct rig *rig)
{
    *rig = (struct rig){.inbox = inbox_new()};
    assert_non_null(rig->inbox);
    assert_int_equal(driver_modbus.start(NULL, rig->inbox, &rig->driver), 0);
}

void rig_close(struct rig *rig)
{
    driver_modbus.stop(rig->driver);
    for (struct answer *answer = rig->waiting, *next; answer; answer = next) {
        next = answer->next;
        answer_free(answer);
    }
    for (size_t i = 0; i < RIG_DEVICES; i++)
        shape_unref(rig->shape[i]);
    inbox_free(rig->inbox);
}

struct device_setup *rig_device(uint32_t number, const char *address, unsigned unit)
{
    struct device_setup *setup = setup_new();
    const char *why = "";

    setup->number = number;
    setup->id = arena_printf(setup->arena, "meter-%u", number);
    setup->profiles = profile_set_ref(rig_own);
    setup->profile = RIG_PROFILE;
    setup->is_modbus = true;
    setup->modbus = (struct modbus_setup){.unit = unit, .reconnect_us = 10 * MS};
    setup->every_us = 200 * MS;
    setup->timeout_us = 150 * MS;
    if (address_parse(setup->arena, address, true, &setup->address, &why) != 0)
        fail_msg("%s: %s", address, why);
    return setup;
}

void rig_add(struct rig *rig, struct device_setup *setup)
{
    assert_int_equal(driver_modbus.add(rig->driver, setup), 0);
    setup_unref(setup);
}

const char *rig_at(const struct peer *peer)
{
    static char text[64];

    snprintf(text, sizeof(text), "127.0.0.1:%u", peer_port(peer));
    return text;
}

struct answer *rig_next(struct rig *rig, int ms)
{
    int64_t until = rig_now() + ms * MS;

    for (;;) {
        while (rig->waiting) {
            struct answer *answer = rig->waiting;
            rig->waiting = answer->next;
            assert_true(answer->device < RIG_DEVICES);
            if (answer->kind != ANSWER_SHAPE)
                return answer;
            shape_unref(rig->shape[answer->device]);
            rig->shape[answer->device] = shape_ref(answer->shape);
            answer_free(answer);
        }
        rig->waiting = inbox_take(rig->inbox);
        int64_t left = until - rig_now();
        if (rig->waiting)
            continue;
        if (left <= 0)
            return NULL;
        struct pollfd ready = {.fd = inbox_fd(rig->inbox), .events = POLLIN};
        poll(&ready, 1, (int)(left / MS) + 1);
    }
}

struct answer *rig_answer(struct rig *rig)
{
    struct answer *answer = rig_next(rig, 60000);

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

uint16_t rig_registers(void *arg, unsigned unit, unsigned function, unsigned address)
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

int rig_refuse(void *arg, unsigned unit, unsigned function, unsigned address, unsigned count)
{
    (void)arg;
    (void)unit;
    (void)function;
    (void)address;
    (void)count;
    return 2;
}

static long source_address(const struct point_shape *point)
{
    return strncmp(point->source, "input:", 6) == 0 ? strtol(point->source + 6, NULL, 10) : -1;
}

/* Every good value is that of its rig_own register, in one of the scales of the profile. Returns how many. */
size_t rig_check(const struct rig *rig, const struct answer *answer)
{
    const struct shape *shape = rig->shape[answer->device];
    size_t good = 0;

    assert_int_equal(answer->kind, ANSWER_VALUES);
    assert_non_null(shape);
    assert_int_equal(answer->n, shape->n);
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

const struct sample *rig_sample(const struct rig *rig, const struct answer *answer, const char *source)
{
    const struct shape *shape = rig->shape[answer->device];

    for (size_t i = 0; i < shape->n; i++) {
        if (strcmp(shape->point[i].source, source) == 0)
            return &answer->sample[i];
    }
    return NULL;
}

size_t rig_values(struct rig *rig)
{
    struct answer *answer = rig_answer(rig);

    if (answer->kind == ANSWER_FAILED)
        fail_msg("%s", answer->words);
    size_t good = rig_check(rig, answer);
    answer_free(answer);
    return good;
}

void rig_fails(struct rig *rig, enum fault fault, const char *words)
{
    struct answer *answer = rig_answer(rig);

    assert_int_equal(answer->kind, ANSWER_FAILED);
    if (answer->fault != fault || !strstr(answer->words, words))
        fail_msg("fault %d: %s", answer->fault, answer->words);
    answer_free(answer);
}

struct peer *rig_meter(void)
{
    struct peer *peer = peer_tcp(false, false);

    assert_non_null(peer);
    peer_registers(peer, rig_registers, NULL, NULL);
    return peer;
}

void rig_end_peer(struct peer *peer)
{
    struct peer_counts counts = peer_counts(peer);

    assert_int_equal(counts.questions, counts.function[1] + counts.function[2] + counts.function[3] +
                                           counts.function[4] + counts.function[43]);
    peer_free(peer);
}

void rig_await_question(struct peer *peer)
{
    for (int64_t until = rig_now() + 60000 * MS; peer_counts(peer).questions == 0;) {
        assert_true(rig_now() < until);
        poll(NULL, 0, 1);
    }
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

int rig_load(void **state)
{
    (void)state;
    char path[512], dir[] = "/tmp/wattwacht-wire-XXXXXX";
    const char *source = getenv("WATTWACHT_SOURCE");

    snprintf(path, sizeof(path), "%s/conf.d/profiles", source ? source : ".");
    load(path, &rig_shipped);
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof(path), "%s/wire-meter.yaml", dir);
    FILE *file = fopen(path, "w");
    if (!file)
        return -1;
    fputs(meter_profile, file);
    fclose(file);
    int rc = load(dir, &rig_own);
    unlink(path);
    rmdir(dir);
    return rc;
}

int rig_unload(void **state)
{
    (void)state;
    profile_set_unref(rig_own);
    profile_set_unref(rig_shipped);
    return 0;
}
