/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt.h"
#include "drivers/arena.h"
#include "mqtt_native.h"
#include "mqtt_words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

#define KEEPALIVE_S 10 /* a broker that hangs is noticed after two of them and 3 s */

static const struct {
    const struct mqtt_view *view;
    size_t wanted; /* offset of its bool in struct mqtt_config */
} views[] = {
    {&mqtt_native, offsetof(struct mqtt_config, native)},
};

#define N_VIEWS (sizeof views / sizeof views[0])

struct mqtt {
    sd_event *loop;
    sd_event_source *io, *step;
    struct arena *arena; /* of config and what the host points to */
    struct mqtt_config config;
    char *site; /* as at the start: it cannot be reloaded */
    char *version;
    struct mqtt_host host;
    char status[MQTT_TOPIC_MAX];
    uint64_t connection; /* the one that was greeted */
    void *view[N_VIEWS]; /* NULL: not wanted */
    bool closing;        /* the wire ends so that another can begin */
    char words[700];
};

static const char *keep(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

static void take_config(struct mqtt *mqtt, const struct mqtt_config *config)
{
    struct arena *arena = arena_new();
    struct mqtt_config copy = *config;
    copy.server = keep(arena, config->server);
    copy.user = keep(arena, config->user);
    copy.password = keep(arena, config->password);
    copy.ca = keep(arena, config->ca);
    copy.cert = keep(arena, config->cert);
    copy.key = keep(arena, config->key);
    copy.prefix = keep(arena, config->prefix);
    copy.client_id =
        config->client_id ? keep(arena, config->client_id) : arena_printf(arena, "wattwacht-%s", mqtt->site);
    arena_free(mqtt->arena);
    mqtt->arena = arena;
    mqtt->config = copy;
    mqtt->host.base = (struct mqtt_base){copy.prefix, mqtt->site};
    mqtt->host.qos = (int)copy.qos;
    mqtt_topic_site(mqtt->status, sizeof mqtt->status, &mqtt->host.base, "status");
}

static int check_config(const struct mqtt_config *config)
{
    struct mqtt_server server;
    return mqtt_prefix_valid(config->prefix) && config->qos <= 2 ? mqtt_server_parse(config->server, &server) : -EINVAL;
}

static void begin_snapshot(struct mqtt *mqtt, uint64_t connection)
{
    mqtt->connection = connection;
    mqtt->host.connected = true;
    /* the lane of the status goes before all others, whatever waits already */
    mqtt_wire_put(mqtt->host.wire, MQTT_LANE_STATUS, mqtt->status, "online", strlen("online"), 1, true);
    mqtt_wire_release(mqtt->host.wire, connection);
    for (size_t i = 0; i < N_VIEWS; i++)
        if (mqtt->view[i] && views[i].view->connected)
            views[i].view->connected(mqtt->view[i]);
    sd_event_source_set_enabled(mqtt->step, SD_EVENT_ON);
}

/* One step of the first view that has more to tell; other events of the loop come between the steps. */
static int on_step(sd_event_source *source, void *context)
{
    struct mqtt *mqtt = context;
    for (size_t i = 0; i < N_VIEWS && mqtt->host.connected; i++)
        if (mqtt->view[i] && views[i].view->snapshot && views[i].view->snapshot(mqtt->view[i]))
            return 0;
    sd_event_source_set_enabled(source, SD_EVENT_OFF);
    return 0;
}

static int on_wire(sd_event_source *source, int fd, uint32_t events, void *context);

static int begin_wire(struct mqtt *mqtt)
{
    struct mqtt_wire_setup setup = {
        .server = mqtt->config.server,
        .client_id = mqtt->config.client_id,
        .user = mqtt->config.user,
        .password = mqtt->config.password,
        .ca = mqtt->config.ca,
        .cert = mqtt->config.cert,
        .key = mqtt->config.key,
        .version = mqtt->config.version,
        .keepalive_s = KEEPALIVE_S,
        .status_topic = mqtt->status,
    };
    struct mqtt_wire *wire;
    sd_event_source *io;
    int rc = mqtt_wire_start(&setup, &wire);
    if (rc < 0)
        return rc;
    rc = sd_event_add_io(mqtt->loop, &io, mqtt_wire_fd(wire), EPOLLIN, on_wire, mqtt);
    if (rc < 0) {
        mqtt_wire_close(wire);
        mqtt_wire_drop(wire);
        return rc;
    }
    sd_event_source_disable_unref(mqtt->io);
    mqtt_wire_drop(mqtt->host.wire);
    mqtt->io = io;
    mqtt->host.wire = wire;
    mqtt->connection = 0;
    mqtt->closing = false;
    return 0;
}

static int on_wire(sd_event_source *source, int fd, uint32_t events, void *context)
{
    struct mqtt *mqtt = context;
    uint64_t connection;
    (void)source;
    (void)fd;
    (void)events;
    enum mqtt_state state = mqtt_wire_state(mqtt->host.wire, &connection);
    switch (state) {
    case MQTT_AWAY: mqtt->host.connected = false; break;
    case MQTT_HELD:
    case MQTT_OPEN:
        if (connection != mqtt->connection)
            begin_snapshot(mqtt, connection);
        break;
    case MQTT_CLOSED:
        mqtt->host.connected = false;
        if (mqtt->closing && begin_wire(mqtt) < 0)
            mqtt->closing = false; /* out of descriptors or threads; the next reload tries again */
        break;
    }
    return 0;
}

/* Starts the views that the configuration names, and stops those that it names no more. */
static void choose_views(struct mqtt *mqtt)
{
    for (size_t i = 0; i < N_VIEWS; i++) {
        bool wanted = *(const bool *)((const char *)&mqtt->config + views[i].wanted);
        if (wanted == (mqtt->view[i] != NULL))
            continue;
        if (!wanted)
            views[i].view->stop(mqtt->view[i]);
        mqtt->view[i] = wanted ? views[i].view->start(&mqtt->host) : NULL;
        if (wanted && mqtt->host.connected && views[i].view->connected) {
            views[i].view->connected(mqtt->view[i]);
            sd_event_source_set_enabled(mqtt->step, SD_EVENT_ON);
        }
    }
}

int mqtt_start(sd_event *loop, const struct mqtt_config *config, const struct live *live, const char *version,
               struct mqtt **ret)
{
    int rc = check_config(config);
    if (rc < 0)
        return rc;
    struct mqtt *mqtt = calloc(1, sizeof *mqtt);
    if (!mqtt)
        return -ENOMEM;
    mqtt->loop = sd_event_ref(loop);
    mqtt->site = strdup(live->config->site);
    mqtt->version = strdup(version);
    if (!mqtt->site || !mqtt->version)
        abort();
    take_config(mqtt, config);
    mqtt->host.live = live;
    mqtt->host.version = mqtt->version;
    rc = sd_event_add_defer(loop, &mqtt->step, on_step, mqtt);
    if (rc >= 0)
        rc = sd_event_source_set_enabled(mqtt->step, SD_EVENT_OFF);
    /* readings come first */
    if (rc >= 0)
        rc = sd_event_source_set_priority(mqtt->step, SD_EVENT_PRIORITY_IDLE);
    if (rc >= 0)
        rc = begin_wire(mqtt);
    if (rc < 0) {
        mqtt_stop(mqtt);
        return rc;
    }
    choose_views(mqtt);
    *ret = mqtt;
    return 0;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_connection(const struct mqtt_config *a, const struct mqtt_config *b)
{
    return same_text(a->server, b->server) && same_text(a->user, b->user) && same_text(a->password, b->password) &&
           same_text(a->ca, b->ca) && same_text(a->cert, b->cert) && same_text(a->key, b->key) &&
           same_text(a->prefix, b->prefix) && same_text(a->client_id, b->client_id) && a->version == b->version;
}

int mqtt_reload(struct mqtt *mqtt, const struct mqtt_config *config)
{
    int rc = check_config(config);
    if (rc < 0)
        return rc;
    struct mqtt_config before = mqtt->config;
    struct arena *texts = mqtt->arena;
    mqtt->arena = NULL;
    take_config(mqtt, config);
    bool same = same_connection(&before, &mqtt->config);
    arena_free(texts);
    choose_views(mqtt);
    /* what is to be cleared has to be said before the connection ends */
    for (size_t i = 0; i < N_VIEWS; i++)
        if (mqtt->view[i] && views[i].view->reload)
            views[i].view->reload(mqtt->view[i]);
    if (!same && !mqtt->closing) {
        mqtt->closing = true;
        mqtt_wire_close(mqtt->host.wire); /* on_wire begins the next when this one is over */
    }
    return 0;
}

void mqtt_stop(struct mqtt *mqtt)
{
    if (!mqtt)
        return;
    sd_event_source_disable_unref(mqtt->io);
    sd_event_source_disable_unref(mqtt->step);
    if (mqtt->host.wire) {
        mqtt_wire_close(mqtt->host.wire);
        mqtt_wire_wait(mqtt->host.wire, MQTT_STOP_MS);
        mqtt_wire_drop(mqtt->host.wire);
    }
    for (size_t i = 0; i < N_VIEWS; i++)
        if (mqtt->view[i])
            views[i].view->stop(mqtt->view[i]);
    arena_free(mqtt->arena);
    free(mqtt->site);
    free(mqtt->version);
    sd_event_unref(mqtt->loop);
    free(mqtt);
}

void mqtt_stats(struct mqtt *mqtt, struct mqtt_wire_stats *ret)
{
    mqtt_wire_stats(mqtt->host.wire, ret);
}

static void sink_polled(void *self, const struct live_device *device, const struct live_point *const *points, size_t n)
{
    struct mqtt *mqtt = self;
    for (size_t i = 0; i < N_VIEWS; i++)
        if (mqtt->view[i] && views[i].view->polled)
            views[i].view->polled(mqtt->view[i], device, points, n);
}

static void sink_device(void *self, const struct live_device *device)
{
    struct mqtt *mqtt = self;
    for (size_t i = 0; i < N_VIEWS; i++)
        if (mqtt->view[i] && views[i].view->device)
            views[i].view->device(mqtt->view[i], device);
}

static void sink_kpis(void *self, const struct kpi_result *results, size_t n)
{
    struct mqtt *mqtt = self;
    for (size_t i = 0; i < N_VIEWS; i++)
        if (mqtt->view[i] && views[i].view->kpis)
            views[i].view->kpis(mqtt->view[i], results, n);
}

static void sink_alert(void *self, const struct alert_entry *entry, bool transition)
{
    struct mqtt *mqtt = self;
    for (size_t i = 0; i < N_VIEWS; i++)
        if (mqtt->view[i] && views[i].view->alert)
            views[i].view->alert(mqtt->view[i], entry, transition);
}

static const char *sink_trouble(void *self)
{
    struct mqtt *mqtt = self;
    return mqtt_wire_trouble(mqtt->host.wire, mqtt->words, sizeof mqtt->words) ? mqtt->words : NULL;
}

const struct sink mqtt_sink = {
    .name = "mqtt",
    .polled = sink_polled,
    .device = sink_device,
    .kpis = sink_kpis,
    .alert = sink_alert,
    .trouble = sink_trouble,
};
