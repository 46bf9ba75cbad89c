/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_wire.h"
#include "drivers/thread.h"
#include "mqtt_thread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define CONNECT_S  10
#define MAX_EVENTS 1000 /* transitions kept while the broker is away; 1,000 are about 0.5 MB */

static const char *keep(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

static struct mqtt_wire *wire_new(const struct mqtt_wire_setup *setup, const struct mqtt_server *server)
{
    struct mqtt_wire *wire = calloc(1, sizeof *wire);
    pthread_condattr_t monotonic;
    if (!wire)
        abort();
    wire->refs = 1;
    wire->server = *server;
    wire->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    wire->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    wire->arena = arena_new();
    wire->setup = (struct mqtt_link_setup){
        .uri = keep(wire->arena, server->uri),
        .client_id = keep(wire->arena, setup->client_id),
        .user = keep(wire->arena, setup->user),
        .password = keep(wire->arena, setup->password),
        .ca = keep(wire->arena, setup->ca),
        .cert = keep(wire->arena, setup->cert),
        .key = keep(wire->arena, setup->key),
        .tls = server->tls,
        .version = setup->version,
        .keepalive_s = setup->keepalive_s,
        .connect_s = CONNECT_S,
    };
    wire->will_at_end = setup->will_at_end;
    wire->attempts = setup->first_connect;
    wire->last_received = &wire->received;
    wire->outbox = mqtt_outbox_new(MAX_EVENTS);
    mqtt_window_init(&wire->window, wire);
    wire->retry_us = MQTT_RETRY_MIN;
    pthread_mutex_init(&wire->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&wire->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return wire;
}

int mqtt_wire_start(const struct mqtt_wire_setup *setup, struct mqtt_wire **ret)
{
    struct mqtt_server server;
    int rc = mqtt_server_parse(setup->server, &server);
    if (rc < 0)
        return rc;
    struct mqtt_wire *wire = wire_new(setup, &server);
    if (wire->fd < 0 || wire->stop < 0) {
        rc = -EMFILE;
        goto fail;
    }
    atomic_fetch_add(&wire->refs, 1);
    rc = thread_begin(&wire->thread, "mqtt", 0, mqtt_thread_run, wire);
    if (rc < 0) {
        atomic_fetch_sub(&wire->refs, 1);
        goto fail;
    }
    *ret = wire;
    return 0;
fail:
    mqtt_thread_unref(wire);
    return rc;
}

int mqtt_wire_fd(const struct mqtt_wire *wire)
{
    return wire->fd;
}

enum mqtt_state mqtt_wire_state(struct mqtt_wire *wire, uint64_t *ret_connection)
{
    eventfd_t count;
    (void)eventfd_read(wire->fd, &count);
    mqtt_thread_lock(wire);
    enum mqtt_state state = wire->state;
    *ret_connection = wire->connects;
    mqtt_thread_unlock(wire);
    return state;
}

void mqtt_wire_release(struct mqtt_wire *wire, uint64_t connection)
{
    mqtt_thread_lock(wire);
    if (wire->state == MQTT_HELD && wire->connects == connection) {
        wire->state = MQTT_OPEN;
        pthread_cond_broadcast(&wire->wake);
    }
    mqtt_thread_unlock(wire);
}

void mqtt_wire_put(struct mqtt_wire *wire, enum mqtt_lane lane, const char *topic, const void *payload, size_t size,
                   int qos, bool retained)
{
    mqtt_thread_lock(wire);
    const struct mqtt_message *first = mqtt_outbox_peek(wire->outbox);
    bool leads = !first || lane < first->lane, waits = wire->gathers && lane == MQTT_LANE_STATE;
    mqtt_outbox_put(wire->outbox, lane, topic, payload, size, qos, retained);
    if (leads && !waits && wire->window.flowing == 0) /* else the message under way fetches it */
        pthread_cond_broadcast(&wire->wake);
    mqtt_thread_unlock(wire);
}

static void subscribe(struct mqtt_wire *wire, enum mqtt_lane lane, const char *filter, bool optional)
{
    mqtt_thread_lock(wire);
    mqtt_outbox_subscribe(wire->outbox, lane, filter, optional);
    pthread_cond_broadcast(&wire->wake);
    mqtt_thread_unlock(wire);
}

void mqtt_wire_subscribe(struct mqtt_wire *wire, enum mqtt_lane lane, const char *filter)
{
    subscribe(wire, lane, filter, false);
}

void mqtt_wire_overhear(struct mqtt_wire *wire, enum mqtt_lane lane, const char *filter)
{
    subscribe(wire, lane, filter, true);
}

void mqtt_wire_skip(struct mqtt_wire *wire)
{
    mqtt_thread_lock(wire);
    mqtt_outbox_skip(wire->outbox);
    mqtt_thread_unlock(wire);
}

bool mqtt_wire_arrived(struct mqtt_wire *wire, enum mqtt_lane lane, uint64_t connection)
{
    mqtt_thread_lock(wire);
    mqtt_window_reap(&wire->window);
    bool arrived = wire->state == MQTT_OPEN && wire->connects == connection && wire->window.of_lane[lane] == 0 &&
                   mqtt_outbox_count(wire->outbox, lane) == 0;
    mqtt_thread_unlock(wire);
    return arrived;
}

struct mqtt_received *mqtt_wire_take(struct mqtt_wire *wire)
{
    mqtt_thread_lock(wire);
    struct mqtt_received *received = wire->received;
    wire->received = NULL;
    wire->last_received = &wire->received;
    wire->n_received = wire->bytes_received = 0;
    mqtt_thread_unlock(wire);
    return received;
}

void mqtt_wire_again(struct mqtt_wire *wire)
{
    mqtt_thread_note(wire, &wire->again);
}

uint64_t mqtt_wire_connect(struct mqtt_wire *wire)
{
    mqtt_thread_lock(wire);
    uint64_t connect = wire->attempts;
    mqtt_thread_unlock(wire);
    return connect;
}

bool mqtt_wire_wants_will(struct mqtt_wire *wire, uint64_t *ret_connect)
{
    mqtt_thread_lock(wire);
    bool wants = !wire->will_ready;
    if (wants)
        *ret_connect = wire->attempts;
    mqtt_thread_unlock(wire);
    return wants;
}

void mqtt_wire_will(struct mqtt_wire *wire, const struct mqtt_will *will)
{
    mqtt_thread_lock(wire);
    wire->next_will = *will;
    mqtt_thread_unlock(wire);
    mqtt_thread_note(wire, &wire->will_ready);
}

bool mqtt_wire_trouble(struct mqtt_wire *wire, char *buf, size_t size)
{
    mqtt_thread_lock(wire);
    snprintf(buf, size, "%s", wire->words);
    mqtt_thread_unlock(wire);
    return buf[0] != '\0';
}

void mqtt_wire_stats(struct mqtt_wire *wire, struct mqtt_wire_stats *ret)
{
    mqtt_thread_lock(wire);
    mqtt_window_reap(&wire->window);
    mqtt_outbox_stats(wire->outbox, &ret->outbox);
    ret->under_way = wire->window.busy;
    ret->sent = wire->window.arrived;
    ret->lost = wire->window.lost;
    ret->connects = wire->connects;
    ret->ignored = wire->ignored;
    ret->kept_back = wire->kept_back;
    mqtt_thread_unlock(wire);
}

void mqtt_wire_close(struct mqtt_wire *wire)
{
    mqtt_thread_note(wire, &wire->closing);
    if (eventfd_write(wire->stop, 1) < 0 && errno != EAGAIN)
        abort();
}

bool mqtt_wire_wait(struct mqtt_wire *wire, int timeout_ms)
{
    int64_t deadline = mqtt_thread_now_us() + timeout_ms * INT64_C(1000);
    mqtt_thread_lock(wire);
    while (wire->state != MQTT_CLOSED && mqtt_thread_now_us() < deadline)
        mqtt_thread_wait(wire, deadline);
    bool closed = wire->state == MQTT_CLOSED;
    mqtt_thread_unlock(wire);
    return closed;
}

void mqtt_wire_drop(struct mqtt_wire *wire)
{
    if (!wire)
        return;
    mqtt_thread_lock(wire);
    bool closed = wire->state == MQTT_CLOSED;
    wire->closing = true;
    mqtt_thread_unlock(wire);
    if (closed)
        pthread_join(wire->thread, NULL); /* it is past its last wait */
    else
        pthread_detach(wire->thread);
    mqtt_thread_unref(wire);
}
