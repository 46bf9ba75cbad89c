/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_ear.h"
#include "mqtt_link.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONNECT_S   10
#define KEEPALIVE_S 15

struct mqtt_ear {
    struct mqtt_link *link;
    struct mqtt_ear_state *state;
};

static void note(struct mqtt_ear_state *state, bool *flag)
{
    pthread_mutex_lock(&state->lock);
    *flag = true;
    state->events++;
    pthread_cond_broadcast(&state->wake);
    pthread_mutex_unlock(&state->lock);
}

void mqtt_ear_nudge(struct mqtt_ear_state *state)
{
    pthread_mutex_lock(&state->lock);
    state->events++;
    pthread_cond_broadcast(&state->wake);
    pthread_mutex_unlock(&state->lock);
}

static void on_connected(void *context, unsigned receive_maximum, size_t packet_maximum)
{
    struct mqtt_ear *ear = context;
    (void)receive_maximum; /* of what is published */
    (void)packet_maximum;
    note(ear->state, &ear->state->connected);
}

static void on_failed(void *context, const struct mqtt_cause *cause)
{
    struct mqtt_ear *ear = context;
    pthread_mutex_lock(&ear->state->lock);
    ear->state->cause.version = cause->version;
    ear->state->cause.code = cause->code;
    ear->state->cause.refused_by_broker = cause->refused_by_broker;
    pthread_mutex_unlock(&ear->state->lock);
    note(ear->state, &ear->state->failed);
}

static void on_lost(void *context)
{
    struct mqtt_ear *ear = context;
    note(ear->state, &ear->state->lost);
}

static int by_topic(const void *a, const void *b)
{
    const struct mqtt_said *left = a, *right = b;
    return strcmp(left->topic, right->topic);
}

/* Under lock: into the queue, or in the place of what the topic said before: only its last message counts. */
static bool keep(struct mqtt_ear_state *state, const struct mqtt_received *received)
{
    size_t name = strlen(received->topic) + 1, n = received->size;
    struct mqtt_said *said = malloc(sizeof *said + name);
    char *bytes = malloc(n ? n : 1);
    if (!said || !bytes)
        abort();
    if (n)
        memcpy(bytes, received->payload, n);
    *said = (struct mqtt_said){.retained = received->retained, .n = n, .payload = bytes};
    memcpy(said->topic, received->topic, name);
    struct mqtt_said *const *found = tfind(said, &state->by_topic, by_topic), *before = found ? *found : NULL;
    if (state->bytes + n > MQTT_EAR_BYTES || (!before && state->n == MQTT_EAR_MESSAGES)) {
        mqtt_said_free(said);
        return false;
    }
    state->bytes += n;
    if (before) {
        state->bytes -= before->n;
        free(before->payload);
        before->payload = bytes;
        before->n = n;
        before->retained = received->retained;
        free(said);
        return true;
    }
    if (!tsearch(said, &state->by_topic, by_topic))
        abort();
    STAILQ_INSERT_TAIL(&state->heard, said, link);
    state->n++;
    return true;
}

struct mqtt_said *mqtt_ear_take(struct mqtt_ear_state *state, bool *ret_more)
{
    pthread_mutex_lock(&state->lock);
    struct mqtt_said *said = STAILQ_FIRST(&state->heard);
    if (said) {
        STAILQ_REMOVE_HEAD(&state->heard, link);
        tdelete(said, &state->by_topic, by_topic);
        state->n--;
        state->bytes -= said->n;
    }
    *ret_more = state->n > 0;
    pthread_mutex_unlock(&state->lock);
    return said;
}

void mqtt_said_free(struct mqtt_said *said)
{
    if (!said)
        return;
    free(said->payload);
    free(said);
}

static void on_message(void *context, struct mqtt_received *received)
{
    struct mqtt_ear *ear = context;
    struct mqtt_ear_state *state = ear->state;
    pthread_mutex_lock(&state->lock);
    if (!keep(state, received))
        state->dropped++;
    state->events++;
    pthread_cond_broadcast(&state->wake);
    pthread_mutex_unlock(&state->lock);
    free(received);
}

static void on_tls(void *context, const char *line, size_t n)
{
    struct mqtt_ear *ear = context;
    pthread_mutex_lock(&ear->state->lock);
    if (!ear->state->cause.tls[0]) /* the first line is the cause, the others follow from it */
        mqtt_tls_reason(line, n, ear->state->cause.tls, sizeof ear->state->cause.tls);
    pthread_mutex_unlock(&ear->state->lock);
}

/* Its end is as good as its loss. */
static const struct mqtt_link_calls calls = {.connected = on_connected,
                                             .failed = on_failed,
                                             .lost = on_lost,
                                             .ended = on_lost,
                                             .message = on_message,
                                             .tls = on_tls};

int mqtt_ear_open(const struct mqtt_ear_setup *setup, struct mqtt_ear_state *state, struct mqtt_ear **ret)
{
    const struct mqtt_link_setup wanted = {.uri = setup->uri,
                                           .client_id = setup->client_id,
                                           .user = setup->user,
                                           .password = setup->password,
                                           .ca = setup->ca,
                                           .cert = setup->cert,
                                           .key = setup->key,
                                           .tls = setup->tls,
                                           .version = setup->version,
                                           .keepalive_s = KEEPALIVE_S,
                                           .connect_s = CONNECT_S};
    struct mqtt_ear *ear = calloc(1, sizeof *ear);
    if (!ear)
        abort();
    ear->state = state;
    int r = mqtt_link_open(&wanted, &calls, ear, &ear->link);
    if (r < 0)
        free(ear);
    else
        *ret = ear;
    return r;
}

/* At QoS 0: of higher ones a broker queues no more than a thousand, and what it keeps may be more. */
int mqtt_ear_subscribe(struct mqtt_ear *ear, const char *filter)
{
    return mqtt_link_subscribe(ear->link, filter, 0, true, NULL);
}

void mqtt_ear_unsubscribe(struct mqtt_ear *ear, const char *filter)
{
    mqtt_link_unsubscribe(ear->link, filter);
}

/* Says goodbye, so that the broker does not log an error; for at most a second. */
static void disconnect(struct mqtt_ear *ear)
{
    struct timespec until;
    mqtt_link_disconnect(ear->link, false);
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec++;
    pthread_mutex_lock(&ear->state->lock);
    while (!ear->state->lost && pthread_cond_timedwait(&ear->state->wake, &ear->state->lock, &until) == 0)
        ;
    pthread_mutex_unlock(&ear->state->lock);
}

void mqtt_ear_close(struct mqtt_ear *ear)
{
    if (!ear)
        return;
    pthread_mutex_lock(&ear->state->lock);
    bool connected = ear->state->connected && !ear->state->lost;
    pthread_mutex_unlock(&ear->state->lock);
    if (connected)
        disconnect(ear);
    mqtt_link_free(ear->link);
    free(ear);
}
