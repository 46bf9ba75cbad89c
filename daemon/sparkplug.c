/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sparkplug.h"
#include "journal.h"
#include "moment.h"
#include "sparkplug_about.h"
#include "sparkplug_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define EVENTS_AT_ONCE 50
#define PAST_AT_ONCE   500 /* metrics in one payload of history */

struct sparkplug {
    const struct mqtt_host *host;
    struct sparkplug_session session;
    struct sparkplug_metrics metrics;
    struct sparkplug_alerts alerts;
    struct sparkplug_payload *payload;
    struct sparkplug_style style;
    char ncmd[MQTT_TOPIC_MAX], state[MQTT_TOPIC_MAX];
    const char *filter[2];
    size_t next;      /* set to be born */
    bool complained;  /* of commands that are none, in this connection */
    bool told_absent; /* that the primary host is away */
};

static struct sparkplug_set *node_of(struct sparkplug *node)
{
    return sparkplug_metrics_set(&node->metrics, NO_DEVICE);
}

static bool wants(const void *context, const struct live_point *point)
{
    return mqtt_view_wants(context, point);
}

static void find(struct sparkplug *node)
{
    sparkplug_metrics_find(&node->metrics, node->host->live, wants, node->host);
}

/* Names and style as the configuration has them now. */
static void take_config(struct sparkplug *node)
{
    const struct sparkplug_config *config = &node->host->config->spb;
    snprintf(node->ncmd, sizeof node->ncmd, "spBv1.0/%s/NCMD/%s", config->group, config->edge);
    snprintf(node->state, sizeof node->state, "spBv1.0/STATE/%s", config->host ? config->host : "");
    node->filter[0] = node->ncmd;
    node->filter[1] = node->state;
    node->session.has_host = config->host != NULL;
    node->style = (struct sparkplug_style){config->aliases, config->datatypes, config->band};
}

static void *sparkplug_start(const struct mqtt_host *host)
{
    struct sparkplug *node = calloc(1, sizeof *node);
    if (!node)
        abort();
    node->host = host;
    node->payload = sparkplug_payload_new();
    take_config(node);
    return node;
}

static void sparkplug_stop(void *self)
{
    struct sparkplug *node = self;
    sparkplug_metrics_done(&node->metrics);
    sparkplug_alerts_done(&node->alerts);
    sparkplug_payload_free(node->payload);
    free(node);
}

static size_t sparkplug_filters(void *self, const char *const **ret)
{
    struct sparkplug *node = self;
    *ret = node->filter;
    return node->session.has_host ? 2 : 1;
}

static void sparkplug_will(void *self, uint64_t connect, struct mqtt_will *ret)
{
    const struct sparkplug *node = self;
    const struct sparkplug_config *config = &node->host->config->spb;
    *ret = (struct mqtt_will){.qos = 1};
    snprintf(ret->topic, sizeof ret->topic, "spBv1.0/%s/NDEATH/%s", config->group, config->edge);
    ret->size = sparkplug_payload_death(ret->payload, (unsigned)(connect % 256), moment_now().wall_ms);
}

/* What was put into the payload, as the next message of the session. */
static void tell(struct sparkplug *node, const char *verb, const char *device)
{
    const struct sparkplug_config *config = &node->host->config->spb;
    char topic[MQTT_TOPIC_MAX];
    size_t size;
    unsigned seq = sparkplug_session_seq(&node->session);
    const uint8_t *bytes = sparkplug_payload_pack(node->payload, moment_now().wall_ms, seq, &size);
    snprintf(topic, sizeof topic, "spBv1.0/%s/%s/%s%s%s", config->group, verb, config->edge, device ? "/" : "",
             device ? device : "");
    mqtt_wire_put(node->host->wire, MQTT_LANE_STATE, topic, bytes, size, 0, false);
}

static bool room(const struct sparkplug *node)
{
    struct mqtt_wire_stats stats;
    mqtt_wire_stats(node->host->wire, &stats);
    return stats.outbox.messages < SPARKPLUG_ROOM;
}

static bool live(const struct sparkplug *node)
{
    return node->host->connected && sparkplug_session_live(&node->session) && room(node);
}

/* NBIRTH at once, DBIRTHs by the snapshot's steps. */
static void be_born(struct sparkplug *node)
{
    find(node);
    for (size_t i = 0; i < node->metrics.n_sets; i++)
        sparkplug_set_unborn(node->metrics.set[i]);
    int64_t now_ms = moment_now().wall_ms;
    struct sparkplug_set *set = node_of(node);
    sparkplug_payload_begin(node->payload);
    sparkplug_about_node(set, &node->style, &node->alerts, node->host->live, node->host->version,
                         (unsigned)(node->host->connect % 256), now_ms, node->payload);
    sparkplug_set_birth(set, &node->style, now_ms, node->payload);
    tell(node, "NBIRTH", NULL);
    node->next = 0;
    node->host->more(node->host);
}

static void act(struct sparkplug *node, enum sparkplug_act act)
{
    switch (act) {
    case SPARKPLUG_NOTHING: break;
    case SPARKPLUG_BE_BORN: be_born(node); break;
    case SPARKPLUG_LEAVE: mqtt_wire_again(node->host->wire); break;
    }
}

/* What was put off: a rebirth until it is due, births until there is room. */
static void go_on(struct sparkplug *node)
{
    if (!node->host->connected)
        return;
    act(node, sparkplug_session_look(&node->session, moment_now().boot_us));
    if (node->session.phase == SPARKPLUG_BIRTH && room(node))
        node->host->more(node->host);
}

static void bear(struct sparkplug *node, struct sparkplug_set *set)
{
    const struct live *live = node->host->live;
    int64_t now_ms = moment_now().wall_ms;
    if (!set->id)
        set->id = strdup(live->device[set->device]->config->id);
    if (!set->id)
        abort();
    sparkplug_payload_begin(node->payload);
    sparkplug_about_device(set, &node->style, &node->alerts, live, now_ms, node->payload);
    sparkplug_set_birth(set, &node->style, now_ms, node->payload);
    tell(node, "DBIRTH", set->id);
}

static void bury(struct sparkplug *node, struct sparkplug_set *set)
{
    sparkplug_payload_begin(node->payload);
    tell(node, "DDEATH", set->id);
    sparkplug_set_unborn(set);
}

/* Birth or death, where the device's state asks for one. */
static void settle(struct sparkplug *node, struct sparkplug_set *set)
{
    if (set->device == NO_DEVICE || set->device >= node->host->live->n_devices)
        return;
    const struct live_device *device = node->host->live->device[set->device];
    bool there = device->config && device->state == LIVE_ONLINE && sparkplug_set_any(set);
    bool another = set->born && device->config && strcmp(set->id, device->config->id) != 0;
    if (set->born && (!there || another))
        bury(node, set);
    if (there && (!set->born || set->changed))
        bear(node, set);
}

static void tell_events(struct sparkplug *node)
{
    struct sparkplug_alerts *alerts = &node->alerts;
    struct sparkplug_set *set = node_of(node);
    for (size_t i = 0; i < alerts->n_events;) {
        sparkplug_payload_begin(node->payload);
        for (; i < alerts->n_events && sparkplug_payload_count(node->payload) < EVENTS_AT_ONCE; i++)
            if (alerts->event[i].told_ms == 0) {
                sparkplug_about_event(set, &node->style, &alerts->event[i], true, node->payload);
                alerts->event[i].told_ms = moment_now().wall_ms;
            }
        if (sparkplug_payload_count(node->payload) > 0)
            tell(node, "NDATA", NULL);
    }
}

static bool sparkplug_snapshot(void *self)
{
    struct sparkplug *node = self;
    struct sparkplug_metrics *metrics = &node->metrics;
    /* a birth tells some hundred metrics: a tenth of the messages of other views */
    for (unsigned n = 0; n < MQTT_STEP / 10 && node->session.phase == SPARKPLUG_BIRTH; n++) {
        if (!room(node))
            return false; /* go_on comes back to it */
        if (node->next < metrics->n_sets) {
            settle(node, metrics->set[node->next++]);
            continue;
        }
        for (size_t i = 0; i < metrics->n_sets; i++)
            settle(node, metrics->set[i]); /* those that changed meanwhile */
        sparkplug_session_born(&node->session);
        tell_events(node);
    }
    return node->session.phase == SPARKPLUG_BIRTH;
}

static void sparkplug_connected(void *self)
{
    struct sparkplug *node = self;
    take_config(node);
    node->complained = false;
    sparkplug_alerts_lost(&node->alerts, moment_now().wall_ms);
    sparkplug_metrics_past_begin(&node->metrics);
    sparkplug_session_lost(&node->session);
    act(node, sparkplug_session_connected(&node->session));
}

static void sparkplug_reload(void *self)
{
    struct sparkplug *node = self;
    struct sparkplug_style before = node->style;
    take_config(node);
    find(node);
    if (!node->host->connected)
        return;
    /* names or datatypes of data are as the last birth said */
    if (before.aliases != node->style.aliases || before.typed != node->style.typed || node_of(node)->changed)
        act(node, sparkplug_session_rebirth(&node->session, moment_now().boot_us));
    for (size_t i = 0; i < node->metrics.n_sets && live(node); i++)
        settle(node, node->metrics.set[i]);
}

static void tell_data(struct sparkplug *node, struct sparkplug_set *set)
{
    if (!set->born)
        return;
    sparkplug_payload_begin(node->payload);
    sparkplug_set_data(set, &node->style, node->payload);
    if (sparkplug_payload_count(node->payload) > 0)
        tell(node, set->id ? "DDATA" : "NDATA", set->id);
}

static void sparkplug_device(void *self, const struct live_device *device)
{
    struct sparkplug *node = self;
    uint32_t index = live_index(node->host->live, device->number);
    if (index == NO_DEVICE)
        return;
    find(node);
    struct sparkplug_set *set = sparkplug_metrics_set(&node->metrics, index);
    set->changed = true; /* a label or a shape: properties are told at birth alone */
    if (live(node))
        settle(node, set);
}

static void sparkplug_polled(void *self, const struct live_device *device, const struct live_point *const *points,
                             size_t n)
{
    struct sparkplug *node = self;
    uint32_t index = live_index(node->host->live, device->number);
    (void)points;
    (void)n;
    go_on(node);
    if (index == NO_DEVICE || !live(node))
        return;
    struct sparkplug_set *set = sparkplug_metrics_set(&node->metrics, index);
    settle(node, set);
    tell_data(node, set);
}

static void sparkplug_kpis(void *self, const struct kpi_result *results, size_t n)
{
    struct sparkplug *node = self;
    (void)results;
    (void)n;
    go_on(node);
    if (!live(node))
        return;
    tell_data(node, node_of(node));
}

static void tell_alert(struct sparkplug *node, const struct alert_entry *entry, bool transition)
{
    struct sparkplug_event *event = &node->alerts.event[node->alerts.n_events - 1];
    int64_t now_ms = moment_now().wall_ms;
    sparkplug_payload_begin(node->payload);
    sparkplug_about_alerts(node_of(node), &node->style, &node->alerts, "", now_ms, node->payload);
    if (transition) {
        sparkplug_about_event(node_of(node), &node->style, event, false, node->payload);
        event->told_ms = now_ms;
    }
    tell(node, "NDATA", NULL);
    for (size_t i = 0; i < node->metrics.n_sets; i++) {
        struct sparkplug_set *set = node->metrics.set[i];
        if (!set->born || !set->id || strcmp(set->id, entry->device) != 0)
            continue;
        sparkplug_payload_begin(node->payload);
        sparkplug_about_alerts(set, &node->style, &node->alerts, entry->device, now_ms, node->payload);
        tell(node, "DDATA", set->id);
    }
}

static void sparkplug_alert(void *self, const struct alert_entry *entry, bool transition)
{
    struct sparkplug *node = self;
    sparkplug_alerts_note(&node->alerts, entry, transition);
    if (live(node))
        tell_alert(node, entry, transition);
}

static void hear_host(struct sparkplug *node, const struct mqtt_received *received)
{
    struct sparkplug_host_state told;
    const char *host = node->host->config->spb.host;
    if (sparkplug_host_decode(received->payload, received->size, &told) < 0) {
        if (!node->complained)
            journal_line(LOG_WARNING, "mqtt: sparkplug: STATE of %s is no JSON with online and timestamp: ignored",
                         host);
        node->complained = true;
        return;
    }
    enum sparkplug_act next = sparkplug_session_host(&node->session, &told);
    if (next == SPARKPLUG_LEAVE)
        journal_line(LOG_NOTICE, "mqtt: sparkplug: primary host %s went away: waiting for it", host);
    else if (next == SPARKPLUG_BE_BORN)
        journal_line(LOG_INFO, "mqtt: sparkplug: primary host %s is there", host);
    act(node, next);
}

static void sparkplug_message(void *self, const struct mqtt_received *received)
{
    struct sparkplug *node = self;
    bool rebirth;
    if (node->session.has_host && strcmp(received->topic, node->state) == 0) {
        hear_host(node, received);
        return;
    }
    if (strcmp(received->topic, node->ncmd) != 0)
        return;
    if (sparkplug_command_decode(received->payload, received->size, &rebirth) < 0) {
        if (!node->complained)
            journal_line(LOG_WARNING, "mqtt: sparkplug: a command of %zu bytes cannot be read: ignored",
                         received->size);
        node->complained = true;
    } else if (rebirth) {
        act(node, sparkplug_session_rebirth(&node->session, moment_now().boot_us));
    }
}

/* QoS 1 is not for data here; the broker answers a subscription behind all that was sent before. */
static void sparkplug_beat(void *self)
{
    struct sparkplug *node = self;
    go_on(node);
    mqtt_wire_subscribe(node->host->wire, MQTT_LANE_BEAT, node->ncmd);
}

const struct mqtt_view mqtt_sparkplug = {
    .name = "sparkplug",
    .own_wire = true,
    .start = sparkplug_start,
    .stop = sparkplug_stop,
    .connected = sparkplug_connected,
    .snapshot = sparkplug_snapshot,
    .reload = sparkplug_reload,
    .polled = sparkplug_polled,
    .device = sparkplug_device,
    .kpis = sparkplug_kpis,
    .alert = sparkplug_alert,
    .filters = sparkplug_filters,
    .message = sparkplug_message,
    .will = sparkplug_will,
    .beat = sparkplug_beat,
};
