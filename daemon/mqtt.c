/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt.h"
#include "drivers/arena.h"
#include "mqtt_ha.h"
#include "mqtt_native.h"
#include "mqtt_scalar.h"
#include "drivers/mqtt_words.h"
#include "sparkplug.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

/* The views, in the order in which they are told. */
static const struct {
    const struct mqtt_view *view;
    size_t wanted; /* offset of its bool in struct mqtt_config */
} views[] = {
    {&mqtt_native, offsetof(struct mqtt_config, native)},
    {&mqtt_sparkplug, offsetof(struct mqtt_config, sparkplug)},
    {&mqtt_ha, offsetof(struct mqtt_config, homeassistant)},
    {&mqtt_scalar, offsetof(struct mqtt_config, scalars)},
};

#define N_VIEWS (sizeof views / sizeof views[0])

struct mqtt {
    sd_event *loop;
    struct arena *arena; /* of config and what the hosts point to */
    struct mqtt_config config;
    struct mqtt_base base;
    const struct live *live;
    const struct mqtt_store *store;
    char *site; /* as at the start: it cannot be reloaded */
    char *version;
    struct mqtt_session *shared;       /* NULL: no view wants it */
    struct mqtt_session *own[N_VIEWS]; /* of the views that have a wire of their own */
};

#define N_SESSIONS (N_VIEWS + 1)

/* NULL: there is none in this place. */
static struct mqtt_session *session_at(const struct mqtt *mqtt, size_t i)
{
    return i == 0 ? mqtt->shared : mqtt->own[i - 1];
}

/* Texts of the configuration; those that a connection rests on end it when they change. */
static const struct {
    size_t offset;
    bool connection;
} texts[] = {
    {offsetof(struct mqtt_config, server), true},
    {offsetof(struct mqtt_config, user), true},
    {offsetof(struct mqtt_config, password), true},
    {offsetof(struct mqtt_config, ca), true},
    {offsetof(struct mqtt_config, cert), true},
    {offsetof(struct mqtt_config, key), true},
    {offsetof(struct mqtt_config, prefix), true},
    {offsetof(struct mqtt_config, client_id), true},
    {offsetof(struct mqtt_config, discovery.prefix), false},
    {offsetof(struct mqtt_config, discovery.birth_topic), false},
    {offsetof(struct mqtt_config, discovery.birth_payload), false},
    {offsetof(struct mqtt_config, spb.group), true},
    {offsetof(struct mqtt_config, spb.edge), true},
    {offsetof(struct mqtt_config, spb.host), true},
};

static const char **text_at(struct mqtt_config *config, size_t i)
{
    return (const char **)((char *)config + texts[i].offset);
}

static void take_config(struct mqtt *mqtt, const struct mqtt_config *config)
{
    struct arena *arena = arena_new();
    struct mqtt_config copy = *config;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char **text = text_at(&copy, i);
        *text = *text ? arena_strdup(arena, *text) : NULL;
    }
    copy.point = arena_alloc(arena, copy.n_points * sizeof *copy.point);
    for (size_t i = 0; i < copy.n_points; i++)
        copy.point[i] = arena_strdup(arena, config->point[i]);
    if (copy.spb.band)
        copy.spb.band = arena_memdup(arena, copy.spb.band, Q_COUNT * sizeof *copy.spb.band);
    if (!copy.client_id)
        copy.client_id = arena_printf(arena, "wattwacht-%s", mqtt->site);
    mqtt->arena = arena;
    mqtt->config = copy;
    mqtt->base = (struct mqtt_base){copy.prefix, mqtt->site};
}

static int check_config(const struct mqtt_config *config)
{
    struct mqtt_server server;
    return mqtt_prefix_valid(config->prefix) && config->qos <= 2 ? mqtt_server_parse(config->server, &server) : -EINVAL;
}

static bool wanted(const struct mqtt *mqtt, size_t view)
{
    return *(const bool *)((const char *)&mqtt->config + views[view].wanted);
}

/* The shared session is there for the site's status alone too, unless what is wanted has a wire of its own. */
static bool shared_wanted(const struct mqtt *mqtt)
{
    bool own = false;
    for (size_t i = 0; i < N_VIEWS; i++) {
        if (wanted(mqtt, i) && !views[i].view->own_wire)
            return true;
        own |= wanted(mqtt, i);
    }
    return !own;
}

static int open_session(struct mqtt *mqtt, const struct mqtt_view *own, struct mqtt_session **session)
{
    struct mqtt_host host = {.loop = mqtt->loop,
                             .base = mqtt->base,
                             .config = &mqtt->config,
                             .live = mqtt->live,
                             .version = mqtt->version,
                             .qos = (int)mqtt->config.qos};
    return *session ? 0 : mqtt_session_start(mqtt->loop, &host, mqtt->store, own, session);
}

static void close_session(struct mqtt_session **session)
{
    mqtt_session_stop(*session);
    *session = NULL;
}

/* Starts the views that the configuration names, and stops those that it names no more. */
static int choose_views(struct mqtt *mqtt)
{
    int rc = 0;
    if (shared_wanted(mqtt))
        rc = open_session(mqtt, NULL, &mqtt->shared);
    for (size_t i = 0; i < N_VIEWS && rc >= 0; i++) {
        const struct mqtt_view *view = views[i].view;
        if (!view->own_wire) {
            if (mqtt->shared)
                mqtt_session_choose(mqtt->shared, view, wanted(mqtt, i));
        } else if (wanted(mqtt, i)) {
            rc = open_session(mqtt, view, &mqtt->own[i]);
        } else {
            close_session(&mqtt->own[i]);
        }
    }
    if (!shared_wanted(mqtt))
        close_session(&mqtt->shared);
    return rc;
}

int mqtt_start(sd_event *loop, const struct mqtt_config *config, const struct live *live,
               const struct mqtt_store *store, const char *version, struct mqtt **ret)
{
    int rc = check_config(config);
    if (rc < 0)
        return rc;
    struct mqtt *mqtt = calloc(1, sizeof *mqtt);
    if (!mqtt)
        return -ENOMEM;
    mqtt->loop = sd_event_ref(loop);
    mqtt->live = live;
    mqtt->store = store;
    mqtt->site = strdup(live->config->site);
    mqtt->version = strdup(version);
    if (!mqtt->site || !mqtt->version)
        abort();
    take_config(mqtt, config);
    rc = choose_views(mqtt);
    if (rc < 0)
        mqtt_stop(mqtt);
    else
        *ret = mqtt;
    return rc < 0 ? rc : 0;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_connection(struct mqtt_config *a, struct mqtt_config *b)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].connection && !same_text(*text_at(a, i), *text_at(b, i)))
            return false;
    return a->version == b->version;
}

int mqtt_reload(struct mqtt *mqtt, const struct mqtt_config *config)
{
    int rc = check_config(config);
    if (rc < 0)
        return rc;
    struct mqtt_config before = mqtt->config;
    struct arena *arena = mqtt->arena;
    take_config(mqtt, config);
    bool reconnect = !same_connection(&before, &mqtt->config);
    rc = choose_views(mqtt);
    for (size_t i = 0; i < N_SESSIONS; i++) {
        struct mqtt_session *session = session_at(mqtt, i);
        if (session)
            mqtt_session_reload(session, &mqtt->config, &mqtt->base, reconnect);
    }
    arena_free(arena);
    return rc < 0 ? rc : 0;
}

void mqtt_stop(struct mqtt *mqtt)
{
    if (!mqtt)
        return;
    for (size_t i = 0; i < N_VIEWS; i++)
        close_session(&mqtt->own[i]);
    close_session(&mqtt->shared);
    arena_free(mqtt->arena);
    free(mqtt->site);
    free(mqtt->version);
    sd_event_unref(mqtt->loop);
    free(mqtt);
}

bool mqtt_history(struct mqtt *mqtt, const char *name, struct mqtt_rows *rows)
{
    for (size_t i = 0; i < N_SESSIONS; i++)
        if (session_at(mqtt, i) && mqtt_session_rows(session_at(mqtt, i), name, rows))
            return true;
    return false;
}

void mqtt_history_stats(struct mqtt *mqtt, struct mqtt_relay_stats *ret)
{
    *ret = (struct mqtt_relay_stats){0};
    for (size_t i = 0; i < N_SESSIONS; i++) {
        struct mqtt_relay_stats one;
        if (!session_at(mqtt, i) || !session_at(mqtt, i)->relay)
            continue;
        mqtt_relay_stats(session_at(mqtt, i)->relay, &one);
        ret->told += one.told;
        ret->missed += one.missed;
        ret->behind |= one.behind;
    }
}

void mqtt_stats(struct mqtt *mqtt, struct mqtt_wire_stats *ret)
{
    *ret = (struct mqtt_wire_stats){0};
    for (size_t i = 0; i < N_SESSIONS; i++) {
        struct mqtt_wire_stats one;
        if (!session_at(mqtt, i))
            continue;
        mqtt_wire_stats(session_at(mqtt, i)->host.wire, &one);
        ret->outbox.messages += one.outbox.messages;
        ret->outbox.bytes += one.outbox.bytes;
        ret->outbox.superseded += one.outbox.superseded;
        ret->outbox.dropped += one.outbox.dropped;
        ret->outbox.overtaken += one.outbox.overtaken;
        ret->under_way += one.under_way;
        ret->sent += one.sent;
        ret->lost += one.lost;
        ret->connects += one.connects;
        ret->ignored += one.ignored;
        ret->kept_back += one.kept_back;
    }
}

/* The views that are told, one after the other: first the shared session's. */
static const struct mqtt_told *told_at(const struct mqtt *mqtt, size_t i)
{
    if (mqtt->shared && i < mqtt->shared->n)
        return &mqtt->shared->told[i];
    i -= mqtt->shared ? mqtt->shared->n : 0;
    for (size_t k = 0; k < N_VIEWS; k++)
        if (mqtt->own[k] && i-- == 0)
            return &mqtt->own[k]->told[0];
    return NULL;
}

static void sink_polled(void *self, const struct live_device *device, const struct live_point *const *points, size_t n)
{
    const struct mqtt_told *told;
    for (size_t i = 0; (told = told_at(self, i)); i++)
        if (told->view->polled)
            told->view->polled(told->self, device, points, n);
}

static void sink_device(void *self, const struct live_device *device)
{
    const struct mqtt_told *told;
    for (size_t i = 0; (told = told_at(self, i)); i++)
        if (told->view->device)
            told->view->device(told->self, device);
}

static void sink_kpis(void *self, const struct kpi_result *results, size_t n)
{
    const struct mqtt_told *told;
    for (size_t i = 0; (told = told_at(self, i)); i++)
        if (told->view->kpis)
            told->view->kpis(told->self, results, n);
}

static void sink_alert(void *self, const struct alert_entry *entry, bool transition)
{
    const struct mqtt_told *told;
    for (size_t i = 0; (told = told_at(self, i)); i++)
        if (told->view->alert)
            told->view->alert(told->self, entry, transition);
}

static const char *sink_trouble(void *self)
{
    struct mqtt *mqtt = self;
    const char *words = NULL;
    for (size_t i = 0; i < N_SESSIONS && !words; i++)
        words = session_at(mqtt, i) ? mqtt_session_trouble(session_at(mqtt, i)) : NULL;
    return words;
}

const struct sink mqtt_sink = {
    .name = "mqtt",
    .polled = sink_polled,
    .device = sink_device,
    .kpis = sink_kpis,
    .alert = sink_alert,
    .trouble = sink_trouble,
};
