/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way to one broker: a thread that connects, reconnects and sends what waits, and never keeps the loop.
 *
 * Shape: each CONNECT wants a will first: mqtt_wire_will, at the start and whenever mqtt_wire_wants_will says so.
 *        away -> held (connected; the outbox is renewed but for MQTT_LANE_KEPT and nothing goes out yet) -> open, when
 *        the loop has put the site's status and releases it -> away ... -> closed after mqtt_wire_close.
 *        mqtt_wire_fd becomes readable at each change.
 * Errors: none are returned once it runs; mqtt_wire_trouble has words.
 * Owner: texts of the setup are copied. mqtt_wire_drop gives the wire up; a thread that still waits for a resolver
 *        ends it later.
 * Threads: all calls in the loop's thread; none waits but mqtt_wire_wait.
 */
#pragma once
#include "drivers/mqtt_link.h"
#include "mqtt_outbox.h"
#include "mqtt_state.h"
#include "mqtt_will.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mqtt_wire_setup {
    const char *server, *client_id, *user, *password, *ca, *cert, *key;
    unsigned version; /* 3 or 5 */
    int keepalive_s;
    uint64_t first_connect; /* number of the first CONNECT packet */
    bool will_at_end;       /* version 5: the broker is to say it after our farewell too (Sparkplug) */
};

struct mqtt_wire_stats {
    struct mqtt_outbox_stats outbox;
    size_t under_way;
    uint64_t sent, lost, connects;
    uint64_t ignored;   /* received, but too many or too large */
    uint64_t kept_back; /* larger than the broker takes */
};

struct mqtt_wire;

/* -EINVAL for a server that is none. */
int mqtt_wire_start(const struct mqtt_wire_setup *setup, struct mqtt_wire **ret);
int mqtt_wire_fd(const struct mqtt_wire *wire);
/* Resets the descriptor. *ret_connection counts connections. */
enum mqtt_state mqtt_wire_state(struct mqtt_wire *wire, uint64_t *ret_connection);
/* Lets go what is held, if this is still that connection. */
void mqtt_wire_release(struct mqtt_wire *wire, uint64_t connection);
void mqtt_wire_put(struct mqtt_wire *wire, enum mqtt_lane lane, const char *topic, const void *payload, size_t size,
                   int qos, bool retained);
/* At QoS 1. Goes with its connection: to be asked for anew at each. */
void mqtt_wire_subscribe(struct mqtt_wire *wire, enum mqtt_lane lane, const char *filter);
/* At QoS 0, and no trouble where the broker refuses. */
void mqtt_wire_overhear(struct mqtt_wire *wire, enum mqtt_lane lane, const char *filter);
/* A state is not put since too much waits: it is to be told as history. */
void mqtt_wire_skip(struct mqtt_wire *wire);
/* Of the lane nothing waits and nothing is under way: what was put since the connection began has arrived. */
bool mqtt_wire_arrived(struct mqtt_wire *wire, enum mqtt_lane lane, uint64_t connection);
/* What was received, oldest first, linked by next; NULL: nothing. */
struct mqtt_received *mqtt_wire_take(struct mqtt_wire *wire);
/* Says the will, disconnects and connects anew. */
void mqtt_wire_again(struct mqtt_wire *wire);
/* The number of the present or the next CONNECT packet; those that the broker refused count too. */
uint64_t mqtt_wire_connect(struct mqtt_wire *wire);
/* True: it waits for the will of CONNECT number *ret_connect. */
bool mqtt_wire_wants_will(struct mqtt_wire *wire, uint64_t *ret_connect);
void mqtt_wire_will(struct mqtt_wire *wire, const struct mqtt_will *will);
/* False: nothing lasts; else why the broker cannot be reached. */
bool mqtt_wire_trouble(struct mqtt_wire *wire, char *buf, size_t size);
void mqtt_wire_stats(struct mqtt_wire *wire, struct mqtt_wire_stats *ret);
/* Sends what waits for at most 2 s, then offline, then disconnects. */
void mqtt_wire_close(struct mqtt_wire *wire);
/* True: closed within the time. */
bool mqtt_wire_wait(struct mqtt_wire *wire, int timeout_ms);
void mqtt_wire_drop(struct mqtt_wire *wire);
