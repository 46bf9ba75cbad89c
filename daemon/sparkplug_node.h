/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages of an Edge Node: births, deaths and data of the node and its devices, numbered and put on the wire.
 *
 * Shape: all go into one lane, in the order of seq. Who calls sees to it that the session's phase allows them; settle
 *        gives a device the birth or the death that its state asks for.
 * Owner: host is borrowed. Threads: the loop's thread.
 * Source: Sparkplug 3.0 sections 4.2 and 6.4.
 */
#pragma once
#include "mqtt_view.h"
#include "sparkplug_about.h"
#include "sparkplug_session.h"

struct sparkplug_node {
    const struct mqtt_host *host;
    struct sparkplug_session session;
    struct sparkplug_metrics metrics;
    struct sparkplug_alerts alerts;
    struct sparkplug_payload *payload;
    struct sparkplug_style style;
};

void sparkplug_node_init(struct sparkplug_node *node, const struct mqtt_host *host);
void sparkplug_node_done(struct sparkplug_node *node);
struct sparkplug_set *sparkplug_node_set(struct sparkplug_node *node); /* of the node itself */
/* Sees new points, and those that are to go to this broker or not. */
void sparkplug_node_find(struct sparkplug_node *node);
void sparkplug_node_find_of(struct sparkplug_node *node, const struct live_device *device);

/* NBIRTH: with it all devices are unborn. */
void sparkplug_node_birth(struct sparkplug_node *node);
/* DBIRTH or DDEATH, where there is a need. */
void sparkplug_node_settle(struct sparkplug_node *node, struct sparkplug_set *set);
/* NDATA or DDATA of what has changed, if anything has. */
void sparkplug_node_data(struct sparkplug_node *node, struct sparkplug_set *set);
/* Transitions not told yet, as history. */
void sparkplug_node_events(struct sparkplug_node *node);
/* An alert noted just now. */
void sparkplug_node_alert(struct sparkplug_node *node, const struct alert_entry *entry, bool transition);
/* Rows of one device, or of the node, as history. A device that is not born is, for as long as it takes. */
void sparkplug_node_past(struct sparkplug_node *node, const struct row *const *rows, size_t n);
