/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http_world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct live_point *world_point(struct world *world, const char *name, uint32_t device, enum quantity quantity,
                               enum quality quality, double value)
{
    struct live_point *point = live_add(world->live, name);
    point->device = device;
    point->quantity = quantity;
    point->quality = quality;
    point->value = value;
    point->ts_ms = 1795322846000;
    point->label = "";
    point->room = world->room.id;
    point->rack = "";
    point->feed = "";
    return point;
}

static void add_devices(struct world *world)
{
    static const char *const ids[] = {"pdu-a1", "ups-1"};
    for (uint32_t i = 0; i < 2; i++) {
        world->device[i] = (struct device_config){.id = ids[i], .room = 0, .rack = NO_INDEX, .setup = setup_new()};
        world->device[i].setup->profile = "apc-rpdu2";
        struct live_device *device = live_device_add(world->live, i + 1);
        device->config = &world->device[i];
        device->state = i ? LIVE_OFFLINE : LIVE_ONLINE;
        device->polls = 60;
        device->failures = i ? 60 : 1;
        device->last_ok_ms = i ? 0 : 1795322846000;
        device->latency_us = i ? 0 : 12500;
        device->n_late = i ? 0 : 1;
        device->late_us[0] = 1500;
    }
}

static void add_points(struct world *world)
{
    struct live_point *p;
    world_point(world, "pdu-a1/total/active_power", 0, Q_ACTIVE_POWER, QL_GOOD, 3512.5)->role = ROLE_IT;
    p = world_point(world, "pdu-a1/outlet-01/current", 0, Q_CURRENT, QL_SENTINEL, NAN);
    p->rating = 16;
    p->label = "say \"hi\" \\ caf\xe9";
    p->phase = PH_L1;
    p->feed = "A";
    p->rack = "r1";
    world_point(world, "pdu-a1/total/energy", 0, Q_ENERGY, QL_ESTIMATED, 123456.7);
    world_point(world, "pdu-a1/total/power_factor", 0, Q_POWER_FACTOR, QL_GOOD, 0.97);
    world_point(world, "ups-1/total/active_power", 1, Q_ACTIVE_POWER, QL_SILENT, NAN);
    world_point(world, "pdu-old/total/active_power", 0, Q_ACTIVE_POWER, QL_GOOD, 1)->gone = true;
    p = world_point(world, "stadskantoor/kpi/ipue", NO_DEVICE, Q_K_IPUE, QL_GOOD, 1.42);
    p->scope = world->room.id;
}

struct world *world_new(void)
{
    struct world *world = calloc(1, sizeof *world);
    if (!world)
        abort();
    world->room = (struct room_config){.id = "stadskantoor", .title = "Stadskantoor"};
    world->config.site = "leuven";
    world->config.n_rooms = 1;
    world->config.room = &world->room;
    world->config.n_groups = 1;
    world->config.group = &world->group;
    world->group = (struct group_config){.id = "beide", .title = "Beide"};
    world->config.n_devices = 2;
    world->config.device = world->device;
    world->live = live_new();
    world->live->config = &world->config;
    world->live->started_ms = 1795322246000;
    add_devices(world);
    add_points(world);
    world->kpi = (struct kpi_result){.scope = "stadskantoor",
                                     .id = Q_K_IPUE,
                                     .value = 1.42,
                                     .name = "iPUE2",
                                     .from_s = 1795236000,
                                     .to_s = 1795322400,
                                     .category = 2,
                                     .coverage = 0.998,
                                     .estimated = 0,
                                     .uncertainty = 0.03};
    world->alert = (struct alert_entry){.id = "device-silent.ups-1",
                                        .rule = "device-silent",
                                        .room = "stadskantoor",
                                        .device = "ups-1",
                                        .raised = true,
                                        .priority = 3,
                                        .value = NAN,
                                        .limit = NAN,
                                        .since_ms = 1795322300000,
                                        .at_ms = 1795322300000,
                                        .text = "ups-1: no answer for 30 s"};
    world->alerts[0] = &world->alert;
    world->view = (struct http_view){.live = world->live,
                                     .version = "0.1.0",
                                     .now_ms = 1795322846500,
                                     .ready = true,
                                     .n_kpis = 1,
                                     .kpi = &world->kpi,
                                     .n_alerts = 1,
                                     .alert = world->alerts,
                                     .disk = {.log_rows = 120, .log_bytes = 40960, .rrd = {30}, .mqtt = {2}},
                                     .slow_turns = 1,
                                     .cpu_s = 0.25,
                                     .resident = 20971520};
    return world;
}

void world_free(struct world *world)
{
    if (!world)
        return;
    for (size_t i = 0; i < 2; i++)
        setup_unref(world->device[i].setup);
    live_free(world->live);
    free(world);
}
