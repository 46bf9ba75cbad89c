/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/live.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct live *live_new(void)
{
    struct live *live = calloc(1, sizeof *live);
    if (!live)
        abort();
    return live;
}

void live_free(struct live *live)
{
    if (!live)
        return;
    for (size_t i = 0; i < live->n_points; i++)
        free(live->point[i]);
    for (size_t i = 0; i < live->n_devices; i++) {
        shape_unref(live->device[i]->shape);
        free(live->device[i]->bound);
        free(live->device[i]->energy);
        free(live->device[i]);
    }
    free(live->point);
    free(live->device);
    name_table_done(&live->names);
    free(live);
}

struct live_point *live_add(struct live *live, const char *name)
{
    /* name and part lie behind the point: there are tens of thousands of them */
    const char *part = strchr(name, '/'), *end = part ? strchr(part + 1, '/') : NULL;
    size_t length = strlen(name) + 1, part_length = end ? (size_t)(end - part - 1) : 0;
    struct live_point *point = calloc(1, sizeof *point + length + part_length + 1);
    if ((live->n_points & (live->n_points - 1)) == 0)
        live->point = realloc(live->point, (live->n_points ? live->n_points * 2 : 1) * sizeof *live->point);
    if (!point || !live->point)
        abort();
    char *own = (char *)(point + 1);
    point->name = memcpy(own, name, length);
    point->part = part_length ? memcpy(own + length, part + 1, part_length) : own + length;
    live->point[live->n_points] = point;
    name_table_put(&live->names, point->name, (uint32_t)live->n_points++);
    return point;
}

struct live_point *live_find(const struct live *live, const char *name)
{
    uint32_t i = name_table_find(&live->names, name);
    return i == NAME_TABLE_NONE ? NULL : live->point[i];
}

struct live_device *live_device_add(struct live *live, uint32_t number)
{
    struct live_device *device = calloc(1, sizeof *device);
    live->device = realloc(live->device, (live->n_devices + 1) * sizeof *live->device);
    if (!device || !live->device)
        abort();
    device->number = number;
    live->device[live->n_devices++] = device;
    return device;
}

/* Numbers of devices are given densely from 0 (config.h), so that the place is nearly always the number. */
uint32_t live_index(const struct live *live, uint32_t number)
{
    if (number < live->n_devices && live->device[number]->number == number)
        return number;
    for (size_t i = 0; i < live->n_devices; i++)
        if (live->device[i]->number == number)
            return (uint32_t)i;
    return NO_DEVICE;
}

struct live_device *live_device(const struct live *live, const char *id)
{
    for (size_t i = 0; i < live->n_devices; i++)
        if (live->device[i]->config && !strcmp(live->device[i]->config->id, id))
            return live->device[i];
    return NULL;
}

static int compare_late(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

int64_t live_late_p99_us(const struct live_device *device)
{
    int64_t sorted[64];
    unsigned n = device->n_late < 64 ? device->n_late : 64;
    if (!n)
        return 0;
    memcpy(sorted, device->late_us, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare_late);
    return sorted[(n * 99 + 99) / 100 - 1];
}

bool live_match(const struct live_point *point, const char *glob)
{
    return fnmatch(glob, point->name, 0) == 0;
}
