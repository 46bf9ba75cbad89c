/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt_ha_payload, mqtt_ha_owner, mqtt_ha_entity and mqtt_ha_class: golden messages, and Home Assistant's rules over a
 * device with every quantity. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/mqtt_ha_owner.h"
#include "daemon/mqtt_ha_payload.h"
#include "ha_rules.h"
#include "mqtt_site.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct world {
    struct test_site test;
    struct ha_site site;
    struct mqtt_config config;
    struct mqtt_host host;
    struct device_setup *setup;
};

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    test_site_make(&world->test);
    world->setup = setup_new();
    world->setup->every_us = 30000000;
    world->test.device[0].setup = world->setup;
    world->test.room[0].title = "Zaal \"Leuven\"";
    world->site = (struct ha_site){
        .base = {"wattwacht", "stad"}, .prefix = "homeassistant", .version = "0.1.0", .live = world->test.live};
    world->host = (struct mqtt_host){.base = world->site.base, .config = &world->config, .live = world->test.live};
    struct shape *shape = shape_new();
    shape->identity = (struct identity){.profile = "apc-rpdu2", .kind = "pdu", .vendor = "APC", .serial = "5A1"};
    world->test.live->device[0]->shape = shape;
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    shape_unref(world->test.live->device[0]->shape);
    world->test.live->device[0]->shape = NULL;
    test_site_done(&world->test);
    setup_unref(world->setup);
    free(world);
    return 0;
}

static struct ha_owner device_of(const struct world *world)
{
    return (struct ha_owner){.id = "pdu-a1", .room = "leuven", .device = world->test.live->device[0]};
}

/* The message of one object, freed by the caller. */
static char *message_of(const struct world *world, const struct ha_owner *owner, const char *object)
{
    struct ha_list list;
    char *text;
    size_t size;
    bool first = true;
    FILE *out = open_memstream(&text, &size);
    assert_true(ha_owner_list(&world->host, owner, &list));
    ha_put_head(out, &world->site, owner);
    for (size_t i = 0; i < list.n; i++)
        if (strcmp(list.item[i].object, object) == 0) {
            ha_put_component(out, &world->site, owner, &list.item[i].entity, first);
            first = false;
        }
    ha_put_tail(out);
    fclose(out);
    ha_list_done(&list);
    assert_false(first);
    return text;
}

#define DEVICE                                                                                                        \
    "{\"device\":{\"identifiers\":[\"wattwacht_stad_pdu-a1\"],\"name\":\"pdu-a1\",\"manufacturer\":\"APC\","          \
    "\"serial_number\":\"5A1\",\"suggested_area\":\"Zaal \\\"Leuven\\\"\",\"via_device\":\"wattwacht_stad_leuven\"}," \
    "\"origin\":{\"name\":\"wattwacht\",\"sw_version\":\"0.1.0\"},\"availability\":[{\"topic\":"                      \
    "\"wattwacht/stad/status\"},{\"topic\":\"wattwacht/stad/device/leuven/pdu-a1/status\"}],\"availability_mode\":"   \
    "\"all\",\"components\":{"

/* One entity of pdu-a1 as it stands in the message. */
static const struct {
    const char *name, *part, *label;
    enum quantity quantity;
    const char *object, *json;
} golden[] = {
    {"power", "outlet-01", "web1", Q_ACTIVE_POWER, "pdu-a1_outlet-1",
     "\"outlet-01_active_power\":{\"platform\":\"sensor\",\"name\":\"Outlet 1 web1 power\",\"unique_id\":"
     "\"wattwacht_stad_pdu-a1_outlet-01_active_power\",\"default_entity_id\":\"sensor.pdu_a1_outlet_01_active_power\","
     "\"device_class\":\"power\",\"state_class\":\"measurement\",\"unit_of_measurement\":\"W\","
     "\"suggested_display_precision\":1,\"state_topic\":\"wattwacht/stad/device/leuven/pdu-a1/outlet-01/state\","
     "\"value_template\":\"{{ value_json.active_power }}\",\"expire_after\":90}"},
    {"energy for the Energy dashboard", "total", "", Q_ENERGY, "pdu-a1",
     "\"total_energy\":{\"platform\":\"sensor\",\"name\":\"Energy\",\"unique_id\":\"wattwacht_stad_pdu-a1_total_"
     "energy\","
     "\"default_entity_id\":\"sensor.pdu_a1_total_energy\",\"device_class\":\"energy\",\"state_class\":"
     "\"total_increasing\",\"unit_of_measurement\":\"kWh\",\"suggested_display_precision\":3,\"state_topic\":"
     "\"wattwacht/stad/device/leuven/pdu-a1/total/state\",\"value_template\":"
     "\"{{ value_json.energy / 1000 if value_json.energy is number else none }}\",\"expire_after\":90}"},
    {"no unit", "inlet-1-l2", "", Q_POWER_FACTOR, "pdu-a1",
     "\"inlet-1-l2_power_factor\":{\"platform\":\"sensor\",\"name\":\"Inlet 1 L2 power factor\",\"unique_id\":"
     "\"wattwacht_stad_pdu-a1_inlet-1-l2_power_factor\",\"default_entity_id\":"
     "\"sensor.pdu_a1_inlet_1_l2_power_factor\",\"device_class\":\"power_factor\",\"state_class\":\"measurement\","
     "\"suggested_display_precision\":2,\"state_topic\":\"wattwacht/stad/device/leuven/pdu-a1/inlet-1-l2/state\","
     "\"value_template\":\"{{ value_json.power_factor }}\",\"expire_after\":90}"},
    {"a state by its names", "unit-2-outlet-17", "", Q_STATE, "pdu-a1_unit-2_outlet-3",
     "\"unit-2-outlet-17_state\":{\"platform\":\"sensor\",\"name\":\"Unit 2 outlet 17 state\",\"unique_id\":"
     "\"wattwacht_stad_pdu-a1_unit-2-outlet-17_state\",\"default_entity_id\":\"sensor.pdu_a1_unit_2_outlet_17_state\","
     "\"device_class\":\"enum\",\"options\":[\"off\",\"on\",\"unknown\"],\"state_topic\":"
     "\"wattwacht/stad/device/leuven/pdu-a1/unit-2-outlet-17/state\",\"value_template\":\"{{ {'1': 'off', '2': 'on', "
     "'3': 'off'}[value_json.state | string] | default('unknown') }}\",\"expire_after\":90}"},
};

static struct live_point *only_point(struct world *world, const char *part, const char *label, enum quantity quantity)
{
    static const char *const states[] = {"1", "off", "2", "on", "3", "off", NULL};
    struct live *live = world->test.live;
    for (size_t i = 0; i < live->n_points; i++)
        live->point[i]->gone = true;
    char name[120];
    snprintf(name, sizeof name, "pdu-a1/%s/%s", part, quantity_row(quantity)->name);
    struct live_point *point = live_find(live, name) ? live_find(live, name) : live_add(live, name);
    point->gone = false;
    point->device = 0;
    point->quantity = quantity;
    point->label = label;
    point->rating = NAN;
    point->states = quantity == Q_STATE ? states : NULL;
    return point;
}

static void test_golden(void **state)
{
    struct world *world = *state;
    struct ha_owner owner = device_of(world);
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        print_message("  %s\n", golden[i].name);
        only_point(world, golden[i].part, golden[i].label, golden[i].quantity);
        char *text = message_of(world, &owner, golden[i].object), *expected = NULL;
        assert_true(asprintf(&expected, "%s%s", DEVICE, golden[i].json) > 0);
        assert_int_equal(strncmp(text, expected, strlen(expected)), 0);
        free(expected);
        free(text);
    }
}

static void test_names(void **state)
{
    static const struct {
        const char *part, *label;
        enum quantity quantity;
        const char *name;
    } rows[] = {
        {"total", "", Q_ACTIVE_POWER, "Power"},
        {"total", "Rack 1", Q_ACTIVE_POWER, "Rack 1 power"},
        {"total-l1l2", "", Q_VOLTAGE, "L1L2 voltage"},
        {"outlet-07", "Outlet 7", Q_CURRENT, "Outlet 7 current"},
        {"outlet-07", NULL, Q_CURRENT, "Outlet 7 current"},
        {"unit-2-total", "", Q_ENERGY, "Unit 2 energy"},
        {"battery", "", Q_CHARGE, "Battery charge"},
        {"battery", "", Q_STATE, "Battery state"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[HA_NAME_MAX];
        ha_entity_name(name, rows[i].part, rows[i].label, rows[i].quantity);
        assert_string_equal(name, rows[i].name);
    }
}

/* All messages of an owner, whole and single, hold to the rules; returns how many entities. */
static size_t check_owner(const struct world *world, const struct ha_owner *owner, size_t *ret_largest)
{
    struct ha_seen whole = {0}, single = {0};
    struct ha_list list;
    char fault[HA_FAULT], topic[MQTT_TOPIC_MAX];
    assert_true(ha_owner_list(&world->host, owner, &list));
    for (size_t i = 0; i < list.n; i++) {
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        ha_put_single(out, &world->site, owner, &list.item[i].entity);
        fclose(out);
        ha_topic(topic, sizeof topic, &world->site, ha_platform_name(list.item[i].entity.platform), "one");
        if (ha_rules_check(&single, "homeassistant", topic, text, fault))
            fail_msg("%s in %s", fault, text);
        free(text);
        if (i > 0 && strcmp(list.item[i].object, list.item[i - 1].object) == 0)
            continue;
        text = message_of(world, owner, list.item[i].object);
        ha_topic(topic, sizeof topic, &world->site, "device", list.item[i].object);
        if (ha_rules_check(&whole, "homeassistant", topic, text, fault))
            fail_msg("%s in %s", fault, text);
        *ret_largest = strlen(text) > *ret_largest ? strlen(text) : *ret_largest;
        free(text);
    }
    assert_int_equal(whole.entities, list.n);
    assert_int_equal(single.entities, list.n);
    ha_list_done(&list);
    ha_seen_done(&whole);
    ha_seen_done(&single);
    return whole.entities ? whole.entities : single.entities;
}

static void test_every_quantity(void **state)
{
    struct world *world = *state;
    size_t largest = 0;
    struct ha_owner owners[] = {device_of(world), {.id = "leuven", .room = ""}, {.room = ""}};
    for (int q = Q_ACTIVE_POWER; q < Q_KPI_FIRST; q++)
        if (q != Q_STATE) {
            assert_non_null(ha_class((enum quantity)q));
            struct live_point *point = only_point(world, "total", "label \xff of no UTF-8", (enum quantity)q);
            assert_non_null(point);
        }
    for (size_t i = 0; i < world->test.live->n_points; i++)
        world->test.live->point[i]->gone = false;
    world->test.device[0].breaker = 16;
    for (size_t i = 0; i < 3; i++)
        check_owner(world, &owners[i], &largest);
}

/* A PDU of 64 outlets with seven quantities: no message near the 64 kB that small brokers take. */
static void test_size(void **state)
{
    struct world *world = *state;
    struct ha_owner owner = device_of(world);
    size_t largest = 0;
    test_site_outlets(&world->test, 64);
    check_owner(world, &owner, &largest);
    print_message("  largest message %zu bytes\n", largest);
    assert_in_range(largest, 1000, 30000);
}

static void test_unknown(void **state)
{
    struct world *world = *state;
    struct ha_list list;
    struct ha_owner owner = device_of(world);
    for (size_t i = 0; i < world->test.live->n_points; i++)
        world->test.live->point[i]->gone = true;
    assert_false(ha_owner_list(&world->host, &owner, &list)); /* never answered */
    only_point(world, "total", "", Q_STATE)->states = NULL;   /* a number without names says nothing to people */
    assert_false(ha_owner_list(&world->host, &owner, &list));
}

static void test_rules_refuse(void **state)
{
    static const struct {
        const char *name, *topic, *payload;
    } bad[] = {
        {"topic", "homeassistant/device/r\xc3\xb6rk/config", "{}"},
        {"no JSON", "homeassistant/device/a/config", "{"},
        {"no device", "homeassistant/device/a/config", "{\"origin\":{\"name\":\"x\"},\"components\":{}}"},
        {"empty identifiers", "homeassistant/device/a/config",
         "{\"device\":{\"identifiers\":[]},\"origin\":{\"name\":\"x\"},\"components\":{}}"},
        {"null manufacturer", "homeassistant/device/a/config",
         "{\"device\":{\"identifiers\":[\"a\"],\"manufacturer\":null},\"origin\":{\"name\":\"x\"},\"components\":{}}"},
        {"extra root key", "homeassistant/device/a/config",
         "{\"device\":{\"identifiers\":[\"a\"]},\"origin\":{\"name\":\"x\"},\"~\":\"a\",\"components\":{}}"},
        {"no platform", "homeassistant/device/a/config",
         "{\"device\":{\"identifiers\":[\"a\"]},\"origin\":{\"name\":\"x\"},\"components\":{\"a\":{\"name\":\"b\"}}}"},
        {"wrong unit", "homeassistant/sensor/a/config",
         "{\"device\":{\"identifiers\":[\"a\"]},\"origin\":{\"name\":\"x\"},\"name\":\"P\",\"unique_id\":\"i\","
         "\"default_entity_id\":\"sensor.a\",\"state_topic\":\"t\",\"device_class\":\"apparent_power\","
         "\"unit_of_measurement\":\"va\"}"},
        {"energy measured", "homeassistant/sensor/a/config",
         "{\"device\":{\"identifiers\":[\"a\"]},\"origin\":{\"name\":\"x\"},\"name\":\"P\",\"unique_id\":\"i\","
         "\"default_entity_id\":\"sensor.a\",\"state_topic\":\"t\",\"device_class\":\"energy\","
         "\"unit_of_measurement\":\"kWh\",\"state_class\":\"measurement\"}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ha_seen seen = {0};
        char fault[HA_FAULT] = "";
        const char *words = ha_rules_check(&seen, "homeassistant", bad[i].topic, bad[i].payload, fault);
        print_message("  %s: %s\n", bad[i].name, words ? words : "taken");
        assert_non_null(words);
        ha_seen_done(&seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_golden, setup, teardown),
        cmocka_unit_test(test_names),
        cmocka_unit_test_setup_teardown(test_every_quantity, setup, teardown),
        cmocka_unit_test_setup_teardown(test_size, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
        cmocka_unit_test(test_rules_refuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
