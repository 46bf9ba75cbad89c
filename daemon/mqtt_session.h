/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection to a broker, and the views that are told by it.
 *
 * Shape: start, choose (which views), then told by mqtt.c. The shared session has PREFIX/SITE/status as its will, a
 *        session of a view's own has that view alone, and its will.
 * Owner: config, base, live and version are borrowed, as host says; the connection's texts are copied.
 * Threads: the loop's thread. Only mqtt_session_stop waits, for at most MQTT_STOP_MS.
 */
#pragma once
#include "mqtt_relay.h"

#define MQTT_STOP_MS  5000 /* 2 s for what waits, 1 s for `offline`, 1 s to disconnect, 1 s for the library */
#define MQTT_VIEW_MAX 4

typedef struct sd_event sd_event;
typedef struct sd_event_source sd_event_source;

struct mqtt_told {
    const struct mqtt_view *view;
    void *self;
};

struct mqtt_session {
    sd_event *loop;
    sd_event_source *io, *step, *timer;
    const struct mqtt_store *store; /* NULL: no history */
    struct mqtt_relay *relay;       /* of the one view that tells history */
    struct mqtt_host host;
    const char *suffix; /* of the client id; NULL: the shared session */
    char status[MQTT_TOPIC_MAX];
    uint64_t connection; /* the one that was greeted */
    size_t n;
    struct mqtt_told told[MQTT_VIEW_MAX];
    bool closing; /* the wire ends so that another can begin */
    char words[700];
};

/* own: the view whose session it is; NULL: the shared session. */
int mqtt_session_start(sd_event *loop, const struct mqtt_host *host, const struct mqtt_store *store,
                       const struct mqtt_view *own, struct mqtt_session **ret);
/* An answer of the store; true: it was for this session. */
bool mqtt_session_rows(struct mqtt_session *session, const char *name, struct mqtt_rows *rows);
/* Starts or stops a view. */
void mqtt_session_choose(struct mqtt_session *session, const struct mqtt_view *view, bool wanted);
bool mqtt_session_has(const struct mqtt_session *session, const struct mqtt_view *view);
/* config and base have changed; reconnect: what the connection rests on too. */
void mqtt_session_reload(struct mqtt_session *session, const struct mqtt_config *config, const struct mqtt_base *base,
                         bool reconnect);
/* Says offline, disconnects and frees. */
void mqtt_session_stop(struct mqtt_session *session);
/* Words of a trouble that lasts, or NULL. */
const char *mqtt_session_trouble(struct mqtt_session *session);
