/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_thread.h"
#include "drivers/mqtt_probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define RETRY_MAX  INT64_C(60000000)
#define STEADY     INT64_C(10000000) /* a connection that lasted so long was a good one: the next is tried soon */
#define CONNECT_US INT64_C(45000000) /* the library looks at its own timeout every 3 s; this only guards against it */
#define REACH_MS   3000
#define DRAIN      INT64_C(2000000)
#define FAREWELL   INT64_C(1000000)

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

/* Callbacks, on the library's threads: note and wake. */

void mqtt_thread_note(struct mqtt_wire *wire, bool *flag)
{
    mqtt_thread_lock(wire);
    *flag = true;
    pthread_cond_broadcast(&wire->wake);
    mqtt_thread_unlock(wire);
}

static void call_connected(void *context, unsigned receive_maximum)
{
    struct mqtt_wire *wire = context;
    mqtt_thread_lock(wire);
    mqtt_window_limit(&wire->window, receive_maximum);
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

static bool sendable(struct mqtt_wire *wire)
{
    const struct mqtt_message *next = wire->state == MQTT_OPEN ? mqtt_outbox_peek(wire->outbox) : NULL;
    return next && mqtt_window_room(&wire->window, next->qos);
}

/* Under lock: what goes next. One of QoS 0 is enough, since its own `sent` fetches the next. */
static size_t take_round(struct mqtt_wire *wire, struct mqtt_slot *batch[MQTT_WINDOW])
{
    size_t n = 0;
    mqtt_window_reap(&wire->window);
    while (wire->window.flowing == 0 && sendable(wire))
        batch[n++] = mqtt_window_take(&wire->window, mqtt_outbox_take(wire->outbox));
    return n;
}

/* What is taken goes out in the order in which it was taken: one thread at a time, the other's share is left to it. */
static void send_round(struct mqtt_wire *wire, struct mqtt_link *link)
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
            sent[i] = mqtt_link_send(link, batch[i]->message, &batch[i]->receipt) == 0;
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
        send_round(wire, link);
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

static const struct mqtt_link_calls calls = {
    .connected = call_connected,
    .failed = call_failed,
    .lost = call_lost,
    .ended = call_ended,
    .sent = call_sent,
    .refused = call_refused,
    .message = call_message,
    .tls = call_tls,
};

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
    wire->cause = cause;
    mqtt_thread_unlock(wire);
    wire->begun_us = mqtt_thread_now_us();
    /* asked here first: the library resolves with its lock held, which would keep every other connection waiting */
    int rc = mqtt_probe_name(wire->server.host, cause.reach, sizeof cause.reach);
    if (rc == 0)
        rc = mqtt_link_open(&wire->setup, &calls, wire, &wire->link);
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

static void give_up(struct mqtt_wire *wire, const char *why)
{
    mqtt_thread_lock(wire);
    struct mqtt_cause cause = wire->cause;
    cause.was_connected = wire->connected;
    mqtt_thread_unlock(wire);
    end_link(wire);
    if (why)
        snprintf(cause.reach, sizeof cause.reach, "%s", why);
    else if (!cause.refused_by_broker && !cause.tls[0])
        (void)mqtt_probe_reach(wire->server.host, wire->server.port, REACH_MS, wire->stop, cause.reach,
                               sizeof cause.reach);
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
        if (wire->window.flowing == 0 && sendable(wire))
            break;
        if (!wire->link && wire->will_ready)
            until = wire->next_us;
        else if (wire->window.busy > 0)
            until = now + INT64_C(1000000) * wire->setup.keepalive_s;
        mqtt_thread_wait(wire, until);
    }
    mqtt_thread_unlock(wire);
    return work;
}

/* Sends until all has arrived or the time is over. */
static bool drain(struct mqtt_wire *wire, int64_t deadline_us)
{
    bool all = false;
    while (!all) {
        send_round(wire, wire->link);
        mqtt_thread_lock(wire);
        mqtt_window_reap(&wire->window);
        all = !mqtt_outbox_peek(wire->outbox) && wire->window.busy == 0;
        if (!all && (wire->window.flowing > 0 || !sendable(wire)))
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
        case WORK_SEND: send_round(wire, wire->link); break;
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
