/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages under way: handed to the library, not yet taken by the network (QoS 0) or acknowledged (QoS 1).
 *
 * Shape: at most MQTT_WINDOW of them, of QoS 1 no more than the broker takes. Slots keep the order of sending; a
 *        finished one is free after reap. One that failed did so with its connection, which is given no more.
 * Owner: a message passes to the window with mqtt_window_take; it is freed, or returned to the outbox.
 * Threads: the caller locks; mqtt_window_mark too is called under its lock.
 * Source: paho.mqtt.c 1.3.12 searches its queues from end to end and, once a v5 broker's receive maximum (mosquitto:
 * 20) is reached, sleeps for up to 1 s; so both are bounded here, below what it would notice. A publish that could not
 * be written it frees twice, the second time as it closes (its issues 1532, 1621 and 1622): what it is given in between
 * could lie there. What waits in its queue when a handle is destroyed is lost memory (MQTTAsync_NULLPublishCommands):
 * measured up to 6 kB, in some of the lost connections.
 */
#pragma once
#include "drivers/mqtt_link.h"
#include "mqtt_outbox.h"

#define MQTT_WINDOW 20

enum mqtt_slot_state { MQTT_SLOT_FREE, MQTT_SLOT_BUSY, MQTT_SLOT_ARRIVED, MQTT_SLOT_FAILED };

struct mqtt_slot {
    struct mqtt_receipt receipt; /* first: it is what the link gives back */
    TAILQ_ENTRY(mqtt_slot) link;
    void *owner;
    struct mqtt_message *message;
    enum mqtt_slot_state state;
};

TAILQ_HEAD(mqtt_slots, mqtt_slot);

struct mqtt_window {
    struct mqtt_slot slot[MQTT_WINDOW];
    struct mqtt_slots idle, under_way;
    unsigned busy, busy_qos1, limit_qos1;
    unsigned failed;  /* of the busy ones: the connection is over, and nothing more is given to it */
    unsigned flowing; /* of the busy ones: QoS 0 and not taken yet, so a call of `sent` is near */
    unsigned of_lane[MQTT_LANE_COUNT];
    uint64_t arrived, lost;
};

void mqtt_window_init(struct mqtt_window *window, void *owner);
void mqtt_window_limit(struct mqtt_window *window, unsigned receive_maximum); /* 0: not told */
bool mqtt_window_room(const struct mqtt_window *window, int qos);
struct mqtt_slot *mqtt_window_take(struct mqtt_window *window, struct mqtt_message *message);
void mqtt_window_mark(struct mqtt_window *window, struct mqtt_slot *slot, bool arrived);
/* Frees what has arrived. What failed did so with its connection, and stays until mqtt_window_clear. */
void mqtt_window_reap(struct mqtt_window *window);
/* The connection is over: what has to arrive goes back into the outbox, in its order. */
void mqtt_window_clear(struct mqtt_window *window, struct mqtt_outbox *outbox);
