/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small room as HTTP sees it: two devices, one of them silent, a KPI, an alert. For tests.
 *
 * Owner: world_free.
 */
#pragma once
#include "daemon/http_service.h"

struct world {
    struct config config;
    struct room_config room;
    struct group_config group;
    struct device_config device[2];
    struct live *live;
    struct kpi_result kpi;
    struct alert_entry alert;
    const struct alert_entry *alerts[1];
    struct http_view view;
};

struct world *world_new(void);
void world_free(struct world *world);
struct live_point *world_point(struct world *world, const char *name, uint32_t device, enum quantity quantity,
                               enum quality quality, double value);
