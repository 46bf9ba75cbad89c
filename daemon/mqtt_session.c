/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

#define KEEPALIVE_S 10 /* a broker that hangs is noticed after two of them and 3 s */

static void make_will(struct mqtt_session *session, uint64_t connect, struct mqtt_will *ret)
{
    *ret = (struct mqtt_will){.size = strlen("offline"), .qos = 1, .retained = true};
    memcpy(ret->topic, session->status, sizeof ret->topic);
    memcpy(ret->payload, "offline", ret->size);
    if (session->suffix)
        session->told[0].view->will(session->told[0].self, connect, ret);
}

/* The number of a CONNECT is in the will of a view's own wire, and a later process must not use it again: the broker
 * may still have that will to tell. Source: Sparkplug 3.0, bdSeq in section 6.4.26. */
static void note_connect(const struct mqtt_session *session, uint64_t connect)
{
    char text[24];
    if (!session->suffix || !session->relay)
        return;
    snprintf(text, sizeof text, "%" PRIu64, connect);
    session->store->note(session->store->context, mqtt_relay_name(session->relay), text);
}

static uint64_t first_connect(const struct mqtt_session *session)
{
    if (session->host.wire)
        return mqtt_wire_connect(session->host.wire) + 1;
    if (!session->suffix || !session->relay)
        return 0;
    char *text = session->store->noted(session->store->context, mqtt_relay_name(session->relay));
    uint64_t first = text ? strtoull(text, NULL, 10) + 1 : 0;
    free(text);
    return first;
}

static void give_will(struct mqtt_session *session)
{
    uint64_t connect;
    struct mqtt_will will;
    if (!mqtt_wire_wants_will(session->host.wire, &connect))
        return;
    make_will(session, connect, &will);
    note_connect(session, connect);
    mqtt_wire_will(session->host.wire, &will);
}

static void subscribe(struct mqtt_session *session, const struct mqtt_told *told)
{
    const char *const *filter;
    size_t n = told->view->filters ? told->view->filters(told->self, &filter) : 0;
    for (size_t i = 0; i < n; i++)
        (told->view->optional ? mqtt_wire_overhear : mqtt_wire_subscribe)(session->host.wire, MQTT_LANE_STATUS,
                                                                          filter[i]);
}

static void begin_snapshot(struct mqtt_session *session, uint64_t connection)
{
    struct mqtt_host *host = &session->host;
    if (session->relay)
        mqtt_relay_away(session->relay); /* the connection before may have ended unseen */
    session->connection = connection;
    host->connected = true;
    host->connect = mqtt_wire_connect(host->wire);
    /* the lane of the status goes before all others, whatever waits already */
    for (size_t i = 0; i < session->n; i++)
        subscribe(session, &session->told[i]);
    if (!session->suffix)
        mqtt_wire_put(host->wire, MQTT_LANE_STATUS, session->status, "online", strlen("online"), 1, true);
    mqtt_wire_release(host->wire, connection);
    for (size_t i = 0; i < session->n; i++)
        if (session->told[i].view->connected)
            session->told[i].view->connected(session->told[i].self);
    sd_event_source_set_enabled(session->step, SD_EVENT_ON);
}

static bool takes(const struct mqtt_told *told, const char *topic)
{
    const char *const *filter;
    if (!told->view->message || told->view->takes)
        return told->view->message && told->view->takes(told->self, topic);
    for (size_t i = told->view->filters(told->self, &filter); i > 0; i--)
        if (mqtt_topic_matches(filter[i - 1], topic))
            return true;
    return false;
}

static void tell_received(struct mqtt_session *session)
{
    for (struct mqtt_received *received = mqtt_wire_take(session->host.wire), *next; received; received = next) {
        next = received->next;
        for (size_t i = 0; i < session->n; i++)
            if (takes(&session->told[i], received->topic))
                session->told[i].view->message(session->told[i].self, received);
        free(received);
    }
}

/* What the broker acknowledges after all states that were put before. */
static void put_beat(struct mqtt_session *session)
{
    if (session->suffix)
        session->told[0].view->beat(session->told[0].self);
    else
        mqtt_wire_put(session->host.wire, MQTT_LANE_BEAT, session->status, "online", strlen("online"), 1, true);
}

/* A view may hold back what is polled, as long as nobody is there to hear it. */
static bool telling(const struct mqtt_session *session)
{
    for (size_t i = 0; i < session->n; i++) {
        const struct mqtt_told *told = &session->told[i];
        if (told->view->history && told->view->telling && !told->view->telling(told->self))
            return false;
    }
    return true;
}

static void look(struct mqtt_session *session)
{
    uint64_t now, next = UINT64_MAX;
    bool beat;
    if (!session->relay || !session->host.connected || sd_event_now(session->loop, CLOCK_MONOTONIC, &now) < 0)
        return;
    if (!telling(session))
        mqtt_relay_away(session->relay); /* begins anew when the view has more to tell */
    next = (uint64_t)mqtt_relay_look(session->relay, (int64_t)now, session->connection, &beat);
    if (beat)
        put_beat(session);
    sd_event_source_set_time(session->timer, next);
    sd_event_source_set_enabled(session->timer, next == INT64_MAX ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *source, uint64_t at, void *context)
{
    (void)source;
    (void)at;
    look(context);
    return 0;
}

/* One step of the first view that has more to tell; other events of the loop come between the steps. */
static int on_step(sd_event_source *source, void *context)
{
    struct mqtt_session *session = context;
    for (size_t i = 0; i < session->n && session->host.connected; i++) {
        const struct mqtt_told *told = &session->told[i];
        if (told->view->snapshot && told->view->snapshot(told->self))
            return 0;
    }
    if (session->relay && session->host.connected) {
        if (mqtt_relay_away_yet(session->relay) && telling(session))
            mqtt_relay_begin(session->relay);
        else if (mqtt_relay_step(session->relay))
            return 0;
        look(session);
    }
    sd_event_source_set_enabled(source, SD_EVENT_OFF);
    return 0;
}

static void call_again(const struct mqtt_host *host)
{
    struct mqtt_session *session = (struct mqtt_session *)((const char *)host - offsetof(struct mqtt_session, host));
    if (session->step)
        sd_event_source_set_enabled(session->step, SD_EVENT_ON);
}

bool mqtt_session_rows(struct mqtt_session *session, const char *name, struct mqtt_rows *rows)
{
    if (!session->relay || !mqtt_relay_rows(session->relay, name, rows))
        return false;
    sd_event_source_set_enabled(session->step, SD_EVENT_ON);
    return true;
}

static int on_wire(sd_event_source *source, int fd, uint32_t events, void *context);

static int begin_wire(struct mqtt_session *session)
{
    const struct mqtt_config *config = session->host.config;
    char client[256];
    snprintf(client, sizeof client, session->suffix ? "%s-%s" : "%s", config->client_id, session->suffix);
    struct mqtt_wire_setup setup = {
        .server = config->server,
        .client_id = client,
        .user = config->user,
        .password = config->password,
        .ca = config->ca,
        .cert = config->cert,
        .key = config->key,
        .version = config->version,
        .keepalive_s = KEEPALIVE_S,
        .first_connect = first_connect(session),
        .will_at_end = session->suffix != NULL,
    };
    struct mqtt_wire *wire;
    sd_event_source *io;
    int rc = mqtt_wire_start(&setup, &wire);
    if (rc < 0)
        return rc;
    rc = sd_event_add_io(session->loop, &io, mqtt_wire_fd(wire), EPOLLIN, on_wire, session);
    if (rc < 0) {
        mqtt_wire_close(wire);
        mqtt_wire_drop(wire);
        return rc;
    }
    sd_event_source_disable_unref(session->io);
    mqtt_wire_drop(session->host.wire);
    session->io = io;
    session->host.wire = wire;
    session->connection = 0;
    session->closing = false;
    give_will(session);
    return 0;
}

static void lose(struct mqtt_session *session)
{
    session->host.connected = false;
    if (session->relay)
        mqtt_relay_away(session->relay);
}

static int on_wire(sd_event_source *source, int fd, uint32_t events, void *context)
{
    struct mqtt_session *session = context;
    uint64_t connection;
    (void)source;
    (void)fd;
    (void)events;
    enum mqtt_state state = mqtt_wire_state(session->host.wire, &connection);
    switch (state) {
    case MQTT_AWAY: lose(session); break;
    case MQTT_HELD:
    case MQTT_OPEN:
        if (connection != session->connection)
            begin_snapshot(session, connection);
        break;
    case MQTT_CLOSED:
        lose(session);
        if (session->closing && begin_wire(session) < 0)
            session->closing = false; /* out of descriptors or threads; the next reload tries again */
        break;
    }
    give_will(session);
    tell_received(session);
    look(session);
    return 0;
}

int mqtt_session_start(sd_event *loop, const struct mqtt_host *host, const struct mqtt_store *store,
                       const struct mqtt_view *own, struct mqtt_session **ret)
{
    struct mqtt_session *session = calloc(1, sizeof *session);
    if (!session)
        return -ENOMEM;
    session->loop = sd_event_ref(loop);
    session->host = *host;
    session->host.more = call_again;
    session->store = store;
    session->suffix = own ? own->name : NULL;
    mqtt_topic_site(session->status, sizeof session->status, &host->base, "status");
    if (own)
        mqtt_session_choose(session, own, true);
    int rc = sd_event_add_defer(loop, &session->step, on_step, session);
    if (rc >= 0)
        rc = sd_event_source_set_enabled(session->step, SD_EVENT_OFF);
    if (rc >= 0)
        rc = sd_event_add_time(loop, &session->timer, CLOCK_MONOTONIC, UINT64_MAX, 10000, on_timer, session);
    /* readings come first */
    if (rc >= 0)
        rc = sd_event_source_set_priority(session->step, SD_EVENT_PRIORITY_IDLE);
    if (rc >= 0)
        rc = begin_wire(session);
    if (rc < 0) {
        mqtt_session_stop(session);
        return rc;
    }
    *ret = session;
    return 0;
}

bool mqtt_session_has(const struct mqtt_session *session, const struct mqtt_view *view)
{
    for (size_t i = 0; i < session->n; i++)
        if (session->told[i].view == view)
            return true;
    return false;
}

void mqtt_session_choose(struct mqtt_session *session, const struct mqtt_view *view, bool wanted)
{
    if (wanted == mqtt_session_has(session, view))
        return;
    if (wanted) {
        struct mqtt_told *told = &session->told[session->n++];
        *told = (struct mqtt_told){view, view->start(&session->host)};
        if (view->history && session->store)
            session->relay = mqtt_relay_new(session->store, &session->host, view, told->self);
        if (!session->host.connected)
            return;
        subscribe(session, told);
        if (view->connected)
            view->connected(told->self);
        sd_event_source_set_enabled(session->step, SD_EVENT_ON);
        return;
    }
    for (size_t i = 0; i < session->n; i++)
        if (session->told[i].view == view) {
            if (view->history) {
                mqtt_relay_free(session->relay, true);
                session->relay = NULL;
            }
            view->stop(session->told[i].self);
            memmove(&session->told[i], &session->told[i + 1], (session->n - i - 1) * sizeof session->told[0]);
            session->n--;
            return;
        }
}

void mqtt_session_reload(struct mqtt_session *session, const struct mqtt_config *config, const struct mqtt_base *base,
                         bool reconnect)
{
    session->host.config = config;
    session->host.base = *base;
    session->host.qos = (int)config->qos;
    mqtt_topic_site(session->status, sizeof session->status, base, "status");
    /* what is to be cleared has to be said before the connection ends */
    for (size_t i = 0; i < session->n; i++) {
        const struct mqtt_told *told = &session->told[i];
        if (told->view->reload)
            told->view->reload(told->self);
        if (session->host.connected && !reconnect)
            subscribe(session, told);
    }
    if (session->relay)
        mqtt_relay_reload(session->relay);
    if (reconnect && !session->closing) {
        session->closing = true;
        mqtt_wire_close(session->host.wire); /* on_wire begins the next when this one is over */
    }
}

void mqtt_session_stop(struct mqtt_session *session)
{
    if (!session)
        return;
    sd_event_source_disable_unref(session->io);
    sd_event_source_disable_unref(session->step);
    sd_event_source_disable_unref(session->timer);
    mqtt_relay_free(session->relay, false);
    if (session->host.wire) {
        mqtt_wire_close(session->host.wire);
        mqtt_wire_wait(session->host.wire, MQTT_STOP_MS);
        mqtt_wire_drop(session->host.wire);
        session->host.wire = NULL;
    }
    for (size_t i = 0; i < session->n; i++)
        session->told[i].view->stop(session->told[i].self);
    sd_event_unref(session->loop);
    free(session);
}

const char *mqtt_session_trouble(struct mqtt_session *session)
{
    const char *words = NULL;
    if (mqtt_wire_trouble(session->host.wire, session->words, sizeof session->words))
        return session->words;
    for (size_t i = 0; i < session->n && !words; i++)
        words = session->told[i].view->trouble ? session->told[i].view->trouble(session->told[i].self) : NULL;
    return words;
}
