/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt_scalar against a real mosquitto: numbers alone, nothing where there is none. */
#include "mqtt_rig.h"

#include <math.h>

#define POWER TREE "device/leuven/pdu-a1/outlet-01/active_power"

static int setup(void **state)
{
    if (rig_setup(state) < 0)
        return -1;
    ((struct fixture *)*state)->config.scalars = true;
    return 0;
}

static void test_numbers(void **state)
{
    struct fixture *fixture = *state;
    struct kpi_result kpi = {.scope = "leuven", .id = Q_K_PUE, .value = 1.375, .name = "PUE2"};
    fixture->site.live->point[1]->quantity = Q_STATE;
    rig_start(fixture);
    rig_poll_device(fixture, 0, 230.1, T0);
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    mqtt_sink.kpis(fixture->mqtt, &kpi, 1);
    UNTIL(rig_heard_is(&fixture->subscriber, POWER, "230.1"));
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "kpi/leuven/pue/value", "1.375"));
    UNTIL(rig_heard_has(&fixture->subscriber, OUTLET, "\"active_power\":230.1")); /* beside the native tree */
    UNTIL(rig_heard_is(&fixture->subscriber, OUTLET "/value", "230.1"));          /* also a quantity named state */
    assert_true(rig_heard_has(&fixture->subscriber, OUTLET, "\"state\":230.1"));
    rig_poll_device(fixture, 0, -0.000001, T0 + 1000);
    UNTIL(rig_heard_is(&fixture->subscriber, POWER, "-0.000001"));
    assert_null(subscriber_heard(&fixture->subscriber, TREE "device/kelder/ups-1/battery/charge")); /* not polled */
    /* no value is no topic, never 0 */
    struct live_point *point = fixture->site.live->point[0];
    const struct live_point *points[] = {point};
    point->quality = QL_STALE;
    mqtt_sink.polled(fixture->mqtt, fixture->site.live->device[0], points, 1);
    UNTIL(rig_heard_is(&fixture->subscriber, POWER, ""));
    kpi.value = NAN;
    mqtt_sink.kpis(fixture->mqtt, &kpi, 1);
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "kpi/leuven/pue/value", ""));
    rig_poll_device(fixture, 0, 5, T0 + 2000);
    UNTIL(rig_heard_is(&fixture->subscriber, POWER, "5"));
    /* a device that moved, then a view that is not wanted any more */
    fixture->site.device[0].room = 1;
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    UNTIL(rig_heard_is(&fixture->subscriber, POWER, ""));
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "device/kelder/pdu-a1/outlet-01/active_power", "5"));
    fixture->config.scalars = false;
    assert_int_equal(mqtt_reload(fixture->mqtt, &fixture->config), 0);
    UNTIL(rig_heard_is(&fixture->subscriber, TREE "device/kelder/pdu-a1/outlet-01/active_power", ""));
    UNTIL(rig_heard_has(&fixture->subscriber, TREE "device/kelder/pdu-a1/outlet-01/state", "\"active_power\":5"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_numbers, setup, rig_teardown)};
    if (rig_start_loop() < 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rig_stop_loop();
    return failed;
}
