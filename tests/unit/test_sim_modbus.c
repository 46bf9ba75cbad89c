/* SPDX-License-Identifier: GPL-3.0-or-later */
/* modbus_frame and registers of tests/sim: frames and exceptions by the Modbus documents. */
#include "tests/sim/modbus_frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct registers *sample(void)
{
    struct registers *r = registers_new();
    registers_block(r, SPACE_HOLDING, 100, 10);
    registers_block(r, SPACE_INPUT, 0, 4);
    registers_block(r, SPACE_COIL, 0, 10);
    registers_hole(r, 105, 106);
    registers_u16(r, SPACE_HOLDING, 100, 0x1234);
    registers_i64(r, SPACE_HOLDING, 101, -2);
    registers_float(r, SPACE_INPUT, 0, 230.5);
    registers_u16(r, SPACE_COIL, 0, 1);
    registers_u16(r, SPACE_COIL, 9, 1);
    return r;
}

static void pdus_are_answered(void **state)
{
    (void)state;
    static const struct {
        const char *name, *pdu;
        size_t n;
        const char *answer;
        size_t n_answer;
        unsigned long writes;
    } rows[] = {
        {"holding", "\x03\x00\x64\x00\x01", 5, "\x03\x02\x12\x34", 4, 0},
        {"64 bits", "\x03\x00\x65\x00\x04", 5, "\x03\x08\xff\xff\xff\xff\xff\xff\xff\xfe", 10, 0},
        {"float", "\x04\x00\x00\x00\x02", 5, "\x04\x04\x43\x66\x80\x00", 6, 0},
        {"coils", "\x01\x00\x00\x00\x0a", 5, "\x01\x02\x01\x02", 4, 0},
        {"outside", "\x03\x00\x64\x00\x0b", 5, "\x83\x02", 2, 0},
        {"before", "\x03\x00\x63\x00\x01", 5, "\x83\x02", 2, 0},
        {"across a hole", "\x03\x00\x64\x00\x06", 5, "\x83\x02", 2, 0},
        {"behind a hole", "\x03\x00\x6b\x00\x01", 5, "\x03\x02\x00\x00", 4, 0},
        {"none", "\x03\x00\x64\x00\x00", 5, "\x83\x03", 2, 0},
        {"too many", "\x03\x00\x64\x00\x7e", 5, "\x83\x03", 2, 0},
        {"short", "\x03\x00\x64", 3, "\x83\x03", 2, 0},
        {"diagnostics", "\x08\x00\x00\x00\x00", 5, "\x88\x01", 2, 0},
        {"write coil", "\x05\x00\x00\xff\x00", 5, "\x85\x01", 2, 1},
        {"write register", "\x06\x00\x64\x00\x01", 5, "\x86\x01", 2, 1},
        {"write coils", "\x0f\x00\x00\x00\x01\x01\x01", 7, "\x8f\x01", 2, 1},
        {"write registers", "\x10\x00\x64\x00\x01\x02\x00\x01", 8, "\x90\x01", 2, 1},
        {"mask", "\x16\x00\x64\x00\x01\x00\x01", 7, "\x96\x01", 2, 1},
        {"read and write", "\x17\x00\x64\x00\x01\x00\x64\x00\x01\x02\x00\x01", 12, "\x97\x01", 2, 1},
    };
    struct registers *r = sample();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct modbus_request request = {.n = rows[i].n};
        uint8_t answer[MODBUS_PDU];
        unsigned long writes = 0;
        memcpy(request.pdu, rows[i].pdu, rows[i].n);
        assert_int_equal(modbus_serve(r, &request, &writes, answer), rows[i].n_answer);
        assert_memory_equal(answer, rows[i].answer, rows[i].n_answer);
        assert_int_equal(writes, rows[i].writes);
    }
    registers_free(r);
}

static void the_check_sum_is_the_documents(void **state)
{
    (void)state;
    /* Serial Line V1.02, 6.2.2: 02 07 gives 41 12 on the wire */
    assert_int_equal(modbus_check_sum((const uint8_t *)"\x02\x07", 2), 0x1241);
}

static void tcp_frames_come_in_pieces(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0, 7, 0, 0, 0, 6, 3, 4, 0, 0, 0, 2, 0, 8};
    struct modbus_request request;
    for (size_t n = 0; n < 12; n++)
        assert_int_equal(modbus_take(false, bytes, n, &request), 0);
    assert_int_equal(modbus_take(false, bytes, sizeof bytes, &request), 12);
    assert_int_equal(request.transaction, 7);
    assert_int_equal(request.unit, 3);
    assert_int_equal(request.n, 5);
    uint8_t frame[MODBUS_FRAME];
    assert_int_equal(modbus_wrap(&request, (const uint8_t *)"\x84\x02", 2, frame), 9);
    assert_memory_equal(frame, "\x00\x07\x00\x00\x00\x03\x03\x84\x02", 9);
}

static void rtu_frames_need_their_check_sum(void **state)
{
    (void)state;
    uint8_t bytes[8] = {3, 4, 0, 0, 0, 2};
    struct modbus_request request;
    uint16_t crc = modbus_check_sum(bytes, 6);
    bytes[6] = (uint8_t)crc;
    bytes[7] = (uint8_t)(crc >> 8);
    assert_int_equal(modbus_take(true, bytes, 7, &request), 0);
    assert_int_equal(modbus_take(true, bytes, 8, &request), 8);
    assert_int_equal(request.unit, 3);
    assert_int_equal(request.n, 5);
    bytes[7] ^= 1;
    assert_int_equal(modbus_take(true, bytes, 8, &request), 8);
    assert_int_equal(request.n, 0); /* noise */
}

static void noise_is_dropped(void **state)
{
    (void)state;
    static const uint8_t text[] = "GET / HTTP/1.1\r\n";
    struct modbus_request request;
    assert_int_equal(modbus_take(false, text, sizeof text, &request), sizeof text);
    assert_int_equal(request.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pdus_are_answered),         cmocka_unit_test(the_check_sum_is_the_documents),
        cmocka_unit_test(tcp_frames_come_in_pieces), cmocka_unit_test(rtu_frames_need_their_check_sum),
        cmocka_unit_test(noise_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
