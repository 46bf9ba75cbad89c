/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection to a broker over paho.mqtt.c, from connect to its end. A new one is made for each attempt, so that
 * nothing of an older one (queued publishes, late callbacks) can reach it.
 *
 * Shape: open answers with connected or failed; after connected come sent for each message and lost at most once.
 *        disconnect answers with ended. After mqtt_link_free no callback comes.
 * Errors: -EAGAIN from send: not taken, later; -ENOTCONN.
 * Threads: all calls may wait for the library's global lock, which it holds while it resolves names: never in the
 *          loop's thread. Callbacks come on the library's threads with that lock held: they may only note and signal.
 * Source: paho.mqtt.c 1.3.12, MQTTAsync.h.
 */
#pragma once
#include "mqtt_outbox.h"
#include "mqtt_topic.h"
#include "drivers/mqtt_words.h"

struct mqtt_link_setup {
    const char *uri, *client_id, *user, *password, *ca, *cert, *key;
    bool tls;
    unsigned version; /* 3 (3.1.1) or 5 */
    int keepalive_s, connect_s;
    const struct mqtt_will *will; /* NULL: none */
};

#define MQTT_WILL_MAX 256

/* What the broker says for us when we are gone without a farewell; the same is said as farewell. */
struct mqtt_will {
    char topic[MQTT_TOPIC_MAX];
    uint8_t payload[MQTT_WILL_MAX];
    size_t size;
    int qos;
    bool retained;
};

struct mqtt_link;

/* Begins what the caller keeps for a message under way; it lives until sent, or until the link is freed. */
struct mqtt_receipt {
    struct mqtt_link *link;
    const struct mqtt_message *sent;
};

/* A message of a topic subscribed to; freed with free(). */
struct mqtt_received {
    struct mqtt_received *next;
    size_t size;   /* of the payload */
    bool retained; /* the broker had it when the subscription came */
    const char *payload;
    char topic[];
};

struct mqtt_link_calls {
    void (*connected)(void *context, unsigned receive_maximum, size_t packet_maximum); /* 0: not told */
    void (*failed)(void *context, const struct mqtt_cause *cause);
    void (*lost)(void *context);
    void (*ended)(void *context);
    void (*sent)(struct mqtt_receipt *receipt, bool arrived);
    void (*refused)(void *context, const char *filter);             /* a subscription; sent follows */
    void (*message)(void *context, struct mqtt_received *received); /* the caller's from then on */
    void (*tls)(void *context, const char *line, size_t n);         /* what OpenSSL says */
};

int mqtt_link_open(const struct mqtt_link_setup *setup, const struct mqtt_link_calls *calls, void *context,
                   struct mqtt_link **ret);
/* Publishes or subscribes; the message lives as long as the receipt. */
int mqtt_link_send(struct mqtt_link *link, const struct mqtt_message *message, struct mqtt_receipt *receipt);
/* with_will: in version 5 the broker publishes the will all the same. */
void mqtt_link_disconnect(struct mqtt_link *link, bool with_will);
void mqtt_link_free(struct mqtt_link *link);
