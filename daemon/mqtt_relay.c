/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_relay.h"

#include "drivers/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACE_US  INT64_C(50000) /* between two portions: the broker's other clients want their share */
#define EMPTY_US INT64_C(1000000)
#define PORTION  5000 /* values; JSON of them takes some 2 ms of the loop, in steps */
#define STEP     1000 /* values */
#define ROWS_MIN 10
#define ROWS_MAX 1000

enum stage { RELAY_AWAY, RELAY_ASK, RELAY_WAIT, RELAY_TELL, RELAY_TOLD, RELAY_SENT, RELAY_LIVE, RELAY_BEAT };

struct mqtt_relay {
    const struct mqtt_store *store;
    const struct mqtt_host *host;
    const struct mqtt_view *view;
    void *self;
    char name[24];
    enum stage stage;
    int64_t due_us;
    uint64_t overtaken; /* states, when all behind the cursor and the mark was known to be sent or waiting */
    unsigned asked;     /* and not answered: only the last answer counts */
    size_t most;        /* rows of the next portion */
    struct row *rows;
    size_t n, next;
    const struct row **order; /* by device, each oldest first */
    int64_t upto;
    bool reached;
    struct mqtt_relay_stats stats;
};

static void name_reader(const struct mqtt_relay *relay, char *buf, size_t size)
{
    uint64_t place = HASH_BEGIN;
    place = hash_text(place, relay->host->config->server);
    place = hash_text(place, relay->host->base.prefix);
    place = hash_text(place, relay->host->base.site);
    snprintf(buf, size, "mqtt-%016llx", (unsigned long long)hash_text(place, relay->view->name));
}

struct mqtt_relay *mqtt_relay_new(const struct mqtt_store *store, const struct mqtt_host *host,
                                  const struct mqtt_view *view, void *self)
{
    struct mqtt_relay *relay = calloc(1, sizeof *relay);
    if (!relay)
        abort();
    *relay = (struct mqtt_relay){.store = store, .host = host, .view = view, .self = self, .most = ROWS_MIN};
    name_reader(relay, relay->name, sizeof relay->name);
    store->reader(store->context, relay->name, true);
    return relay;
}

static void drop_rows(struct mqtt_relay *relay)
{
    for (struct row *row = relay->rows, *next; row; row = next) {
        next = row->next;
        row_free(row);
    }
    free(relay->order);
    relay->rows = NULL;
    relay->order = NULL;
    relay->n = relay->next = 0;
}

void mqtt_relay_free(struct mqtt_relay *relay, bool forget)
{
    if (!relay)
        return;
    if (forget)
        relay->store->reader(relay->store->context, relay->name, false);
    drop_rows(relay);
    free(relay);
}

const char *mqtt_relay_name(const struct mqtt_relay *relay)
{
    return relay->name;
}

void mqtt_relay_reload(struct mqtt_relay *relay)
{
    char name[sizeof relay->name];
    name_reader(relay, name, sizeof name);
    if (strcmp(name, relay->name) == 0)
        return;
    mqtt_relay_away(relay);
    relay->store->reader(relay->store->context, relay->name, false);
    memcpy(relay->name, name, sizeof name);
    relay->store->reader(relay->store->context, relay->name, true);
}

void mqtt_relay_away(struct mqtt_relay *relay)
{
    /* what was asked for is still to come, and is not for the next connection */
    drop_rows(relay);
    relay->stage = RELAY_AWAY;
}

bool mqtt_relay_away_yet(const struct mqtt_relay *relay)
{
    return relay->stage == RELAY_AWAY;
}

static uint64_t overtaken(const struct mqtt_relay *relay)
{
    struct mqtt_wire_stats stats;
    mqtt_wire_stats(relay->host->wire, &stats);
    return stats.outbox.overtaken;
}

void mqtt_relay_begin(struct mqtt_relay *relay)
{
    relay->overtaken = overtaken(relay);
    relay->store->mark(relay->store->context, relay->name);
    relay->stage = RELAY_ASK;
    relay->due_us = 0;
}

static int by_device(const void *a, const void *b)
{
    const struct row *const *x = a, *const *y = b;
    if ((*x)->device != (*y)->device)
        return (*x)->device < (*y)->device ? -1 : 1;
    return ((*x)->seq > (*y)->seq) - ((*x)->seq < (*y)->seq);
}

/* Rows of one device together, so that a message holds several samples of a part. */
static void sort_rows(struct mqtt_relay *relay)
{
    size_t values = 0;
    for (const struct row *row = relay->rows; row; row = row->next)
        relay->n++;
    relay->order = calloc(relay->n + 1, sizeof *relay->order);
    if (!relay->order)
        abort();
    size_t i = 0;
    for (const struct row *row = relay->rows; row; row = row->next) {
        relay->order[i++] = row;
        values += row->n;
    }
    qsort(relay->order, relay->n, sizeof *relay->order, by_device);
    size_t most = values ? relay->n * PORTION / values : ROWS_MAX;
    relay->most = most < ROWS_MIN ? ROWS_MIN : most > ROWS_MAX ? ROWS_MAX : most;
}

bool mqtt_relay_rows(struct mqtt_relay *relay, const char *name, struct mqtt_rows *rows)
{
    if (strcmp(name, relay->name) != 0)
        return false;
    relay->stats.missed += (uint64_t)rows->missed;
    relay->asked--;
    if (relay->stage != RELAY_WAIT || relay->asked > 0)
        return true; /* asked for by a connection that is gone */
    for (size_t i = 0; i < rows->n_alerts && relay->view->past_alert; i++)
        relay->view->past_alert(relay->self, &rows->alert[i]);
    relay->rows = rows->row;
    rows->row = NULL;
    relay->upto = rows->upto;
    relay->reached = rows->reached;
    sort_rows(relay);
    relay->stage = RELAY_TELL;
    return true;
}

bool mqtt_relay_step(struct mqtt_relay *relay)
{
    if (relay->stage != RELAY_TELL)
        return false;
    size_t from = relay->next, to = from, values = 0;
    while (to < relay->n && relay->order[to]->device == relay->order[from]->device && values < STEP)
        values += relay->order[to++]->n;
    if (to > from && !relay->view->history(relay->self, relay->order + from, to - from))
        return false;
    relay->next = to;
    if (to < relay->n)
        return true;
    relay->stats.told += relay->n;
    relay->stage = RELAY_TOLD;
    return false;
}

static bool arrived(const struct mqtt_relay *relay, uint64_t connection)
{
    return mqtt_wire_arrived(relay->host->wire, MQTT_LANE_BEAT, connection) &&
           mqtt_wire_arrived(relay->host->wire, MQTT_LANE_HISTORY, connection);
}

/* A portion is there: the next one, or what follows the last one is live. */
static void tick_off(struct mqtt_relay *relay, int64_t now_us)
{
    bool empty = relay->n == 0;
    relay->store->done(relay->store->context, relay->name, relay->upto);
    drop_rows(relay);
    relay->stage = relay->reached ? RELAY_LIVE : RELAY_ASK;
    if (relay->reached)
        relay->due_us = now_us + MQTT_BEAT_US;
    else if (empty)
        relay->due_us = now_us + EMPTY_US; /* what is marked is not written yet */
}

/* Everything before the beat is there. A state that was overtaken meanwhile was not: then it is fetched. */
static void beat_arrived(struct mqtt_relay *relay)
{
    if (relay->overtaken != overtaken(relay)) {
        mqtt_relay_begin(relay);
        return;
    }
    relay->store->done(relay->store->context, relay->name, INT64_MAX);
    relay->stage = RELAY_LIVE;
}

int64_t mqtt_relay_look(struct mqtt_relay *relay, int64_t now_us, uint64_t connection, bool *ret_beat)
{
    bool due = now_us >= relay->due_us;
    *ret_beat = false;
    if (relay->stage == RELAY_TOLD) {
        *ret_beat = relay->n > 0;
        relay->stage = RELAY_SENT;
    } else if (relay->stage == RELAY_ASK && due) {
        relay->store->ask(relay->store->context, relay->name, relay->most);
        relay->asked++;
        relay->due_us = now_us + PACE_US;
        relay->stage = RELAY_WAIT;
    } else if (relay->stage == RELAY_LIVE && due) {
        relay->store->mark(relay->store->context, relay->name);
        *ret_beat = true;
        relay->due_us = now_us + MQTT_BEAT_US;
        relay->stage = RELAY_BEAT;
    } else if (relay->stage == RELAY_BEAT && arrived(relay, connection)) {
        beat_arrived(relay);
    }
    if (relay->stage == RELAY_SENT && !*ret_beat && arrived(relay, connection))
        tick_off(relay, now_us);
    return relay->stage == RELAY_ASK || relay->stage == RELAY_LIVE ? relay->due_us : INT64_MAX;
}

void mqtt_relay_stats(const struct mqtt_relay *relay, struct mqtt_relay_stats *ret)
{
    *ret = relay->stats;
    ret->behind = relay->stage < RELAY_LIVE;
}
