/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sparkplug_node.h"
#include "moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_AT_ONCE 50
#define PAST_AT_ONCE   500 /* metrics in one payload of history: some 30 kB */

void sparkplug_node_init(struct sparkplug_node *node, const struct mqtt_host *host)
{
    *node = (struct sparkplug_node){.host = host, .payload = sparkplug_payload_new()};
}

void sparkplug_node_done(struct sparkplug_node *node)
{
    sparkplug_metrics_done(&node->metrics);
    sparkplug_alerts_done(&node->alerts);
    sparkplug_payload_free(node->payload);
}

struct sparkplug_set *sparkplug_node_set(struct sparkplug_node *node)
{
    return sparkplug_metrics_set(&node->metrics, NO_DEVICE);
}

static bool wants(const void *context, const struct live_point *point)
{
    return mqtt_view_wants(context, point);
}

void sparkplug_node_find(struct sparkplug_node *node)
{
    sparkplug_metrics_find(&node->metrics, node->host->live, wants, node->host);
}

void sparkplug_node_find_of(struct sparkplug_node *node, const struct live_device *device)
{
    for (size_t i = 0; i < device->n_bound; i++)
        if (device->bound[i])
            sparkplug_metrics_see(&node->metrics, device->bound[i], mqtt_view_wants(node->host, device->bound[i]));
}

/* What was put into the payload, as the next message of the session. */
static void tell(struct sparkplug_node *node, const char *verb, const char *device)
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

static void tell_if_any(struct sparkplug_node *node, const struct sparkplug_set *set)
{
    if (sparkplug_payload_count(node->payload) > 0)
        tell(node, set->id ? "DDATA" : "NDATA", set->id);
    sparkplug_payload_begin(node->payload);
}

void sparkplug_node_birth(struct sparkplug_node *node)
{
    struct sparkplug_set *set = sparkplug_node_set(node);
    unsigned bd_seq = sparkplug_session_bdseq(node->host->connect);
    int64_t now_ms = moment_now().wall_ms;
    for (size_t i = 0; i < node->metrics.n_sets; i++)
        sparkplug_set_unborn(node->metrics.set[i]);
    sparkplug_payload_begin(node->payload);
    sparkplug_about_node(set, &node->style, &node->alerts, node->host->live, node->host->version, bd_seq, now_ms,
                         node->payload);
    sparkplug_set_birth(set, &node->style, now_ms, node->payload);
    tell(node, "NBIRTH", NULL);
}

static void bear(struct sparkplug_node *node, struct sparkplug_set *set)
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

static void bury(struct sparkplug_node *node, struct sparkplug_set *set)
{
    sparkplug_payload_begin(node->payload);
    tell(node, "DDEATH", set->id);
    sparkplug_set_unborn(set);
}

void sparkplug_node_settle(struct sparkplug_node *node, struct sparkplug_set *set)
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

void sparkplug_node_data(struct sparkplug_node *node, struct sparkplug_set *set)
{
    if (!set->born)
        return;
    sparkplug_payload_begin(node->payload);
    sparkplug_set_data(set, &node->style, node->payload);
    tell_if_any(node, set);
}

void sparkplug_node_events(struct sparkplug_node *node)
{
    struct sparkplug_alerts *alerts = &node->alerts;
    struct sparkplug_set *set = sparkplug_node_set(node);
    sparkplug_payload_begin(node->payload);
    for (size_t i = 0; i < alerts->n_events; i++) {
        if (alerts->event[i].told_ms != 0)
            continue;
        sparkplug_about_event(set, &node->style, &alerts->event[i], true, node->payload);
        alerts->event[i].told_ms = moment_now().wall_ms;
        if (sparkplug_payload_count(node->payload) == EVENTS_AT_ONCE)
            tell_if_any(node, set);
    }
    tell_if_any(node, set);
}

void sparkplug_node_alert(struct sparkplug_node *node, const struct alert_entry *entry, bool transition)
{
    struct sparkplug_set *own = sparkplug_node_set(node);
    int64_t now_ms = moment_now().wall_ms;
    sparkplug_payload_begin(node->payload);
    sparkplug_about_alerts(own, &node->style, &node->alerts, "", now_ms, node->payload);
    if (transition) {
        struct sparkplug_event *event = &node->alerts.event[node->alerts.n_events - 1];
        sparkplug_about_event(own, &node->style, event, false, node->payload);
        event->told_ms = now_ms;
    }
    tell_if_any(node, own);
    for (size_t i = 0; i < node->metrics.n_sets; i++) {
        struct sparkplug_set *set = node->metrics.set[i];
        if (!set->born || !set->id || strcmp(set->id, entry->device) != 0)
            continue;
        sparkplug_about_alerts(set, &node->style, &node->alerts, entry->device, now_ms, node->payload);
        tell_if_any(node, set);
    }
}

void sparkplug_node_past(struct sparkplug_node *node, const struct row *const *rows, size_t n)
{
    const struct live *live = node->host->live;
    uint32_t index = rows[0]->device == NO_DEVICE ? NO_DEVICE : live_index(live, rows[0]->device);
    if (rows[0]->device != NO_DEVICE && (index == NO_DEVICE || !live->device[index]->config))
        return; /* gone, and with it who would ask */
    if (index != NO_DEVICE)
        sparkplug_node_find_of(node, live->device[index]);
    struct sparkplug_set *set = sparkplug_metrics_set(&node->metrics, index);
    if (!sparkplug_set_any(set))
        return;
    /* nothing may be told of a device that is not born; its values are null then, and its past comes before its
     * death */
    if (!set->born)
        bear(node, set);
    sparkplug_payload_begin(node->payload);
    for (size_t i = 0; i < n; i++) {
        sparkplug_metrics_past(&node->metrics, &node->style, rows[i], node->payload);
        if (sparkplug_payload_count(node->payload) >= PAST_AT_ONCE)
            tell_if_any(node, set);
    }
    tell_if_any(node, set);
    if (set->id && live->device[index]->state == LIVE_OFFLINE)
        bury(node, set);
}
