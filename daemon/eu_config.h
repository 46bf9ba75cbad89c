/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the EU data-centre report asks and no meter knows: entered by the operator, once a year.
 *
 * Units: W, Wh, degC; m2, m3, K d, as the keys say; NAN or NULL: not stated.
 * Source: Delegated Regulation (EU) 2024/1364, annexes I and II.
 */
#pragma once
#include <stddef.h>

struct eu_config {
    unsigned year; /* of the yearly figures; 0: not stated */
    const char *name, *owner, *operator, * contacts, *lau, *type, *structure, *since;
    const char *redundancy_high, *redundancy_low, *redundancy_rack, *cooling_room, *cooling_rack;
    const char *grid_functions, *refrigerants;
    double it_power, floor_area, room_area, grid_battery;
    double water, water_potable, intake_setpoint, degree_days;
    double guarantees, purchase, on_site; /* renewable, Wh */
    double servers, servers_area, storage;
    double bandwidth_in, bandwidth_out, traffic_in, traffic_out;
};
