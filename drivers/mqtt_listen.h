/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the thread of a listened-to broker does. Private to mqtt_inlet.
 *
 * Threads: run is the thread; the loop's thread changes the rest under the lock, and wakes it by mqtt_ear_nudge.
 */
#pragma once
#include "inbox.h"
#include "modbus_schedule.h"
#include "mqtt_ear.h"
#include "mqtt_feed.h"

#define MQTT_RETRY_FIRST INT64_C(1000000)

struct mqtt_source {
    struct modbus_slot slot; /* first: the heap gives it back */
    struct device_setup *setup;
    struct mqtt_feed *feed;
    bool subscribed;
};

struct mqtt_inlet {
    struct inbox *inbox;
    struct device_setup *setup; /* says how to connect */
    struct mqtt_server server;
    char client[128];
    pthread_t thread;
    int stop;                    /* readable: a probe is not to wait */
    struct mqtt_ear_state state; /* its lock is never held in a call to the library, nor while the other is taken */
    pthread_mutex_t lock;        /* of all below, and of putting answers */
    struct modbus_schedule schedule;
    size_t n;
    struct mqtt_source **source;
    size_t n_filters; /* subscribed to */
    char **filter;
    char trouble[200];
    bool quit, resolving;
    bool orphan; /* nobody waits for the thread: it frees the inlet */
    /* the thread's own */
    struct mqtt_ear *ear;
    int64_t begun_us, connected_us, retry_us, next_us;
    uint64_t seen; /* events of state */
};

struct mqtt_moment mqtt_listen_now(void);
void *mqtt_listen_run(void *inlet);
void mqtt_listen_free_source(struct mqtt_source *source);
/* All of it, once no thread uses it. */
void mqtt_listen_free(struct mqtt_inlet *inlet);
