/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts: raised once, cleared once. Rules observe; this keeps the state, the hold times, the silences and the causes.
 *
 * Shape: an observation says of one thing (rule and subject) whether it is bad, good, or between limit and hysteresis.
 *        It is raised when it was bad for the hold time, and not while the start's grace lasts, a silence covers it or
 *        its cause is raised. What was raised before a restart is taken over without a word.
 * Units: boot clock us for holding, wall ms for the entries.
 * Threads: the loop's.
 */
#pragma once
#include "daemon/alert_entry.h"
#include "daemon/moment.h"
#include "daemon/rule.h"

struct alerts;

enum alert_verdict { VERDICT_GOOD, VERDICT_BETWEEN, VERDICT_BAD };

struct observation {
    enum rule rule;
    const char *name; /* of a threshold of the site; NULL: the rule's */
    uint64_t subject; /* what it is about, unique within the rule: a device's or point's number */
    uint64_t cause;   /* alert_key() of what would explain it; 0 */
    enum alert_verdict verdict;
    int priority;                             /* -1: the rule's */
    int64_t hold_us;                          /* -1: the rule's */
    const char *room, *device, *part, *point; /* NULL: none */
    double value, limit;
    const char *unit;
    const char *text; /* read when it is raised or cleared only */
};

typedef void alerts_emit(void *context, const struct alert_entry *entry);

struct alerts *alerts_new(alerts_emit *emit, void *context, struct moment started, int64_t grace_us);
void alerts_free(struct alerts *alerts);
uint64_t alert_key(enum rule rule, uint64_t subject);
/* Raised at the last stop: kept as they are until observed again, or cleared when the grace ends unobserved. */
void alerts_restore(struct alerts *alerts, const struct alert_entry *entry);
/* Is anything kept of this? A cheap question before an observation is put into words. */
bool alerts_known(const struct alerts *alerts, uint64_t key);
void alerts_observe(struct alerts *alerts, const struct observation *o, struct moment now);
/* Once a second: hold times and the end of the grace. */
void alerts_tick(struct alerts *alerts, struct moment now);
/* target: GLOB over ids, or the name of a device, a room or a rule. until 0 ends it. */
void alerts_silence(struct alerts *alerts, const char *target, int64_t until_ms, const char *reason);
size_t alerts_raised(const struct alerts *alerts);
typedef void alerts_seen(void *context, const struct alert_entry *entry, const char *silenced);
/* What is raised now; silenced: the reason of the silence that covers it, or NULL. */
void alerts_each(const struct alerts *alerts, struct moment now, alerts_seen *seen, void *context);
