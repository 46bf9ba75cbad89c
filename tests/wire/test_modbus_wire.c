/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line's connection (modbus_wire, modbus_tcp, modbus_dial, modbus_wait) against devices that misbehave, in all three
 * framings: what comes back is right or an error, never another question's answer. */
#include "tests/wire/modbus_wired.h"

#include <stdio.h>
#include <string.h>

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
    struct wired rig = wired_new(transport);
    unsigned late = 0;

    wired_begin(&rig);
    assert_int_equal(wired_ask(&rig, wired_input(10, 2)).outcome, MO_OK);
    peer_script(rig.peer, &row->act, 1);
    struct modbus_result result = wired_ask(&rig, wired_input(20, 2));
    if (result.outcome != row->expected)
        fail_msg("outcome %d: %s", result.outcome, result.words);
    assert_true((result.outcome == MO_OK) == (result.words[0] == '\0'));
    for (unsigned i = 0; i < 6; i++) {
        enum modbus_outcome outcome = wired_ask(&rig, wired_input(30 + 10 * i, 2)).outcome;
        late += outcome != MO_OK;
        if (i >= 3)
            assert_int_equal(outcome, MO_OK);
    }
    assert_int_equal(late, 0);
    struct peer_counts counts = peer_counts(rig.peer);
    if (transport != TR_SERIAL)
        assert_int_equal(counts.connections, row->connections);
    assert_int_equal(counts.questions, counts.function[MF_INPUT]);
    wired_free(&rig);
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
        struct wired rig = wired_new(transport);
        wired_begin(&rig);
        for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
            assert_int_equal(wired_ask(&rig, asks[i]).outcome, MO_OK);
        assert_int_equal(wired_ask(&rig, wired_input(0, 126)).outcome, MO_EXCEPTION);
        assert_int_equal(wired_ask(&rig, wired_input(0, 0)).outcome, MO_EXCEPTION);
        assert_int_equal(peer_counts(rig.peer).questions, 4);
        wired_free(&rig);
    }
}

static void test_identification(void **state)
{
    (void)state;
    static const char *const objects[] = {"Acme", "M-1", "V2.3", "", "Meter one"};

    for (enum transport transport = TR_TCP; transport <= TR_SERIAL; transport++) {
        struct wired rig = wired_new(transport);
        struct modbus_ident ident = {0};
        wired_begin(&rig);
        peer_ident(rig.peer, objects, 5);
        assert_int_equal(modbus_wire_identify(rig.wire, rig.setup, 0, &ident).outcome, MO_OK);
        assert_true(ident.known);
        assert_string_equal(ident.text[MI_VENDOR], "Acme");
        assert_string_equal(ident.text[MI_REVISION], "V2.3");
        assert_string_equal(ident.text[MI_NAME], "Meter one");
        assert_int_equal(peer_counts(rig.peer).questions, 5);
        /* who does not know the function says so, and the line goes on */
        peer_ident(rig.peer, NULL, 0);
        ident = (struct modbus_ident){0};
        struct modbus_result result = modbus_wire_identify(rig.wire, rig.setup, 0, &ident);
        assert_int_equal(result.outcome, MO_REFUSED);
        assert_non_null(strstr(result.words, "identification"));
        assert_false(ident.known);
        assert_int_equal(wired_ask(&rig, wired_input(0, 4)).outcome, MO_OK);
        wired_free(&rig);
    }
}

/* A damaged or foreign answer names nobody. */
static void test_identification_gone_wrong(void **state)
{
    (void)state;
    static const char *const objects[] = {"Acme", "M-1"};
    static const struct peer_act acts[] = {
        {PEER_SILENT, 0, 0}, {PEER_HALF, 0, 0}, {PEER_OTHER_UNIT, 0, 0}, {PEER_BAD_CRC, 0, 0}};

    for (enum transport transport = TR_TCP; transport <= TR_SERIAL; transport++)
        for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
            struct wired rig = wired_new(transport);
            struct modbus_ident ident = {0};
            if (acts[i].act == PEER_BAD_CRC && transport == TR_TCP) {
                wired_free(&rig);
                continue;
            }
            wired_begin(&rig);
            peer_ident(rig.peer, objects, 2);
            peer_script(rig.peer, &acts[i], 1);
            enum modbus_outcome outcome = modbus_wire_identify(rig.wire, rig.setup, 0, &ident).outcome;
            assert_true(outcome == MO_SILENT || outcome == MO_GARBLED);
            assert_false(ident.known);
            wired_free(&rig);
        }
}

/* A byte each 40 ms would hold libmodbus for ever with its own byte timeout. */
static void test_the_whole_answer_has_one_time(void **state)
{
    (void)state;
    const struct peer_act slow = {PEER_SLOW, 40, 0};

    for (enum transport transport = TR_TCP; transport <= TR_SERIAL; transport++) {
        struct wired rig = wired_new(transport);
        wired_begin(&rig);
        peer_script(rig.peer, &slow, 1);
        int64_t begun = modbus_wait_now();
        assert_int_not_equal(wired_ask(&rig, wired_input(0, 20)).outcome, MO_OK);
        int64_t took = modbus_wait_now() - begun;
        assert_true(took >= WIRED_TIMEOUT && took < WIRED_TIMEOUT + 100 * MS);
        wired_free(&rig);
    }
}

static void test_names_and_families(void **state)
{
    (void)state;
    struct wired rig = wired_bare();
    char text[64];

    wired_begin(&rig);
    rig.peer = peer_tcp(false, false);
    peer_registers(rig.peer, wired_value, NULL, NULL);
    snprintf(text, sizeof(text), "localhost:%u", peer_port(rig.peer));
    wired_address(&rig, text);
    assert_int_equal(wired_ask(&rig, wired_input(0, 2)).outcome, MO_OK);
    modbus_wire_hang_up(rig.wire, 0);
    rig.setup->names_resolve = false;
    assert_int_equal(wired_ask(&rig, wired_input(0, 2)).outcome, MO_NAME);
    wired_free(&rig);

    struct peer *six = peer_tcp(false, true);
    if (!six)
        skip();
    rig = wired_bare();
    wired_begin(&rig);
    rig.peer = six;
    peer_registers(rig.peer, wired_value, NULL, NULL);
    snprintf(text, sizeof(text), "[::1]:%u", peer_port(six));
    wired_address(&rig, text);
    assert_int_equal(wired_ask(&rig, wired_input(0, 2)).outcome, MO_OK);
    wired_free(&rig);
}

/* Nobody listens: said at once, and not tried again before the time. */
static void test_refused_connections_back_off(void **state)
{
    (void)state;
    struct wired rig = wired_new(TR_TCP);
    unsigned tried = 0;

    peer_free(rig.peer);
    rig.peer = NULL;
    wired_begin(&rig);
    struct modbus_result result = wired_ask(&rig, wired_input(0, 2));
    assert_int_equal(result.outcome, MO_DOWN);
    assert_non_null(strstr(result.words, "refused"));
    assert_non_null(strstr(result.words, rig.setup->address.text));
    for (int64_t begun = modbus_wait_now(); modbus_wait_now() - begun < 400 * MS; tried++)
        assert_int_equal(wired_ask(&rig, wired_input(0, 2)).outcome, MO_DOWN);
    assert_true(tried > 1000); /* all but a handful at once */
    wired_free(&rig);
}

/* The suspect of RTU framings: what may still be answered. */
static void test_suspect(void **state)
{
    (void)state;
    const struct peer_act silent = {PEER_SILENT, 0, 0};

    for (enum transport transport = TR_TCP; transport <= TR_SERIAL; transport++) {
        struct wired rig = wired_new(transport);
        wired_begin(&rig);
        assert_null(modbus_wire_suspect(rig.wire));
        peer_script(rig.peer, &silent, 1);
        assert_int_equal(wired_ask(&rig, wired_input(7, 2)).outcome, MO_SILENT);
        const struct modbus_ask *suspect = modbus_wire_suspect(rig.wire);
        assert_true((suspect != NULL) == (transport != TR_TCP));
        if (suspect)
            assert_int_equal(suspect->address, 7);
        assert_true(modbus_wire_rests(rig.wire) > modbus_wait_now());
        assert_int_equal(wired_ask(&rig, wired_input(9, 3)).outcome, MO_OK);
        assert_null(modbus_wire_suspect(rig.wire));
        wired_free(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_misbehaviour),
        cmocka_unit_test(test_all_spaces),
        cmocka_unit_test(test_identification),
        cmocka_unit_test(test_identification_gone_wrong),
        cmocka_unit_test(test_the_whole_answer_has_one_time),
        cmocka_unit_test(test_names_and_families),
        cmocka_unit_test(test_refused_connections_back_off),
        cmocka_unit_test(test_suspect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
