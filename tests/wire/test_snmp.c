/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SNMP driver against an agent that does on command what agents do wrong:
 * snmp, snmp_device, snmp_agent, snmp_answer, snmp_link, snmp_net, snmp_port, resolve. */
#include "drivers/timers.h"
#include "snmp_rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka's header wants the ones above first */
#include <cmocka.h>

#define OUTLET_POWER "1.3.6.1.4.1.32473.1.2.1.4."

static void right_values(void **state)
{
    (void)state;
    struct bench b = open_bench(24);
    add_device(&b);
    struct answer *a = rig_values(b.rig, 1);
    const struct shape *shape = b.rig->shape[1];
    assert_int_equal(shape->n, 2 + 2 * 24);
    assert_string_equal(shape->identity.profile, "test-pdu");
    assert_true(rig_value(b.rig, a, "total", Q_ACTIVE_POWER) == 1140);
    assert_true(rig_value(b.rig, a, "total", Q_ENERGY) == 35128);
    assert_true(rig_value(b.rig, a, "outlet-09", Q_CURRENT) == 4.9);
    assert_true(rig_value(b.rig, a, "outlet-24", Q_ACTIVE_POWER) == 2400);
    assert_true(a->uptime_s > 0);
    assert_true(a->latency_us > 0 && a->latency_us < 5000000);
    answer_free(a);
    assert_true(b.script->bulks > 0);
    assert_int_equal(b.script->most, 51); /* all of them, and sysUpTime, in one frame */
    close_bench(&b);
}

static void labels_on_the_grid(void **state)
{
    (void)state;
    struct bench b = open_bench(2);
    add_device(&b);
    answer_free(rig_values(b.rig, 1)); /* the first is outside the grid */
    int64_t before = 0, boot_before = 0;
    for (int i = 0; i < 6; i++) {
        struct answer *a = rig_values(b.rig, 1);
        if (before) {
            assert_int_equal((a->wall_ms - before) % 200, 0);
            assert_true(a->wall_ms > before);
            assert_true(a->boot_us > boot_before);
        }
        assert_true(a->late_us >= 0 && a->late_us < 150000);
        before = a->wall_ms;
        boot_before = a->boot_us;
        answer_free(a);
    }
    close_bench(&b);
}

static void ipv6(void **state)
{
    (void)state;
    struct bench b = {.rig = rig_new()};
    b.script = script_new(b.rig->loop, true);
    script_add_pdu(b.script, "1.3.6.1.4.1.32473.1", 2);
    rig_add(b.rig, rig_setup(b.rig, 1, "::1", b.script->port));
    struct answer *a = rig_values(b.rig, 1);
    assert_true(rig_value(b.rig, a, "outlet-02", Q_ACTIVE_POWER) == 200);
    answer_free(a);
    close_bench(&b);
}

static void names_are_resolved(void **state)
{
    (void)state;
    struct bench b = open_bench(2);
    struct device_setup *s = rig_setup(b.rig, 1, "localhost", b.script->port);
    rig_add(b.rig, s);
    answer_free(rig_values(b.rig, 1));
    rig_add(b.rig, rig_setup(b.rig, 2, "no-such-name.invalid", 161));
    struct answer *a = rig_failure(b.rig, 2, FAULT_NAME);
    assert_non_null(strstr(a->words, "no-such-name.invalid"));
    answer_free(a);
    s = rig_setup(b.rig, 3, "localhost", b.script->port);
    s->names_resolve = false;
    rig_add(b.rig, s);
    answer_free(rig_failure(b.rig, 3, FAULT_NAME));
    close_bench(&b);
}

static void version_1(void **state)
{
    (void)state;
    struct bench b = open_bench(3);
    struct device_setup *s = rig_setup(b.rig, 1, NULL, b.script->port);
    s->snmp.version = 1;
    rig_add(b.rig, s);
    struct answer *a = rig_values(b.rig, 1);
    assert_true(rig_value(b.rig, a, "outlet-03", Q_ACTIVE_POWER) == 300);
    answer_free(a);
    assert_int_equal(b.script->bulks, 0);
    /* noSuchName voids the whole answer: the others' values must come all the same */
    script_remove(b.script, OUTLET_POWER "2");
    for (int i = 0; i < 5; i++) {
        a = rig_values(b.rig, 1);
        assert_true(rig_value(b.rig, a, "outlet-03", Q_ACTIVE_POWER) == 300);
        answer_free(a);
    }
    /* and the missing one is no longer asked in every poll */
    unsigned before = b.script->requests;
    for (int i = 0; i < 5; i++)
        answer_free(rig_values(b.rig, 1));
    assert_in_range(b.script->requests - before, 5, 6);
    close_bench(&b);
}

static void missing_object_is_unknown_and_harms_no_other(void **state)
{
    (void)state;
    struct bench b = open_bench(3);
    add_device(&b);
    answer_free(rig_values(b.rig, 1));
    script_remove(b.script, OUTLET_POWER "2");
    answer_free(rig_values(b.rig, 1));
    struct answer *a = rig_values(b.rig, 1);
    assert_true(isnan(rig_value(b.rig, a, "outlet-02", Q_ACTIVE_POWER)));
    assert_true(rig_quality(b.rig, a, "outlet-02", Q_ACTIVE_POWER) != QL_GOOD);
    assert_true(rig_value(b.rig, a, "outlet-03", Q_ACTIVE_POWER) == 300);
    answer_free(a);
    close_bench(&b);
}

static void a_fault_fails_polls_and_then_it_recovers(void **state)
{
    (void)state;
    const struct {
        const char *name;
        enum script_fault script;
        enum fault fault;
        const char *words;
    } rows[] = {
        {"silence", SF_SILENT, FAULT_SILENT, "no answer"},
        {"wrong request-id: as good as silence", SF_WRONG_ID, FAULT_SILENT, "no answer"},
        {"other objects than asked", SF_WRONG_OID, FAULT_PROTOCOL, "other objects"},
        {"fewer objects than asked", SF_WRONG_COUNT, FAULT_PROTOCOL, "fewer objects"},
        {"no objects", SF_NO_BINDS, FAULT_PROTOCOL, "fewer objects"},
        {"cut short", SF_CUT, FAULT_PROTOCOL, "not in valid SNMP"},
        {"not SNMP at all", SF_GARBAGE, FAULT_PROTOCOL, "not in valid SNMP"},
        {"another version", SF_WRONG_VERSION, FAULT_PROTOCOL, "another version"},
        {"no right to read", SF_FORBIDDEN, FAULT_AUTH, "view"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        print_message("  %s\n", rows[i].name);
        struct bench b = open_bench(2);
        add_device(&b);
        answer_free(rig_values(b.rig, 1));
        b.script->fault = rows[i].script;
        struct answer *a = rig_failure(b.rig, 1, rows[i].fault);
        if (!strstr(a->words, rows[i].words))
            fail_msg("%s: %s", rows[i].name, a->words);
        answer_free(a);
        b.script->fault = SF_NONE;
        for (;;) {
            a = rig_next(b.rig, 1, RIG_WAIT_US);
            bool good = a->kind == ANSWER_VALUES;
            if (good)
                assert_true(rig_value(b.rig, a, "outlet-02", Q_ACTIVE_POWER) == 200);
            answer_free(a);
            if (good)
                break;
        }
        close_bench(&b);
    }
}

static void late_answer_is_not_taken_for_the_next(void **state)
{
    (void)state;
    struct bench b = open_bench(2);
    add_device(&b);
    answer_free(rig_values(b.rig, 1));
    b.script->fault = SF_LATE;
    b.script->late_us = 150000; /* both tries are over */
    b.script->left = 4;
    struct answer *a = rig_failure(b.rig, 1, FAULT_SILENT);
    answer_free(a);
    script_find(b.script, OUTLET_POWER "1")->number = 777;
    do
        a = rig_next(b.rig, 1, RIG_WAIT_US);
    while (a->kind != ANSWER_VALUES && (answer_free(a), true));
    assert_true(rig_value(b.rig, a, "outlet-01", Q_ACTIVE_POWER) == 777);
    answer_free(a);
    /* late, but within the second try: good, and the same request counts */
    b.script->fault = SF_LATE;
    b.script->late_us = 90000;
    b.script->left = 1;
    a = rig_values(b.rig, 1);
    answer_free(a);
    close_bench(&b);
}

static void one_lost_datagram_is_no_failure(void **state)
{
    (void)state;
    struct bench b = open_bench(2);
    add_device(&b);
    answer_free(rig_values(b.rig, 1));
    for (int i = 0; i < 4; i++) {
        b.script->fault = SF_SILENT;
        b.script->left = 1;
        answer_free(rig_values(b.rig, 1));
    }
    close_bench(&b);
}

static void forged_answers_do_not_get_in(void **state)
{
    (void)state;
    struct bench b = open_bench(2);
    add_device(&b);
    answer_free(rig_values(b.rig, 1));
    b.script->fault = SF_FORGED;
    for (int i = 0; i < 4; i++) {
        struct answer *a = rig_values(b.rig, 1);
        assert_true(rig_value(b.rig, a, "outlet-02", Q_ACTIVE_POWER) == 200);
        answer_free(a);
    }
    close_bench(&b);
}

static void wrong_type_is_implausible_not_a_number(void **state)
{
    (void)state;
    struct bench b = open_bench(2);
    add_device(&b);
    answer_free(rig_values(b.rig, 1));
    struct script_object *o = script_find(b.script, OUTLET_POWER "2");
    o->tag = TAG_OID;
    snprintf(o->text, sizeof(o->text), "1.3.6.1");
    answer_free(rig_values(b.rig, 1));
    struct answer *a = rig_values(b.rig, 1);
    assert_true(isnan(rig_value(b.rig, a, "outlet-02", Q_ACTIVE_POWER)));
    assert_true(rig_value(b.rig, a, "outlet-01", Q_ACTIVE_POWER) == 100);
    answer_free(a);
    close_bench(&b);
}

static void silent_from_the_start(void **state)
{
    (void)state;
    struct bench b = open_bench(2);
    b.script->fault = SF_SILENT;
    add_device(&b);
    for (int i = 0; i < 6; i++) {
        struct answer *a = rig_failure(b.rig, 1, FAULT_SILENT);
        answer_free(a);
    }
    b.script->fault = SF_NONE;
    struct answer *a;
    do
        a = rig_next(b.rig, 1, RIG_WAIT_US);
    while (a->kind != ANSWER_VALUES && (answer_free(a), true));
    answer_free(a);
    close_bench(&b);
}

/* One answer for each poll that should have been, in time, also while it backs off. */
static void one_failure_for_each_slot(void **state)
{
    (void)state;
    struct bench b = open_bench(2);
    add_device(&b);
    answer_free(rig_values(b.rig, 1));
    b.script->fault = SF_SILENT;
    struct answer *a = rig_failure(b.rig, 1, FAULT_SILENT);
    int64_t before = a->wall_ms;
    answer_free(a);
    unsigned requests = b.script->requests;
    for (int i = 0; i < 9; i++) {
        a = rig_failure(b.rig, 1, FAULT_SILENT);
        assert_int_equal(a->wall_ms - before, 200);
        before = a->wall_ms;
        answer_free(a);
    }
    assert_true(b.script->requests - requests <= 10); /* of nine slots four are tries, of two datagrams each */
    close_bench(&b);
}

static void a_dead_device_moves_no_other(void **state)
{
    (void)state;
    struct bench b = open_bench(4);
    struct script *dead = script_new(b.rig->loop, false);
    dead->fault = SF_SILENT;
    add_device(&b);
    for (uint32_t i = 2; i < 8; i++)
        rig_add(b.rig, rig_setup(b.rig, i, NULL, dead->port));
    answer_free(rig_values(b.rig, 1));
    for (int i = 0; i < 8; i++) {
        struct answer *a = rig_values(b.rig, 1);
        assert_true(a->late_us < 50000);
        answer_free(a);
    }
    script_free(dead);
    close_bench(&b);
}

static void sockets_lie_above_1023(void **state)
{
    (void)state;
    struct bench b = open_bench(2);
    add_device(&b);
    answer_free(rig_values(b.rig, 1)); /* the loop's own descriptors are there now */
    int low = dup(0);
    close(low);
    rig_add(b.rig, rig_setup(b.rig, 2, NULL, b.script->port));
    answer_free(rig_values(b.rig, 2));
    int again = dup(0);
    assert_int_equal(again, low); /* the second session took no number below */
    close(again);
    close_bench(&b);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_values),
        cmocka_unit_test(labels_on_the_grid),
        cmocka_unit_test(ipv6),
        cmocka_unit_test(names_are_resolved),
        cmocka_unit_test(version_1),
        cmocka_unit_test(missing_object_is_unknown_and_harms_no_other),
        cmocka_unit_test(a_fault_fails_polls_and_then_it_recovers),
        cmocka_unit_test(late_answer_is_not_taken_for_the_next),
        cmocka_unit_test(one_lost_datagram_is_no_failure),
        cmocka_unit_test(forged_answers_do_not_get_in),
        cmocka_unit_test(wrong_type_is_implausible_not_a_number),
        cmocka_unit_test(silent_from_the_start),
        cmocka_unit_test(one_failure_for_each_slot),
        cmocka_unit_test(a_dead_device_moves_no_other),
        cmocka_unit_test(sockets_lie_above_1023),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
