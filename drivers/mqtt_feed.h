/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One device that publishes: what was heard of it, and what a poll makes of that. Pure: clocks are arguments.
 *
 * Shape: heard for each message; poll at each period. A poll gives a shape when it changed, and values or a failure;
 * and nothing at all while the first message may still come. Threads: one at a time.
 */
#pragma once
#include "inbox.h"
#include "mqtt_plan.h"

struct mqtt_feed;

struct mqtt_feed *mqtt_feed_new(struct device_setup *setup, struct mqtt_moment now);
void mqtt_feed_free(struct mqtt_feed *feed);
/* What has to be subscribed to. */
size_t mqtt_feed_filters(const struct mqtt_feed *feed, const char *const **ret);
/* False: not one of its topics. */
bool mqtt_feed_heard(struct mqtt_feed *feed, const char *topic, const void *payload, size_t n, bool retained,
                     struct mqtt_moment now);
/* trouble: why nothing can come, NULL: the broker is there. ret_shape and ret_answer: NULL where there is none. */
void mqtt_feed_poll(struct mqtt_feed *feed, const char *trouble, struct mqtt_moment now, struct answer **ret_shape,
                    struct answer **ret_answer);
