/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What waits for the broker: the latest message of every retained topic, and events in their order.
 *
 * Shape: lanes go out in their order, within a lane the oldest first. A retained message takes the place of one that
 *        still waits under the same topic, so that memory is bounded by the number of topics; others wait in their
 *        order, at most max_events of them in a lane: then the oldest of the lane goes, counted. A subscription is a
 *        message whose topic is the filter, and whose arrival is the broker's answer.
 * Owner: take gives the message away: mqtt_message_free, or mqtt_outbox_return.
 * Errors: running out of memory ends the process, as in arena.h.
 * Threads: none of its own; the caller locks.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

/* MQTT_LANE_KEPT outlives a lost connection: alerts, events, cleared topics. The others are told anew. MQTT_LANE_BEAT:
 * its arrival says that all states put before have arrived. */
enum mqtt_lane {
    MQTT_LANE_STATUS,
    MQTT_LANE_INFO,
    MQTT_LANE_KEPT,
    MQTT_LANE_STATE,
    MQTT_LANE_BEAT,
    MQTT_LANE_HISTORY,
    MQTT_LANE_COUNT
};

struct mqtt_message {
    TAILQ_ENTRY(mqtt_message) link;
    enum mqtt_lane lane;
    int qos;
    bool retained, subscribe, optional;
    size_t size;   /* of the payload; 0 clears a retained topic */
    uint64_t hash; /* of the topic */
    const char *payload;
    char topic[];
};

struct mqtt_outbox;

struct mqtt_outbox_stats {
    size_t messages, bytes;
    uint64_t superseded, dropped;
    uint64_t overtaken; /* states superseded, dropped or not even put, which only history can still tell */
};

struct mqtt_outbox *mqtt_outbox_new(size_t max_events);
void mqtt_outbox_free(struct mqtt_outbox *outbox);
void mqtt_outbox_put(struct mqtt_outbox *outbox, enum mqtt_lane lane, const char *topic, const void *payload,
                     size_t size, int qos, bool retained);
void mqtt_outbox_subscribe(struct mqtt_outbox *outbox, enum mqtt_lane lane, const char *filter, bool optional);
void mqtt_outbox_skip(struct mqtt_outbox *outbox); /* counts a state that was not put */
/* How many of the lane wait. */
size_t mqtt_outbox_count(const struct mqtt_outbox *outbox, enum mqtt_lane lane);
/* The next to go, or NULL. */
const struct mqtt_message *mqtt_outbox_peek(const struct mqtt_outbox *outbox);
struct mqtt_message *mqtt_outbox_take(struct mqtt_outbox *outbox);
/* One that did not arrive goes in front again, unless its topic has a newer one. */
void mqtt_outbox_return(struct mqtt_outbox *outbox, struct mqtt_message *message);
/* Forgets all but MQTT_LANE_KEPT. */
void mqtt_outbox_renew(struct mqtt_outbox *outbox);
void mqtt_outbox_stats(const struct mqtt_outbox *outbox, struct mqtt_outbox_stats *ret);
void mqtt_message_free(struct mqtt_message *message);
