/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_link.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFERED 256 /* publishes the library may hold; the window above it is smaller */

/* The library starts its two threads with the first handle of the process and stops them with the last; two of us must
 * not do both at once. Source: MQTTAsync_createWithOptions and MQTTAsync_destroy. */
static pthread_mutex_t handles = PTHREAD_MUTEX_INITIALIZER;

struct mqtt_link {
    MQTTAsync handle;
    const struct mqtt_link_calls *calls;
    void *context;
    bool v5;
};

static void on_connected(void *context, MQTTAsync_successData *data)
{
    struct mqtt_link *link = context;
    (void)data;
    link->calls->connected(link->context, 0, 0);
}

static unsigned property(MQTTProperties *properties, enum MQTTPropertyCodes code)
{
    return MQTTProperties_hasProperty(properties, code) ? (unsigned)MQTTProperties_getNumericValue(properties, code)
                                                        : 0;
}

static void on_connected5(void *context, MQTTAsync_successData5 *data)
{
    struct mqtt_link *link = context;
    unsigned receive = property(&data->properties, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM);
    unsigned packet = property(&data->properties, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE);
    link->calls->connected(link->context, receive, packet);
}

static void on_failed(void *context, MQTTAsync_failureData *data)
{
    struct mqtt_link *link = context;
    struct mqtt_cause cause = {.version = 3, .code = data->code, .refused_by_broker = data->code > 0};
    link->calls->failed(link->context, &cause);
}

static void on_failed5(void *context, MQTTAsync_failureData5 *data)
{
    struct mqtt_link *link = context;
    bool refused = (int)data->reasonCode >= 0x80; /* MQTT 5.0 section 2.4: from 0x80 on a failure */
    struct mqtt_cause cause = {
        .version = 5, .code = refused ? (int)data->reasonCode : data->code, .refused_by_broker = refused};
    link->calls->failed(link->context, &cause);
}

static void on_lost(void *context, char *why)
{
    struct mqtt_link *link = context;
    (void)why; /* always NULL in this version */
    link->calls->lost(link->context);
}

static int on_message(void *context, char *topic, int length, MQTTAsync_message *message)
{
    struct mqtt_link *link = context;
    size_t name = strlen(topic) + 1, size = message->payloadlen > 0 ? (size_t)message->payloadlen : 0;
    /* length: 0, or as counted by the library; longer where there is a NUL within, which MQTT 3.1.1 forbids in 1.5.3 */
    bool whole = length == 0 || (size_t)length + 1 == name;
    struct mqtt_received *received = whole ? malloc(sizeof *received + name + size) : NULL;
    if (received) {
        *received =
            (struct mqtt_received){.size = size, .retained = message->retained != 0, .payload = received->topic + name};
        memcpy(received->topic, topic, name);
        if (size)
            memcpy(received->topic + name, message->payload, size);
        link->calls->message(link->context, received);
    }
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

static int on_tls(const char *line, size_t n, void *context)
{
    struct mqtt_link *link = context;
    link->calls->tls(link->context, line, n);
    return 1;
}

static void receipt_give(void *context, bool arrived)
{
    struct mqtt_receipt *receipt = context;
    receipt->link->calls->sent(receipt, arrived);
}

static void on_sent(void *context, MQTTAsync_successData *data)
{
    (void)data;
    receipt_give(context, true);
}

static void on_sent5(void *context, MQTTAsync_successData5 *data)
{
    (void)data;
    receipt_give(context, true);
}

static void on_unsent(void *context, MQTTAsync_failureData *data)
{
    (void)data;
    receipt_give(context, false);
}

static void on_unsent5(void *context, MQTTAsync_failureData5 *data)
{
    /* refused by the broker, as by a rule on the topic: it was there, and a second time would be refused as well */
    receipt_give(context, data && (int)data->reasonCode >= 0x80);
}

/* Refused by the broker is an answer too; all else is the end of the connection. */
static void subscribed(struct mqtt_receipt *receipt, bool refused, bool answered)
{
    struct mqtt_link *link = receipt->link;
    if (refused && !receipt->optional)
        link->calls->refused(link->context, receipt->filter);
    receipt_give(receipt, answered || refused);
}

static void on_unsubscribed(void *context, MQTTAsync_failureData *data)
{
    subscribed(context, data && data->code == 0x80, false); /* MQTT 3.1.1 section 3.9.3 */
}

static void on_unsubscribed5(void *context, MQTTAsync_failureData5 *data)
{
    subscribed(context, data && (int)data->reasonCode >= 0x80, false);
}

static void on_ended(void *context, MQTTAsync_successData *data)
{
    struct mqtt_link *link = context;
    (void)data;
    link->calls->ended(link->context);
}

static void on_ended5(void *context, MQTTAsync_successData5 *data)
{
    struct mqtt_link *link = context;
    (void)data;
    link->calls->ended(link->context);
}

static int connect_link(struct mqtt_link *link, const struct mqtt_link_setup *setup)
{
    MQTTAsync_connectOptions v3 = MQTTAsync_connectOptions_initializer;
    MQTTAsync_connectOptions v5 = MQTTAsync_connectOptions_initializer5;
    MQTTAsync_connectOptions *options = link->v5 ? &v5 : &v3;
    MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
    MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
    options->keepAliveInterval = setup->keepalive_s;
    options->connectTimeout = setup->connect_s;
    options->username = setup->user;
    options->password = setup->password;
    options->context = link;
    if (link->v5) {
        options->onSuccess5 = on_connected5;
        options->onFailure5 = on_failed5;
    } else {
        options->MQTTVersion = MQTTVERSION_3_1_1;
        options->onSuccess = on_connected;
        options->onFailure = on_failed;
    }
    if (setup->will) {
        will.topicName = setup->will->topic;
        will.message = NULL;
        will.payload.data = setup->will->payload;
        will.payload.len = (int)setup->will->size;
        will.qos = setup->will->qos;
        will.retained = setup->will->retained;
        options->will = &will;
    }
    tls.trustStore = setup->ca; /* NULL: the system's authorities */
    tls.keyStore = setup->cert;
    tls.privateKey = setup->key;
    tls.enableServerCertAuth = 1;
    tls.verify = 1; /* the library's default does not look at the name in the certificate */
    tls.ssl_error_cb = on_tls;
    tls.ssl_error_context = link;
    if (setup->tls)
        options->ssl = &tls;
    return MQTTAsync_connect(link->handle, options) == MQTTASYNC_SUCCESS ? 0 : -EIO;
}

int mqtt_link_open(const struct mqtt_link_setup *setup, const struct mqtt_link_calls *calls, void *context,
                   struct mqtt_link **ret)
{
    MQTTAsync_createOptions v3 = MQTTAsync_createOptions_initializer;
    MQTTAsync_createOptions v5 = MQTTAsync_createOptions_initializer5;
    MQTTAsync_createOptions *options = setup->version == 5 ? &v5 : &v3;
    struct mqtt_link *link = calloc(1, sizeof *link);
    if (!link)
        return -ENOMEM;
    *link = (struct mqtt_link){.calls = calls, .context = context, .v5 = setup->version == 5};
    options->maxBufferedMessages = BUFFERED;
    if (!link->v5)
        options->MQTTVersion = MQTTVERSION_3_1_1;
    pthread_mutex_lock(&handles);
    /* else it words each packet for a trace that nobody asked for, a tenth of what sending costs; the library's own
     * environment variables, which it reads with the first handle, still ask for one */
    MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_ERROR);
    int rc = -EINVAL;
    if (MQTTAsync_createWithOptions(&link->handle, setup->uri, setup->client_id, MQTTCLIENT_PERSISTENCE_NONE, NULL,
                                    options) != MQTTASYNC_SUCCESS)
        link->handle = NULL;
    else if (MQTTAsync_setCallbacks(link->handle, link, on_lost, on_message, NULL) == MQTTASYNC_SUCCESS)
        rc = connect_link(link, setup);
    pthread_mutex_unlock(&handles);
    if (rc < 0)
        mqtt_link_free(link);
    else
        *ret = link;
    return rc;
}

int mqtt_link_outcome(int rc)
{
    if (rc == MQTTASYNC_SUCCESS)
        return 0;
    return rc == MQTTASYNC_MAX_BUFFERED_MESSAGES || rc == MQTTASYNC_NO_MORE_MSGIDS ? -EAGAIN : -ENOTCONN;
}

MQTTAsync mqtt_link_awaits(struct mqtt_link *link, struct mqtt_receipt *receipt, MQTTAsync_responseOptions *ret)
{
    receipt->link = link;
    ret->context = receipt;
    if (link->v5) {
        ret->onSuccess5 = on_sent5;
        ret->onFailure5 = receipt->filter ? on_unsubscribed5 : on_unsent5;
    } else {
        ret->onSuccess = on_sent;
        ret->onFailure = receipt->filter ? on_unsubscribed : on_unsent;
    }
    return link->handle;
}

int mqtt_link_subscribe(struct mqtt_link *link, const char *filter, int qos, bool optional,
                        struct mqtt_receipt *receipt)
{
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    if (receipt) {
        *receipt = (struct mqtt_receipt){.filter = filter, .optional = optional};
        mqtt_link_awaits(link, receipt, &response);
    }
    return mqtt_link_outcome(MQTTAsync_subscribe(link->handle, filter, qos, &response));
}

void mqtt_link_unsubscribe(struct mqtt_link *link, const char *filter)
{
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    MQTTAsync_unsubscribe(link->handle, filter, &response);
}

void mqtt_link_disconnect(struct mqtt_link *link, bool with_will)
{
    MQTTAsync_disconnectOptions v3 = MQTTAsync_disconnectOptions_initializer;
    MQTTAsync_disconnectOptions v5 = MQTTAsync_disconnectOptions_initializer5;
    MQTTAsync_disconnectOptions *options = link->v5 ? &v5 : &v3;
    options->context = link;
    if (link->v5) {
        options->onSuccess5 = on_ended5;
        options->reasonCode = with_will ? MQTTREASONCODE_DISCONNECT_WITH_WILL_MESSAGE : MQTTREASONCODE_SUCCESS;
    } else {
        options->onSuccess = on_ended;
    }
    if (MQTTAsync_disconnect(link->handle, options) != MQTTASYNC_SUCCESS)
        link->calls->ended(link->context); /* there was nothing to end */
}

void mqtt_link_free(struct mqtt_link *link)
{
    if (!link)
        return;
    pthread_mutex_lock(&handles);
    if (link->handle)
        MQTTAsync_destroy(&link->handle);
    pthread_mutex_unlock(&handles);
    free(link);
}
