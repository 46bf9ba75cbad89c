/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sparkplug.h"
#include "journal.h"
#include "moment.h"
#include "sparkplug_node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

struct sparkplug {
    const struct mqtt_host *host;
    struct sparkplug_node node;
    char ncmd[MQTT_TOPIC_MAX], state[MQTT_TOPIC_MAX];
    const char *filter[2];
    size_t next;      /* set to be born */
    bool complained;  /* of commands that are none, in this connection */
    bool skipped;     /* a poll was not told; */
    bool past_waits;  /* and what the log has of it waits for our word */
    bool alert_waits; /* a transition since the last birth was not told */
    uint64_t dropped; /* by the outbox, when the session began */
};

/* Names and style as the configuration has them now. */
static void take_config(struct sparkplug *sparkplug)
{
    const struct sparkplug_config *config = &sparkplug->host->config->spb;
    snprintf(sparkplug->ncmd, sizeof sparkplug->ncmd, "spBv1.0/%s/NCMD/%s", config->group, config->edge);
    snprintf(sparkplug->state, sizeof sparkplug->state, "spBv1.0/STATE/%s", config->host ? config->host : "");
    sparkplug->filter[0] = sparkplug->ncmd;
    sparkplug->filter[1] = sparkplug->state;
    sparkplug->node.session.has_host = config->host != NULL;
    sparkplug->node.style = (struct sparkplug_style){config->aliases, config->datatypes, config->band};
}

static void *sparkplug_start(const struct mqtt_host *host)
{
    struct sparkplug *sparkplug = calloc(1, sizeof *sparkplug);
    if (!sparkplug)
        abort();
    sparkplug->host = host;
    sparkplug_node_init(&sparkplug->node, host);
    take_config(sparkplug);
    return sparkplug;
}

static void sparkplug_stop(void *self)
{
    struct sparkplug *sparkplug = self;
    sparkplug_node_done(&sparkplug->node);
    free(sparkplug);
}

static size_t sparkplug_filters(void *self, const char *const **ret)
{
    struct sparkplug *sparkplug = self;
    *ret = sparkplug->filter;
    return sparkplug->node.session.has_host ? 2 : 1;
}

static void sparkplug_will(void *self, uint64_t connect, struct mqtt_will *ret)
{
    const struct sparkplug *sparkplug = self;
    const struct sparkplug_config *config = &sparkplug->host->config->spb;
    *ret = (struct mqtt_will){.qos = 1};
    snprintf(ret->topic, sizeof ret->topic, "spBv1.0/%s/NDEATH/%s", config->group, config->edge);
    ret->size = sparkplug_payload_death(ret->payload, sparkplug_session_bdseq(connect), moment_now().wall_ms);
}

static struct mqtt_outbox_stats outbox(const struct sparkplug *sparkplug)
{
    struct mqtt_wire_stats stats;
    mqtt_wire_stats(sparkplug->host->wire, &stats);
    return stats.outbox;
}

static bool room(const struct sparkplug *sparkplug)
{
    return outbox(sparkplug).messages < SPARKPLUG_ROOM;
}

/* May data be put? */
static bool live(const struct sparkplug *sparkplug)
{
    return sparkplug->host->connected && sparkplug_session_live(&sparkplug->node.session) && room(sparkplug);
}

static void act(struct sparkplug *sparkplug, enum sparkplug_act act)
{
    switch (act) {
    case SPARKPLUG_NOTHING: break;
    case SPARKPLUG_BE_BORN:
        sparkplug_node_find(&sparkplug->node);
        sparkplug_node_birth(&sparkplug->node);
        sparkplug->alert_waits = false;
        sparkplug->next = 0;
        sparkplug->host->more(sparkplug->host); /* devices by the snapshot's steps */
        break;
    case SPARKPLUG_LEAVE: mqtt_wire_again(sparkplug->host->wire); break;
    }
}

static void ask_for_birth(struct sparkplug *sparkplug)
{
    act(sparkplug, sparkplug_session_rebirth(&sparkplug->node.session, moment_now().boot_us));
}

/* What was put off: a rebirth until it is due, births and history until there is room. */
static void go_on(struct sparkplug *sparkplug)
{
    if (!sparkplug->host->connected)
        return;
    act(sparkplug, sparkplug_session_look(&sparkplug->node.session, moment_now().boot_us));
    bool births = sparkplug->node.session.phase == SPARKPLUG_BIRTH && room(sparkplug);
    if (births || (sparkplug->past_waits && live(sparkplug)))
        sparkplug->host->more(sparkplug->host);
    bool gap = outbox(sparkplug).dropped != sparkplug->dropped; /* in seq */
    if (gap || (sparkplug->alert_waits && live(sparkplug))) {
        sparkplug->dropped = outbox(sparkplug).dropped;
        sparkplug->alert_waits = false;
        ask_for_birth(sparkplug);
    }
}

static bool sparkplug_snapshot(void *self)
{
    struct sparkplug *sparkplug = self;
    struct sparkplug_node *node = &sparkplug->node;
    /* a birth tells some hundred metrics: a tenth of the messages of other views */
    for (unsigned n = 0; n < MQTT_STEP / 10 && node->session.phase == SPARKPLUG_BIRTH; n++) {
        if (!room(sparkplug))
            return false; /* go_on comes back to it */
        if (sparkplug->next < node->metrics.n_sets) {
            sparkplug_node_settle(node, node->metrics.set[sparkplug->next++]);
            continue;
        }
        for (size_t i = 0; i < node->metrics.n_sets; i++)
            sparkplug_node_settle(node, node->metrics.set[i]); /* those that changed meanwhile */
        sparkplug_session_born(&node->session);
        if (sparkplug_session_live(&node->session))
            sparkplug_node_events(node);
    }
    return node->session.phase == SPARKPLUG_BIRTH;
}

static void sparkplug_connected(void *self)
{
    struct sparkplug *sparkplug = self;
    struct sparkplug_node *node = &sparkplug->node;
    take_config(sparkplug);
    sparkplug->complained = sparkplug->skipped = false;
    sparkplug->dropped = outbox(sparkplug).dropped;
    sparkplug_alerts_lost(&node->alerts, moment_now().wall_ms);
    sparkplug_session_lost(&node->session);
    act(sparkplug, sparkplug_session_connected(&node->session));
}

static void sparkplug_reload(void *self)
{
    struct sparkplug *sparkplug = self;
    struct sparkplug_node *node = &sparkplug->node;
    struct sparkplug_style before = node->style;
    take_config(sparkplug);
    sparkplug_node_find(node);
    if (!sparkplug->host->connected)
        return;
    /* data has to be as the birth said */
    if (before.aliases != node->style.aliases || before.typed != node->style.typed || sparkplug_node_set(node)->changed)
        ask_for_birth(sparkplug);
    for (size_t i = 0; i < node->metrics.n_sets && live(sparkplug); i++)
        sparkplug_node_settle(node, node->metrics.set[i]);
}

static void sparkplug_device(void *self, const struct live_device *device)
{
    struct sparkplug *sparkplug = self;
    uint32_t index = live_index(sparkplug->host->live, device->number);
    if (index == NO_DEVICE)
        return;
    sparkplug_node_find_of(&sparkplug->node, device);
    struct sparkplug_set *set = sparkplug_metrics_set(&sparkplug->node.metrics, index);
    set->changed = true; /* a label or a shape: properties are told at birth alone */
    if (live(sparkplug))
        sparkplug_node_settle(&sparkplug->node, set);
}

static void sparkplug_polled(void *self, const struct live_device *device, const struct live_point *const *points,
                             size_t n)
{
    struct sparkplug *sparkplug = self;
    uint32_t index = live_index(sparkplug->host->live, device->number);
    (void)points;
    (void)n;
    go_on(sparkplug);
    if (index == NO_DEVICE)
        return;
    if (!live(sparkplug)) {
        sparkplug->skipped = true;
        return;
    }
    struct sparkplug_set *set = sparkplug_metrics_set(&sparkplug->node.metrics, index);
    sparkplug_node_settle(&sparkplug->node, set);
    sparkplug_node_data(&sparkplug->node, set);
}

static void sparkplug_kpis(void *self, const struct kpi_result *results, size_t n)
{
    struct sparkplug *sparkplug = self;
    (void)results;
    (void)n;
    go_on(sparkplug);
    if (live(sparkplug))
        sparkplug_node_data(&sparkplug->node, sparkplug_node_set(&sparkplug->node));
    else
        sparkplug->skipped = true;
}

static void sparkplug_alert(void *self, const struct alert_entry *entry, bool transition)
{
    struct sparkplug *sparkplug = self;
    sparkplug_alerts_note(&sparkplug->node.alerts, entry, transition);
    if (live(sparkplug))
        sparkplug_node_alert(&sparkplug->node, entry, transition);
    else
        sparkplug->alert_waits = true;
}

static void complain(struct sparkplug *sparkplug, const char *what, const struct mqtt_received *received)
{
    if (!sparkplug->complained)
        journal_line(LOG_WARNING, "mqtt: sparkplug: %s of %zu bytes %s: ignored", what, received->size,
                     received->retained ? "is retained, which Sparkplug forbids" : "cannot be read");
    sparkplug->complained = true;
}

static void hear_host(struct sparkplug *sparkplug, const struct mqtt_received *received)
{
    struct sparkplug_host_state told;
    const char *host = sparkplug->host->config->spb.host;
    if (sparkplug_host_decode(received->payload, received->size, &told) < 0) {
        complain(sparkplug, "a STATE", received);
        return;
    }
    enum sparkplug_act next = sparkplug_session_host(&sparkplug->node.session, &told);
    if (next == SPARKPLUG_LEAVE)
        journal_line(LOG_NOTICE, "mqtt: sparkplug: primary host %s went away: waiting for it", host);
    else if (next == SPARKPLUG_BE_BORN)
        journal_line(LOG_INFO, "mqtt: sparkplug: primary host %s is there", host);
    act(sparkplug, next);
}

static void sparkplug_message(void *self, const struct mqtt_received *received)
{
    struct sparkplug *sparkplug = self;
    bool rebirth;
    if (sparkplug->node.session.has_host && strcmp(received->topic, sparkplug->state) == 0)
        hear_host(sparkplug, received);
    else if (strcmp(received->topic, sparkplug->ncmd) != 0)
        return;
    else if (received->retained || sparkplug_command_decode(received->payload, received->size, &rebirth) < 0)
        complain(sparkplug, "a command", received); /* a retained one would come again at each subscription */
    else if (rebirth)
        ask_for_birth(sparkplug);
}

/* QoS 1 is not for data here; the broker answers a subscription behind all that was sent before. */
static void sparkplug_beat(void *self)
{
    struct sparkplug *sparkplug = self;
    go_on(sparkplug);
    mqtt_wire_subscribe(sparkplug->host->wire, MQTT_LANE_BEAT, sparkplug->ncmd);
}

static bool sparkplug_history(void *self, const struct row *const *rows, size_t n)
{
    struct sparkplug *sparkplug = self;
    sparkplug->past_waits = !live(sparkplug);
    if (!sparkplug->past_waits)
        sparkplug_node_past(&sparkplug->node, rows, n);
    return !sparkplug->past_waits;
}

static bool sparkplug_telling(void *self)
{
    struct sparkplug *sparkplug = self;
    bool all = sparkplug_session_live(&sparkplug->node.session) && !sparkplug->skipped;
    sparkplug->skipped = false;
    sparkplug->past_waits = !all;
    if (!all)
        sparkplug_metrics_past_begin(&sparkplug->node.metrics);
    return all;
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
    .history = sparkplug_history,
    .telling = sparkplug_telling,
};
