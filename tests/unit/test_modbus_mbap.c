/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modbus TCP frames: one encoder of questions, and every way in which an answer can be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drivers/modbus_mbap.h"

#include <errno.h>
#include <string.h>

static const struct modbus_ask two = {.unit = 3, .function = MF_INPUT, .address = 52, .count = 2};
static const struct modbus_ask ten_bits = {.unit = 3, .function = MF_COILS, .address = 19, .count = 10};

static const struct {
    const char *name;
    const struct modbus_ask *ask;
    int expected; /* 0, an exception, -errno */
    size_t n;
    uint8_t frame[20];
} rows[] = {
    {"right", &two, 0, 13, {0x12, 0x34, 0, 0, 0, 7, 3, 4, 4, 0x43, 0x66, 0x33, 0x34}},
    {"bits", &ten_bits, 0, 11, {0x12, 0x34, 0, 0, 0, 5, 3, 1, 2, 0xCD, 0x01}},
    {"exception 2", &two, 2, 9, {0x12, 0x34, 0, 0, 0, 3, 3, 0x84, 2}},
    {"exception 11", &two, 11, 9, {0x12, 0x34, 0, 0, 0, 3, 3, 0x84, 11}},
    {"exception 0", &two, -EBADMSG, 9, {0x12, 0x34, 0, 0, 0, 3, 3, 0x84, 0}},
    {"exception to another function", &two, -EBADMSG, 9, {0x12, 0x34, 0, 0, 0, 3, 3, 0x83, 2}},
    {"exception with surplus", &two, -EBADMSG, 10, {0x12, 0x34, 0, 0, 0, 4, 3, 0x84, 2, 0}},
    {"another transaction", &two, -EAGAIN, 13, {0x12, 0x33, 0, 0, 0, 7, 3, 4, 4, 0x43, 0x66, 0x33, 0x34}},
    {"another unit", &two, -EBADMSG, 13, {0x12, 0x34, 0, 0, 0, 7, 4, 4, 4, 0x43, 0x66, 0x33, 0x34}},
    {"another function", &two, -EBADMSG, 13, {0x12, 0x34, 0, 0, 0, 7, 3, 3, 4, 0x43, 0x66, 0x33, 0x34}},
    {"protocol 1", &two, -EBADMSG, 13, {0x12, 0x34, 0, 1, 0, 7, 3, 4, 4, 0x43, 0x66, 0x33, 0x34}},
    {"byte count too small", &two, -EBADMSG, 13, {0x12, 0x34, 0, 0, 0, 7, 3, 4, 2, 0x43, 0x66, 0x33, 0x34}},
    {"one register for two", &two, -EBADMSG, 11, {0x12, 0x34, 0, 0, 0, 5, 3, 4, 2, 0x43, 0x66}},
    {"surplus inside the frame", &two, -EBADMSG, 14, {0x12, 0x34, 0, 0, 0, 8, 3, 4, 4, 0x43, 0x66, 0x33, 0x34, 0}},
    {"header says less than there is", &two, -EBADMSG, 13, {0x12, 0x34, 0, 0, 0, 6, 3, 4, 4, 0x43, 0x66, 0x33, 0x34}},
    {"length 2", &two, -EBADMSG, 8, {0x12, 0x34, 0, 0, 0, 2, 3, 4}},
    {"length 65535", &two, -EBADMSG, 8, {0x12, 0x34, 0, 0, 0xFF, 0xFF, 3, 4}},
    {"cut", &two, -EBADMSG, 12, {0x12, 0x34, 0, 0, 0, 7, 3, 4, 4, 0x43, 0x66, 0x33}},
    {"nothing", &two, -EBADMSG, 0, {0}},
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint16_t registers[16] = {0xAAAA, 0xAAAA};
        const char *why = NULL;

        print_message("  %s\n", rows[i].name);
        int rc = modbus_mbap_decode(*rows[i].ask, 0x1234, rows[i].frame, rows[i].n, registers, &why);
        assert_int_equal(rc, rows[i].expected);
        if (rc == -EBADMSG)
            assert_non_null(why);
        if (rc != 0)
            assert_int_equal(registers[0], 0xAAAA);
    }
}

static void test_values(void **state)
{
    (void)state;
    const uint16_t bits[10] = {1, 0, 1, 1, 0, 0, 1, 1, 1, 0};
    uint16_t registers[10];
    const char *why = NULL;

    assert_int_equal(modbus_mbap_decode(two, 0x1234, rows[0].frame, rows[0].n, registers, &why), 0);
    assert_int_equal(registers[0], 0x4366);
    assert_int_equal(registers[1], 0x3334);
    assert_int_equal(modbus_mbap_decode(ten_bits, 0x1234, rows[1].frame, rows[1].n, registers, &why), 0);
    assert_memory_equal(registers, bits, sizeof(bits));
}

static void test_question(void **state)
{
    (void)state;
    const uint8_t expected[] = {0x12, 0x34, 0, 0, 0, 6, 3, 4, 0, 52, 0, 2};
    uint8_t frame[MODBUS_MBAP_REQUEST];

    modbus_mbap_encode(two, 0x1234, frame);
    assert_memory_equal(frame, expected, sizeof(expected));
}

static void test_limits(void **state)
{
    (void)state;
    static const struct {
        struct modbus_ask ask;
        bool valid;
    } limits[] = {
        {{1, MF_HOLDING, 0, 125}, true},   {{1, MF_HOLDING, 0, 126}, false},   {{1, MF_HOLDING, 0, 0}, false},
        {{1, MF_DISCRETE, 0, 2000}, true}, {{1, MF_DISCRETE, 0, 2001}, false}, {{1, MF_INPUT, 65535, 1}, true},
        {{1, MF_INPUT, 65535, 2}, false},
    };

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        assert_int_equal(modbus_mbap_valid(limits[i].ask), limits[i].valid);
}

/* Whatever comes is refused or understood, and never read beyond its end. */
static void test_every_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t n = 0; n < rows[i].n; n++) {
            uint8_t exact[20];
            uint16_t registers[16];
            const char *why = NULL;
            memcpy(exact + sizeof(exact) - n, rows[i].frame, n);
            assert_true(modbus_mbap_decode(*rows[i].ask, 0x1234, exact + sizeof(exact) - n, n, registers, &why) < 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers), cmocka_unit_test(test_values),    cmocka_unit_test(test_question),
        cmocka_unit_test(test_limits),  cmocka_unit_test(test_every_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
