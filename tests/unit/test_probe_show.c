/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe_show, probe_truth: contract D's object, the table, what contradicts itself, and the lines for conf.d. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/probe_show.h"
#include "daemon/probe_truth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct probe_result result_new(const char *address, bool modbus)
{
    struct probe_result result = {
        .setup = setup_new(), .shape = shape_new(), .values = answer_new(0, ANSWER_VALUES, 3)};
    struct device_setup *setup = (struct device_setup *)result.setup;
    const char *why;
    assert_int_equal(address_parse(setup->arena, address, modbus, &setup->address, &why), 0);
    setup->is_modbus = modbus;
    setup->snmp = (struct snmp_setup){.version = 2, .community = "public"};
    setup->modbus.unit = 3;
    result.shape->identity = (struct identity){.profile = "apc-rpdu2",
                                               .version = 1,
                                               .kind = "pdu",
                                               .why = "named",
                                               .vendor = "APC",
                                               .model = "AP\033[1m",
                                               .serial = "Z\xe9"};
    for (int i = 0; i < 3; i++) {
        struct point_shape *point = shape_add(result.shape);
        snprintf(point->part, sizeof point->part, "%s", i == 2 ? "outlet-01" : "total");
        point->quantity = i == 2 ? Q_CURRENT : Q_ACTIVE_POWER;
        point->aspect = i == 1 ? A_PEAK : A_VALUE;
        point->source = "1.3.6.1.4.1.318.1";
        point->also = i == 0 ? "1.2.3 1.2.4" : NULL;
        result.values->sample[i] =
            (struct sample){i == 2 ? NAN : 1200.5 * (i ? 1e6 : 1), i == 2 ? QL_SENTINEL : QL_GOOD};
    }
    return result;
}

static void result_free(struct probe_result *result)
{
    setup_unref((struct device_setup *)result->setup);
    probe_result_done(result);
}

static void test_json(void **state)
{
    (void)state;
    struct probe_result result = result_new("10.20.0.11", false);
    json_t *json = probe_json(&result);
    assert_non_null(json);
    char *text = json_dumps(json, JSON_REAL_PRECISION(15));
    assert_string_equal(
        text,
        "{\"address\": \"10.20.0.11\", \"profile\": \"apc-rpdu2\", \"why\": \"named\", \"kind\": \"pdu\", "
        "\"identity\": {\"vendor\": \"APC\", \"model\": \"AP\\u001B[1m\", \"serial\": \"Z?\", \"firmware\": null}, "
        "\"points\": [{\"name\": \"total/active_power\", \"part\": \"total\", \"label\": null, \"quantity\": "
        "\"active_power\", \"unit\": \"W\", \"value\": 1200.5, \"quality\": \"good\", \"aspect\": null, "
        "\"source\": \"1.3.6.1.4.1.318.1\", \"also\": [\"1.2.3\", \"1.2.4\"]}, "
        "{\"name\": \"total/active_power\", \"part\": \"total\", \"label\": null, \"quantity\": \"active_power\", "
        "\"unit\": \"W\", \"value\": null, \"quality\": \"implausible\", \"aspect\": \"peak\", \"source\": "
        "\"1.3.6.1.4.1.318.1\", \"also\": []}, "
        "{\"name\": \"outlet-01/current\", \"part\": \"outlet-01\", \"label\": null, \"quantity\": \"current\", "
        "\"unit\": \"A\", \"value\": null, \"quality\": \"sentinel\", \"aspect\": null, \"source\": "
        "\"1.3.6.1.4.1.318.1\", \"also\": []}], \"notes\": []}");
    free(text);
    json_decref(json);
    result_free(&result);
}

static void test_print(void **state)
{
    (void)state;
    struct probe_result result = result_new("10.20.0.11", false);
    char *text;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    probe_print(&result, out);
    fclose(out);
    assert_null(strchr(text, '\033'));
    assert_non_null(strstr(text, "Model     AP?[1m\n"));
    assert_non_null(strstr(text, "not measured"));
    assert_non_null(strstr(text, "1.20 kW"));
    free(text);
    result_free(&result);
}

/* 12005 W at 230 V and 5.2 A: the display says 1200 W. */
static void test_truth(void **state)
{
    (void)state;
    static const struct {
        enum quantity quantity;
        double value;
    } rows[] = {{Q_ACTIVE_POWER, 12005}, {Q_VOLTAGE, 230}, {Q_CURRENT, 5.2}};
    struct probe_result result = result_new("10.20.0.11", false);
    for (int i = 0; i < 3; i++) {
        struct point_shape *point = &result.shape->point[i];
        snprintf(point->part, sizeof point->part, "total");
        point->quantity = rows[i].quantity;
        point->aspect = A_VALUE;
        result.values->sample[i] = (struct sample){rows[i].value, QL_GOOD};
    }
    char *text;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    probe_print(&result, out);
    fclose(out);
    assert_non_null(strstr(text, "\nCheck     total/active_power says 12.01 kW"));
    assert_non_null(strstr(text, "ten times too large"));
    free(text);
    json_t *json = probe_json(&result), *notes = json_object_get(json, "notes");
    assert_int_equal(json_array_size(notes), 1);
    assert_non_null(strstr(json_string_value(json_array_get(notes, 0)), "ten times too large"));
    json_decref(json);
    /* ten times the rated current is no measurement */
    result.shape->point[2].rating = 0.5;
    assert_int_equal(probe_truth_sample(&result, 2).quality, QL_IMPLAUSIBLE);
    result.shape->point[0].rating = 1400; /* nor is eight times the rated power */
    assert_int_equal(probe_truth_sample(&result, 0).quality, QL_IMPLAUSIBLE);
    result.shape->point[0].rating = 1600;
    assert_int_equal(probe_truth_sample(&result, 0).quality, QL_GOOD);
    result_free(&result);
}

static const struct {
    const char *address;
    bool modbus;
    int version;
    const char *text;
} snippets[] = {
    {"10.20.0.11", false, 2,
     "  pdu-11:\n    room: ROOM\n    profile: apc-rpdu2\n    address: \"10.20.0.11\"\n"
     "    snmp: {version: 2c, community: \"public\"}\n"},
    {"PDU-A1.example.org:1161", false, 1, "  pdu-a1:\n    room: ROOM\n"},
    {"pdu", false, 3,
     "auth: sha256, auth-key: {credential: NAME}, privacy: aes128, privacy-key: {credential: NAME}}\n"},
    {"fe80::1", false, 2, "  pdu-1:\n"},
    {"[fe80::1]:1161", false, 2, "    address: \"[fe80::1]:1161\"\n"},
    {"tcp://10.20.0.30:502", true, 0, "    address: \"tcp://10.20.0.30:502\"\n    modbus: {unit: 3}\n"},
    {"serial:///dev/ttyUSB0", true, 0, "  pdu-ttyusb0:\n"},
};

static void test_snippets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof snippets / sizeof snippets[0]; i++) {
        struct probe_result result = result_new(snippets[i].address, snippets[i].modbus);
        struct snmp_setup *snmp = &((struct device_setup *)result.setup)->snmp;
        snmp->version = snippets[i].version;
        if (snmp->version == 3)
            *snmp =
                (struct snmp_setup){3, NULL, "monitor", AUTH_SHA256, PRIV_AES128, "secret-one", "secret-two", false};
        char *text;
        size_t n;
        FILE *out = open_memstream(&text, &n);
        probe_print_snippet(&result, out);
        fclose(out);
        print_message("  %s\n", snippets[i].address);
        assert_non_null(strstr(text, snippets[i].text));
        assert_null(strstr(text, "secret"));
        free(text);
        result_free(&result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_json), cmocka_unit_test(test_print),
                                       cmocka_unit_test(test_truth), cmocka_unit_test(test_snippets)};
    return cmocka_run_group_tests_name("probe_show", tests, NULL, NULL);
}
