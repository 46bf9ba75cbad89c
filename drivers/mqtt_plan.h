/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a profile and what was published to points, and from messages to samples. Pure: no socket, no clock.
 *
 * Shape: the points are those whose fields were there once; a message with new fields wants a new plan.
 * Units: boot and wall in us.
 * Owner: a plan owns its arena and borrows the profile and the setup.
 */
#pragma once
#include "inbox.h"
#include "mqtt_image.h"
#include "setup.h"

struct mqtt_moment {
    int64_t boot_us, wall_us;
};

struct mqtt_plan {
    struct arena *arena;
    struct shape *shape;
    const void *decode; /* private */
};

/* What has to be subscribed to, in the arena. */
size_t mqtt_plan_filters(struct arena *arena, const struct profile *profile, const struct device_setup *setup,
                         const char ***ret);
/* -ENODATA: nothing of the profile was published yet. */
int mqtt_plan_new(const struct profile *profile, const struct device_setup *setup, const struct mqtt_image *image,
                  struct mqtt_plan **ret);
void mqtt_plan_free(struct mqtt_plan *plan);
/* Fills the samples; how many are not out of date. words: the first field of a wrong type, or "". */
size_t mqtt_plan_decode(const struct mqtt_plan *plan, const struct mqtt_image *image, struct mqtt_moment now,
                        struct answer *answer, char words[200]);
/* False: the device, or what speaks for it, says that it is not there; words say where. */
bool mqtt_plan_online(const struct profile *profile, const struct device_setup *setup, const struct mqtt_image *image,
                      char words[200]);
/* After so long a message is worth nothing. */
int64_t mqtt_plan_stale_us(const struct profile *profile, const struct device_setup *setup);
