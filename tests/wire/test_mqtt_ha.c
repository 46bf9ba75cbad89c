/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt_ha and mqtt_ha_tell against a real mosquitto, with a subscriber that plays Home Assistant: what is told at the
 * start, at its birth, and what is taken back. */
#include "ha_rules.h"
#include "mqtt_rig.h"

#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD    "homeassistant/device/wattwacht-stad/"
#define OUTLETS HEAD "pdu-a1_outlet-1/config"
#define MAIN    HEAD "pdu-a1/config"

static int setup(void **state)
{
    if (rig_setup(state) < 0)
        return -1;
    struct fixture *fixture = *state;
    fixture->config.homeassistant = true;
    fixture->config.discovery = (struct discovery_config){
        .prefix = "homeassistant", .birth_topic = "homeassistant/status", .birth_payload = "online"};
    return 0;
}

static void begin(struct fixture *fixture)
{
    rig_start(fixture);
    rig_poll_device(fixture, 0, 230.1, T0);
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
}

/* Every message below the discovery prefix that is not cleared holds to Home Assistant's rules. */
static size_t check_all(const struct subscriber *subscriber)
{
    struct ha_seen seen = {0};
    char fault[HA_FAULT];
    for (size_t i = 0; i < subscriber->n; i++) {
        const struct heard *heard = &subscriber->heard[i];
        if (strncmp(heard->topic, "homeassistant/", 14) != 0 || !heard->payload[0] ||
            strcmp(heard->topic, "homeassistant/status") == 0 || strstr(heard->payload, "migrate_discovery"))
            continue;
        if (ha_rules_check(&seen, "homeassistant", heard->topic, heard->payload, fault))
            fail_msg("%s: %s in %s", heard->topic, fault, heard->payload);
    }
    size_t n = seen.entities;
    ha_seen_done(&seen);
    return n;
}

/* Of each entity the state topic is there, and its JSON has what the template asks for. */
static void check_states(const struct subscriber *subscriber, const char *topic, size_t *checked)
{
    json_t *root = json_loads(subscriber_heard(subscriber, topic)->payload, 0, NULL), *entity;
    const char *key;
    json_object_foreach(json_object_get(root, "components"), key, entity)
    {
        const char *state = json_string_value(json_object_get(entity, "state_topic"));
        const char *words = json_string_value(json_object_get(entity, "value_template"));
        const char *name = words ? strstr(words, "value_json.") : NULL;
        char field[64];
        const struct heard *heard = subscriber_heard(subscriber, state);
        if (!heard)
            fail_msg("%s: nothing at %s", key, state);
        if (!name)
            continue;
        snprintf(field, sizeof field, "%.*s", (int)strspn(name + 11, "abcdefghijklmnopqrstuvwxyz_"), name + 11);
        json_t *value = json_loads(heard->payload, 0, NULL);
        if (!json_object_get(value, field))
            fail_msg("%s: no %s in %s", key, field, heard->payload);
        json_decref(value);
        (*checked)++;
    }
    json_decref(root);
}

static void test_discovery(void **state)
{
    struct fixture *fixture = *state;
    struct alert_entry raised = rig_alert(true), cleared = rig_alert(false);
    size_t checked = 0;
    begin(fixture);
    rig_poll_device(fixture, 1, 80, T0);
    UNTIL(subscriber_heard(&fixture->subscriber, OUTLETS) && subscriber_heard(&fixture->subscriber, MAIN) &&
          subscriber_heard(&fixture->subscriber, HEAD "ups-1/config") &&
          subscriber_heard(&fixture->subscriber, HEAD "leuven/config") &&
          subscriber_heard(&fixture->subscriber, HEAD "stad/config"));
    mqtt_sink.alert(fixture->mqtt, &raised, true);
    UNTIL(rig_heard_has(&fixture->subscriber, TREE "homeassistant/pdu-a1/state", "\"problem\":\"ON\""));
    UNTIL(rig_heard_has(&fixture->subscriber, TREE "homeassistant/leuven/state", "Outlet 1 draws 3.6 kW"));
    UNTIL(rig_heard_has(&fixture->subscriber, TREE "homeassistant/site/state", "\"overload\""));
    assert_true(rig_heard_has(&fixture->subscriber, TREE "homeassistant/ups-1/state", "\"problem\":\"OFF\""));
    size_t entities = check_all(&fixture->subscriber);
    check_states(&fixture->subscriber, OUTLETS, &checked);
    check_states(&fixture->subscriber, MAIN, &checked);
    check_states(&fixture->subscriber, HEAD "ups-1/config", &checked);
    print_message("  %zu entities hold to the rules, %zu found their state\n", entities, checked);
    assert_in_range(entities, 60, 1000);
    assert_true(checked >= 6);
    mqtt_sink.alert(fixture->mqtt, &cleared, true);
    UNTIL(rig_heard_has(&fixture->subscriber, TREE "homeassistant/pdu-a1/state", "\"problem\":\"OFF\""));
}

static unsigned count(const struct subscriber *subscriber, const char *topic)
{
    const struct heard *heard = subscriber_heard(subscriber, topic);
    return heard ? heard->count : 0;
}

static void test_birth(void **state)
{
    struct fixture *fixture = *state;
    begin(fixture);
    UNTIL(subscriber_heard(&fixture->subscriber, OUTLETS));
    unsigned before = count(&fixture->subscriber, OUTLETS);
    /* a device that comes and goes is not told again: nothing of its discovery changes */
    mqtt_sink.device(fixture->mqtt, fixture->site.live->device[0]);
    broker_publish(&fixture->broker, "homeassistant/status", "offline", false);
    UNTIL(rig_heard_is(&fixture->subscriber, "homeassistant/status", "offline"));
    assert_int_equal(count(&fixture->subscriber, OUTLETS), before);
    broker_publish(&fixture->broker, "homeassistant/status", "online", false);
    UNTIL(count(&fixture->subscriber, OUTLETS) > before);
    UNTIL(count(&fixture->subscriber, HEAD "stad/config") > 1);
    assert_int_equal(count(&fixture->subscriber, OUTLETS), before + 1);
}

/* What an earlier run left at the broker: a device that is gone, an entity that is gone, another program's, our own of
 * single components. */
static void test_left_over(void **state)
{
    static const struct {
        const char *topic, *payload;
        bool cleared;
    } left[] = {
        {HEAD "pdu-b9/config", "{\"device\":{\"identifiers\":[\"wattwacht_stad_pdu-b9\"]},\"components\":{}}", true},
        {HEAD "broken/config", "{", true},
        {"homeassistant/sensor/wattwacht-stad/pdu-a1_outlet-01_voltage/config",
         "{\"device\":{\"identifiers\":[\"wattwacht_stad_pdu-a1\"]},\"name\":\"x\"}", true},
        {"homeassistant/device/wattwacht-gent/pdu-b9/config",
         "{\"device\":{\"identifiers\":[\"wattwacht_gent_pdu-b9\"]}}", false},
        {"homeassistant/sensor/zigbee/plug/config", "{\"device\":{\"identifiers\":[\"z\"]}}", false},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        broker_publish(&fixture->broker, left[i].topic, left[i].payload, true);
    broker_publish(&fixture->broker, OUTLETS,
                   "{\"device\":{\"identifiers\":[\"wattwacht_stad_pdu-a1\"]},\"components\":{"
                   "\"outlet-02_voltage\":{\"platform\":\"sensor\",\"name\":\"Outlet 2 voltage\"}}}",
                   true);
    begin(fixture);
    UNTIL(rig_heard_has(&fixture->subscriber, OUTLETS, "\"outlet-02_voltage\":{\"platform\":\"sensor\"}"));
    assert_true(
        rig_heard_has(&fixture->subscriber, OUTLETS, "\"outlet-01_voltage\":{\"platform\":\"sensor\",\"name\""));
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        if (left[i].cleared) {
            print_message("  %s\n", left[i].topic);
            UNTIL(rig_heard_is(&fixture->subscriber, left[i].topic, ""));
        }
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        if (!left[i].cleared)
            assert_string_equal(subscriber_heard(&fixture->subscriber, left[i].topic)->payload, left[i].payload);
}

static void test_device_leaves(void **state)
{
    struct fixture *fixture = *state;
    begin(fixture);
    UNTIL(subscriber_heard(&fixture->subscriber, HEAD "ups-1/config"));
    fixture->site.live->device[1]->config = NULL;
    fixture->site.live->point[3]->gone = true;
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    UNTIL(rig_heard_is(&fixture->subscriber, HEAD "ups-1/config", ""));
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "homeassistant/ups-1/state", ""));
    /* an outlet's voltage is gone: told to be gone, the rest stays */
    fixture->site.live->point[1]->gone = true;
    mqtt_sink.device(fixture->mqtt, fixture->site.live->device[0]);
    UNTIL(rig_heard_has(&fixture->subscriber, OUTLETS, "\"outlet-01_voltage\":{\"platform\":\"sensor\"}"));
    check_all(&fixture->subscriber);
    /* and all of it when nobody wants the view any more */
    fixture->config.homeassistant = false;
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    UNTIL(rig_heard_is(&fixture->subscriber, OUTLETS, "") &&
          rig_heard_is(&fixture->subscriber, HEAD "stad/config", ""));
}

/* One message an entity; the whole devices of before are handed over and cleared. */
static void test_components(void **state)
{
    struct fixture *fixture = *state;
    broker_publish(&fixture->broker, OUTLETS,
                   "{\"device\":{\"identifiers\":[\"wattwacht_stad_pdu-a1\"]},\"components\":{"
                   "\"outlet-01_voltage\":{\"platform\":\"sensor\",\"name\":\"Outlet 1 voltage\"}}}",
                   true);
    fixture->config.discovery.components = 1;
    begin(fixture);
    UNTIL(rig_heard_is(&fixture->subscriber, OUTLETS, "{\"migrate_discovery\":true}"));
    UNTIL(
        subscriber_heard(&fixture->subscriber, "homeassistant/sensor/wattwacht-stad/pdu-a1_outlet-01_voltage/config") &&
        subscriber_heard(&fixture->subscriber, "homeassistant/binary_sensor/wattwacht-stad/site_problem/config") &&
        subscriber_heard(&fixture->subscriber, "homeassistant/sensor/wattwacht-stad/leuven_kpi_pue/config"));
    UNTIL(rig_heard_is(&fixture->subscriber, OUTLETS, ""));
    assert_in_range(check_all(&fixture->subscriber), 60, 1000);
}

/* A broker that takes no packet over 12 kB: the rest goes on, and what cannot be told is said. */
static void test_small_broker(void **state)
{
    struct fixture *fixture = *state;
    broker_stop(&fixture->broker, SIGKILL);
    broker_configure(&fixture->broker, "max_packet_size 12000");
    broker_start(&fixture->broker);
    test_site_outlets(&fixture->site, 8); /* a message of some 20 kB */
    begin(fixture);
    UNTIL(mqtt_sink.trouble(fixture->mqtt) && strstr(mqtt_sink.trouble(fixture->mqtt), "mode: component"));
    print_message("  %s\n", mqtt_sink.trouble(fixture->mqtt));
    UNTIL(subscriber_heard(&fixture->subscriber, MAIN) && subscriber_heard(&fixture->subscriber, HEAD "stad/config"));
    rig_poll_device(fixture, 0, 77, T0 + 5000);
    UNTIL(rig_heard_has(&fixture->subscriber, OUTLET, "\"active_power\":77"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_discovery, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_birth, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_left_over, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_device_leaves, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_components, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_small_broker, setup, rig_teardown),
    };
    if (rig_start_loop() < 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rig_stop_loop();
    return failed;
}
