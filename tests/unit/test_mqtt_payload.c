/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt_payload: golden objects. Each is read back as JSON too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/mqtt_payload.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define T0 INT64_C(1700000000123) /* 2023-11-14T22:13:20.123Z */

struct written {
    FILE *out;
    char *text;
    size_t size;
};

static FILE *begin(struct written *written)
{
    *written = (struct written){0};
    written->out = open_memstream(&written->text, &written->size);
    assert_non_null(written->out);
    return written->out;
}

/* Closes, checks that it is JSON and what it says. */
static void expect(struct written *written, const char *text)
{
    json_error_t error;
    assert_int_equal(fclose(written->out), 0);
    json_t *json = json_loads(written->text, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
    if (!json)
        fail_msg("%s: %s", error.text, written->text);
    json_decref(json);
    assert_string_equal(written->text, text);
    free(written->text);
}

struct value {
    enum quantity quantity;
    enum quality quality;
    double value;
    bool gone;
};

static const struct {
    const char *name;
    size_t n;
    struct value value[4];
    const char *json;
} states[] = {
    {"good",
     2,
     {{Q_ACTIVE_POWER, QL_GOOD, 123.4, false}, {Q_VOLTAGE, QL_GOOD, 230.1, false}},
     "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"q\":\"good\",\"active_power\":123.4,\"voltage\":230.1}"},
    {"estimated has a value",
     2,
     {{Q_ENERGY, QL_ESTIMATED, 15123, false}, {Q_VOLTAGE, QL_GOOD, 230, false}},
     "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"q\":\"estimated\",\"energy\":15123,\"voltage\":230}"},
    {"bad ones are null and named",
     4,
     {{Q_ACTIVE_POWER, QL_GOOD, 1, false},
      {Q_CURRENT, QL_IMPLAUSIBLE, 99999, false},
      {Q_VOLTAGE, QL_SENTINEL, NAN, false},
      {Q_FREQUENCY, QL_GOOD, 50, false}},
     "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"q\":\"implausible\",\"active_power\":1,\"current\":null,\"voltage\":null,"
     "\"frequency\":50,\"bad\":{\"current\":\"implausible\",\"voltage\":\"sentinel\"}}"},
    {"silent",
     1,
     {{Q_CHARGE, QL_SILENT, NAN, false}},
     "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"q\":\"silent\",\"charge\":null,\"bad\":{\"charge\":\"silent\"}}"},
    {"stale",
     1,
     {{Q_CHARGE, QL_STALE, 5, false}},
     "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"q\":\"stale\",\"charge\":null,\"bad\":{\"charge\":\"stale\"}}"},
    {"what is gone is not there",
     2,
     {{Q_CURRENT, QL_SILENT, NAN, true}, {Q_VOLTAGE, QL_GOOD, 230, false}},
     "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"q\":\"good\",\"voltage\":230}"},
    {"large, small, negative",
     4,
     {{Q_ENERGY, QL_GOOD, 1e20, false},
      {Q_CURRENT, QL_GOOD, 0.00000123, false},
      {Q_REACTIVE_POWER, QL_GOOD, -0.1, false},
      {Q_FREQUENCY, QL_GOOD, 49.98 + 1e-16, false}},
     "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"q\":\"good\",\"energy\":100000000000000000000,\"current\":0.00000123,"
     "\"reactive_power\":-0.1,\"frequency\":49.98}"},
    {"not a number is null, whatever the quality says",
     2,
     {{Q_VOLTAGE, QL_GOOD, NAN, false}, {Q_CURRENT, QL_GOOD, INFINITY, false}},
     "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"q\":\"good\",\"voltage\":null,\"current\":null}"},
    {"zero is zero",
     1,
     {{Q_ACTIVE_POWER, QL_GOOD, -0.0, false}},
     "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"q\":\"good\",\"active_power\":0}"},
};

static void test_states(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct live_point point[4] = {0};
        const struct live_point *points[4];
        struct written written;
        print_message("  %s\n", states[i].name);
        for (size_t k = 0; k < states[i].n; k++) {
            const struct value *value = &states[i].value[k];
            point[k].quantity = value->quantity;
            point[k].quality = value->quality;
            point[k].value = value->value;
            point[k].gone = value->gone;
            point[k].ts_ms = k == 0 ? T0 - 5000 * (states[i].n > 1) : T0; /* the newest counts */
            points[k] = &point[k];
        }
        assert_true(mqtt_payload_state(begin(&written), &(struct mqtt_points){"total", states[i].n, points}));
        expect(&written, states[i].json);
    }
}

static void test_never_polled(void **state)
{
    struct live_point point = {.quantity = Q_VOLTAGE, .quality = QL_SILENT, .value = NAN};
    const struct live_point *points[] = {&point};
    struct written written;
    (void)state;
    assert_false(mqtt_payload_state(begin(&written), &(struct mqtt_points){"total", 1, points}));
    fclose(written.out);
    assert_int_equal(written.size, 0);
    free(written.text);
}

static void test_device(void **state)
{
    static const char *const relay[] = {"1", "off", "2", "on \"immediate\"", NULL};
    struct room_config room = {.id = "leuven"};
    struct config config = {.n_rooms = 1, .room = &room};
    struct device_config device_config = {.id = "pdu-a1", .room = 0, .rack = NO_INDEX, .role = ROLE_IT, .feed = "A"};
    struct live live = {.config = &config};
    struct shape *shape = shape_new();
    struct live_device device = {.config = &device_config, .shape = shape};
    struct live_point power = {.quantity = Q_ACTIVE_POWER,
                               .label = "Server \xe2\x82\xac \xff\"1\"",
                               .rating = 3680,
                               .phase = PH_L2,
                               .role = ROLE_IT,
                               .feed = "A"};
    struct live_point factor = {.quantity = Q_POWER_FACTOR, .label = "", .rating = NAN, .feed = ""};
    struct live_point relay_state = {.quantity = Q_STATE, .label = "", .rating = NAN, .feed = "", .states = relay};
    struct live_point gone = {.quantity = Q_CHARGE, .gone = true};
    const struct live_point *outlet[] = {&gone, &power, &factor}, *switched[] = {&relay_state}, *left[] = {&gone};
    const struct mqtt_points parts[] = {{"outlet-01", 3, outlet}, {"battery", 1, left}, {"outlet-02", 1, switched}};
    static const enum aspect aspects[] = {A_VALUE, A_PEAK, A_RATING};
    struct written written;
    (void)state;
    shape->identity = (struct identity){.profile = "apc-rpdu2", .kind = "pdu", .vendor = "APC", .serial = ""};
    for (size_t i = 0; i < 3; i++) {
        struct point_shape *point = shape_add(shape);
        memcpy(point->part, "outlet-01", sizeof "outlet-01");
        point->quantity = Q_ACTIVE_POWER;
        point->aspect = aspects[i];
    }
    mqtt_payload_device(begin(&written), &device, &live, parts, 3);
    expect(
        &written,
        "{\"name\":\"pdu-a1\",\"kind\":\"pdu\",\"vendor\":\"APC\",\"model\":null,\"serial\":null,"
        "\"firmware\":null,\"profile\":\"apc-rpdu2\",\"room\":\"leuven\",\"rack\":null,\"feed\":\"A\","
        "\"role\":\"it\",\"every_s\":null,\"parts\":{"
        "\"outlet-01\":{\"label\":\"Server \xe2\x82\xac \xef\xbf\xbd\\\"1\\\"\",\"phase\":\"l2\",\"feed\":\"A\","
        "\"role\":\"it\",\"units\":{\"active_power\":\"W\",\"power_factor\":\"\"},\"rating\":{\"active_power\":3680},"
        "\"aspects\":{\"active_power\":[\"peak\",\"rating\"]}},"
        "\"outlet-02\":{\"label\":null,\"feed\":null,\"role\":null,\"units\":{\"state\":\"\"},"
        "\"states\":{\"1\":\"off\",\"2\":\"on \\\"immediate\\\"\"}}}}");
    shape_unref(shape);
    /* nothing known but its name */
    device_config.room = NO_INDEX;
    device_config.role = ROLE_NONE;
    device_config.feed = NULL;
    device.shape = NULL;
    mqtt_payload_device(begin(&written), &device, &live, NULL, 0);
    expect(&written, "{\"name\":\"pdu-a1\",\"kind\":null,\"vendor\":null,\"model\":null,\"serial\":null,"
                     "\"firmware\":null,\"profile\":null,\"room\":null,\"rack\":null,\"feed\":null,\"role\":null,"
                     "\"every_s\":null,\"parts\":{}}");
}

static void test_site(void **state)
{
    struct config config = {.site = "leuven", .title = "Stad Leuven", .n_devices = 12};
    struct live live = {.config = &config, .started_ms = T0};
    struct written written;
    (void)state;
    mqtt_payload_site(begin(&written), &live, "0.1.0", "srv");
    expect(&written, "{\"schema\":1,\"site\":\"leuven\",\"title\":\"Stad Leuven\",\"sw\":\"0.1.0\",\"host\":\"srv\","
                     "\"started\":\"2023-11-14T22:13:20.123Z\",\"devices\":12}");
}

static void test_kpi(void **state)
{
    struct kpi_result result = {.scope = "leuven",
                                .id = Q_K_PUE,
                                .value = 1.42,
                                .name = "PUE2",
                                .from_s = 1667260800,
                                .to_s = 1698796800,
                                .category = 2,
                                .coverage = 0.998,
                                .estimated = 0,
                                .uncertainty = 0.03};
    struct written written;
    (void)state;
    mqtt_payload_kpi(begin(&written), &result, T0);
    expect(&written, "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"value\":1.42,\"unit\":\"\",\"name\":\"PUE2\","
                     "\"from\":\"2022-11-01T00:00:00.000Z\",\"to\":\"2023-11-01T00:00:00.000Z\",\"category\":2,"
                     "\"coverage\":0.998,\"estimated\":0,\"uncertainty\":0.03,\"reason\":null}");
    result = (struct kpi_result){.scope = "site",
                                 .id = Q_K_IT_POWER,
                                 .value = NAN,
                                 .coverage = NAN,
                                 .estimated = NAN,
                                 .uncertainty = NAN,
                                 .reason = "IT measured before the UPS"};
    mqtt_payload_kpi(begin(&written), &result, T0);
    expect(&written, "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"value\":null,\"unit\":\"W\",\"name\":null,\"from\":null,"
                     "\"to\":null,\"category\":null,\"coverage\":null,\"estimated\":null,\"uncertainty\":null,"
                     "\"reason\":\"IT measured before the UPS\"}");
}

static void test_alert(void **state)
{
    struct alert_entry entry = {.id = "overload.pdu-a1.outlet-07",
                                .rule = "overload",
                                .room = "leuven",
                                .device = "pdu-a1",
                                .point = "pdu-a1/outlet-07/current",
                                .raised = true,
                                .priority = 4,
                                .value = 15.2,
                                .limit = 12.8,
                                .unit = "A",
                                .since_ms = T0,
                                .at_ms = T0,
                                .text = "Outlet 7: 15.2 A,\n95 % of 16 A"};
    struct written written;
    (void)state;
    mqtt_payload_alert(begin(&written), &entry, 0);
    expect(&written, "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"id\":\"overload.pdu-a1.outlet-07\",\"state\":\"active\","
                     "\"rule\":\"overload\",\"severity\":\"warning\",\"since\":\"2023-11-14T22:13:20.123Z\","
                     "\"room\":\"leuven\",\"device\":\"pdu-a1\",\"point\":\"pdu-a1/outlet-07/current\",\"value\":15.2,"
                     "\"limit\":12.8,\"unit\":\"A\",\"text\":\"Outlet 7: 15.2 A,\\n95 % of 16 A\"}");
    entry = (struct alert_entry){.id = "clock.site.",
                                 .rule = "clock",
                                 .priority = 2,
                                 .value = NAN,
                                 .limit = NAN,
                                 .since_ms = T0,
                                 .at_ms = T0 + 1000};
    mqtt_payload_alert(begin(&written), &entry, 7);
    expect(&written, "{\"ts\":\"2023-11-14T22:13:21.123Z\",\"seq\":7,\"id\":\"clock.site.\",\"state\":\"cleared\","
                     "\"rule\":\"clock\",\"severity\":\"critical\",\"since\":\"2023-11-14T22:13:20.123Z\","
                     "\"room\":null,\"device\":null,\"point\":null,\"value\":null,\"limit\":null,\"unit\":null,"
                     "\"text\":null}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states), cmocka_unit_test(test_never_polled), cmocka_unit_test(test_device),
        cmocka_unit_test(test_site),   cmocka_unit_test(test_kpi),          cmocka_unit_test(test_alert),
    };
    return cmocka_run_group_tests_name("mqtt_payload", tests, NULL, NULL);
}
