/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_rig.h"

#include "daemon/report_document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct room_config rig_rooms[2];
struct device_config rig_devices[8];
struct config rig_config;
static struct source_config sources[1];

void rig_set_up(size_t n_rooms)
{
    memset(rig_devices, 0, sizeof rig_devices);
    for (int i = 0; i < 2; i++)
        rig_rooms[i] = (struct room_config){.id = i ? "gent" : "stad",
                                            .title = i ? "Gent" : "Stad",
                                            .complete = true,
                                            .heat = {.architecture = HA_HAC,
                                                     .air_flow_fixed = NAN,
                                                     .sink_supply = 50,
                                                     .sink_return = 40,
                                                     .efficiency = 0.45,
                                                     .demand_space = NAN,
                                                     .demand_dhw = NAN}};
    rig_config = (struct config){
        .site = "leuven",
        .title = "Leuven",
        .timezone = "UTC",
        .room = rig_rooms,
        .n_rooms = n_rooms,
        .device = rig_devices,
        .source = sources,
        .factors = {
            .electricity = 0.16749, .gas = 0.182, .price_electricity = 220, .price_gas = 80, .price_heat = NAN}};
}

__attribute__((constructor)) static void utc(void)
{
    setenv("TZ", "UTC", 1);
}

struct ledger *rig_ledger(size_t n_rooms)
{
    struct ledger *ledger = NULL;
    rig_set_up(n_rooms);
    assert_int_equal(ledger_open(":memory:", true, &ledger), 0);
    return ledger;
}

struct record rig_record(uint32_t number, const char *device, const char *part, size_t room, enum role role,
                         int category)
{
    return (struct record){.number = number,
                           .device = device,
                           .part = part,
                           .quantity = Q_ENERGY,
                           .room = rig_rooms[room].id,
                           .role = role,
                           .category = category,
                           .share = 1,
                           .accuracy = 1,
                           .rated_w = 500000,
                           .period_s = 900,
                           .to_ms = INT64_MAX};
}

void rig_meter(struct ledger *ledger, uint32_t number, const char *device, const char *part, size_t room,
               enum role role, int category, const char *feed)
{
    struct record r = rig_record(number, device, part, room, role, category);
    r.feed = feed;
    assert_int_equal(ledger_define(ledger, &r), 0);
    rig_devices[rig_config.n_devices++] =
        (struct device_config){.id = device, .room = room, .role = role, .to_ms = INT64_MAX, .share = 1};
}

void rig_run(struct ledger *ledger, const double *watts, size_t n, int64_t from_s, int64_t to_s)
{
    static int64_t seq;
    for (int64_t s = from_s; s <= to_s; s += 900) {
        struct row *row = row_new(n);
        row->seq = ++seq;
        row->wall_ms = s * 1000;
        row->boot_us = (s - RIG_T0 + 900) * 1000000;
        row->n = n;
        for (size_t i = 0; i < n; i++)
            row->value[i] = (struct row_value){(uint32_t)i + 1, QL_GOOD, watts[i] * (double)(s - from_s) / 3600};
        assert_int_equal(ledger_feed(ledger, row), 0);
        row_free(row);
    }
    assert_int_equal(ledger_commit(ledger), 0);
}

json_t *rig_build(struct ledger *ledger, const char *scope, int64_t from_s, int64_t to_s, int64_t now_s)
{
    struct report_request request = {.config = &rig_config,
                                     .ledger = ledger,
                                     .no_ledger = "nothing was kept yet",
                                     .scope = scope,
                                     .from_s = from_s,
                                     .to_s = to_s,
                                     .now_s = now_s};
    json_t *document = NULL;
    assert_int_equal(report_build(&request, &document), 0);
    return document;
}
