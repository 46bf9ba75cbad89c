/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figures_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

struct rig *rig_new(void)
{
    struct rig *rig = calloc(1, sizeof *rig);
    setenv("TZ", "UTC", 1);
    tzset();
    assert_int_equal(ledger_open(":memory:", true, &rig->ledger), 0);
    rig->room[0] = (struct room_config){.id = "stad", .complete = true};
    rig->room[1] = (struct room_config){.id = "gent", .complete = true};
    rig->config = (struct config){.site = "leuven",
                                  .room = rig->room,
                                  .n_rooms = 1,
                                  .device = rig->device,
                                  .source = rig->source,
                                  .factors = {.electricity = 0.16749, .gas = 0.182}};
    return rig;
}

void rig_free(struct rig *rig)
{
    ledger_close(rig->ledger);
    free(rig);
}

struct record rig_record(uint32_t number, const char *device, enum role role)
{
    return (struct record){.number = number,
                           .device = device,
                           .part = "total",
                           .quantity = Q_ENERGY,
                           .room = "stad",
                           .role = role,
                           .share = 1,
                           .accuracy = 1,
                           .rated_w = 500000,
                           .period_s = 60,
                           .to_ms = INT64_MAX};
}

void rig_meter(struct rig *rig, uint32_t number, const char *device, size_t room, enum role role, int category)
{
    struct record r = rig_record(number, device, role);
    r.room = rig->room[room].id;
    r.category = category;
    assert_int_equal(ledger_define(rig->ledger, &r), 0);
    rig->device[rig->config.n_devices++] =
        (struct device_config){.id = device, .room = room, .role = role, .to_ms = INT64_MAX, .share = 1};
}

void rig_poll(struct rig *rig, int64_t s, uint32_t number, double wh)
{
    struct row *row = row_new(1);
    row->seq = ++rig->seq;
    row->wall_ms = (RIG_T0 + s) * 1000;
    row->boot_us = s * 1000000;
    row->n = 1;
    row->value[0] = (struct row_value){number, QL_GOOD, wh};
    assert_int_equal(ledger_feed(rig->ledger, row), 0);
    row_free(row);
}
