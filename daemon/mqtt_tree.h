/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which retained topics the native tree has for each device and part, so that what a device leaves behind can be
 * cleared.
 *
 * Shape: devices at the index they have in live.h; parts in the order of their first sight, with their points.
 * Owner: topics are the tree's; points are live's.
 * Threads: the loop's thread.
 */
#pragma once
#include "mqtt_payload.h"
#include "mqtt_topic.h"

struct mqtt_part {
    uint32_t device; /* index into live.device */
    char name[PART_MAX];
    char *topic; /* of its state; NULL: nowhere at present */
    size_t n;
    const struct live_point **point;
    uint64_t stamp; /* of the poll that touched it last */
};

struct mqtt_device {
    char *status, *info; /* topics; NULL: nowhere at present */
    size_t n;
    struct mqtt_part **part;
};

struct mqtt_tree {
    size_t n_devices, n_parts, n_points; /* n_points: of the table by point number */
    struct mqtt_device *device;
    struct mqtt_part **part;
    struct mqtt_part **of_point;
};

typedef void mqtt_tree_left(void *context, const char *topic);

void mqtt_tree_done(struct mqtt_tree *tree);
/* The part of a point, made at first sight. Never NULL for a point of a device. */
struct mqtt_part *mqtt_tree_part(struct mqtt_tree *tree, const struct mqtt_base *base, const struct live *live,
                                 const struct live_point *point);
/* Forgets the points that are not wanted any more; mqtt_tree_renew then tells what is left. */
typedef bool mqtt_tree_wanted(const void *context, const struct live_point *point);
void mqtt_tree_narrow(struct mqtt_tree *tree, mqtt_tree_wanted *wanted, const void *context);
/* Renews the topics of a device and its parts; each that it had and has no more is told. NULL: there is no such device.
 */
struct mqtt_device *mqtt_tree_renew(struct mqtt_tree *tree, const struct mqtt_base *base, const struct live *live,
                                    uint32_t device, mqtt_tree_left *left, void *context);
