/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/site_points.h"

#include "daemon/bind.h"

#include <string.h>

static uint32_t next_number(void *context, const char *name)
{
    (void)name;
    return ++*(uint32_t *)context; /* above those of the devices' points */
}

static void no_record(void *context, const struct record *record)
{
    (void)context;
    (void)record;
}

int site_points_load(const char *const *dirs, size_t n, const char *state, struct diag *diag, struct site_points *ret)
{
    struct site_points site = {0};
    int r = config_load(dirs, n, config_no_secrets, PROFILES_USED, NULL, diag, &site.config);
    if (r < 0)
        return r;
    site.plant = plant_new(site.config, state);
    site.live = site.plant->live;
    uint32_t number = (uint32_t)site.live->n_points;
    struct binder binder = {.live = site.live, .number = next_number, .record = no_record, .context = &number};
    bind_scopes(&binder, site.config);
    *ret = site;
    return 0;
}

void site_points_free(struct site_points *site)
{
    plant_free(site->plant);
    config_unref(site->config);
    memset(site, 0, sizeof *site);
}

const struct part_config *site_points_part(const struct site_points *site, const struct live_point *point)
{
    if (point->device == NO_DEVICE)
        return NULL;
    const struct device_config *device = site->live->device[point->device]->config;
    for (size_t i = 0; i < device->n_parts; i++)
        if (!strcmp(device->part[i].part, point->part))
            return &device->part[i];
    return NULL;
}
