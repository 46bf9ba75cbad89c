/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection to a broker over paho.mqtt.c, from connect to its end. A new one is made for each attempt, so that
 * nothing of an older one (queued publishes, late callbacks) can reach it.
 *
 * Shape: open answers with connected or failed; after connected come sent for each receipt and lost at most once.
 *        disconnect answers with ended. After mqtt_link_free no callback comes.
 * Errors: -EAGAIN: not taken, later; -ENOTCONN.
 * Threads: all calls may wait for the library's global lock, which it holds while it resolves names: never in the
 *          loop's thread. Callbacks come on the library's threads with that lock held: they may only note and signal.
 * Source: paho.mqtt.c 1.3.12, MQTTAsync.h.
 */
#pragma once
#include "mqtt_words.h"

#include <MQTTAsync.h>

struct mqtt_word {
    const char *topic;
    const void *payload;
    size_t size; /* 0 clears a retained topic */
    int qos;
    bool retained;
};

struct mqtt_link_setup {
    const char *uri, *client_id, *user, *password, *ca, *cert, *key; /* NULL: none; ca: the system's authorities */
    bool tls;
    unsigned version; /* 3 (3.1.1) or 5 */
    int keepalive_s, connect_s;
    const struct mqtt_word *will; /* what the broker says for us when we are gone without a farewell; NULL: nothing */
};

struct mqtt_link;

/* Begins what the caller keeps for something under way; it lives until sent, or until the link is freed. */
struct mqtt_receipt {
    struct mqtt_link *link;
    const char *filter; /* of a subscription; NULL: something published */
    bool optional;
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
    void (*sent)(struct mqtt_receipt *receipt, bool arrived);       /* arrived: or refused by the broker */
    void (*refused)(void *context, const char *filter);             /* a subscription; sent follows */
    void (*message)(void *context, struct mqtt_received *received); /* the caller's from then on */
    void (*tls)(void *context, const char *line, size_t n);         /* what OpenSSL says */
};

int mqtt_link_open(const struct mqtt_link_setup *setup, const struct mqtt_link_calls *calls, void *context,
                   struct mqtt_link **ret);
/* The filter lives as long as the receipt; NULL: no answer is awaited. optional: its refusal is not told. */
int mqtt_link_subscribe(struct mqtt_link *link, const char *filter, int qos, bool optional,
                        struct mqtt_receipt *receipt);
void mqtt_link_unsubscribe(struct mqtt_link *link, const char *filter);
/* For who publishes, which no driver does: what the library is to call back for the receipt, whose filter is set; and
 * what its answer means. */
MQTTAsync mqtt_link_awaits(struct mqtt_link *link, struct mqtt_receipt *receipt, MQTTAsync_responseOptions *ret);
int mqtt_link_outcome(int rc);
/* with_will: in version 5 the broker publishes the will all the same. */
void mqtt_link_disconnect(struct mqtt_link *link, bool with_will);
void mqtt_link_free(struct mqtt_link *link);
