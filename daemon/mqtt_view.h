/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a view is: one way to tell a broker what live.h holds. Views share the native tree's wire, or have their own.
 *
 * Shape: start, then at each connection its filters are asked for and connected is called, followed by snapshot until
 *        it says that all is told; what happens meanwhile and later comes as in sink.h. Rows that may not have arrived
 *        come as history, once the snapshot is told. stop last. NULL: not of interest to this view.
 * Owner: the host and what it points to live as long as the view; config, base and wire may be others after a reload.
 * Threads: the loop's thread; none waits. A snapshot step puts about MQTT_STEP messages, so that no step is long.
 */
#pragma once
#include "mqtt_topic.h"
#include "mqtt_wire.h"
#include "row.h"
#include "sink.h"

#define MQTT_STEP 200 /* at some 5 us a message 1 ms of the loop */

typedef struct sd_event sd_event;

struct mqtt_host {
    sd_event *loop;
    struct mqtt_wire *wire; /* not yet there in start, nor any more in stop, unless the view alone ends; another one
                             * after a reload */
    struct mqtt_base base;
    const struct mqtt_config *config; /* with the options of every view */
    const struct live *live;
    const char *version; /* of the program */
    int qos;             /* of states */
    bool connected;
    uint64_t connect; /* number of the connection's CONNECT packet: what its will was made with */
    void (*more)(const struct mqtt_host *host); /* a view has more to tell: its snapshot is called again */
};

struct mqtt_view {
    const char *name;
    bool own_wire; /* a session of its own: client id CLIENT-NAME, will and beat are the view's */
    void *(*start)(const struct mqtt_host *host);
    void (*stop)(void *self);
    void (*connected)(void *self);
    bool (*snapshot)(void *self); /* true: there is more */
    void (*reload)(void *self);   /* live.h follows another configuration, or the base is another */
    void (*polled)(void *self, const struct live_device *device, const struct live_point *const *points, size_t n);
    void (*device)(void *self, const struct live_device *device);
    void (*kpis)(void *self, const struct kpi_result *results, size_t n);
    void (*alert)(void *self, const struct alert_entry *entry, bool transition);

    /* Topic filters of what is to be received, at QoS 1; asked again at each connection and after a reload. */
    size_t (*filters)(void *self, const char *const **ret);
    bool optional; /* what it receives: at QoS 0, and no trouble where the broker refuses */
    bool (*takes)(void *self, const char *topic); /* NULL: what matches a filter */
    /* One that it takes. The payload is any bytes, of any size up to some MB. */
    void (*message)(void *self, const struct mqtt_received *received);

    const char *(*trouble)(void *self); /* words of what lasts, though the connection is good; NULL: nothing does */

    /* Own wire: the will of CONNECT number `connect`; the same is said before the wire disconnects. */
    void (*will)(void *self, uint64_t connect, struct mqtt_will *ret);
    /* Own wire: puts into MQTT_LANE_BEAT what the broker acknowledges (a subscription is acknowledged too). */
    void (*beat)(void *self);

    /* Rows of one device that may not have arrived live, oldest first: into MQTT_LANE_HISTORY at QoS 1, or, where the
     * order among all messages counts, into the same lane as states. They count as told when the next beat arrives.
     * False: not now, none of them was put; again after host->more. */
    bool (*history)(void *self, const struct row *const *rows, size_t n);
    /* A transition of an earlier run, which may not have arrived. */
    void (*past_alert)(void *self, const struct alert_entry *entry);
    /* False: what is polled does not go out, or did not for a while since the last call: it will be history, from
     * host->more on. NULL: it always does, or is overtaken in the outbox. */
    bool (*telling)(void *self);
};

/* Whether the broker is to have it: `points` of its configuration. */
bool mqtt_view_wants(const struct mqtt_host *host, const struct live_point *point);
bool mqtt_view_wants_name(const struct mqtt_host *host, const char *name); /* SCOPE/kpi/ID, DEVICE/PART/QUANTITY */
