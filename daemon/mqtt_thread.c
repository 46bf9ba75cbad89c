/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_thread.h"
#include "mqtt_tls.h"
#include "drivers/mqtt_probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define RETRY_MAX   INT64_C(60000000)
#define STEADY      INT64_C(10000000) /* a connection that lasted so long was a good one: the next is tried soon */
#define CONNECT_US  INT64_C(45000000) /* the library looks at its own timeout every 3 s; this only guards against it */
#define SUSPECT_MIN (16u << 10)       /* bytes; brokers that take less are not known */
#define LEARNT_US   INT64_C(3600000000)
#define REACH_MS    3000
#define GATHER_US   INT64_C(100000) /* between two beginnings of sending states: each costs changes of thread */
#define DRAIN       INT64_C(2000000)
#define FAREWELL    INT64_C(1000000)

int64_t mqtt_thread_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void mqtt_thread_lock(struct mqtt_wire *wire)
{
    pthread_mutex_lock(&wire->lock);
}

void mqtt_thread_unlock(struct mqtt_wire *wire)
{
    pthread_mutex_unlock(&wire->lock);
}

void mqtt_thread_wait(struct mqtt_wire *wire, int64_t deadline_us)
{
    struct timespec at = {.tv_sec = (time_t)(deadline_us / 1000000), .tv_nsec = (long)(deadline_us % 1000000) * 1000};
    pthread_cond_timedwait(&wire->wake, &wire->lock, &at);
}

static void set_state(struct mqtt_wire *wire, enum mqtt_state state)
{
    wire->state = state;
    pthread_cond_broadcast(&wire->wake);
    if (eventfd_write(wire->fd, 1) < 0 && errno != EAGAIN)
        abort();
}

void mqtt_thread_note(struct mqtt_wire *wire, bool *flag)
{
    mqtt_thread_lock(wire);
    *flag = true;
    pthread_cond_broadcast(&wire->wake);
    mqtt_thread_unlock(wire);
}

/* The thread. */

static void tell(struct mqtt_wire *wire, const struct mqtt_cause *cause)
{
    mqtt_thread_lock(wire);
    mqtt_words(wire->words, sizeof wire->words, &wire->server, wire->setup.user, cause);
    mqtt_thread_unlock(wire);
}

/* 1, 2, 4 ... 60 s, each up to a fifth more or less: the daemons of many sites must not all come at once. */
static void retry_later(struct mqtt_wire *wire)
{
    uint32_t noise = 0;
    if (getrandom(&noise, sizeof noise, GRND_NONBLOCK) < 0)
        noise = (uint32_t)mqtt_thread_now_us();
    int64_t jitter = wire->retry_us / 5;
    wire->next_us = mqtt_thread_now_us() + wire->retry_us - jitter + noise % (2 * jitter + 1);
    wire->retry_us = wire->retry_us * 2 < RETRY_MAX ? wire->retry_us * 2 : RETRY_MAX;
}

static void attempt(struct mqtt_wire *wire)
{
    struct mqtt_cause cause = {0};
    mqtt_thread_lock(wire);
    wire->connected = wire->failed = wire->lost = wire->ended = wire->again = false;
    wire->will = wire->next_will;
    if (wire->learnt_max > 0 && mqtt_thread_now_us() - wire->learnt_us > LEARNT_US)
        wire->learnt_max = 0;
    wire->packet_max = wire->learnt_max;
    wire->sent.bytes = 0;
    wire->cause = cause;
    mqtt_thread_unlock(wire);
    const struct mqtt_word will = {wire->will.topic, wire->will.payload, wire->will.size, wire->will.qos,
                                   wire->will.retained};
    struct mqtt_link_setup setup = wire->setup;
    setup.will = &will;
    wire->begun_us = mqtt_thread_now_us();
    /* asked here first: the library resolves with its lock held, which would keep every other connection waiting */
    int rc = mqtt_probe_name(wire->server.host, cause.reach, sizeof cause.reach);
    if (rc == 0)
        rc = mqtt_link_open(&setup, &mqtt_send_calls, wire, &wire->link);
    if (rc == 0)
        return;
    if (!cause.reach[0])
        snprintf(cause.reach, sizeof cause.reach, "the connection cannot be prepared: %s", strerrordesc_np(-rc));
    tell(wire, &cause);
    retry_later(wire);
}

static void end_link(struct mqtt_wire *wire)
{
    mqtt_link_free(wire->link);
    wire->link = NULL;
    mqtt_thread_lock(wire);
    mqtt_window_clear(&wire->window, wire->outbox);
    if (wire->state != MQTT_AWAY)
        set_state(wire, MQTT_AWAY);
    mqtt_thread_unlock(wire);
}

/* A CONNECT went out: the next one has another will. */
static void count_connect(struct mqtt_wire *wire)
{
    mqtt_thread_lock(wire);
    wire->attempts++;
    wire->will_ready = false;
    mqtt_thread_unlock(wire);
    if (eventfd_write(wire->fd, 1) < 0 && errno != EAGAIN)
        abort();
}

/* A broker that closes the connection at a large packet does not say so. When three connections in a row ended within
 * seconds, and each had the same largest message, such messages are kept back for an hour. */
static void suspect(struct mqtt_wire *wire, struct mqtt_cause *cause)
{
    struct mqtt_large *sent = &wire->sent;
    if (!cause->was_connected || mqtt_thread_now_us() - wire->connected_us > STEADY || sent->bytes < SUSPECT_MIN) {
        wire->suspected = 0;
        return;
    }
    bool again = wire->suspect.bytes == sent->bytes && strcmp(wire->suspect.topic, sent->topic) == 0;
    wire->suspected = again ? wire->suspected + 1 : 1;
    wire->suspect = *sent;
    cause->large = sent->bytes;
    snprintf(cause->topic, sizeof cause->topic, "%s", sent->topic);
    if (wire->suspected < 3)
        return;
    wire->learnt_max = sent->bytes - 1;
    wire->learnt_us = mqtt_thread_now_us();
    wire->suspected = 0;
}

static void ask_tls(const struct mqtt_wire *wire, struct mqtt_cause *cause)
{
    const struct mqtt_tls_setup setup = {wire->server.host, wire->setup.ca, wire->setup.cert, wire->setup.key,
                                         wire->server.port};
    (void)mqtt_tls_probe(&setup, REACH_MS, cause->reach, sizeof cause->reach);
}

static void give_up(struct mqtt_wire *wire, const char *why)
{
    mqtt_thread_lock(wire);
    struct mqtt_cause cause = wire->cause;
    cause.was_connected = wire->connected;
    mqtt_thread_unlock(wire);
    end_link(wire);
    suspect(wire, &cause);
    if (why)
        snprintf(cause.reach, sizeof cause.reach, "%s", why);
    else if (!cause.refused_by_broker && !cause.tls[0])
        (void)mqtt_probe_reach(wire->server.host, wire->server.port, REACH_MS, wire->stop, cause.reach,
                               sizeof cause.reach);
    if (wire->server.tls && !cause.was_connected && !cause.refused_by_broker && !cause.reach[0])
        ask_tls(wire, &cause);
    if (cause.was_connected || why || !(cause.tls[0] || cause.reach[0]))
        count_connect(wire);
    tell(wire, &cause);
    if (cause.was_connected && mqtt_thread_now_us() - wire->connected_us > STEADY)
        wire->retry_us = MQTT_RETRY_MIN;
    retry_later(wire);
}

static void greet(struct mqtt_wire *wire)
{
    wire->connected_us = mqtt_thread_now_us();
    mqtt_thread_lock(wire);
    mqtt_outbox_renew(wire->outbox);
    wire->connects++;
    wire->words[0] = '\0';
    wire->progress_us = wire->connected_us;
    set_state(wire, MQTT_HELD);
    mqtt_thread_unlock(wire);
}

/* A broker that is stopped but whose kernel still takes bytes is found by keep-alive; one that takes none, here. */
static bool stalled(const struct mqtt_wire *wire)
{
    return wire->window.busy > 0 &&
           mqtt_thread_now_us() - wire->progress_us > 2 * INT64_C(1000000) * wire->setup.keepalive_s;
}

enum work { WORK_CLOSE, WORK_AGAIN, WORK_ATTEMPT, WORK_GIVE_UP, WORK_TIMEOUT, WORK_GREET, WORK_STALLED, WORK_SEND };

/* Under lock. States that come one after the other go together; the first after a pause, and all else, at once. */
static bool may_send(const struct mqtt_wire *wire, int64_t now)
{
    return wire->window.flowing == 0 && mqtt_send_ready(wire) &&
           (now >= wire->gather_us || mqtt_outbox_peek(wire->outbox)->lane != MQTT_LANE_STATE);
}

/* Waits until there is something to do. */
static enum work next_work(struct mqtt_wire *wire)
{
    enum work work = WORK_CLOSE;
    mqtt_thread_lock(wire);
    for (;;) {
        int64_t now = mqtt_thread_now_us(), until = now + CONNECT_US;
        mqtt_window_reap(&wire->window);
        if (wire->closing)
            break;
        work = WORK_ATTEMPT;
        if (!wire->link && now >= wire->next_us && wire->will_ready)
            break;
        work = WORK_GIVE_UP;
        if (wire->link && (wire->failed || wire->lost))
            break;
        work = WORK_AGAIN;
        if (wire->link && wire->connected && wire->again)
            break;
        work = WORK_TIMEOUT;
        if (wire->link && !wire->connected && now > wire->begun_us + CONNECT_US)
            break;
        work = WORK_GREET;
        if (wire->link && wire->connected && wire->state == MQTT_AWAY)
            break;
        work = WORK_STALLED;
        if (stalled(wire))
            break;
        work = WORK_SEND;
        if (may_send(wire, now))
            break;
        if (!wire->link && wire->will_ready)
            until = wire->next_us;
        else if (wire->window.busy > 0)
            until = now + INT64_C(1000000) * wire->setup.keepalive_s;
        wire->gathers = now < wire->gather_us;
        mqtt_thread_wait(wire, wire->gathers ? wire->gather_us : until);
    }
    if (work == WORK_SEND)
        wire->gather_us = mqtt_thread_now_us() + GATHER_US;
    mqtt_thread_unlock(wire);
    return work;
}

/* Sends until all has arrived or the time is over. */
static bool drain(struct mqtt_wire *wire, int64_t deadline_us)
{
    bool all = false;
    while (!all) {
        mqtt_send_round(wire, wire->link);
        mqtt_thread_lock(wire);
        mqtt_window_reap(&wire->window);
        all = !mqtt_outbox_peek(wire->outbox) && wire->window.busy == 0;
        if (!all && (wire->window.flowing > 0 || !mqtt_send_ready(wire)))
            mqtt_thread_wait(wire, deadline_us);
        bool over = wire->lost || mqtt_thread_now_us() >= deadline_us;
        mqtt_thread_unlock(wire);
        if (over)
            break;
    }
    return all;
}

static void farewell(struct mqtt_wire *wire)
{
    mqtt_thread_lock(wire);
    bool connected = wire->connected && !wire->lost;
    if (connected)
        wire->state = MQTT_OPEN;
    mqtt_thread_unlock(wire);
    if (connected) {
        const struct mqtt_will *will = &wire->will;
        drain(wire, mqtt_thread_now_us() + DRAIN);
        mqtt_thread_lock(wire);
        mqtt_outbox_put(wire->outbox, MQTT_LANE_STATUS, will->topic, will->payload, will->size, will->qos,
                        will->retained);
        mqtt_thread_unlock(wire);
        drain(wire, mqtt_thread_now_us() + FAREWELL);
    }
    mqtt_link_disconnect(wire->link, wire->will_at_end);
    int64_t deadline = mqtt_thread_now_us() + FAREWELL;
    mqtt_thread_lock(wire);
    while (!wire->ended && !wire->failed && !wire->lost && mqtt_thread_now_us() < deadline)
        mqtt_thread_wait(wire, deadline);
    mqtt_thread_unlock(wire);
}

/* As the view wants it: farewell, and at once another connection. */
static void begin_again(struct mqtt_wire *wire)
{
    farewell(wire);
    end_link(wire);
    count_connect(wire);
    wire->next_us = mqtt_thread_now_us() + MQTT_RETRY_MIN;
}

void mqtt_thread_unref(struct mqtt_wire *wire)
{
    if (atomic_fetch_sub(&wire->refs, 1) != 1)
        return;
    for (struct mqtt_received *next; wire->received; wire->received = next) {
        next = wire->received->next;
        free(wire->received);
    }
    mqtt_outbox_free(wire->outbox);
    pthread_mutex_destroy(&wire->lock);
    pthread_cond_destroy(&wire->wake);
    close(wire->fd);
    close(wire->stop);
    arena_free(wire->arena);
    free(wire);
}

void *mqtt_thread_run(void *context)
{
    struct mqtt_wire *wire = context;
    for (bool on = true; on;) {
        switch (next_work(wire)) {
        case WORK_CLOSE: on = false; break;
        case WORK_AGAIN: begin_again(wire); break;
        case WORK_ATTEMPT: attempt(wire); break;
        case WORK_GIVE_UP: give_up(wire, NULL); break;
        case WORK_TIMEOUT: give_up(wire, "no answer to the connection"); break;
        case WORK_GREET: greet(wire); break;
        case WORK_STALLED: give_up(wire, "connected, but it takes no more messages"); break;
        case WORK_SEND: mqtt_send_round(wire, wire->link); break;
        }
    }
    if (wire->link)
        farewell(wire);
    end_link(wire);
    mqtt_thread_lock(wire);
    set_state(wire, MQTT_CLOSED);
    mqtt_thread_unlock(wire);
    mqtt_thread_unref(wire);
    return NULL;
}
