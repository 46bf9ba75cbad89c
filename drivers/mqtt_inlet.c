/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_inlet.h"

#include "mqtt_listen.h"
#include "thread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool mqtt_inlet_serves(const struct mqtt_inlet *inlet, const struct device_setup *setup)
{
    const struct mqtt_setup *a = &inlet->setup->mqtt, *b = &setup->mqtt;
    return same(a->server, b->server) && same(a->user, b->user) && same(a->password, b->password) &&
           same(a->ca, b->ca) && same(a->cert, b->cert) && same(a->key, b->key) && same(a->client_id, b->client_id) &&
           a->version == b->version;
}

int mqtt_inlet_new(struct device_setup *setup, unsigned nth, struct inbox *inbox, struct mqtt_inlet **ret)
{
    pthread_condattr_t monotonic;
    struct mqtt_inlet *inlet = calloc(1, sizeof *inlet);
    if (!inlet)
        return -ENOMEM;
    inlet->inbox = inbox;
    inlet->setup = setup_ref(setup);
    inlet->retry_us = MQTT_RETRY_FIRST;
    STAILQ_INIT(&inlet->state.heard);
    pthread_mutex_init(&inlet->lock, NULL);
    pthread_mutex_init(&inlet->state.lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&inlet->state.wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    inlet->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    snprintf(inlet->client, sizeof inlet->client, nth ? "%.100s-%u" : "%.100s", setup->mqtt.client_id, nth + 1);
    int r = inlet->stop < 0 ? -errno : mqtt_server_parse(setup->mqtt.server, &inlet->server);
    if (r == 0)
        r = thread_begin(&inlet->thread, "mqtt source", 0, mqtt_listen_run, inlet);
    if (r < 0) {
        mqtt_listen_free(inlet);
        return r;
    }
    *ret = inlet;
    return 0;
}

/* After this no answer is put. True: the thread may be waiting for the resolver. */
static bool end(struct mqtt_inlet *inlet, bool orphan)
{
    pthread_mutex_lock(&inlet->lock);
    inlet->quit = true;
    inlet->orphan = orphan || inlet->resolving;
    bool left_alone = inlet->orphan;
    pthread_t thread = inlet->thread;
    eventfd_write(inlet->stop, 1);
    mqtt_ear_nudge(&inlet->state);
    pthread_mutex_unlock(&inlet->lock);
    if (left_alone)
        pthread_detach(thread);
    return left_alone;
}

void mqtt_inlet_end(struct mqtt_inlet *inlet)
{
    end(inlet, true);
}

void mqtt_inlet_free(struct mqtt_inlet *inlet)
{
    if (!inlet || end(inlet, false))
        return;
    pthread_join(inlet->thread, NULL);
    mqtt_listen_free(inlet);
}

size_t mqtt_inlet_devices(struct mqtt_inlet *inlet)
{
    pthread_mutex_lock(&inlet->lock);
    size_t n = inlet->n;
    pthread_mutex_unlock(&inlet->lock);
    return n;
}

int mqtt_inlet_add(struct mqtt_inlet *inlet, struct device_setup *setup)
{
    struct mqtt_moment now = mqtt_listen_now();
    struct mqtt_source *source = calloc(1, sizeof *source);
    if (!source)
        return -ENOMEM;
    source->setup = setup_ref(setup);
    source->feed = mqtt_feed_new(setup, now);
    modbus_schedule_init(&source->slot, setup->id ? setup->id : "", setup->every_us, now.wall_us, now.boot_us);
    pthread_mutex_lock(&inlet->lock);
    struct mqtt_source **grown = reallocarray(inlet->source, inlet->n + 1, sizeof(struct mqtt_source *));
    int r = grown ? modbus_schedule_put(&inlet->schedule, &source->slot) : -ENOMEM;
    if (grown)
        inlet->source = grown;
    if (r == 0)
        inlet->source[inlet->n++] = source;
    pthread_mutex_unlock(&inlet->lock);
    if (r < 0)
        mqtt_listen_free_source(source);
    else
        mqtt_ear_nudge(&inlet->state);
    return r;
}

bool mqtt_inlet_remove(struct mqtt_inlet *inlet, uint32_t number)
{
    struct mqtt_source *source = NULL;
    pthread_mutex_lock(&inlet->lock);
    for (size_t i = 0; i < inlet->n && !source; i++) {
        if (inlet->source[i]->setup->number != number)
            continue;
        source = inlet->source[i];
        inlet->source[i] = inlet->source[--inlet->n];
        modbus_schedule_drop(&inlet->schedule, &source->slot);
    }
    pthread_mutex_unlock(&inlet->lock);
    if (source)
        mqtt_listen_free_source(source);
    return source != NULL;
}
