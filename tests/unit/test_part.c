/* SPDX-License-Identifier: GPL-3.0-or-later */
/* part, and address forms of setup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "drivers/part.h"
#include "drivers/setup.h"

#include <string.h>

static const struct {
    const char *text;
    struct part part;
} good[] = {
    {"total", {1, PB_TOTAL, 0, PH_NONE}},
    {"total-l1", {1, PB_TOTAL, 0, PH_L1}},
    {"inlet-1-l1l2", {1, PB_INLET, 1, PH_L1L2}},
    {"outlet-07", {1, PB_OUTLET, 7, PH_NONE}},
    {"outlet-107", {1, PB_OUTLET, 107, PH_NONE}},
    {"unit-2-outlet-07-l3", {2, PB_OUTLET, 7, PH_L3}},
    {"source-2-l1", {1, PB_SOURCE, 2, PH_L1}},
    {"input-n", {1, PB_INPUT, 0, PH_N}},
    {"sensor-4294967295", {1, PB_SENSOR, 4294967295, PH_NONE}},
};

static const char *const bad[] = {"",        "outlet",   "outlet-7",   "outlet-007", "unit-1-total",
                                  "total-1", "total-l4", "outlet-00",  "Total",      "inlet-01",
                                  "unit-2",  "battery-", "outlet-07-", "totals",     "sensor-4294967296"};

static void test_parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct part part;
        char text[PART_MAX];
        print_message("  %s\n", good[i].text);
        assert_int_equal(part_parse(good[i].text, &part), 0);
        assert_int_equal(part.unit, good[i].part.unit);
        assert_int_equal(part.base, good[i].part.base);
        assert_int_equal(part.number, good[i].part.number);
        assert_int_equal(part.phase, good[i].part.phase);
        assert_int_equal(part_format(&part, text), 0);
        assert_string_equal(text, good[i].text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct part part;
        print_message("  refused: '%s'\n", bad[i]);
        assert_true(part_parse(bad[i], &part) < 0);
    }
}

static void test_ids(void **state)
{
    (void)state;
    assert_true(id_valid("pdu-a1"));
    assert_true(id_valid("a"));
    assert_true(id_valid("abcdefghijklmnopqrstuvwxyz012345"));
    assert_false(id_valid("abcdefghijklmnopqrstuvwxyz0123456"));
    assert_false(id_valid("-a"));
    assert_false(id_valid("a-"));
    assert_false(id_valid("A"));
    assert_false(id_valid("a/b"));
    assert_false(id_valid("a%s"));
    assert_true(id_reserved("kpi"));
    assert_true(id_reserved("unit-2"));
    assert_false(id_reserved("units"));
}

static const struct {
    const char *text;
    bool modbus;
    enum transport transport;
    const char *host; /* NULL: refused */
    uint16_t port;
} addresses[] = {
    {"10.20.0.11", false, TR_UDP, "10.20.0.11", 161},
    {"pdu.example:1161", false, TR_UDP, "pdu.example", 1161},
    {"[2001:db8::1]:1161", false, TR_UDP, "2001:db8::1", 1161},
    {"2001:db8::1", false, TR_UDP, "2001:db8::1", 161},
    {"10.20.0.30:502", true, TR_TCP, "10.20.0.30", 502},
    {"tcp://gw:5020", true, TR_TCP, "gw", 5020},
    {"rtu+tcp://gw:8899", true, TR_RTU_TCP, "gw", 8899},
    {"serial:///dev/ttyUSB0", true, TR_SERIAL, "/dev/ttyUSB0", 0},
    {"serial:///dev/ttyS0?baud=19200&parity=none&stop=2", true, TR_SERIAL, "/dev/ttyS0", 0},
    {"serial:///dev/ttyS0?baud=12345", true, TR_SERIAL, NULL, 0},
    {"serial:///dev/ttyS0?speed=9600", true, TR_SERIAL, NULL, 0},
    {"serial:///dev/ttyS0", false, TR_SERIAL, NULL, 0},
    {"tcp://gw:5020", false, TR_TCP, NULL, 0},
    {"http://gw", true, TR_TCP, NULL, 0},
    {"10.20.0.11:0", false, TR_UDP, NULL, 0},
    {"10.20.0.11:70000", false, TR_UDP, NULL, 0},
    {"two words", false, TR_UDP, NULL, 0},
    {"", false, TR_UDP, NULL, 0},
};

static void test_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct arena *arena = arena_new();
        struct address address;
        const char *why = NULL;
        print_message("  %s\n", addresses[i].text);
        int r = address_parse(arena, addresses[i].text, addresses[i].modbus, &address, &why);
        if (!addresses[i].host) {
            assert_true(r < 0);
            assert_non_null(why);
        } else {
            assert_int_equal(r, 0);
            assert_int_equal(address.transport, addresses[i].transport);
            assert_string_equal(address.host, addresses[i].host);
            assert_int_equal(address.port, addresses[i].port);
        }
        arena_free(arena);
    }
}

/* One bus or gateway is one line, however its address is written. */
static void test_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text, *line;
    } lines[] = {
        {"10.20.0.30", "tcp://10.20.0.30:502"},
        {"10.20.0.30:502", "tcp://10.20.0.30:502"},
        {"tcp://10.20.0.30", "tcp://10.20.0.30:502"},
        {"[2001:db8::1]:502", "tcp://2001:db8::1:502"},
        {"rtu+tcp://10.20.0.30:502", "rtu+tcp://10.20.0.30:502"},
        {"serial:///dev/ttyS0?baud=19200", "serial:///dev/ttyS0"},
    };
    struct arena *arena = arena_new();
    struct address address;
    const char *why;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(address_parse(arena, lines[i].text, true, &address, &why), 0);
        assert_string_equal(address.line, lines[i].line);
    }
    assert_int_equal(address_parse(arena, "10.20.0.11", false, &address, &why), 0);
    assert_null(address.line);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parts), cmocka_unit_test(test_ids),
                                       cmocka_unit_test(test_addresses), cmocka_unit_test(test_lines)};
    return cmocka_run_group_tests_name("part", tests, NULL, NULL);
}
