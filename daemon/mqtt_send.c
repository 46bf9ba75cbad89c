/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the library calls, on its threads and with its lock held: note, wake, and fetch the next message. */
#include "mqtt_publish.h"
#include "mqtt_thread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

static void call_connected(void *context, unsigned receive_maximum, size_t packet_maximum)
{
    struct mqtt_wire *wire = context;
    mqtt_thread_lock(wire);
    mqtt_window_limit(&wire->window, receive_maximum);
    bool told = packet_maximum > 0 && (packet_maximum < wire->packet_max || wire->packet_max == 0);
    wire->packet_max = told ? packet_maximum : wire->packet_max;
    mqtt_thread_unlock(wire);
    mqtt_thread_note(wire, &wire->connected);
}

static void call_failed(void *context, const struct mqtt_cause *cause)
{
    struct mqtt_wire *wire = context;
    mqtt_thread_lock(wire);
    wire->cause.version = cause->version;
    wire->cause.code = cause->code;
    wire->cause.refused_by_broker = cause->refused_by_broker;
    mqtt_thread_unlock(wire);
    mqtt_thread_note(wire, &wire->failed);
}

static void call_lost(void *context)
{
    struct mqtt_wire *wire = context;
    mqtt_thread_note(wire, &wire->lost);
}

static void call_ended(void *context)
{
    struct mqtt_wire *wire = context;
    mqtt_thread_note(wire, &wire->ended);
}

bool mqtt_send_ready(const struct mqtt_wire *wire)
{
    const struct mqtt_message *next = wire->state == MQTT_OPEN ? mqtt_outbox_peek(wire->outbox) : NULL;
    return next && mqtt_window_room(&wire->window, next->qos);
}

/* A packet beside topic and payload: MQTT 5.0 sections 2.1 and 3.3, with an empty list of properties. */
#define PACKET_HEAD 12

/* Under lock. A larger packet than the broker takes ends the connection. */
static bool too_large(struct mqtt_wire *wire, struct mqtt_message *message)
{
    size_t bytes = PACKET_HEAD + strlen(message->topic) + message->size;
    if (wire->packet_max > 0 && bytes > wire->packet_max) {
        snprintf(wire->words, sizeof wire->words,
                 "broker %s:%u: takes no message of more than %zu bytes: '%s' with %zu is not told", wire->server.host,
                 wire->server.port, wire->packet_max, message->topic, bytes);
        wire->kept_back++;
        mqtt_message_free(message);
        return true;
    }
    if (bytes > wire->sent.bytes) {
        wire->sent.bytes = bytes;
        snprintf(wire->sent.topic, sizeof wire->sent.topic, "%s", message->topic);
    }
    return false;
}

/* Under lock: what goes next. One of QoS 0 is enough, since its own `sent` fetches the next. */
static size_t take_round(struct mqtt_wire *wire, struct mqtt_slot *batch[MQTT_WINDOW])
{
    size_t n = 0;
    mqtt_window_reap(&wire->window);
    while (wire->window.flowing == 0 && mqtt_send_ready(wire)) {
        struct mqtt_message *message = mqtt_outbox_take(wire->outbox);
        if (!too_large(wire, message))
            batch[n++] = mqtt_window_take(&wire->window, message);
    }
    return n;
}

static int hand_over(struct mqtt_link *link, struct mqtt_slot *slot)
{
    const struct mqtt_message *m = slot->message;
    if (m->subscribe)
        return mqtt_link_subscribe(link, m->topic, !m->optional, m->optional, &slot->receipt);
    const struct mqtt_word word = {m->topic, m->payload, m->size, m->qos, m->retained};
    return mqtt_publish(link, &word, &slot->receipt);
}

/* What is taken goes out in the order in which it was taken: one thread at a time, the other's share is left to it. */
void mqtt_send_round(struct mqtt_wire *wire, struct mqtt_link *link)
{
    struct mqtt_slot *batch[MQTT_WINDOW];
    mqtt_thread_lock(wire);
    size_t n = wire->handing ? 0 : take_round(wire, batch);
    while (n > 0) {
        wire->handing = true;
        if (wire->window.busy == n)
            wire->progress_us = mqtt_thread_now_us();
        mqtt_thread_unlock(wire);
        bool sent[MQTT_WINDOW];
        for (size_t i = 0; i < n; i++)
            sent[i] = hand_over(link, batch[i]) == 0;
        mqtt_thread_lock(wire);
        for (size_t i = 0; i < n; i++)
            if (!sent[i])
                mqtt_window_mark(&wire->window, batch[i], false);
        wire->handing = false;
        n = take_round(wire, batch);
    }
    mqtt_thread_unlock(wire);
}

/* The library's thread fetches the next message itself: handing each over from ours costs two changes of thread a
 * message, which was half the price of publishing. Our thread begins, and sees to what goes wrong. */
static void call_sent(struct mqtt_receipt *receipt, bool arrived)
{
    struct mqtt_slot *slot = (struct mqtt_slot *)receipt;
    struct mqtt_wire *wire = slot->owner;
    struct mqtt_link *link = receipt->link;
    mqtt_thread_lock(wire);
    enum mqtt_lane lane = slot->message->lane;
    mqtt_window_mark(&wire->window, slot, arrived);
    if (arrived)
        wire->progress_us = mqtt_thread_now_us();
    mqtt_window_reap(&wire->window);
    /* the loop goes by these: history in portions, and what a beat vouches for */
    bool tell_loop =
        lane >= MQTT_LANE_BEAT && wire->window.of_lane[lane] == 0 && mqtt_outbox_count(wire->outbox, lane) == 0;
    if (!arrived || wire->closing)
        pthread_cond_broadcast(&wire->wake);
    mqtt_thread_unlock(wire);
    if (tell_loop && eventfd_write(wire->fd, 1) < 0 && errno != EAGAIN)
        abort();
    if (arrived)
        mqtt_send_round(wire, link);
}

static void call_refused(void *context, const char *filter)
{
    struct mqtt_wire *wire = context;
    mqtt_thread_lock(wire);
    snprintf(wire->words, sizeof wire->words, "broker %s:%u: refuses the subscription to '%s'", wire->server.host,
             wire->server.port, filter);
    mqtt_thread_unlock(wire);
}

static void call_message(void *context, struct mqtt_received *received)
{
    struct mqtt_wire *wire = context;
    size_t bytes = sizeof *received + strlen(received->topic) + received->size;
    mqtt_thread_lock(wire);
    bool room = wire->n_received < MQTT_RECEIVED_MAX && wire->bytes_received + bytes <= MQTT_RECEIVED_BYTES;
    if (room) {
        *wire->last_received = received;
        wire->last_received = &received->next;
        wire->n_received++;
        wire->bytes_received += bytes;
    } else {
        wire->ignored++;
    }
    mqtt_thread_unlock(wire);
    if (!room)
        free(received);
    else if (eventfd_write(wire->fd, 1) < 0 && errno != EAGAIN)
        abort();
}

static void call_tls(void *context, const char *line, size_t n)
{
    struct mqtt_wire *wire = context;
    mqtt_thread_lock(wire);
    if (!wire->cause.tls[0]) /* the first line is the cause, the others follow from it */
        mqtt_tls_reason(line, n, wire->cause.tls, sizeof wire->cause.tls);
    mqtt_thread_unlock(wire);
}

const struct mqtt_link_calls mqtt_send_calls = {
    .connected = call_connected,
    .failed = call_failed,
    .lost = call_lost,
    .ended = call_ended,
    .sent = call_sent,
    .refused = call_refused,
    .message = call_message,
    .tls = call_tls,
};
