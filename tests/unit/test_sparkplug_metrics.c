/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sparkplug_metrics and sparkplug_about: what is born, what is told by exception, what comes as history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/sparkplug_about.h"
#include "mqtt_site.h"

#include <math.h>
#include <sparkplug_b.pb-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T0 INT64_C(1700000000000)

struct world {
    struct test_site site;
    struct sparkplug_metrics metrics;
    struct sparkplug_alerts alerts;
    struct sparkplug_payload *payload;
    SparkplugB__Payload *told; /* the last that was packed */
};

static const struct sparkplug_style plain = {.typed = true}, numbers = {.aliases = true};
static const char *unwanted; /* name of a point */

static bool wants(const void *context, const struct live_point *point)
{
    (void)context;
    return !unwanted || strcmp(point->name, unwanted) != 0;
}

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    test_site_make(&world->site);
    world->payload = sparkplug_payload_new();
    unwanted = NULL;
    sparkplug_metrics_find(&world->metrics, world->site.live, wants, NULL);
    *state = world;
    return 0;
}

static void forget(struct world *world)
{
    if (world->told)
        sparkplug_b__payload__free_unpacked(world->told, NULL);
    world->told = NULL;
    sparkplug_payload_begin(world->payload);
}

static int teardown(void **state)
{
    struct world *world = *state;
    forget(world);
    sparkplug_metrics_done(&world->metrics);
    sparkplug_alerts_done(&world->alerts);
    sparkplug_payload_free(world->payload);
    test_site_done(&world->site);
    free(world);
    return 0;
}

static size_t tell(struct world *world)
{
    size_t size;
    const uint8_t *bytes = sparkplug_payload_pack(world->payload, T0, 0, &size);
    world->told = sparkplug_b__payload__unpack(NULL, size, bytes);
    assert_non_null(world->told);
    return world->told->n_metrics;
}

static const SparkplugB__Metric *named(const struct world *world, const char *name)
{
    for (size_t i = 0; i < world->told->n_metrics; i++)
        if (world->told->metrics[i]->name && strcmp(world->told->metrics[i]->name, name) == 0)
            return world->told->metrics[i];
    return NULL;
}

static const SparkplugB__PropertyValue *property(const SparkplugB__Metric *metric, const char *key)
{
    for (size_t i = 0; metric->properties && i < metric->properties->n_keys; i++)
        if (strcmp(metric->properties->keys[i], key) == 0)
            return metric->properties->values[i];
    return NULL;
}

static void poll_pdu(struct world *world, double value, int64_t ts_ms)
{
    const struct live_point *points[8];
    assert_int_equal(test_site_poll(&world->site, 0, value, ts_ms, points, 8), 3);
}

static size_t birth(struct world *world, const struct sparkplug_style *style)
{
    struct sparkplug_set *set = sparkplug_metrics_set(&world->metrics, 0);
    forget(world);
    sparkplug_about_device(set, style, &world->alerts, world->site.live, T0, world->payload);
    sparkplug_set_birth(set, style, T0, world->payload);
    return tell(world);
}

static size_t data(struct world *world, const struct sparkplug_style *style)
{
    forget(world);
    sparkplug_set_data(sparkplug_metrics_set(&world->metrics, 0), style, world->payload);
    return tell(world);
}

static void test_birth(void **state)
{
    struct world *world = *state;
    world->site.live->point[1]->rating = 3680;
    poll_pdu(world, 230.5, T0 - 500);
    world->site.live->point[1]->quality = QL_IMPLAUSIBLE;
    assert_int_equal(birth(world, &plain), 9 + 3);
    const SparkplugB__Metric *power = named(world, "outlet-01/active_power"),
                             *voltage = named(world, "outlet-01/voltage");
    assert_int_equal(power->datatype, SPARKPLUG_DOUBLE);
    assert_float_equal(power->double_value, 230.5, 0);
    assert_int_equal(power->timestamp, T0 - 500);
    assert_false(power->has_alias);
    assert_string_equal(property(power, "engUnit")->string_value, "W");
    assert_string_equal(property(power, "documentation")->string_value, "web \xe2\x82\xac");
    assert_null(property(power, "Quality"));
    assert_true(voltage->is_null);
    assert_int_equal(voltage->value_case, SPARKPLUG_B__METRIC__VALUE__NOT_SET);
    assert_int_equal(property(voltage, "Quality")->int_value, SPARKPLUG_BAD);
    assert_float_equal(property(voltage, "engHigh")->double_value, 3680, 0);
    assert_string_equal(named(world, "Properties/Room")->string_value, "leuven");
    assert_true(named(world, "Properties/Serial")->is_null);
    assert_int_equal(named(world, "alerts/active")->long_value, 0);
    assert_int_equal(data(world, &plain), 0);
}

static void test_exception(void **state)
{
    struct world *world = *state;
    double own[Q_COUNT];
    for (size_t i = 0; i < Q_COUNT; i++)
        own[i] = NAN;
    own[Q_ACTIVE_POWER] = 10;
    const struct sparkplug_style banded = {.typed = true, .band = own};
    poll_pdu(world, 230, T0);
    birth(world, &plain);
    poll_pdu(world, 230.05, T0 + 1000);
    assert_int_equal(data(world, &plain), 0);
    poll_pdu(world, 231, T0 + 2000);
    assert_int_equal(data(world, &banded), 2); /* not the power */
    assert_null(named(world, "outlet-01/active_power"));
    assert_int_equal(named(world, "outlet-01/voltage")->timestamp, T0 + 2000);
    assert_null(named(world, "outlet-01/voltage")->properties);
    poll_pdu(world, 235, T0 + 3000);
    poll_pdu(world, 240.1, T0 + 4000); /* what was not told adds up */
    assert_int_equal(data(world, &banded), 3);
    /* a quality is told when it changes, and when it is good again */
    world->site.live->point[0]->quality = QL_STALE;
    assert_int_equal(data(world, &plain), 1);
    assert_true(named(world, "outlet-01/active_power")->is_null);
    assert_int_equal(property(named(world, "outlet-01/active_power"), "Quality")->int_value, SPARKPLUG_STALE);
    assert_int_equal(data(world, &plain), 0);
    world->site.live->point[0]->quality = QL_GOOD;
    assert_int_equal(data(world, &plain), 1);
    assert_int_equal(property(named(world, "outlet-01/active_power"), "Quality")->int_value, SPARKPLUG_GOOD);
    world->site.live->point[0]->quality = QL_ESTIMATED; /* has a value: as good to a host */
    assert_int_equal(data(world, &plain), 0);
}

static void test_aliases(void **state)
{
    struct world *world = *state;
    uint64_t seen[64] = {0};
    size_t n = 0;
    poll_pdu(world, 1, T0);
    birth(world, &numbers);
    for (size_t i = 0; i < world->told->n_metrics; i++) {
        assert_true(world->told->metrics[i]->has_alias && world->told->metrics[i]->name);
        for (size_t k = 0; k < n; k++)
            assert_int_not_equal(seen[k], world->told->metrics[i]->alias);
        seen[n++] = world->told->metrics[i]->alias;
    }
    uint64_t power = named(world, "outlet-01/active_power")->alias;
    poll_pdu(world, 5, T0 + 1000);
    assert_int_equal(data(world, &numbers), 3);
    assert_int_equal(world->told->metrics[0]->alias, power);
    assert_null(world->told->metrics[0]->name);
    assert_false(world->told->metrics[0]->has_datatype);
    /* the other device's are others */
    struct sparkplug_set *ups = sparkplug_metrics_set(&world->metrics, 1);
    forget(world);
    sparkplug_about_device(ups, &numbers, &world->alerts, world->site.live, T0, world->payload);
    sparkplug_set_birth(ups, &numbers, T0, world->payload);
    tell(world);
    for (size_t i = 0; i < world->told->n_metrics; i++)
        for (size_t k = 0; k < n; k++)
            assert_int_not_equal(seen[k], world->told->metrics[i]->alias);
}

static void test_points_come_and_go(void **state)
{
    struct world *world = *state;
    struct sparkplug_set *set = sparkplug_metrics_set(&world->metrics, 0);
    poll_pdu(world, 1, T0);
    birth(world, &plain);
    sparkplug_metrics_find(&world->metrics, world->site.live, wants, NULL);
    assert_false(set->changed);
    test_site_outlets(&world->site, 1);
    sparkplug_metrics_find(&world->metrics, world->site.live, wants, NULL);
    assert_true(set->changed);
}

static void test_unwanted(void **state)
{
    struct world *world = *state;
    struct sparkplug_set *set = sparkplug_metrics_set(&world->metrics, 1);
    poll_pdu(world, 1, T0);
    birth(world, &plain);
    assert_true(sparkplug_set_any(set));
    unwanted = world->site.live->point[3]->name;
    sparkplug_metrics_find(&world->metrics, world->site.live, wants, NULL);
    assert_false(sparkplug_set_any(set));
    assert_false(sparkplug_metrics_set(&world->metrics, 0)->changed);
    unwanted = world->site.live->point[0]->name;
    sparkplug_metrics_find(&world->metrics, world->site.live, wants, NULL);
    assert_true(sparkplug_metrics_set(&world->metrics, 0)->changed);
    assert_int_equal(birth(world, &plain), 9 + 2);
    assert_null(named(world, "outlet-01/active_power"));
    poll_pdu(world, 50, T0 + 1000);
    assert_int_equal(data(world, &plain), 2);
}

static void test_history(void **state)
{
    struct world *world = *state;
    const struct live_point *point = world->site.live->point[0];
    struct row *row = row_new(3);
    poll_pdu(world, 100, T0);
    birth(world, &plain);
    row->wall_ms = T0 - 60000;
    row->value[0] = (struct row_value){point->number, QL_GOOD, 90};
    row->value[1] = (struct row_value){point->number + 1, QL_SILENT, NAN};
    row->value[2] = (struct row_value){4711, QL_GOOD, 1}; /* nobody's */
    row->n = 3;
    sparkplug_metrics_past_begin(&world->metrics);
    forget(world);
    sparkplug_metrics_past(&world->metrics, &plain, row, world->payload);
    assert_int_equal(tell(world), 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(world->told->metrics[i]->is_historical);
        assert_int_equal(world->told->metrics[i]->timestamp, T0 - 60000);
    }
    assert_float_equal(world->told->metrics[0]->double_value, 90, 0);
    assert_true(world->told->metrics[1]->is_null);
    /* by exception too, and live data is compared with live data */
    row->wall_ms += 1000;
    forget(world);
    sparkplug_metrics_past(&world->metrics, &plain, row, world->payload);
    assert_int_equal(tell(world), 0);
    assert_int_equal(data(world, &plain), 0);
    row_free(row);
}

static void test_alerts(void **state)
{
    struct world *world = *state;
    struct alert_entry entry = {.raised = true, .priority = 4, .value = NAN, .limit = NAN, .at_ms = T0, .since_ms = T0};
    struct sparkplug_set *node = sparkplug_metrics_set(&world->metrics, NO_DEVICE);
    for (unsigned i = 0; i < SPARKPLUG_EVENTS_MAX + 5; i++) {
        snprintf(entry.id, sizeof entry.id, "overload.pdu-a1.outlet-%02u", i % 4);
        snprintf(entry.device, sizeof entry.device, "pdu-a1");
        snprintf(entry.text, sizeof entry.text, "outlet %u", i % 4);
        sparkplug_alerts_note(&world->alerts, &entry, true);
    }
    assert_int_equal(world->alerts.n, 4);
    assert_int_equal(world->alerts.n_events, SPARKPLUG_EVENTS_MAX);
    assert_int_equal(world->alerts.dropped, 5);
    entry.raised = false;
    sparkplug_alerts_note(&world->alerts, &entry, true); /* outlet-00 */
    assert_int_equal(world->alerts.n, 3);
    birth(world, &plain);
    assert_int_equal(named(world, "alerts/active")->long_value, 3);
    assert_string_equal(named(world, "alerts/text")->string_value, "outlet 3");
    forget(world);
    sparkplug_about_alerts(node, &plain, &world->alerts, "ups-1", T0, world->payload);
    sparkplug_about_event(node, &plain, &world->alerts.event[SPARKPLUG_EVENTS_MAX - 1], true, world->payload);
    tell(world);
    assert_int_equal(named(world, "alerts/active")->long_value, 0);
    assert_true(named(world, "alerts/text")->is_null);
    assert_non_null(strstr(named(world, "alerts/event")->string_value, "\"state\":\"cleared\""));
    assert_true(named(world, "alerts/event")->is_historical);
    /* told long ago: there; told just before the connection broke, or never: again */
    for (size_t i = 0; i < world->alerts.n_events; i++)
        world->alerts.event[i].told_ms = i < 990 ? T0 : i < 995 ? T0 + SPARKPLUG_EVENT_KEPT_MS : 0;
    sparkplug_alerts_lost(&world->alerts, T0 + SPARKPLUG_EVENT_KEPT_MS + 1);
    assert_int_equal(world->alerts.n_events, 10);
    assert_int_equal(world->alerts.event[0].told_ms, 0);
}

static void test_node(void **state)
{
    struct world *world = *state;
    struct sparkplug_set *node = sparkplug_metrics_set(&world->metrics, NO_DEVICE);
    sparkplug_about_node(node, &numbers, &world->alerts, world->site.live, "0.1", 17, T0, world->payload);
    tell(world);
    assert_string_equal(world->told->metrics[0]->name, "bdSeq");
    assert_int_equal(world->told->metrics[0]->long_value, 17);
    assert_int_equal(world->told->metrics[0]->datatype, SPARKPLUG_INT64);
    const SparkplugB__Metric *rebirth = named(world, "Node Control/Rebirth");
    assert_false(rebirth->has_alias);
    assert_int_equal(rebirth->value_case, SPARKPLUG_B__METRIC__VALUE_BOOLEAN_VALUE);
    assert_false(rebirth->boolean_value);
    assert_string_equal(named(world, "Properties/Site")->string_value, "Stad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_birth, setup, teardown),
        cmocka_unit_test_setup_teardown(test_exception, setup, teardown),
        cmocka_unit_test_setup_teardown(test_aliases, setup, teardown),
        cmocka_unit_test_setup_teardown(test_points_come_and_go, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unwanted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_history, setup, teardown),
        cmocka_unit_test_setup_teardown(test_alerts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_node, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
