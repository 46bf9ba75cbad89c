/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an answer becomes readings: check, store, and on to the log, the rules and the exits.
 *
 * Shape: one way. A silent device yields readings of bad quality; KPI results are ordinary readings of their room.
 * Errors: none: what cannot be stored yet (a clock before its time) is polled and shown, not stored.
 * Owner: answers pass to flow; exits are borrowed.
 * Threads: the loop's.
 */
#pragma once
#include "daemon/bind.h"
#include "daemon/moment.h"
#include "daemon/row.h"
#include "daemon/sink.h"
#include "daemon/watch.h"
#include "drivers/inbox.h"

struct flow_exits {
    void *context;
    uint32_t (*number)(void *context, const char *name);
    void (*record)(void *context, const struct record *record);
    void (*row)(void *context, struct row *row);
    void (*learnt)(void *context, const char *device, const struct shape *shape); /* to STATE/devices/ */
    void (*manners)(void *context, const struct live_device *device);             /* changed; may be NULL */
};

struct flow;

struct flow *flow_new(struct live *live, struct watch *watch, const struct flow_exits *exits);
void flow_free(struct flow *flow);
/* An exit that is told from now on. */
void flow_add_sink(struct flow *flow, const struct sink *sink, void *self);
void flow_remove_sinks(struct flow *flow);
/* Devices and scopes of the configuration; points of what is gone are released. learnt(): the shape kept from before.
 */
void flow_config(struct flow *flow, const struct config *config,
                 struct shape *(*learnt)(void *context, const char *device));
void flow_answers(struct flow *flow, struct answer *answers, struct moment now);
/* Results of one round: readings of rooms and the site. */
void flow_kpis(struct flow *flow, const struct kpi_result *results, size_t n, struct moment now);
void flow_alert(struct flow *flow, const struct alert_entry *entry);
/* Nothing is stored while the clock is not sane: not before the program was built, nor before what was booked last. */
void flow_clock(struct flow *flow, bool sane);
/* The last result of each KPI. */
const struct kpi_result *flow_last_kpis(const struct flow *flow, size_t *ret_n);
