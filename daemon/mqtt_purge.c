/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_purge.h"
#include "mqtt_publish.h"
#include "drivers/mqtt_probe.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_US INT64_C(10000000)
/* A broker sends what it keeps at once; after so long without any, all has come. */
#define QUIET_US INT64_C(1500000)
#define WINDOW   20 /* acknowledgements waited for; see mqtt_window.h */

struct slot {
    struct mqtt_receipt receipt; /* first: what is given back */
    struct mqtt_purge *purge;
    char topic[];
};

struct mqtt_purge {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct mqtt_link *link;
    bool connected, failed, lost, ended;
    struct mqtt_cause cause;
    size_t waiting, refused;
    int64_t heard_us;
    struct mqtt_received *first, **last;
};

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void note(struct mqtt_purge *purge, bool *flag)
{
    pthread_mutex_lock(&purge->lock);
    *flag = true;
    pthread_cond_broadcast(&purge->wake);
    pthread_mutex_unlock(&purge->lock);
}

static void on_connected(void *context, unsigned receive_maximum, size_t packet_maximum)
{
    struct mqtt_purge *purge = context;
    (void)receive_maximum;
    (void)packet_maximum;
    note(purge, &purge->connected);
}

static void on_failed(void *context, const struct mqtt_cause *cause)
{
    struct mqtt_purge *purge = context;
    pthread_mutex_lock(&purge->lock);
    purge->cause.code = cause->code;
    purge->cause.version = cause->version;
    purge->cause.refused_by_broker = cause->refused_by_broker;
    pthread_mutex_unlock(&purge->lock);
    note(purge, &purge->failed);
}

static void on_lost(void *context)
{
    struct mqtt_purge *purge = context;
    note(purge, &purge->lost);
}

static void on_ended(void *context)
{
    struct mqtt_purge *purge = context;
    note(purge, &purge->ended);
}

static void on_sent(struct mqtt_receipt *receipt, bool arrived)
{
    struct slot *slot = (struct slot *)receipt;
    struct mqtt_purge *purge = slot->purge;
    pthread_mutex_lock(&purge->lock);
    purge->waiting--;
    purge->refused += !arrived;
    purge->heard_us = now_us();
    pthread_cond_broadcast(&purge->wake);
    pthread_mutex_unlock(&purge->lock);
    free(slot);
}

static void on_refused(void *context, const char *filter)
{
    struct mqtt_purge *purge = context;
    (void)filter;
    pthread_mutex_lock(&purge->lock);
    purge->refused++;
    pthread_mutex_unlock(&purge->lock);
}

static void on_message(void *context, struct mqtt_received *received)
{
    struct mqtt_purge *purge = context;
    pthread_mutex_lock(&purge->lock);
    if (received->retained) { /* news of a living site never ends */
        purge->heard_us = now_us();
        *purge->last = received;
        purge->last = &received->next;
    } else {
        free(received);
    }
    pthread_mutex_unlock(&purge->lock);
}

static void on_tls(void *context, const char *line, size_t n)
{
    struct mqtt_purge *purge = context;
    pthread_mutex_lock(&purge->lock);
    if (!purge->cause.tls[0])
        mqtt_tls_reason(line, n, purge->cause.tls, sizeof purge->cause.tls);
    pthread_mutex_unlock(&purge->lock);
}

static const struct mqtt_link_calls calls = {.connected = on_connected,
                                             .failed = on_failed,
                                             .lost = on_lost,
                                             .ended = on_ended,
                                             .sent = on_sent,
                                             .refused = on_refused,
                                             .message = on_message,
                                             .tls = on_tls};

/* Under lock. */
static void wait_until(struct mqtt_purge *purge, int64_t deadline_us)
{
    struct timespec at = {.tv_sec = (time_t)(deadline_us / 1000000), .tv_nsec = (long)(deadline_us % 1000000) * 1000};
    pthread_cond_timedwait(&purge->wake, &purge->lock, &at);
}

static int wait_connected(struct mqtt_purge *purge)
{
    int64_t deadline = now_us() + ANSWER_US;
    pthread_mutex_lock(&purge->lock);
    while (!purge->connected && !purge->failed && now_us() < deadline)
        wait_until(purge, deadline);
    int r = purge->connected ? 0 : purge->failed && purge->cause.refused_by_broker ? -EACCES : -ETIMEDOUT;
    pthread_mutex_unlock(&purge->lock);
    return r;
}

int mqtt_purge_open(const struct mqtt_config *config, struct mqtt_purge **ret, char words[300])
{
    struct mqtt_server server;
    char client[64], text[640];
    struct mqtt_purge *purge = calloc(1, sizeof *purge);
    if (!purge || mqtt_server_parse(config->server, &server) < 0) {
        free(purge);
        return -EINVAL;
    }
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&purge->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&purge->lock, NULL);
    purge->last = &purge->first;
    snprintf(client, sizeof client, "wattwacht-purge-%d", (int)getpid());
    struct mqtt_link_setup setup = {.uri = server.uri,
                                    .client_id = client,
                                    .user = config->user,
                                    .password = config->password,
                                    .ca = config->ca,
                                    .cert = config->cert,
                                    .key = config->key,
                                    .tls = server.tls,
                                    .version = config->version,
                                    .keepalive_s = 60,
                                    .connect_s = 10};
    int r = mqtt_probe_name(server.host, purge->cause.reach, sizeof purge->cause.reach);
    if (r == 0)
        r = mqtt_probe_reach(server.host, server.port, (int)(ANSWER_US / 1000), -1, purge->cause.reach,
                             sizeof purge->cause.reach);
    if (r == 0)
        r = mqtt_link_open(&setup, &calls, purge, &purge->link);
    if (r == 0)
        r = wait_connected(purge);
    if (r == 0) {
        *ret = purge;
        return 0;
    }
    mqtt_words(text, sizeof text, &server, config->user, &purge->cause);
    snprintf(words, 300, "%.299s", text);
    mqtt_purge_close(purge);
    return r == -EACCES ? r : -ETIMEDOUT;
}

/* Clears a retained topic, or subscribes: at QoS 0, since a broker queues no more than a thousand of higher ones. */
static int send(struct mqtt_purge *purge, const char *topic, bool subscribe)
{
    size_t name = strlen(topic) + 1;
    struct slot *slot = calloc(1, sizeof *slot + name);
    if (!slot)
        abort();
    slot->purge = purge;
    memcpy(slot->topic, topic, name);
    pthread_mutex_lock(&purge->lock);
    purge->waiting++;
    pthread_mutex_unlock(&purge->lock);
    const struct mqtt_word nothing = {.topic = slot->topic, .payload = "", .qos = 1, .retained = true};
    int r = subscribe ? mqtt_link_subscribe(purge->link, slot->topic, 0, false, &slot->receipt)
                      : mqtt_publish(purge->link, &nothing, &slot->receipt);
    if (r < 0)
        on_sent(&slot->receipt, false);
    return r;
}

/* Until at most `left` answers are open. */
static int wait_answers(struct mqtt_purge *purge, size_t left)
{
    int64_t deadline = now_us() + ANSWER_US;
    pthread_mutex_lock(&purge->lock);
    while (purge->waiting > left && !purge->lost && now_us() < deadline)
        wait_until(purge, deadline);
    int r = purge->refused ? -EACCES : purge->waiting > left ? -ETIMEDOUT : 0;
    pthread_mutex_unlock(&purge->lock);
    return r;
}

int mqtt_purge_list(struct mqtt_purge *purge, const char *const *filter, size_t n, struct mqtt_received **ret)
{
    int r = 0;
    for (size_t i = 0; i < n && r == 0; i++)
        r = send(purge, filter[i], true);
    if (r == 0)
        r = wait_answers(purge, 0);
    pthread_mutex_lock(&purge->lock);
    int64_t end = now_us() + 6 * ANSWER_US;
    while (r == 0 && !purge->lost && now_us() < purge->heard_us + QUIET_US && now_us() < end)
        wait_until(purge, purge->heard_us + QUIET_US);
    *ret = purge->first;
    purge->first = NULL;
    purge->last = &purge->first;
    pthread_mutex_unlock(&purge->lock);
    return r;
}

int mqtt_purge_clear(struct mqtt_purge *purge, const char *const *topic, size_t n)
{
    int r = 0;
    for (size_t i = 0; i < n && r == 0; i++) {
        r = send(purge, topic[i], false);
        if (r == 0)
            r = wait_answers(purge, WINDOW - 1);
    }
    return r == 0 ? wait_answers(purge, 0) : r;
}

void mqtt_purge_close(struct mqtt_purge *purge)
{
    if (!purge)
        return;
    if (purge->link && purge->connected && !purge->lost) {
        int64_t deadline = now_us() + ANSWER_US / 10;
        mqtt_link_disconnect(purge->link, false);
        pthread_mutex_lock(&purge->lock);
        while (!purge->ended && !purge->lost && now_us() < deadline)
            wait_until(purge, deadline);
        pthread_mutex_unlock(&purge->lock);
    }
    if (purge->link)
        mqtt_link_free(purge->link);
    for (struct mqtt_received *next; purge->first; purge->first = next) {
        next = purge->first->next;
        free(purge->first);
    }
    pthread_mutex_destroy(&purge->lock);
    pthread_cond_destroy(&purge->wake);
    free(purge);
}
