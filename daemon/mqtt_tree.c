/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Grows to n elements, the new ones zeroed. */
static void *grow(void *array, size_t *n, size_t wanted, size_t size)
{
    if (wanted <= *n)
        return array;
    size_t larger = wanted > 2 * *n ? wanted : 2 * *n;
    char *bytes = reallocarray(array, larger, size);
    if (!bytes)
        abort();
    memset(bytes + *n * size, 0, (larger - *n) * size);
    *n = larger;
    return bytes;
}

static void *push(void *array, size_t *n, const void *element, size_t size)
{
    char *bytes = reallocarray(array, *n + 1, size);
    if (!bytes)
        abort();
    memcpy(bytes + (*n)++ * size, element, size);
    return bytes;
}

static const char *room_of(const struct live *live, const struct live_device *device)
{
    size_t room = device->config->room;
    return room == NO_INDEX ? "" : live->config->room[room].id;
}

/* Puts topic (NULL: none) in *at; the one that stood there before is left, unless it is the same. */
static void replace(char **at, const char *topic, mqtt_tree_left *left, void *context)
{
    if (*at && topic && strcmp(*at, topic) == 0)
        return;
    if (*at && left)
        left(context, *at);
    free(*at);
    *at = topic ? strdup(topic) : NULL;
    if (topic && !*at)
        abort();
}

static bool shown(const struct mqtt_part *part)
{
    for (size_t i = 0; i < part->n; i++)
        if (!part->point[i]->gone)
            return true;
    return false;
}

static void renew_part(struct mqtt_part *part, const struct mqtt_base *base, const struct live *live,
                       mqtt_tree_left *left, void *context)
{
    const struct live_device *device = live->device[part->device];
    char topic[MQTT_TOPIC_MAX];
    bool exists = device->config && shown(part);
    if (exists)
        mqtt_topic_part(topic, sizeof topic, base, room_of(live, device), device->config->id, part->name);
    replace(&part->topic, exists ? topic : NULL, left, context);
}

static struct mqtt_device *device_at(struct mqtt_tree *tree, uint32_t device)
{
    tree->device = grow(tree->device, &tree->n_devices, (size_t)device + 1, sizeof *tree->device);
    return &tree->device[device];
}

static struct mqtt_part *find_part(struct mqtt_tree *tree, const struct live_point *point)
{
    struct mqtt_device *device = device_at(tree, point->device);
    for (size_t i = 0; i < device->n; i++)
        if (strcmp(device->part[i]->name, point->part) == 0)
            return device->part[i];
    struct mqtt_part *part = calloc(1, sizeof *part);
    if (!part)
        abort();
    part->device = point->device;
    snprintf(part->name, sizeof part->name, "%s", point->part);
    device->part = push(device->part, &device->n, &part, sizeof part);
    tree->part = push(tree->part, &tree->n_parts, &part, sizeof part);
    return part;
}

struct mqtt_part *mqtt_tree_part(struct mqtt_tree *tree, const struct mqtt_base *base, const struct live *live,
                                 const struct live_point *point)
{
    if (point->number < tree->n_points && tree->of_point[point->number])
        return tree->of_point[point->number];
    struct mqtt_part *part = find_part(tree, point);
    part->point = push(part->point, &part->n, &point, sizeof point);
    tree->of_point = grow(tree->of_point, &tree->n_points, (size_t)point->number + 1, sizeof(struct mqtt_part *));
    tree->of_point[point->number] = part;
    if (!part->topic) /* where it has one, mqtt_tree_renew moves it and tells what is left */
        renew_part(part, base, live, NULL, NULL);
    return part;
}

void mqtt_tree_narrow(struct mqtt_tree *tree, mqtt_tree_wanted *wanted, const void *context)
{
    for (size_t i = 0; i < tree->n_parts; i++) {
        struct mqtt_part *part = tree->part[i];
        size_t kept = 0;
        for (size_t k = 0; k < part->n; k++)
            if (wanted(context, part->point[k]))
                part->point[kept++] = part->point[k];
            else
                tree->of_point[part->point[k]->number] = NULL;
        part->n = kept;
    }
}

struct mqtt_device *mqtt_tree_renew(struct mqtt_tree *tree, const struct mqtt_base *base, const struct live *live,
                                    uint32_t device, mqtt_tree_left *left, void *context)
{
    if (device >= live->n_devices)
        return NULL;
    const struct live_device *known = live->device[device];
    struct mqtt_device *at = device_at(tree, device);
    char status[MQTT_TOPIC_MAX], info[MQTT_TOPIC_MAX];
    if (known->config) {
        const char *room = room_of(live, known), *id = known->config->id;
        mqtt_topic_device(status, sizeof status, base, room, id, "status");
        mqtt_topic_device(info, sizeof info, base, room, id, "info");
    }
    replace(&at->status, known->config ? status : NULL, left, context);
    replace(&at->info, known->config ? info : NULL, left, context);
    for (size_t i = 0; i < at->n; i++)
        renew_part(at->part[i], base, live, left, context);
    return at;
}

void mqtt_tree_done(struct mqtt_tree *tree)
{
    for (size_t i = 0; i < tree->n_parts; i++) {
        free(tree->part[i]->topic);
        free(tree->part[i]->point);
        free(tree->part[i]);
    }
    for (size_t i = 0; i < tree->n_devices; i++) {
        free(tree->device[i].status);
        free(tree->device[i].info);
        free(tree->device[i].part);
    }
    free(tree->device);
    free(tree->part);
    free(tree->of_point);
    *tree = (struct mqtt_tree){0};
}
