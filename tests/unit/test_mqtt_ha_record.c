/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt_ha_record: what stands at the broker and whose it is. mqtt_ha_problem: which alerts are active, the worst first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/mqtt_ha_problem.h"
#include "daemon/mqtt_ha_record.h"

#include <stdlib.h>
#include <string.h>

#define TOPIC "homeassistant/device/wattwacht-stad/pdu-a1/config"

static const struct {
    const char *name, *payload, *owner;
    bool again;
    size_t keys;
} found[] = {
    {"ours",
     "{\"device\":{\"identifiers\":[\"wattwacht_stad_pdu-a1\"]},\"components\":{\"a\":{\"platform\":"
     "\"sensor\",\"name\":\"A\"},\"b\":{\"platform\":\"binary_sensor\",\"name\":\"B\"}}}",
     "pdu-a1", true, 2},
    {"the site", "{\"device\":{\"identifiers\":\"wattwacht_stad\"}}", "", true, 0},
    {"another site's", "{\"device\":{\"identifiers\":[\"wattwacht_stad2_pdu\"]}}", NULL, true, 0},
    {"another program's", "{\"device\":{\"identifiers\":[\"zigbee2mqtt_0x00\"]}}", NULL, true, 0},
    {"no text", "{\"device\":{\"identifiers\":[42]}}", NULL, true, 0},
    {"components no map", "{\"device\":{\"identifiers\":[\"wattwacht_stad_x\"]},\"components\":[1,2]}", "x", true, 0},
    {"no JSON", "online", NULL, true, 0},
    {"cleared", "", NULL, false, 0},
};

static void test_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
        struct ha_record record = {0};
        print_message("  %s\n", found[i].name);
        assert_int_equal(ha_record_found(&record, "stad", TOPIC, found[i].payload, strlen(found[i].payload)),
                         found[i].again);
        assert_int_equal(record.n, found[i].again ? 1 : 0);
        if (record.n && found[i].owner)
            assert_string_equal(record.item[0]->owner, found[i].owner);
        else if (record.n)
            assert_null(record.item[0]->owner);
        if (record.n) {
            assert_int_equal(record.item[0]->n, found[i].keys);
            assert_false(record.item[0]->current);
        }
        ha_record_done(&record);
    }
}

/* An entity that was there before and is not any more stays known, so that it can be told to be gone. */
static void test_left_over(void **state)
{
    struct ha_record record = {0};
    (void)state;
    assert_true(ha_record_found(&record, "stad", TOPIC, found[0].payload, strlen(found[0].payload)));
    ha_record_begin(&record, "pdu-a1");
    struct ha_told *told = ha_record_topic(&record, TOPIC, "pdu-a1");
    ha_told_key(told, "a", HA_SENSOR);
    ha_told_key(told, "c", HA_SENSOR);
    assert_true(told->current);
    assert_int_equal(told->n, 3);
    assert_false(told->key[1].current);
    assert_int_equal(told->key[1].platform, HA_BINARY_SENSOR);
    assert_false(ha_record_found(&record, "stad", TOPIC, found[0].payload, strlen(found[0].payload)));
    ha_record_begin(&record, "pdu-a1"); /* and now it has nothing */
    assert_false(told->current);
    ha_record_drop(&record, 0);
    assert_int_equal(record.n, 0);
    ha_record_done(&record);
}

static struct alert_entry alert(const char *id, const char *rule, const char *device, int priority, bool raised)
{
    struct alert_entry entry = {.priority = priority, .raised = raised, .since_ms = 1000};
    snprintf(entry.id, sizeof entry.id, "%s", id);
    snprintf(entry.rule, sizeof entry.rule, "%s", rule);
    snprintf(entry.device, sizeof entry.device, "%s", device);
    snprintf(entry.room, sizeof entry.room, "leuven");
    snprintf(entry.text, sizeof entry.text, "text of %s", id);
    return entry;
}

static void expect(const struct ha_problems *problems, const struct ha_owner *owner, const char *json)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    ha_problems_put(out, problems, owner, 1700000000123);
    fclose(out);
    assert_string_equal(text, json);
    free(text);
}

#define AT "{\"ts\":\"2023-11-14T22:13:20.123Z\","

static void test_problems(void **state)
{
    struct live_device any = {0};
    struct ha_owner site = {.room = ""}, room = {.id = "leuven", .room = ""}, other = {.id = "kelder", .room = ""};
    struct ha_owner pdu = {.id = "pdu-a1", .room = "leuven", .device = &any};
    struct ha_problems problems = {0};
    (void)state;
    expect(&problems, &site, AT "\"problem\":\"OFF\",\"count\":0,\"rules\":[],\"alerts\":[]}");
    const struct alert_entry entries[] = {
        alert("b.pdu-a1.outlet-01", "breaker-load", "pdu-a1", 4, true),
        alert("u.ups.output", "ups-on-battery", "ups", 2, true),
        alert("b.pdu-a1.outlet-02", "breaker-load", "pdu-a1", 4, true),
        alert("b.pdu-a1.outlet-02", "breaker-load", "pdu-a1", 4, true), /* once more is not another */
    };
    for (size_t i = 0; i < 4; i++)
        ha_problems_note(&problems, &entries[i]);
    expect(&problems, &pdu,
           AT "\"problem\":\"ON\",\"count\":2,\"rules\":[\"breaker-load\"],\"alerts\":[\"text of b.pdu-a1.outlet-01\","
              "\"text of b.pdu-a1.outlet-02\"]}");
    expect(&problems, &room,
           AT "\"problem\":\"ON\",\"count\":3,\"rules\":[\"ups-on-battery\",\"breaker-load\"],\"alerts\":["
              "\"text of u.ups.output\",\"text of b.pdu-a1.outlet-01\",\"text of b.pdu-a1.outlet-02\"]}");
    expect(&problems, &other, AT "\"problem\":\"OFF\",\"count\":0,\"rules\":[],\"alerts\":[]}");
    for (size_t i = 0; i < 4; i++) {
        struct alert_entry cleared = entries[i];
        cleared.raised = false;
        ha_problems_note(&problems, &cleared);
    }
    expect(&problems, &site, AT "\"problem\":\"OFF\",\"count\":0,\"rules\":[],\"alerts\":[]}");
    ha_problems_done(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_left_over),
        cmocka_unit_test(test_problems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
