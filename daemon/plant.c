/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/plant.h"

#include "daemon/bind.h"
#include "daemon/device_file.h"
#include "daemon/device_json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint32_t number(void *context, const char *name)
{
    (void)name;
    return ++*(uint32_t *)context; /* numbers matter to the log and the ledger only */
}

static void record(void *context, const struct record *record)
{
    (void)context;
    (void)record;
}

static bool learnt(struct plant *plant, const struct binder *binder, struct live_device *device)
{
    struct shape *shape;
    char *text = plant->state ? device_file_read(plant->state, device->config->id) : NULL;
    int r = text ? device_json_read(text, &shape) : -ENOENT;
    free(text);
    if (r < 0)
        return false;
    bind_device(binder, device, shape);
    shape_unref(shape);
    return true;
}

struct plant *plant_new(const struct config *config, const char *state)
{
    uint32_t numbers = 0;
    struct plant *plant = calloc(1, sizeof *plant);
    if (!plant)
        abort();
    *plant = (struct plant){.live = live_new(), .state = state};
    plant->live->config = config;
    struct binder binder = {plant->live, number, record, &numbers};
    for (size_t i = 0; i < config->n_devices; i++) {
        struct live_device *device = live_device_add(plant->live, (uint32_t)i);
        device->config = &config->device[i];
        plant->unlearnt += !learnt(plant, &binder, device);
    }
    return plant;
}

void plant_free(struct plant *plant)
{
    if (!plant)
        return;
    live_free(plant->live);
    free(plant);
}

const struct live_point *plant_point(const struct live_device *device, const char *part, enum quantity quantity)
{
    for (size_t i = 0; i < device->n_bound; i++)
        if (device->bound[i] && device->bound[i]->quantity == quantity && !strcmp(device->bound[i]->part, part))
            return device->bound[i];
    return NULL;
}

const struct live_point *plant_named(const struct plant *plant, const char *name)
{
    return live_find(plant->live, name);
}

const struct device_config *plant_device(const struct plant *plant, const struct live_point *point)
{
    return plant->live->device[point->device]->config;
}

enum location plant_place(const struct plant *plant, const struct live_point *point, double *ret_height)
{
    const struct device_config *dc = plant_device(plant, point);
    *ret_height = NAN;
    for (size_t i = 0; i < dc->n_parts; i++)
        if (!strcmp(dc->part[i].part, point->part)) {
            *ret_height = dc->part[i].height;
            return dc->part[i].place;
        }
    return PLACE_NONE;
}

int plant_past(const struct plant *plant, const struct live_point *point, enum rrd_function function, int64_t from_s,
               int64_t to_s, struct past *ret)
{
    if (!quantity_row(point->quantity)->graphed)
        return -ENOENT;
    return past_read(plant->state, plant_device(plant, point)->id, point->part, point->quantity, function, from_s, to_s,
                     ret);
}
