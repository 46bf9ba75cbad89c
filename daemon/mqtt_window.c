/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_window.h"

#include <string.h>

void mqtt_window_init(struct mqtt_window *window, void *owner)
{
    memset(window, 0, sizeof *window);
    TAILQ_INIT(&window->idle);
    TAILQ_INIT(&window->under_way);
    for (size_t i = 0; i < MQTT_WINDOW; i++) {
        window->slot[i].owner = owner;
        TAILQ_INSERT_TAIL(&window->idle, &window->slot[i], link);
    }
    window->limit_qos1 = MQTT_WINDOW;
}

void mqtt_window_limit(struct mqtt_window *window, unsigned receive_maximum)
{
    bool lower = receive_maximum > 0 && receive_maximum < MQTT_WINDOW;
    window->limit_qos1 = lower ? receive_maximum : MQTT_WINDOW;
}

bool mqtt_window_room(const struct mqtt_window *window, int qos)
{
    return !window->failed && window->busy < MQTT_WINDOW && (qos == 0 || window->busy_qos1 < window->limit_qos1);
}

struct mqtt_slot *mqtt_window_take(struct mqtt_window *window, struct mqtt_message *message)
{
    struct mqtt_slot *slot = TAILQ_FIRST(&window->idle);
    TAILQ_REMOVE(&window->idle, slot, link);
    TAILQ_INSERT_TAIL(&window->under_way, slot, link);
    slot->message = message;
    slot->state = MQTT_SLOT_BUSY;
    window->busy++;
    window->flowing += message->qos == 0;
    window->of_lane[message->lane]++;
    window->busy_qos1 += message->qos > 0;
    return slot;
}

void mqtt_window_mark(struct mqtt_window *window, struct mqtt_slot *slot, bool arrived)
{
    if (slot->state != MQTT_SLOT_BUSY)
        return;
    slot->state = arrived ? MQTT_SLOT_ARRIVED : MQTT_SLOT_FAILED;
    window->flowing -= slot->message->qos == 0;
    window->failed += !arrived;
}

/* The slot is idle again, its message the caller's. */
static struct mqtt_message *release(struct mqtt_window *window, struct mqtt_slot *slot)
{
    struct mqtt_message *message = slot->message;
    TAILQ_REMOVE(&window->under_way, slot, link);
    TAILQ_INSERT_HEAD(&window->idle, slot, link);
    window->flowing -= slot->state == MQTT_SLOT_BUSY && message->qos == 0;
    window->failed -= slot->state == MQTT_SLOT_FAILED;
    slot->message = NULL;
    slot->state = MQTT_SLOT_FREE;
    window->busy--;
    window->of_lane[message->lane]--;
    window->busy_qos1 -= message->qos > 0;
    return message;
}

void mqtt_window_reap(struct mqtt_window *window)
{
    for (struct mqtt_slot *slot = TAILQ_FIRST(&window->under_way), *next; slot; slot = next) {
        next = TAILQ_NEXT(slot, link);
        if (slot->state != MQTT_SLOT_ARRIVED)
            continue;
        window->arrived++;
        mqtt_message_free(release(window, slot));
    }
}

void mqtt_window_clear(struct mqtt_window *window, struct mqtt_outbox *outbox)
{
    struct mqtt_slot *slot;
    /* from the youngest to the oldest, each in front of the others */
    while ((slot = TAILQ_LAST(&window->under_way, mqtt_slots))) {
        bool arrived = slot->state == MQTT_SLOT_ARRIVED;
        struct mqtt_message *message = release(window, slot);
        window->arrived += arrived;
        window->lost += !arrived;
        if (!arrived && message->lane == MQTT_LANE_KEPT)
            mqtt_outbox_return(outbox, message);
        else
            mqtt_message_free(message);
    }
}
