/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sparkplug_command: what a host may send, and what anybody may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/sparkplug_command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "0a144e6f646520436f6e74726f6c2f52656269727468" /* name: "Node Control/Rebirth" */

static const struct {
    const char *name, *hex;
    int rc;
    bool rebirth;
} commands[] = {
    {"rebirth", "0880d095ffbc311221" NAME "1880d095ffbc31200b7001", 0, true},
    {"without times and datatype", "1218" NAME "7001", 0, true},
    {"behind another metric", "120e0a01621880d095ffbc31200b70001218" NAME "7001", 0, true},
    {"false", "121a" NAME "200b7000", 0, false},
    {"no value", "1218" NAME "200b", 0, false},
    {"null", "121c" NAME "200b38017001", 0, false},
    {"a number instead", "121a" NAME "200b5001", 0, false},
    {"declared a number", "121a" NAME "20047001", 0, false},
    {"another name", "120d0a076e6f7468696e67200b7001", 0, false},
    {"no name", "1204200b7001", 0, false},
    {"only an alias", "12061001200b7001", 0, false},
    {"nothing", "", 0, false},
    {"unknown fields", "122b" NAME "7001920110ffffffffffffffffffffffffffffffff", 0, true},
    {"a data set and a template in it", "1221" NAME "70018a01020000920101ff", 0, true},
    {"cut in the name", "12180a144e6f6465", -EBADMSG, false},
    {"cut in a number", "08ff", -EBADMSG, false},
    {"longer than it is", "12ffffffff0f", -EBADMSG, false},
    {"no protobuf at all", "ffffffffffffffffffffff", -EBADMSG, false},
    {"JSON", "7b22726562697274683a747275657d", -EBADMSG, false},
};

static size_t from_hex(const char *hex, uint8_t *bytes)
{
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) {
        const char digits[] = {hex[2 * i], hex[2 * i + 1], '\0'};
        bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return n;
}

static void test_commands(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        uint8_t *bytes = malloc(256);
        bool rebirth = !commands[i].rebirth, before = rebirth;
        print_message("  %s\n", commands[i].name);
        size_t n = from_hex(commands[i].hex, bytes);
        assert_int_equal(sparkplug_command_decode(bytes, n, &rebirth), commands[i].rc);
        assert_int_equal(rebirth, commands[i].rc < 0 ? before : commands[i].rebirth);
        free(bytes);
    }
}

static void test_too_large(void **state)
{
    bool rebirth = true;
    uint8_t *bytes = calloc(1, SPARKPLUG_COMMAND_MAX + 2);
    (void)state;
    /* as many empty metrics as fit: a hundred times the memory, and gone again */
    for (size_t i = 0; i < SPARKPLUG_COMMAND_MAX; i += 2)
        bytes[i] = 0x12;
    assert_int_equal(sparkplug_command_decode(bytes, SPARKPLUG_COMMAND_MAX, &rebirth), 0);
    assert_false(rebirth);
    assert_int_equal(sparkplug_command_decode(bytes, SPARKPLUG_COMMAND_MAX + 2, &rebirth), -EMSGSIZE);
    free(bytes);
}

static const struct {
    const char *text;
    int rc;
    bool online;
    int64_t ts_ms;
} states[] = {
    {"{\"online\":true,\"timestamp\":1700000000000}", 0, true, 1700000000000},
    {"{\"online\": false, \"timestamp\": 1}", 0, false, 1},
    {"{\"timestamp\":0,\"online\":true,\"more\":[]}", 0, true, 0},
    {"{\"online\":\"true\",\"timestamp\":1}", -EBADMSG, false, 0},
    {"{\"online\":1,\"timestamp\":1}", -EBADMSG, false, 0},
    {"{\"online\":true}", -EBADMSG, false, 0},
    {"{\"online\":true,\"timestamp\":1.5}", -EBADMSG, false, 0},
    {"{\"online\":true,\"timestamp\":-1}", -EBADMSG, false, 0},
    {"{\"online\":true,\"timestamp\":99999999999999999999}", -EBADMSG, false, 0},
    {"{\"online\":true,\"online\":false,\"timestamp\":1}", -EBADMSG, false, 0},
    {"[true,1]", -EBADMSG, false, 0},
    {"ONLINE", -EBADMSG, false, 0},
    {"OFFLINE", -EBADMSG, false, 0},
    {"", -EBADMSG, false, 0},
    {"{\"online\":true,\"timestamp\":1", -EBADMSG, false, 0},
};

static void test_states(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct sparkplug_host_state told = {false, 4711};
        print_message("  %s\n", states[i].text);
        assert_int_equal(sparkplug_host_decode(states[i].text, strlen(states[i].text), &told), states[i].rc);
        assert_int_equal(told.online, states[i].online);
        assert_int_equal(told.ts_ms, states[i].rc < 0 ? 4711 : states[i].ts_ms);
    }
    char *large = calloc(1, 2000);
    memset(large, ' ', 1999);
    struct sparkplug_host_state told;
    assert_int_equal(sparkplug_host_decode(large, 1999, &told), -EMSGSIZE);
    free(large);
}

static void test_newer(void **state)
{
    const struct sparkplug_host_state old = {true, 1000}, same = {false, 1000}, new = {false, 1001};
    (void)state;
    assert_true(sparkplug_host_newer(NULL, &old));
    assert_true(sparkplug_host_newer(&old, &same));
    assert_true(sparkplug_host_newer(&old, &new));
    assert_false(sparkplug_host_newer(&new, &same));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_newer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
