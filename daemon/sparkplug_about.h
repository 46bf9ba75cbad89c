/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an Edge Node and its devices say beside readings: who they are, and their alerts.
 *
 * Shape: a node has bdSeq, Node Control/Rebirth, Properties/..., alerts/active (how many) and alerts/event (each
 *        transition as JSON); a device Properties/..., alerts/active and alerts/text (of the one raised last).
 *        Transitions are kept until they are told, and SPARKPLUG_EVENT_KEPT_MS longer: a message that went out just
 *        before a connection broke may not have arrived.
 * Errors: of more than SPARKPLUG_EVENTS_MAX transitions the oldest go, counted.
 * Threads: the loop's thread.
 * Source: Sparkplug 3.0 section 6.4.16 and the names that hosts know.
 */
#pragma once
#include "alert_entry.h"
#include "sparkplug_metrics.h"

#define SPARKPLUG_EVENTS_MAX    1000
#define SPARKPLUG_EVENT_KEPT_MS 60000

struct sparkplug_event {
    int64_t at_ms;   /* of the transition */
    int64_t told_ms; /* 0: not yet */
    char *json;
};

struct sparkplug_alerts {
    size_t n, n_events;
    struct alert_entry *active;
    struct sparkplug_event *event; /* oldest first */
    uint64_t seq, dropped;
};

void sparkplug_alerts_done(struct sparkplug_alerts *alerts);
void sparkplug_alerts_note(struct sparkplug_alerts *alerts, const struct alert_entry *entry, bool transition);
/* A connection was lost: what was told lately is told again. */
void sparkplug_alerts_lost(struct sparkplug_alerts *alerts, int64_t now_ms);

/* All that is said of the node in NBIRTH beside its points. */
void sparkplug_about_node(const struct sparkplug_set *set, const struct sparkplug_style *style,
                          const struct sparkplug_alerts *alerts, const struct live *live, const char *version,
                          unsigned bd_seq, int64_t now_ms, struct sparkplug_payload *payload);
/* All that is said of a device in DBIRTH beside its points. */
void sparkplug_about_device(const struct sparkplug_set *set, const struct sparkplug_style *style,
                            const struct sparkplug_alerts *alerts, const struct live *live, int64_t now_ms,
                            struct sparkplug_payload *payload);
/* What a transition changed, for DATA of the node (device "") or of the device. */
void sparkplug_about_alerts(const struct sparkplug_set *set, const struct sparkplug_style *style,
                            const struct sparkplug_alerts *alerts, const char *device, int64_t now_ms,
                            struct sparkplug_payload *payload);
/* One transition, for NDATA; historical: not as it happened. */
void sparkplug_about_event(const struct sparkplug_set *set, const struct sparkplug_style *style,
                           const struct sparkplug_event *event, bool historical, struct sparkplug_payload *payload);
