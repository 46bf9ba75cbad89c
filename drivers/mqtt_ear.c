/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_ear.h"
#include "mqtt_library.h"

#include <MQTTAsync.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONNECT_S   10
#define KEEPALIVE_S 15

struct mqtt_ear {
    MQTTAsync handle;
    struct mqtt_ear_state *state;
    bool v5;
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

static void on_connected(void *context, MQTTAsync_successData *data)
{
    struct mqtt_ear *ear = context;
    (void)data;
    note(ear->state, &ear->state->connected);
}

static void on_connected5(void *context, MQTTAsync_successData5 *data)
{
    struct mqtt_ear *ear = context;
    (void)data;
    note(ear->state, &ear->state->connected);
}

static void fail(struct mqtt_ear *ear, unsigned version, int code, bool refused)
{
    pthread_mutex_lock(&ear->state->lock);
    ear->state->cause.version = version;
    ear->state->cause.code = code;
    ear->state->cause.refused_by_broker = refused;
    pthread_mutex_unlock(&ear->state->lock);
    note(ear->state, &ear->state->failed);
}

static void on_failed(void *context, MQTTAsync_failureData *data)
{
    fail(context, 3, data->code, data->code > 0);
}

static void on_failed5(void *context, MQTTAsync_failureData5 *data)
{
    bool refused = (int)data->reasonCode >= 0x80; /* MQTT 5.0 section 2.4: from 0x80 on a failure */
    fail(context, 5, refused ? (int)data->reasonCode : data->code, refused);
}

static void on_lost(void *context, char *why)
{
    struct mqtt_ear *ear = context;
    (void)why; /* always NULL in this version */
    note(ear->state, &ear->state->lost);
}

static int by_topic(const void *a, const void *b)
{
    const struct mqtt_said *left = a, *right = b;
    return strcmp(left->topic, right->topic);
}

/* Under lock: into the queue, or in the place of what the topic said before: only its last message counts. */
static bool keep(struct mqtt_ear_state *state, const char *topic, size_t name, const void *payload, size_t n,
                 bool retained)
{
    struct mqtt_said *said = malloc(sizeof *said + name);
    char *bytes = malloc(n ? n : 1);
    if (!said || !bytes)
        abort();
    if (n)
        memcpy(bytes, payload, n);
    *said = (struct mqtt_said){.retained = retained, .n = n, .payload = bytes};
    memcpy(said->topic, topic, name);
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
        before->retained = retained;
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

static int on_message(void *context, char *topic, int length, MQTTAsync_message *message)
{
    struct mqtt_ear *ear = context;
    struct mqtt_ear_state *state = ear->state;
    size_t name = strlen(topic) + 1, n = message->payloadlen > 0 ? (size_t)message->payloadlen : 0;
    /* length: 0, or as counted; longer where there is a NUL within, which MQTT 3.1.1 forbids in 1.5.3 */
    bool whole = length == 0 || (size_t)length + 1 == name;
    pthread_mutex_lock(&state->lock);
    if (!whole || !keep(state, topic, name, message->payload, n, message->retained != 0))
        state->dropped++;
    state->events++;
    pthread_cond_broadcast(&state->wake);
    pthread_mutex_unlock(&state->lock);
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

static int on_tls(const char *line, size_t n, void *context)
{
    struct mqtt_ear *ear = context;
    pthread_mutex_lock(&ear->state->lock);
    if (!ear->state->cause.tls[0]) /* the first line is the cause, the others follow from it */
        mqtt_tls_reason(line, n, ear->state->cause.tls, sizeof ear->state->cause.tls);
    pthread_mutex_unlock(&ear->state->lock);
    return 1;
}

static int connect_ear(struct mqtt_ear *ear, const struct mqtt_ear_setup *setup)
{
    MQTTAsync_connectOptions v3 = MQTTAsync_connectOptions_initializer;
    MQTTAsync_connectOptions v5 = MQTTAsync_connectOptions_initializer5;
    MQTTAsync_connectOptions *options = ear->v5 ? &v5 : &v3;
    MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
    options->keepAliveInterval = KEEPALIVE_S;
    options->connectTimeout = CONNECT_S;
    options->username = setup->user;
    options->password = setup->password;
    options->context = ear;
    if (ear->v5) {
        options->onSuccess5 = on_connected5;
        options->onFailure5 = on_failed5;
    } else {
        options->MQTTVersion = MQTTVERSION_3_1_1;
        options->onSuccess = on_connected;
        options->onFailure = on_failed;
    }
    tls.trustStore = setup->ca; /* NULL: the system's authorities */
    tls.keyStore = setup->cert;
    tls.privateKey = setup->key;
    tls.enableServerCertAuth = 1;
    tls.verify = 1; /* the library's default does not look at the name in the certificate */
    tls.ssl_error_cb = on_tls;
    tls.ssl_error_context = ear;
    if (setup->tls)
        options->ssl = &tls;
    return MQTTAsync_connect(ear->handle, options) == MQTTASYNC_SUCCESS ? 0 : -EIO;
}

int mqtt_ear_open(const struct mqtt_ear_setup *setup, struct mqtt_ear_state *state, struct mqtt_ear **ret)
{
    MQTTAsync_createOptions v3 = MQTTAsync_createOptions_initializer;
    MQTTAsync_createOptions v5 = MQTTAsync_createOptions_initializer5;
    MQTTAsync_createOptions *options = setup->version == 5 ? &v5 : &v3;
    struct mqtt_ear *ear = calloc(1, sizeof *ear);
    if (!ear)
        abort();
    *ear = (struct mqtt_ear){.state = state, .v5 = setup->version == 5};
    if (!ear->v5)
        options->MQTTVersion = MQTTVERSION_3_1_1;
    int r = -EINVAL;
    mqtt_library_lock();
    if (MQTTAsync_createWithOptions(&ear->handle, setup->uri, setup->client_id, MQTTCLIENT_PERSISTENCE_NONE, NULL,
                                    options) != MQTTASYNC_SUCCESS)
        ear->handle = NULL;
    else if (MQTTAsync_setCallbacks(ear->handle, ear, on_lost, on_message, NULL) == MQTTASYNC_SUCCESS)
        r = connect_ear(ear, setup);
    mqtt_library_unlock();
    if (r < 0)
        mqtt_ear_close(ear);
    else
        *ret = ear;
    return r;
}

/* At QoS 0: of higher ones a broker queues no more than a thousand, and what it keeps may be more. */
int mqtt_ear_subscribe(struct mqtt_ear *ear, const char *filter)
{
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    return MQTTAsync_subscribe(ear->handle, filter, 0, &response) == MQTTASYNC_SUCCESS ? 0 : -ENOTCONN;
}

void mqtt_ear_unsubscribe(struct mqtt_ear *ear, const char *filter)
{
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    MQTTAsync_unsubscribe(ear->handle, filter, &response);
}

static void on_ended(void *context, MQTTAsync_successData *data)
{
    struct mqtt_ear *ear = context;
    (void)data;
    note(ear->state, &ear->state->lost);
}

static void on_ended5(void *context, MQTTAsync_successData5 *data)
{
    struct mqtt_ear *ear = context;
    (void)data;
    note(ear->state, &ear->state->lost);
}

/* Says goodbye, so that the broker does not log an error; for at most a second. */
static void disconnect(struct mqtt_ear *ear)
{
    MQTTAsync_disconnectOptions v3 = MQTTAsync_disconnectOptions_initializer;
    MQTTAsync_disconnectOptions v5 = MQTTAsync_disconnectOptions_initializer5;
    MQTTAsync_disconnectOptions *options = ear->v5 ? &v5 : &v3;
    struct timespec until;
    options->context = ear;
    options->onSuccess = ear->v5 ? NULL : on_ended;
    options->onSuccess5 = ear->v5 ? on_ended5 : NULL;
    if (MQTTAsync_disconnect(ear->handle, options) != MQTTASYNC_SUCCESS)
        return;
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
    if (ear->handle && MQTTAsync_isConnected(ear->handle))
        disconnect(ear);
    mqtt_library_lock();
    if (ear->handle)
        MQTTAsync_destroy(&ear->handle);
    mqtt_library_unlock();
    free(ear);
}
