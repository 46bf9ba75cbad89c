/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_site.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_point(struct test_site *site, uint32_t device, const char *part, enum quantity quantity)
{
    char name[128];
    snprintf(name, sizeof name, "%s/%s/%s", site->device[device].id, part, quantity_row(quantity)->name);
    struct live_point *point = live_add(site->live, name);
    point->number = (uint32_t)site->live->n_points;
    point->device = device;
    point->quantity = quantity;
    point->label = "web \xe2\x82\xac";
    point->room = site->room[device].id;
    point->rack = point->feed = "";
    point->rating = NAN;
    point->quality = QL_SILENT;
    point->value = NAN;
}

void test_site_make(struct test_site *site)
{
    static const char *const rooms[] = {"leuven", "kelder"}, *const devices[] = {"pdu-a1", "ups-1"};
    memset(site, 0, sizeof *site);
    site->live = live_new();
    site->live->config = &site->config;
    site->live->started_ms = 1700000000000;
    site->config.site = "stad";
    site->config.title = "Stad";
    site->config.n_rooms = site->config.n_devices = 2;
    site->config.room = site->room;
    site->config.device = site->device;
    for (uint32_t i = 0; i < 2; i++) {
        site->room[i].id = rooms[i];
        site->device[i] = (struct device_config){.id = devices[i], .room = i, .rack = NO_INDEX, .breaker = NAN};
        struct live_device *device = live_device_add(site->live, i + 1);
        device->config = &site->device[i];
        device->state = LIVE_STARTING;
    }
    add_point(site, 0, "outlet-01", Q_ACTIVE_POWER);
    add_point(site, 0, "outlet-01", Q_VOLTAGE);
    add_point(site, 0, "inlet-1", Q_CURRENT);
    add_point(site, 1, "battery", Q_CHARGE);
}

void test_site_outlets(struct test_site *site, unsigned n)
{
    static const enum quantity measured[] = {Q_ACTIVE_POWER, Q_APPARENT_POWER, Q_POWER_FACTOR,
                                             Q_VOLTAGE,      Q_CURRENT,        Q_ENERGY};
    for (unsigned i = 0; i < n; i++) {
        char part[PART_MAX];
        snprintf(part, sizeof part, "outlet-%02u", i + 100);
        for (size_t q = 0; q < sizeof measured / sizeof measured[0]; q++)
            add_point(site, 0, part, measured[q]);
    }
}

void test_site_done(struct test_site *site)
{
    live_free(site->live);
}

size_t test_site_poll(struct test_site *site, size_t device, double value, int64_t ts_ms,
                      const struct live_point **ret_points, size_t size)
{
    size_t n = 0;
    site->live->device[device]->state = LIVE_ONLINE;
    for (size_t i = 0; i < site->live->n_points && n < size; i++) {
        struct live_point *point = site->live->point[i];
        if (point->device != device || point->gone)
            continue;
        point->value = value;
        point->quality = QL_GOOD;
        point->ts_ms = ts_ms;
        ret_points[n++] = point;
    }
    return n;
}
