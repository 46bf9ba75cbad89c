/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_listen.h"

#include "mqtt_probe.h"
#include "setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define RETRY_MAX  INT64_C(60000000)
#define STEADY_US  INT64_C(10000000) /* a connection that lasted so long was a good one: the next is tried soon */
#define CONNECT_US INT64_C(45000000) /* the library looks at its own timeout every 3 s; this only guards against it */
#define REACH_MS   3000
#define HEAR_MOST  500 /* some 5 ms */

static int64_t clock_us(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct mqtt_moment mqtt_listen_now(void)
{
    return (struct mqtt_moment){clock_us(CLOCK_BOOTTIME), clock_us(CLOCK_REALTIME)};
}

static void free_filters(char **filters, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(filters[i]);
    free(filters);
}

void mqtt_listen_free_source(struct mqtt_source *source)
{
    mqtt_feed_free(source->feed);
    setup_unref(source->setup);
    free(source);
}

void mqtt_listen_free(struct mqtt_inlet *inlet)
{
    for (size_t i = 0; i < inlet->n; i++)
        mqtt_listen_free_source(inlet->source[i]);
    bool more;
    for (struct mqtt_said *said; (said = mqtt_ear_take(&inlet->state, &more));)
        mqtt_said_free(said);
    free(inlet->source);
    free_filters(inlet->filter, inlet->n_filters);
    modbus_schedule_done(&inlet->schedule);
    pthread_mutex_destroy(&inlet->lock);
    pthread_mutex_destroy(&inlet->state.lock);
    pthread_cond_destroy(&inlet->state.wake);
    if (inlet->stop >= 0)
        close(inlet->stop);
    setup_unref(inlet->setup);
    free(inlet);
}

static void tell_trouble(struct mqtt_inlet *inlet, const struct mqtt_cause *cause)
{
    char words[640];
    mqtt_words(words, sizeof words, &inlet->server, inlet->setup->mqtt.user, cause);
    pthread_mutex_lock(&inlet->lock);
    snprintf(inlet->trouble, sizeof inlet->trouble, "%.199s", words);
    pthread_mutex_unlock(&inlet->lock);
}

/* 1, 2, 4 ... 60 s, each up to a fifth more or less. */
static void retry_later(struct mqtt_inlet *inlet)
{
    uint32_t noise = 0;
    if (getrandom(&noise, sizeof noise, GRND_NONBLOCK) < 0)
        noise = (uint32_t)clock_us(CLOCK_MONOTONIC);
    int64_t jitter = inlet->retry_us / 5;
    inlet->next_us = clock_us(CLOCK_MONOTONIC) + inlet->retry_us - jitter + noise % (2 * jitter + 1);
    inlet->retry_us = inlet->retry_us * 2 < RETRY_MAX ? inlet->retry_us * 2 : RETRY_MAX;
}

static void attempt(struct mqtt_inlet *inlet)
{
    const struct mqtt_setup *mqtt = &inlet->setup->mqtt;
    struct mqtt_cause cause = {0};
    struct mqtt_ear_setup setup = {inlet->server.uri, inlet->client, mqtt->user,        mqtt->password, mqtt->ca,
                                   mqtt->cert,        mqtt->key,     inlet->server.tls, mqtt->version};
    pthread_mutex_lock(&inlet->state.lock);
    inlet->state.connected = inlet->state.failed = inlet->state.lost = false;
    inlet->state.cause = cause;
    pthread_mutex_unlock(&inlet->state.lock);
    inlet->begun_us = clock_us(CLOCK_MONOTONIC);
    /* asked here first: the library resolves with its lock held, which would keep every other connection waiting */
    int r = mqtt_probe_name(inlet->server.host, cause.reach, sizeof cause.reach);
    if (r == 0)
        r = mqtt_ear_open(&setup, &inlet->state, &inlet->ear);
    if (r == 0)
        return;
    if (!cause.reach[0])
        snprintf(cause.reach, sizeof cause.reach, "the connection cannot be prepared: %s", strerrordesc_np(-r));
    tell_trouble(inlet, &cause);
    retry_later(inlet);
}

static void forget_filters(struct mqtt_inlet *inlet)
{
    for (size_t i = 0; i < inlet->n_filters; i++)
        free(inlet->filter[i]);
    inlet->n_filters = 0;
    for (size_t i = 0; i < inlet->n; i++)
        inlet->source[i]->subscribed = false;
}

static void give_up(struct mqtt_inlet *inlet, const char *why)
{
    pthread_mutex_lock(&inlet->state.lock);
    struct mqtt_cause cause = inlet->state.cause;
    cause.was_connected = inlet->state.connected;
    pthread_mutex_unlock(&inlet->state.lock);
    mqtt_ear_close(inlet->ear);
    inlet->ear = NULL;
    pthread_mutex_lock(&inlet->lock);
    forget_filters(inlet);
    pthread_mutex_unlock(&inlet->lock);
    if (why)
        snprintf(cause.reach, sizeof cause.reach, "%s", why);
    else if (!cause.refused_by_broker && !cause.tls[0])
        (void)mqtt_probe_reach(inlet->server.host, inlet->server.port, REACH_MS, inlet->stop, cause.reach,
                               sizeof cause.reach);
    tell_trouble(inlet, &cause);
    if (cause.was_connected && clock_us(CLOCK_MONOTONIC) - inlet->connected_us > STEADY_US)
        inlet->retry_us = MQTT_RETRY_FIRST;
    retry_later(inlet);
}

/* With the lock: adds what is new to `filters`. */
static void add_filter(char ***filters, size_t *n, const char *filter)
{
    for (size_t i = 0; i < *n; i++)
        if (!strcmp((*filters)[i], filter))
            return;
    *filters = reallocarray(*filters, *n + 1, sizeof(char *));
    if (!*filters || !((*filters)[(*n)++] = strdup(filter)))
        abort();
}

static bool has_filter(char *const *filters, size_t n, const char *filter)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(filters[i], filter))
            return true;
    return false;
}

/* A filter of a new device is asked for again even where another has it: only so the broker tells what it keeps. */
static void subscribe(struct mqtt_inlet *inlet)
{
    char **ask = NULL, **all = NULL, **old;
    size_t n_ask = 0, n_all = 0, n_old;
    pthread_mutex_lock(&inlet->lock);
    for (size_t i = 0; i < inlet->n; i++) {
        struct mqtt_source *source = inlet->source[i];
        const char *const *filter;
        size_t n = mqtt_feed_filters(source->feed, &filter);
        for (size_t k = 0; k < n; k++) {
            add_filter(&all, &n_all, filter[k]);
            if (!source->subscribed)
                add_filter(&ask, &n_ask, filter[k]);
        }
        source->subscribed = true;
    }
    old = inlet->filter;
    n_old = inlet->n_filters;
    inlet->filter = all;
    inlet->n_filters = n_all;
    char **keep = NULL;
    size_t n_keep = 0;
    for (size_t i = 0; i < n_all; i++)
        add_filter(&keep, &n_keep, all[i]);
    pthread_mutex_unlock(&inlet->lock);
    for (size_t i = 0; i < n_ask; i++)
        mqtt_ear_subscribe(inlet->ear, ask[i]);
    for (size_t i = 0; i < n_old; i++)
        if (!has_filter(keep, n_keep, old[i]))
            mqtt_ear_unsubscribe(inlet->ear, old[i]);
    free_filters(ask, n_ask);
    free_filters(keep, n_keep);
    free_filters(old, n_old);
}

/* With the lock. */
static bool wants_subscription(const struct mqtt_inlet *inlet)
{
    for (size_t i = 0; i < inlet->n; i++)
        if (!inlet->source[i]->subscribed)
            return true;
    return false;
}

/* Some of what was heard, so that polls come between. True: there is more. */
static bool hear(struct mqtt_inlet *inlet)
{
    bool more = true;
    for (unsigned n = 0; n < HEAR_MOST && more; n++) {
        struct mqtt_said *said = mqtt_ear_take(&inlet->state, &more);
        if (!said)
            return false;
        pthread_mutex_lock(&inlet->lock);
        struct mqtt_moment now = mqtt_listen_now();
        for (size_t i = 0; i < inlet->n; i++)
            mqtt_feed_heard(inlet->source[i]->feed, said->topic, said->payload, said->n, said->retained, now);
        pthread_mutex_unlock(&inlet->lock);
        mqtt_said_free(said);
    }
    return more;
}

/* With the lock. */
static void poll_source(struct mqtt_inlet *inlet, struct mqtt_source *source, int64_t wall_ms)
{
    struct mqtt_moment now = mqtt_listen_now();
    struct answer *both[2];
    int64_t late = now.boot_us > source->slot.due_us ? now.boot_us - source->slot.due_us : 0;
    mqtt_feed_poll(source->feed, inlet->trouble[0] ? inlet->trouble : NULL, now, &both[0], &both[1]);
    schedule_ended(&source->slot.grid, true); /* it costs nothing: no back-off */
    for (size_t i = 0; i < 2; i++) {
        if (!both[i])
            continue;
        both[i]->wall_ms = wall_ms;
        both[i]->boot_us = now.boot_us;
        both[i]->late_us = late;
        inbox_put(inlet->inbox, both[i]);
    }
}

/* Polls all that are due; returns when the next one is, on the monotonic clock. */
static int64_t poll_due(struct mqtt_inlet *inlet)
{
    int64_t until = INT64_MAX / 2, wall_ms;
    pthread_mutex_lock(&inlet->lock);
    for (struct modbus_slot *slot; !inlet->quit && (slot = modbus_schedule_first(&inlet->schedule));) {
        struct mqtt_moment now = mqtt_listen_now();
        if (slot->due_us > now.boot_us) {
            until = clock_us(CLOCK_MONOTONIC) + slot->due_us - now.boot_us;
            break;
        }
        modbus_schedule_drop(&inlet->schedule, slot);
        if (modbus_schedule_starts(slot, now.wall_us, now.boot_us, &wall_ms))
            poll_source(inlet, (struct mqtt_source *)slot, wall_ms);
        modbus_schedule_next(slot, now.wall_us, now.boot_us);
        modbus_schedule_put(&inlet->schedule, slot);
    }
    pthread_mutex_unlock(&inlet->lock);
    return until;
}

/* False: it ends. What follows may wait for the resolver, and nobody is to wait for that. */
static bool resolving(struct mqtt_inlet *inlet, bool begins)
{
    pthread_mutex_lock(&inlet->lock);
    inlet->resolving = begins && !inlet->quit;
    bool go_on = !inlet->quit;
    pthread_mutex_unlock(&inlet->lock);
    return go_on;
}

/* What the connection needs, without a lock. */
static void tend(struct mqtt_inlet *inlet)
{
    int64_t now = clock_us(CLOCK_MONOTONIC);
    pthread_mutex_lock(&inlet->state.lock);
    bool connected = inlet->state.connected, over = inlet->state.failed || inlet->state.lost;
    pthread_mutex_unlock(&inlet->state.lock);
    if (inlet->ear && (over || (!connected && now > inlet->begun_us + CONNECT_US))) {
        if (resolving(inlet, true))
            give_up(inlet, over ? NULL : "no answer to the connection");
        resolving(inlet, false);
        return;
    }
    if (!inlet->ear && now >= inlet->next_us) {
        if (resolving(inlet, true))
            attempt(inlet);
        resolving(inlet, false);
        return;
    }
    if (!inlet->ear || !connected)
        return;
    pthread_mutex_lock(&inlet->lock);
    if (!inlet->n_filters)
        inlet->connected_us = now;
    inlet->trouble[0] = '\0';
    bool wants = wants_subscription(inlet);
    pthread_mutex_unlock(&inlet->lock);
    if (wants)
        subscribe(inlet);
}

/* Until something happens, or until then on the monotonic clock. */
static void wait_for(struct mqtt_inlet *inlet, int64_t until_us)
{
    struct timespec at = {.tv_sec = (time_t)(until_us / 1000000), .tv_nsec = (long)(until_us % 1000000) * 1000};
    pthread_mutex_lock(&inlet->state.lock);
    if (inlet->state.events == inlet->seen)
        pthread_cond_timedwait(&inlet->state.wake, &inlet->state.lock, &at);
    inlet->seen = inlet->state.events;
    pthread_mutex_unlock(&inlet->state.lock);
}

void *mqtt_listen_run(void *context)
{
    struct mqtt_inlet *inlet = context;
    for (bool quit = false; !quit;) {
        tend(inlet);
        bool more = hear(inlet);
        int64_t until = poll_due(inlet);
        if (!inlet->ear && inlet->next_us < until)
            until = inlet->next_us;
        if (!more)
            wait_for(inlet, until);
        pthread_mutex_lock(&inlet->lock);
        quit = inlet->quit;
        pthread_mutex_unlock(&inlet->lock);
    }
    mqtt_ear_close(inlet->ear);
    inlet->ear = NULL;
    pthread_mutex_lock(&inlet->lock);
    bool orphan = inlet->orphan;
    pthread_mutex_unlock(&inlet->lock);
    if (orphan)
        mqtt_listen_free(inlet);
    return NULL;
}
