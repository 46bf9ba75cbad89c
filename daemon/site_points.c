/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/site_points.h"

#include "daemon/bind.h"
#include "daemon/device_file.h"
#include "daemon/device_json.h"
#include "daemon/names.h"

#include <stdlib.h>
#include <string.h>

static uint32_t number_of(void *context, const char *name)
{
    return names_number(context, name);
}

static void no_record(void *context, const struct record *record)
{
    (void)context;
    (void)record;
}

static void bind_one(const struct binder *binder, struct live_device *device, const char *state)
{
    struct shape *shape;
    char *text = device_file_read(state, device->config->id);
    if (text && device_json_read(text, &shape) >= 0) {
        bind_device(binder, device, shape);
        shape_unref(shape);
    }
    free(text);
}

int site_points_load(const char *const *dirs, size_t n, const char *state, struct diag *diag, struct site_points *ret)
{
    struct site_points site = {0};
    int r = config_load(dirs, n, config_no_secrets, NULL, diag, &site.config);
    if (r < 0)
        return r;
    site.live = live_new();
    site.names = names_new();
    site.live->config = site.config;
    struct binder binder = {.live = site.live, .number = number_of, .record = no_record, .context = site.names};
    for (size_t i = 0; i < site.config->n_devices; i++) {
        struct live_device *device = live_device_add(site.live, site.config->device[i].setup->number);
        device->config = &site.config->device[i];
        bind_one(&binder, device, state);
    }
    for (size_t i = 0; i < site.config->n_rooms; i++)
        bind_scope(&binder, site.config->room[i].id);
    bind_scope(&binder, "site");
    *ret = site;
    return 0;
}

void site_points_free(struct site_points *site)
{
    live_free(site->live);
    names_free(site->names);
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
