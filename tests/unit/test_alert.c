/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alert and rule: raised once, cleared once, with hold, grace, silence, cause and restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/alert.h"

#include <math.h>
#include <string.h>

#define S     1000000LL
#define START 1000000000LL

struct heard {
    unsigned raised, cleared;
    struct alert_entry last;
};

static void hear(void *context, const struct alert_entry *entry)
{
    struct heard *heard = context;
    heard->raised += entry->raised;
    heard->cleared += !entry->raised;
    heard->last = *entry;
}

static struct moment at(int64_t second)
{
    return (struct moment){1770000000000LL + second * 1000, START + second * S};
}

static struct observation about(enum rule rule, enum alert_verdict verdict)
{
    return (struct observation){.rule = rule,
                                .subject = 7,
                                .verdict = verdict,
                                .priority = -1,
                                .hold_us = 0,
                                .room = "leuven",
                                .device = "pdu-a1",
                                .part = "total",
                                .value = 13,
                                .limit = 12.8,
                                .unit = "A",
                                .text = "words"};
}

static void see(struct alerts *alerts, enum rule rule, enum alert_verdict verdict, int64_t second)
{
    struct observation o = about(rule, verdict);
    alerts_observe(alerts, &o, at(second));
    alerts_tick(alerts, at(second));
}

static void test_once(void **state)
{
    (void)state;
    struct heard heard = {0};
    struct alerts *alerts = alerts_new(hear, &heard, at(0), 15 * S);
    see(alerts, RULE_BREAKER_LOAD, VERDICT_BAD, 1);
    assert_int_equal(heard.raised, 0); /* the grace of the start */
    see(alerts, RULE_BREAKER_LOAD, VERDICT_BAD, 16);
    see(alerts, RULE_BREAKER_LOAD, VERDICT_BAD, 17);
    see(alerts, RULE_BREAKER_LOAD, VERDICT_BETWEEN, 18);
    assert_int_equal(heard.raised, 1);
    assert_int_equal(heard.cleared, 0); /* between limit and hysteresis nothing changes */
    assert_string_equal(heard.last.id, "breaker-load.pdu-a1.total");
    assert_int_equal(heard.last.priority, 4);
    assert_int_equal(alerts_raised(alerts), 1);
    see(alerts, RULE_BREAKER_LOAD, VERDICT_GOOD, 19);
    see(alerts, RULE_BREAKER_LOAD, VERDICT_GOOD, 20);
    assert_int_equal(heard.cleared, 1);
    assert_int_equal(alerts_raised(alerts), 0);
    alerts_free(alerts);
}

static void test_hold(void **state)
{
    (void)state;
    struct heard heard = {0};
    struct alerts *alerts = alerts_new(hear, &heard, at(0), 0);
    struct observation bad = about(RULE_THRESHOLD, VERDICT_BAD), between = about(RULE_THRESHOLD, VERDICT_BETWEEN);
    bad.hold_us = 60 * S;
    bad.name = "warm";
    alerts_observe(alerts, &bad, at(1));
    alerts_tick(alerts, at(50));
    alerts_observe(alerts, &between, at(51)); /* not above all the time: begins anew */
    alerts_observe(alerts, &bad, at(52));
    alerts_tick(alerts, at(80));
    assert_int_equal(heard.raised, 0);
    alerts_tick(alerts, at(112));
    assert_int_equal(heard.raised, 1);
    assert_string_equal(heard.last.rule, "warm");
    alerts_free(alerts);
}

static void test_restart(void **state)
{
    (void)state;
    struct heard heard = {0};
    struct alert_entry before = {
        .raised = true, .since_ms = 5, .id = "device-silent.pdu-a1.total", .rule = "device-silent"};
    struct alert_entry gone = {.raised = true, .id = "device-silent.pdu-b1", .rule = "device-silent"};
    struct alerts *alerts = alerts_new(hear, &heard, at(0), 15 * S);
    alerts_restore(alerts, &before);
    alerts_restore(alerts, &gone);
    see(alerts, RULE_DEVICE_SILENT, VERDICT_BAD, 20);
    assert_int_equal(heard.raised, 0); /* it was raised before: not again */
    assert_int_equal(alerts_raised(alerts), 2);
    alerts_tick(alerts, at(76));
    assert_int_equal(heard.cleared, 1); /* the other one was not seen again */
    assert_string_equal(heard.last.id, "device-silent.pdu-b1");
    see(alerts, RULE_DEVICE_SILENT, VERDICT_GOOD, 80);
    assert_int_equal(heard.cleared, 2);
    assert_int_equal(heard.last.since_ms, 5);
    alerts_free(alerts);
}

static void test_cause(void **state)
{
    (void)state;
    struct heard heard = {0};
    struct alerts *alerts = alerts_new(hear, &heard, at(0), 0);
    struct observation unit = about(RULE_DEVICE_SILENT, VERDICT_BAD);
    unit.cause = alert_key(RULE_GATEWAY_SILENT, 7);
    see(alerts, RULE_GATEWAY_SILENT, VERDICT_BAD, 1);
    alerts_observe(alerts, &unit, at(2));
    assert_int_equal(heard.raised, 1);
    assert_string_equal(heard.last.rule, "gateway-silent");
    see(alerts, RULE_GATEWAY_SILENT, VERDICT_GOOD, 3);
    alerts_tick(alerts, at(4)); /* the gateway is back, the unit is not: now it speaks for itself */
    assert_int_equal(heard.raised, 2);
    assert_string_equal(heard.last.rule, "device-silent");
    alerts_free(alerts);
}

static const struct {
    const char *target;
    bool silent;
} silences[] = {{"pdu-a1", true},  {"leuven", true}, {"breaker-load", true}, {"breaker-load.*", true},
                {"pdu-a2", false}, {"gent", false},  {"ups-*", false}};

static void test_silence(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof silences / sizeof silences[0]; i++) {
        struct heard heard = {0};
        struct alerts *alerts = alerts_new(hear, &heard, at(0), 0);
        print_message("  %s\n", silences[i].target);
        alerts_silence(alerts, silences[i].target, at(100).wall_ms, "works");
        see(alerts, RULE_BREAKER_LOAD, VERDICT_BAD, 1);
        assert_int_equal(heard.raised, !silences[i].silent);
        see(alerts, RULE_BREAKER_LOAD, VERDICT_BAD, 101); /* the silence is over, the fault is not */
        assert_int_equal(heard.raised, 1);
        alerts_free(alerts);
    }
}

static void test_rules(void **state)
{
    (void)state;
    for (int i = 0; i < RULE_COUNT; i++) {
        const struct rule_row *row = rule_row((enum rule)i);
        assert_int_equal(rule_parse(row->name), i);
        assert_int_equal(strlen(row->message_id), 32);
        assert_in_range(row->priority, 0, 4); /* more urgent than what a flood of news may drop */
        for (int k = 0; k < i; k++)
            assert_string_not_equal(row->message_id, rule_row((enum rule)k)->message_id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once),  cmocka_unit_test(test_hold),    cmocka_unit_test(test_restart),
        cmocka_unit_test(test_cause), cmocka_unit_test(test_silence), cmocka_unit_test(test_rules),
    };
    return cmocka_run_group_tests_name("alert", tests, NULL, NULL);
}
