/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an outage kept from a view is told it from the log, by a cursor of the view's own.
 *
 * Shape: away -> (all that is known was told) begin: what the log has up to now is fetched in portions, each told,
 *        acknowledged, and ticked off; then live: every MQTT_BEAT_US a beat, and once it is acknowledged all before it
 *        is ticked off. Where a state was overtaken in the outbox, or the connection ended, it is fetched again. So
 *        nothing is ticked off that the broker has not had; what it had just before an end may come twice.
 * Units: us of any steady clock.
 * Owner: the store and the view are borrowed; rows pass to the relay.
 * Threads: the loop's thread; none waits.
 */
#pragma once
#include "mqtt_view.h"

#define MQTT_BEAT_US INT64_C(10000000)

/* The log's side: as disk_reader, disk_history_mark, disk_history, disk_history_done and disk_note_... say. */
struct mqtt_store {
    void *context;
    void (*reader)(void *context, const char *name, bool wanted);
    void (*mark)(void *context, const char *name);
    void (*ask)(void *context, const char *name, size_t most); /* mqtt_history follows */
    void (*done)(void *context, const char *name, int64_t seq);
    char *(*noted)(void *context, const char *name); /* of an earlier start: for free(); NULL */
    void (*note)(void *context, const char *name, const char *json);
};

/* An answer to ask. */
struct mqtt_rows {
    struct row *row; /* oldest first; NULL: none at present */
    int64_t upto;
    bool reached;
    int64_t missed;  /* rows given up by the log before they could be sent */
    size_t n_alerts; /* borrowed: transitions of an earlier run that may not have arrived, oldest first */
    const struct alert_entry *alert;
};

struct mqtt_relay_stats {
    uint64_t told;   /* rows told as history */
    uint64_t missed; /* rows that the log gave up */
    bool behind;     /* history is still being told */
};

struct mqtt_relay;

/* Names its reader after the broker, the place in it and the view: the cursor outlives restarts and new orders of the
 * configuration. */
struct mqtt_relay *mqtt_relay_new(const struct mqtt_store *store, const struct mqtt_host *host,
                                  const struct mqtt_view *view, void *self);
void mqtt_relay_free(struct mqtt_relay *relay, bool forget);
const char *mqtt_relay_name(const struct mqtt_relay *relay);
/* The place may be another one. */
void mqtt_relay_reload(struct mqtt_relay *relay);
void mqtt_relay_away(struct mqtt_relay *relay);
void mqtt_relay_begin(struct mqtt_relay *relay);
bool mqtt_relay_away_yet(const struct mqtt_relay *relay);
/* True: it is for this reader; the rows that it wants are taken. */
bool mqtt_relay_rows(struct mqtt_relay *relay, const char *name, struct mqtt_rows *rows);
/* Tells some rows; true: there are more, false: nothing to tell, or the view does not take it now. */
bool mqtt_relay_step(struct mqtt_relay *relay);
/* Looks at what has arrived and what is due. *ret_beat: a beat is to be put. Returns when to look again. */
int64_t mqtt_relay_look(struct mqtt_relay *relay, int64_t now_us, uint64_t connection, bool *ret_beat);
void mqtt_relay_stats(const struct mqtt_relay *relay, struct mqtt_relay_stats *ret);
