/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_outbox.h"
#include "drivers/hash.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

TAILQ_HEAD(lane, mqtt_message);

struct mqtt_outbox {
    struct lane lane[MQTT_LANE_COUNT];
    void *retained; /* tree of the retained messages that wait, by topic */
    size_t max_events, n[MQTT_LANE_COUNT], events[MQTT_LANE_COUNT]; /* events: neither retained nor a subscription */
    struct mqtt_outbox_stats stats;
};

static int by_topic(const void *a, const void *b)
{
    const struct mqtt_message *left = a, *right = b;
    if (left->hash != right->hash) /* topics have long beginnings in common */
        return left->hash < right->hash ? -1 : 1;
    return strcmp(left->topic, right->topic);
}

struct mqtt_outbox *mqtt_outbox_new(size_t max_events)
{
    struct mqtt_outbox *outbox = calloc(1, sizeof *outbox);
    if (!outbox)
        abort();
    for (size_t i = 0; i < MQTT_LANE_COUNT; i++)
        TAILQ_INIT(&outbox->lane[i]);
    outbox->max_events = max_events;
    return outbox;
}

static size_t bytes_of(const struct mqtt_message *message)
{
    return sizeof *message + strlen(message->topic) + 1 + message->size;
}

static struct mqtt_message *message_new(enum mqtt_lane lane, const char *topic, const void *payload, size_t size,
                                        int qos, bool retained)
{
    size_t name = strlen(topic) + 1;
    struct mqtt_message *message = malloc(sizeof *message + name + size);
    if (!message)
        abort();
    *message = (struct mqtt_message){
        .lane = lane, .qos = qos, .retained = retained, .size = size, .hash = hash_bytes(HASH_BEGIN, topic, name)};
    memcpy(message->topic, topic, name);
    if (size)
        memcpy(message->topic + name, payload, size);
    message->payload = message->topic + name;
    return message;
}

void mqtt_message_free(struct mqtt_message *message)
{
    free(message);
}

static bool is_event(const struct mqtt_message *message)
{
    return !message->retained && !message->subscribe;
}

static void count_in(struct mqtt_outbox *outbox, const struct mqtt_message *message)
{
    outbox->events[message->lane] += is_event(message);
    outbox->n[message->lane]++;
    outbox->stats.messages++;
    outbox->stats.bytes += bytes_of(message);
}

static void count_out(struct mqtt_outbox *outbox, const struct mqtt_message *message)
{
    outbox->events[message->lane] -= is_event(message);
    outbox->n[message->lane]--;
    outbox->stats.messages--;
    outbox->stats.bytes -= bytes_of(message);
}

/* The message's place among the retained ones; *place: that, or an older one of the same topic. */
static struct mqtt_message **enter(struct mqtt_outbox *outbox, struct mqtt_message *message)
{
    struct mqtt_message **place = tsearch(message, &outbox->retained, by_topic);
    if (!place)
        abort();
    return place;
}

static void take_out(struct mqtt_outbox *outbox, struct mqtt_message *message)
{
    TAILQ_REMOVE(&outbox->lane[message->lane], message, link);
    if (message->retained)
        tdelete(message, &outbox->retained, by_topic);
    count_out(outbox, message);
}

/* Room for one more event: the oldest of its lane goes, the one that says least about now. */
static void make_room(struct mqtt_outbox *outbox, enum mqtt_lane lane)
{
    struct mqtt_message *message, *next;
    for (message = TAILQ_FIRST(&outbox->lane[lane]); message && outbox->events[lane] >= outbox->max_events;
         message = next) {
        next = TAILQ_NEXT(message, link);
        if (!is_event(message))
            continue;
        take_out(outbox, message);
        mqtt_message_free(message);
        outbox->stats.dropped++;
        outbox->stats.overtaken += lane == MQTT_LANE_STATE;
    }
}

/* The newer one inherits the place: a topic that is written often must not wait for ever. */
static void supersede(struct mqtt_outbox *outbox, struct mqtt_message **place, struct mqtt_message *message)
{
    struct mqtt_message *older = *place;
    bool same = older->size == message->size && memcmp(older->payload, message->payload, older->size) == 0;
    if (older->lane == message->lane)
        TAILQ_INSERT_AFTER(&outbox->lane[older->lane], older, message, link);
    else
        TAILQ_INSERT_TAIL(&outbox->lane[message->lane], message, link);
    TAILQ_REMOVE(&outbox->lane[older->lane], older, link);
    count_out(outbox, older);
    mqtt_message_free(older);
    *place = message;
    outbox->stats.superseded++;
    outbox->stats.overtaken +=
        message->lane == MQTT_LANE_STATE && !same; /* told twice in a round, as after a snapshot */
}

static void put(struct mqtt_outbox *outbox, struct mqtt_message *message)
{
    struct mqtt_message **place = message->retained ? enter(outbox, message) : &message;
    if (is_event(message))
        make_room(outbox, message->lane);
    if (*place != message)
        supersede(outbox, place, message);
    else
        TAILQ_INSERT_TAIL(&outbox->lane[message->lane], message, link);
    count_in(outbox, message);
}

void mqtt_outbox_put(struct mqtt_outbox *outbox, enum mqtt_lane lane, const char *topic, const void *payload,
                     size_t size, int qos, bool retained)
{
    put(outbox, message_new(lane, topic, payload, size, qos, retained));
}

void mqtt_outbox_subscribe(struct mqtt_outbox *outbox, enum mqtt_lane lane, const char *filter, bool optional)
{
    struct mqtt_message *message = message_new(lane, filter, NULL, 0, 1, false);
    message->subscribe = true;
    message->optional = optional;
    put(outbox, message);
}

void mqtt_outbox_skip(struct mqtt_outbox *outbox)
{
    outbox->stats.overtaken++;
}

size_t mqtt_outbox_count(const struct mqtt_outbox *outbox, enum mqtt_lane lane)
{
    return outbox->n[lane];
}

const struct mqtt_message *mqtt_outbox_peek(const struct mqtt_outbox *outbox)
{
    for (size_t i = 0; i < MQTT_LANE_COUNT; i++)
        if (!TAILQ_EMPTY(&outbox->lane[i]))
            return TAILQ_FIRST(&outbox->lane[i]);
    return NULL;
}

struct mqtt_message *mqtt_outbox_take(struct mqtt_outbox *outbox)
{
    for (size_t i = 0; i < MQTT_LANE_COUNT; i++) {
        struct mqtt_message *message = TAILQ_FIRST(&outbox->lane[i]);
        if (message) {
            take_out(outbox, message);
            return message;
        }
    }
    return NULL;
}

void mqtt_outbox_return(struct mqtt_outbox *outbox, struct mqtt_message *message)
{
    if (message->retained && *enter(outbox, message) != message) {
        outbox->stats.superseded++;
        mqtt_message_free(message);
        return;
    }
    TAILQ_INSERT_HEAD(&outbox->lane[message->lane], message, link);
    count_in(outbox, message);
}

static void empty(struct mqtt_outbox *outbox, enum mqtt_lane lane)
{
    struct mqtt_message *message;
    while ((message = TAILQ_FIRST(&outbox->lane[lane]))) {
        take_out(outbox, message);
        mqtt_message_free(message);
    }
}

void mqtt_outbox_renew(struct mqtt_outbox *outbox)
{
    for (enum mqtt_lane lane = 0; lane < MQTT_LANE_COUNT; lane++)
        if (lane != MQTT_LANE_KEPT)
            empty(outbox, lane);
}

void mqtt_outbox_free(struct mqtt_outbox *outbox)
{
    if (!outbox)
        return;
    for (enum mqtt_lane lane = 0; lane < MQTT_LANE_COUNT; lane++)
        empty(outbox, lane);
    free(outbox);
}

void mqtt_outbox_stats(const struct mqtt_outbox *outbox, struct mqtt_outbox_stats *ret)
{
    *ret = outbox->stats;
}
