/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt_ghost: what is cleared and what stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/mqtt_ghost.h"

#include <string.h>

static struct room_config room = {.id = "leuven"};
static struct device_config device[] = {{.id = "pdu-a1", .room = 0}, {.id = "meter", .room = NO_INDEX}};
static struct group_config group = {.id = "beide"};
static struct config config = {
    .site = "stad", .n_rooms = 1, .room = &room, .n_groups = 1, .group = &group, .n_devices = 2, .device = device};

#define JSON_OF(id) "{\"device\":{\"identifiers\":[\"" id "\"]}}"

static const struct {
    const char *name, *topic, *payload;
    bool ghost, of_pdu; /* of_pdu: cleared when pdu-a1 is named */
} rows[] = {
    {"status", "w/stad/status", "online", false, false},
    {"its state", "w/stad/device/leuven/pdu-a1/outlet-01/state", "{}", false, true},
    {"its info", "w/stad/device/leuven/pdu-a1/info", "{}", false, true},
    {"number, no such view", "w/stad/device/leuven/pdu-a1/outlet-01/current", "3", true, true},
    {"no room", "w/stad/device/site/meter/total/state", "{}", false, false},
    {"other room", "w/stad/device/kelder/pdu-a1/status", "online", true, true},
    {"gone device", "w/stad/device/leuven/pdu-b9/outlet-01/state", "{}", true, false},
    {"too short", "w/stad/device/leuven", "x", true, false},
    {"kpi", "w/stad/kpi/leuven/pue/state", "{}", false, false},
    {"kpi of the site", "w/stad/kpi/site/pue/state", "{}", false, false},
    {"kpi of a group", "w/stad/kpi/beide/pue/state", "{}", false, false},
    {"kpi of a gone room", "w/stad/kpi/kelder/pue/state", "{}", true, false},
    {"alert", "w/stad/alert/x-pdu-a1/state", "{\"device\":\"pdu-a1\",\"room\":\"leuven\"}", false, true},
    {"alert of a gone device", "w/stad/alert/x/state", "{\"device\":\"pdu-b9\",\"room\":\"leuven\"}", true, false},
    {"alert without words", "w/stad/alert/x/state", "?", false, false},
    {"problem", "w/stad/homeassistant/pdu-a1/state", "{}", false, true},
    {"problem of the site", "w/stad/homeassistant/site/state", "{}", false, false},
    {"problem of a gone one", "w/stad/homeassistant/pdu-b9/state", "{}", true, false},
    {"another site", "w/gent/device/leuven/pdu-b9/state", "{}", false, false},
    {"alike", "w/stad2/device/leuven/pdu-b9/state", "{}", false, false},
    {"cleared", "w/stad/device/leuven/pdu-b9/state", "", false, false},
    {"discovery", "ha/device/wattwacht-stad/pdu-a1/config", JSON_OF("wattwacht_stad_pdu-a1"), false, true},
    {"discovery of the site", "ha/device/wattwacht-stad/stad/config", JSON_OF("wattwacht_stad"), false, false},
    {"discovery of a gone one", "ha/device/wattwacht-stad/b9/config", JSON_OF("wattwacht_stad_pdu-b9"), true, false},
    {"discovery of the other mode", "ha/sensor/wattwacht-stad/a/config", JSON_OF("wattwacht_stad_pdu-a1"), true, true},
    {"discovery that is none", "ha/device/wattwacht-stad/a/config", "{", true, false},
    {"another program's", "ha/device/zigbee/a/config", JSON_OF("z"), false, false},
};

static void test_rows(void **state)
{
    struct mqtt_config mqtt = {.prefix = "w", .native = true, .homeassistant = true, .discovery = {.prefix = "ha"}};
    struct ghost_hunt hunt = {.config = &config, .mqtt = &mqtt, .prefix = "w"}, named = hunt;
    (void)state;
    named.device = "pdu-a1";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("  %s\n", rows[i].name);
        const char *why = mqtt_ghost_why(&hunt, rows[i].topic, rows[i].payload, strlen(rows[i].payload));
        assert_int_equal(why != NULL, rows[i].ghost);
        why = mqtt_ghost_why(&named, rows[i].topic, rows[i].payload, strlen(rows[i].payload));
        assert_int_equal(why != NULL, rows[i].of_pdu);
    }
}

/* A prefix of before: all below it. Views that are not told any more: theirs. */
static void test_others(void **state)
{
    struct mqtt_config mqtt = {.prefix = "new", .native = true, .scalars = true, .discovery = {.prefix = "ha"}};
    struct ghost_hunt hunt = {.config = &config, .mqtt = &mqtt, .prefix = "w"};
    char filter[GHOST_FILTERS][256];
    (void)state;
    mqtt_ghost_filters(&hunt, filter);
    assert_string_equal(filter[0], "w/stad/#");
    assert_string_equal(filter[1], "ha/+/wattwacht-stad/+/config");
    assert_non_null(mqtt_ghost_why(&hunt, "w/stad/status", "online", 6));
    assert_non_null(mqtt_ghost_why(&hunt, "w/stad/device/leuven/pdu-a1/outlet-01/state", "{}", 2));
    assert_null(mqtt_ghost_why(&hunt, "new/stad/status", "online", 6));
    hunt.prefix = "new";
    assert_null(mqtt_ghost_why(&hunt, "new/stad/device/leuven/pdu-a1/outlet-01/current", "3", 1));
    assert_non_null(mqtt_ghost_why(&hunt, "new/stad/homeassistant/pdu-a1/state", "{}", 2));
    assert_non_null(mqtt_ghost_why(&hunt, "ha/device/wattwacht-stad/pdu-a1/config", "{}", 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_others)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
