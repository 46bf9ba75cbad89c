/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt_leftover: what is made of what an earlier run left; mqtt_topic_matches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/mqtt_leftover.h"

#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

static const struct mqtt_base base = {"a/b", "stad"};

static void test_matches(void **state)
{
    static const struct {
        const char *filter, *topic;
        bool takes;
    } rows[] = {
        {"a/b", "a/b", true},
        {"a/b", "a/bc", false},
        {"a/bc", "a/b", false},
        {"a/+", "a/b", true},
        {"a/+", "a/b/c", false},
        {"a/+/c", "a/b/c", true},
        {"a/#", "a/b/c", true},
        {"a/#", "a", true},
        {"#", "a/b", true},
        {"+/+", "/a", true},
        {"+", "/a", false},
        {"#", "$SYS/x", false},
        {"+/x", "$SYS/x", false},
        {"$SYS/#", "$SYS/x", true},
        {"a/+/+", "a/b", false},
        {"a/b/", "a/b", false},
        {"spBv1.0/g/NCMD/e", "spBv1.0/g/NCMD/e", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("  %s %s\n", rows[i].filter, rows[i].topic);
        assert_int_equal(mqtt_topic_matches(rows[i].filter, rows[i].topic), rows[i].takes);
    }
}

static void note(void *context, const char *topic)
{
    strcat(context, topic);
    strcat(context, " ");
}

static void test_parts(void **state)
{
    static const char info[] = "a/b/stad/device/leuven/pdu-b/info";
    static const struct {
        const char *payload, *topics;
    } rows[] = {
        {"{\"parts\":{\"total\":{},\"outlet-01\":{\"label\":\"x\"}}}",
         "a/b/stad/device/leuven/pdu-b/total/state a/b/stad/device/leuven/pdu-b/outlet-01/state "},
        {"{\"parts\":{\"a/b\":{},\"#\":{},\"+\":{}}}", ""},
        {"{\"parts\":[1]}", ""},
        {"{}", ""},
        {"no JSON", ""},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char topics[512] = "";
        mqtt_leftover_parts(info, rows[i].payload, strlen(rows[i].payload), note, topics);
        assert_string_equal(topics, rows[i].topics);
    }
    char topic[64];
    assert_true(mqtt_leftover_info(topic, sizeof topic, "a/b/stad/device/leuven/pdu-b/status"));
    assert_string_equal(topic, info);
    assert_false(mqtt_leftover_info(topic, sizeof topic, info));
    mqtt_leftover_filter(topic, sizeof topic, &base, 0);
    assert_string_equal(topic, "a/b/stad/device/+/+/status");
}

static void test_cleared(void **state)
{
    static const struct {
        const char *payload, *cleared; /* NULL: left as it is */
    } rows[] = {
        {"{\"ts\":\"2023-11-14T22:13:20.000Z\",\"id\":\"x\",\"state\":\"active\",\"value\":3600.5}",
         "{\"ts\":\"2023-11-14T22:13:20.000Z\",\"id\":\"x\",\"state\":\"cleared\",\"value\":3600.5}"},
        {"{\"state\":\"cleared\"}", NULL},
        {"{\"state\":1}", NULL},
        {"[]", NULL},
        {"active", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        assert_non_null(out);
        bool cleared = mqtt_leftover_cleared(out, rows[i].payload, strlen(rows[i].payload), 1700000000000);
        fclose(out);
        assert_int_equal(cleared, rows[i].cleared != NULL);
        assert_string_equal(text, rows[i].cleared ? rows[i].cleared : "");
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_cleared),
    };
    return cmocka_run_group_tests_name("mqtt_leftover", tests, NULL, NULL);
}
