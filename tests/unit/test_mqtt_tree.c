/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt_tree: which topics there are, and which are left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/mqtt_tree.h"

#include <stdio.h>
#include <string.h>

static const struct mqtt_base base = {"w", "s"};

struct fixture {
    struct config config;
    struct room_config room[2];
    struct device_config device;
    struct live *live;
    struct live_point *power, *voltage, *current;
    struct mqtt_tree tree;
    char left[512];
};

static struct live_point *add_point(struct fixture *fixture, const char *part, enum quantity quantity)
{
    char name[128];
    snprintf(name, sizeof name, "pdu/%s/%s", part, quantity_row(quantity)->name);
    struct live_point *point = live_add(fixture->live, name);
    point->number = (uint32_t)fixture->live->n_points * 100; /* numbers have gaps */
    point->quantity = quantity;
    return point;
}

static int setup(void **state)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof fixture);
    fixture.room[0].id = "north";
    fixture.room[1].id = "south";
    fixture.config = (struct config){.n_rooms = 2, .room = fixture.room};
    fixture.device = (struct device_config){.id = "pdu", .room = 0, .rack = NO_INDEX};
    fixture.live = live_new();
    fixture.live->config = &fixture.config;
    live_device_add(fixture.live, 0)->config = &fixture.device;
    fixture.power = add_point(&fixture, "outlet-01", Q_ACTIVE_POWER);
    fixture.current = add_point(&fixture, "inlet-1", Q_CURRENT);
    fixture.voltage = add_point(&fixture, "outlet-01", Q_VOLTAGE);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    mqtt_tree_done(&fixture->tree);
    live_free(fixture->live);
    return 0;
}

static void left(void *context, const char *topic)
{
    struct fixture *fixture = context;
    size_t n = strlen(fixture->left);
    snprintf(fixture->left + n, sizeof fixture->left - n, "%s\n", topic);
}

static struct mqtt_part *part_of(struct fixture *fixture, const struct live_point *point)
{
    return mqtt_tree_part(&fixture->tree, &base, fixture->live, point);
}

static struct mqtt_device *renew(struct fixture *fixture, uint32_t device)
{
    fixture->left[0] = '\0';
    return mqtt_tree_renew(&fixture->tree, &base, fixture->live, device, left, fixture);
}

static void test_parts(void **state)
{
    struct fixture *fixture = *state;
    struct mqtt_part *outlet = part_of(fixture, fixture->power);
    assert_ptr_equal(part_of(fixture, fixture->voltage), outlet);
    assert_ptr_equal(part_of(fixture, fixture->power), outlet);
    assert_ptr_not_equal(part_of(fixture, fixture->current), outlet);
    assert_int_equal(outlet->n, 2);
    assert_string_equal(outlet->topic, "w/s/device/north/pdu/outlet-01/state");
    assert_int_equal(fixture->tree.n_parts, 2);
    assert_null(renew(fixture, 1)); /* no such device */
    struct mqtt_device *device = renew(fixture, 0);
    assert_string_equal(device->status, "w/s/device/north/pdu/status");
    assert_string_equal(device->info, "w/s/device/north/pdu/info");
    assert_int_equal(device->n, 2);
    assert_string_equal(fixture->left, "");
}

static bool no_power(const void *context, const struct live_point *point)
{
    (void)context;
    return point->quantity != Q_ACTIVE_POWER && point->quantity != Q_CURRENT;
}

/* The broker is to have less: a part without a point left has no topic. */
static void test_narrow(void **state)
{
    struct fixture *fixture = *state;
    struct mqtt_part *outlet = part_of(fixture, fixture->power);
    part_of(fixture, fixture->voltage);
    struct mqtt_part *inlet = part_of(fixture, fixture->current);
    assert_non_null(renew(fixture, 0));
    mqtt_tree_narrow(&fixture->tree, no_power, NULL);
    assert_non_null(renew(fixture, 0));
    assert_string_equal(fixture->left, "w/s/device/north/pdu/inlet-1/state\n");
    assert_int_equal(outlet->n, 1);
    assert_ptr_equal(outlet->point[0], fixture->voltage);
    assert_null(inlet->topic);
    assert_ptr_equal(part_of(fixture, fixture->current), inlet);
    assert_string_equal(inlet->topic, "w/s/device/north/pdu/inlet-1/state");
}

static void test_move(void **state)
{
    struct fixture *fixture = *state;
    struct mqtt_part *outlet = part_of(fixture, fixture->power);
    renew(fixture, 0);
    fixture->device.room = 1;
    /* a point seen before the move is known moves nothing on its own: the old topic would be forgotten */
    part_of(fixture, fixture->voltage);
    assert_string_equal(outlet->topic, "w/s/device/north/pdu/outlet-01/state");
    struct mqtt_device *device = renew(fixture, 0);
    assert_string_equal(fixture->left, "w/s/device/north/pdu/status\nw/s/device/north/pdu/info\n"
                                       "w/s/device/north/pdu/outlet-01/state\n");
    assert_string_equal(device->status, "w/s/device/south/pdu/status");
    assert_string_equal(outlet->topic, "w/s/device/south/pdu/outlet-01/state");
    renew(fixture, 0);
    assert_string_equal(fixture->left, "");
}

static void test_part_and_device_leave(void **state)
{
    struct fixture *fixture = *state;
    struct mqtt_part *outlet = part_of(fixture, fixture->power), *inlet = part_of(fixture, fixture->current);
    part_of(fixture, fixture->voltage);
    renew(fixture, 0);
    fixture->power->gone = true; /* one quantity of two: the part stays */
    renew(fixture, 0);
    assert_string_equal(fixture->left, "");
    fixture->voltage->gone = true;
    renew(fixture, 0);
    assert_string_equal(fixture->left, "w/s/device/north/pdu/outlet-01/state\n");
    assert_null(outlet->topic);
    fixture->live->device[0]->config = NULL;
    fixture->current->gone = true;
    struct mqtt_device *device = renew(fixture, 0);
    assert_string_equal(fixture->left, "w/s/device/north/pdu/status\nw/s/device/north/pdu/info\n"
                                       "w/s/device/north/pdu/inlet-1/state\n");
    assert_null(device->status);
    assert_null(device->info);
    assert_null(inlet->topic);
    /* and back */
    fixture->live->device[0]->config = &fixture->device;
    fixture->power->gone = false;
    device = renew(fixture, 0);
    assert_string_equal(fixture->left, "");
    assert_string_equal(device->status, "w/s/device/north/pdu/status");
    assert_string_equal(outlet->topic, "w/s/device/north/pdu/outlet-01/state");
    assert_null(inlet->topic);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_narrow, setup, teardown),
        cmocka_unit_test_setup_teardown(test_move, setup, teardown),
        cmocka_unit_test_setup_teardown(test_part_and_device_leave, setup, teardown),
    };
    return cmocka_run_group_tests_name("mqtt_tree", tests, NULL, NULL);
}
