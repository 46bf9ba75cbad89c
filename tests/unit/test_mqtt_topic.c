/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt_topic: names of the native tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/mqtt_topic.h"

#include <string.h>

static const struct {
    const char *name, *prefix;
    bool valid;
} prefixes[] = {
    {"plain", "wattwacht", true},
    {"levels", "stad/energie/wattwacht", true},
    {"unicode", "gebäude", true},
    {"blank within", "my house", true},
    {"empty", "", false},
    {"none", NULL, false},
    {"leading slash", "/wattwacht", false},
    {"trailing slash", "wattwacht/", false},
    {"empty level", "a//b", false},
    {"plus", "a/+/b", false},
    {"hash", "a/#", false},
    {"system", "$SYS/a", false},
    {"line feed", "a\nb", false},
    {"delete", "a\x7f", false},
    {"128 bytes",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     true},
    {"129 bytes",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     false},
};

static void test_prefixes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        print_message("  %s\n", prefixes[i].name);
        assert_int_equal(mqtt_prefix_valid(prefixes[i].prefix), prefixes[i].valid);
    }
}

static void test_topics(void **state)
{
    static const struct mqtt_base base = {"be/vlaanderen", "leuven"};
    char buf[MQTT_TOPIC_MAX];
    (void)state;
    assert_int_equal(mqtt_topic_site(buf, sizeof buf, &base, "status"), strlen("be/vlaanderen/leuven/status"));
    assert_string_equal(buf, "be/vlaanderen/leuven/status");
    mqtt_topic_device(buf, sizeof buf, &base, "stadskantoor", "pdu-a1", "info");
    assert_string_equal(buf, "be/vlaanderen/leuven/device/stadskantoor/pdu-a1/info");
    mqtt_topic_part(buf, sizeof buf, &base, "stadskantoor", "pdu-a1", "unit-2-outlet-07-l3");
    assert_string_equal(buf, "be/vlaanderen/leuven/device/stadskantoor/pdu-a1/unit-2-outlet-07-l3/state");
    mqtt_topic_part(buf, sizeof buf, &base, "", "pdu-a1", "total");
    assert_string_equal(buf, "be/vlaanderen/leuven/device/site/pdu-a1/total/state");
    mqtt_topic_part(buf, sizeof buf, &base, NULL, "pdu-a1", "total");
    assert_string_equal(buf, "be/vlaanderen/leuven/device/site/pdu-a1/total/state");
    mqtt_topic_kpi(buf, sizeof buf, &base, "site", "power-ratio");
    assert_string_equal(buf, "be/vlaanderen/leuven/kpi/site/power-ratio/state");
    mqtt_topic_event(buf, sizeof buf, &base);
    assert_string_equal(buf, "be/vlaanderen/leuven/event/alert");
}

static const struct {
    const char *alert, *topic;
} alerts[] = {
    {"overload.pdu-a1.outlet-07", "w/s/alert/overload-pdu-a1-outlet-07/state"},
    {"clock.site.", "w/s/alert/clock-site-/state"},
    {"My rule/+#.x", "w/s/alert/My-rule----x/state"},
    {"wärme.a", "w/s/alert/w--rme-a/state"},
    {"under_score", "w/s/alert/under_score/state"},
};

static void test_alerts(void **state)
{
    static const struct mqtt_base base = {"w", "s"};
    (void)state;
    for (size_t i = 0; i < sizeof alerts / sizeof alerts[0]; i++) {
        char buf[MQTT_TOPIC_MAX];
        print_message("  %s\n", alerts[i].alert);
        assert_int_equal(mqtt_topic_alert(buf, sizeof buf, &base, alerts[i].alert), strlen(alerts[i].topic));
        assert_string_equal(buf, alerts[i].topic);
    }
}

/* Whatever the room: the whole length is told, and nothing is written past it. */
static void test_short_buffers(void **state)
{
    static const struct mqtt_base base = {"w", "s"};
    static const char whole[] = "w/s/alert/a-b/state";
    (void)state;
    for (size_t size = 0; size <= sizeof whole; size++) {
        char buf[sizeof whole + 1];
        memset(buf, '~', sizeof buf);
        assert_int_equal(mqtt_topic_alert(buf, size, &base, "a.b"), sizeof whole - 1);
        for (size_t i = size; i < sizeof buf; i++)
            assert_int_equal(buf[i], '~');
        if (size > 0) {
            size_t shown = size < sizeof whole ? size - 1 : sizeof whole - 1;
            assert_int_equal(strlen(buf), shown);
            assert_memory_equal(buf, whole, shown);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_topics),
        cmocka_unit_test(test_alerts),
        cmocka_unit_test(test_short_buffers),
    };
    return cmocka_run_group_tests_name("mqtt_topic", tests, NULL, NULL);
}
