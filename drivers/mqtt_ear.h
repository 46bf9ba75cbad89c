/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection to a broker that only listens: events and messages into a queue.
 *
 * Shape: open, then wait for events: connected or failed, then messages, lost at most once. After mqtt_ear_close
 * nothing comes any more. Threads: callbacks come on the library's threads, with its lock held: they only queue. open,
 * subscribe and close may wait for that lock: never in the loop's thread, never under a lock that a callback takes.
 */
#pragma once
#include "mqtt_words.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/queue.h>

#define MQTT_EAR_MESSAGES 20000
#define MQTT_EAR_BYTES    (32u << 20)

struct mqtt_said { /* the last message of a topic */
    STAILQ_ENTRY(mqtt_said) link;
    bool retained;
    size_t n;
    char *payload;
    char topic[];
};

STAILQ_HEAD(mqtt_said_list, mqtt_said);

struct mqtt_ear_setup {
    const char *uri, *client_id, *user, *password, *ca, *cert, *key;
    bool tls;
    unsigned version;
};

/* All of it under lock; wake is signalled at each change. */
struct mqtt_ear_state {
    pthread_mutex_t lock;
    pthread_cond_t wake; /* on CLOCK_MONOTONIC */
    uint64_t events;     /* counts up with each change */
    bool connected, failed, lost;
    struct mqtt_cause cause;
    struct mqtt_said_list heard; /* in the order of their first message; a later one takes its place */
    void *by_topic;              /* tree of heard */
    size_t n, bytes;
    uint64_t dropped; /* of too many topics, or too large */
};

struct mqtt_ear;

/* The next, or NULL; *ret_more: there are others. Freed with mqtt_said_free. */
struct mqtt_said *mqtt_ear_take(struct mqtt_ear_state *state, bool *ret_more);
void mqtt_said_free(struct mqtt_said *said);
/* Something else happened. */
void mqtt_ear_nudge(struct mqtt_ear_state *state);
int mqtt_ear_open(const struct mqtt_ear_setup *setup, struct mqtt_ear_state *state, struct mqtt_ear **ret);
int mqtt_ear_subscribe(struct mqtt_ear *ear, const char *filter);
void mqtt_ear_unsubscribe(struct mqtt_ear *ear, const char *filter);
void mqtt_ear_close(struct mqtt_ear *ear);
