/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_ha.h"
#include "mqtt_ha_tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <systemd/sd-event.h>
#include <time.h>

#define QUIET_US   UINT64_C(2000000) /* between two discoveries of one owner; and for what the broker keeps to come */
#define SWEEP_US   UINT64_C(10000000)
#define BIRTH_MIN  UINT64_C(500000) /* not all daemons of a house at once */
#define BIRTH_SPAN UINT64_C(4500000)
#define STEP_US    UINT64_C(5000)
/* A broker ends a connection over a packet that is too large for it, and says no more than that. Two connections in a
 * row that ended so soon after discovery was told are taken for that. */
#define PROVEN_US   UINT64_C(5000000)
#define LIMIT_FIRST 16384
#define LIMIT_LEAST 1024

/* When an owner is told. */
struct turn {
    bool due, always;
    uint64_t not_before;
};

struct ha {
    const struct mqtt_host *host;
    struct ha_teller teller;
    sd_event_source *timer;
    uint64_t told_from; /* nothing is told before; boot clock */
    uint64_t sweep_at;  /* 0: not to be swept */
    uint64_t proven_at; /* when the connection will have outlived what was told; 0: it has */
    unsigned losses;    /* connections in a row that did not */
    char words[200];
    struct turn at_site;
    size_t n_rooms, n_devices;
    struct turn *room, *device;
    char filter[MQTT_TOPIC_MAX];
    const char *filters[2];
};

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Owners by their place. False: gone, or never known. */
static bool room_owner(const struct ha *ha, size_t i, struct ha_owner *ret)
{
    const struct config *config = ha->host->live->config;
    *ret = (struct ha_owner){.id = i < config->n_rooms ? config->room[i].id : NULL, .room = ""};
    return i < config->n_rooms;
}

static bool device_owner(const struct ha *ha, size_t i, struct ha_owner *ret)
{
    const struct live *live = ha->host->live;
    const struct live_device *device = i < live->n_devices ? live->device[i] : NULL;
    if (!device || !device->config)
        return false;
    size_t room = device->config->room;
    *ret = (struct ha_owner){
        .id = device->config->id, .room = room == NO_INDEX ? "" : live->config->room[room].id, .device = device};
    return true;
}

/* Grown with zeroes. */
static struct turn *grow(struct turn *turns, size_t *n, size_t wanted)
{
    if (wanted <= *n)
        return turns;
    turns = reallocarray(turns, wanted, sizeof *turns);
    if (!turns)
        abort();
    memset(turns + *n, 0, (wanted - *n) * sizeof *turns);
    *n = wanted;
    return turns;
}

static void fit(struct ha *ha)
{
    ha->room = grow(ha->room, &ha->n_rooms, ha->host->live->config->n_rooms);
    ha->device = grow(ha->device, &ha->n_devices, ha->host->live->n_devices);
}

static void wake(struct ha *ha, uint64_t at)
{
    uint64_t set;
    int enabled = SD_EVENT_OFF;
    if (!ha->host->connected)
        return;
    sd_event_source_get_enabled(ha->timer, &enabled);
    if (enabled != SD_EVENT_OFF && sd_event_source_get_time(ha->timer, &set) >= 0 && set <= at)
        return;
    sd_event_source_set_time(ha->timer, at);
    sd_event_source_set_enabled(ha->timer, SD_EVENT_ONESHOT);
}

static void want(struct ha *ha, struct turn *turn, bool always)
{
    turn->due = true;
    turn->always |= always;
    wake(ha, turn->not_before > ha->told_from ? turn->not_before : ha->told_from);
}

static void want_all(struct ha *ha, bool always)
{
    fit(ha);
    want(ha, &ha->at_site, always);
    for (size_t i = 0; i < ha->n_rooms; i++)
        want(ha, &ha->room[i], always);
    for (size_t i = 0; i < ha->n_devices; i++)
        want(ha, &ha->device[i], always);
}

/* Tells the owner if it is its turn; else *ret_next is when it will be. */
static size_t take_turn(struct ha *ha, struct turn *turn, const struct ha_owner *owner, uint64_t now,
                        uint64_t *ret_next)
{
    if (!turn->due)
        return 0;
    if (turn->not_before > now) {
        *ret_next = turn->not_before < *ret_next ? turn->not_before : *ret_next;
        return 0;
    }
    bool always = turn->always;
    *turn = (struct turn){.not_before = now + QUIET_US};
    if (always)
        ha_tell_problem(&ha->teller, owner);
    size_t told = ha_tell(&ha->teller, owner, always);
    if (told)
        ha->proven_at = now + PROVEN_US;
    return 1 + told;
}

/* The site, then rooms, then devices: what others hang on comes first. */
static uint64_t take_turns(struct ha *ha, uint64_t now)
{
    uint64_t next = UINT64_MAX;
    struct ha_owner owner = {.room = ""};
    fit(ha);
    size_t n = take_turn(ha, &ha->at_site, &owner, now, &next);
    for (size_t i = 0; i < ha->n_rooms; i++)
        if (room_owner(ha, i, &owner))
            n += take_turn(ha, &ha->room[i], &owner, now, &next);
    /* in steps: one device may be hundreds of messages in component mode */
    for (size_t i = 0; i < ha->n_devices; i++) {
        if (!device_owner(ha, i, &owner))
            continue;
        if (n < MQTT_STEP)
            n += take_turn(ha, &ha->device[i], &owner, now, &next);
        else if (ha->device[i].due)
            next = now + STEP_US;
    }
    return next;
}

static int on_timer(sd_event_source *source, uint64_t at, void *context)
{
    struct ha *ha = context;
    uint64_t now = now_us();
    (void)source, (void)at;
    if (!ha->host->connected)
        return 0;
    uint64_t next = now < ha->told_from ? ha->told_from : take_turns(ha, now);
    if (ha->sweep_at && now >= ha->sweep_at && next == UINT64_MAX) {
        ha->sweep_at = 0;
        ha_sweep(&ha->teller);
    }
    if (ha->proven_at && now >= ha->proven_at)
        ha->proven_at = ha->losses = 0;
    if (ha->sweep_at && next == UINT64_MAX)
        next = ha->sweep_at;
    if (ha->proven_at && ha->proven_at < next)
        next = ha->proven_at;
    if (next != UINT64_MAX)
        wake(ha, next);
    return 0;
}

static void *ha_start(const struct mqtt_host *host)
{
    struct ha *ha = calloc(1, sizeof *ha);
    if (!ha || sd_event_add_time(host->loop, &ha->timer, CLOCK_BOOTTIME, UINT64_MAX, 1000, on_timer, ha) < 0)
        abort();
    sd_event_source_set_enabled(ha->timer, SD_EVENT_OFF);
    ha->host = host;
    ha_teller_init(&ha->teller, host);
    return ha;
}

static void ha_stop(void *self)
{
    struct ha *ha = self;
    sd_event_source_disable_unref(ha->timer);
    if (ha->host->wire)
        ha_unsay(&ha->teller); /* nobody wants it any more */
    ha_teller_done(&ha->teller);
    free(ha->room);
    free(ha->device);
    free(ha);
}

static void lower_limit(struct ha_teller *teller)
{
    if (!teller->limit)
        teller->limit = LIMIT_FIRST;
    else if (teller->limit > LIMIT_LEAST)
        teller->limit /= 2;
}

static const char *ha_trouble(void *self)
{
    struct ha *ha = self;
    if (!ha->teller.withheld)
        return NULL;
    snprintf(
        ha->words, sizeof ha->words,
        "the broker does not take discovery of over %zu bytes, %zu messages of it are not told: raise its limit, or "
        "set discovery: {mode: component}",
        ha->teller.limit, ha->teller.withheld);
    return ha->words;
}

static void ha_connected(void *self)
{
    struct ha *ha = self;
    uint64_t now = now_us();
    if (ha->proven_at && ++ha->losses >= 2)
        lower_limit(&ha->teller);
    ha->proven_at = 0;
    ha->teller.withheld = 0;
    ha_teller_settle(&ha->teller);
    ha->told_from = now + QUIET_US;
    ha->sweep_at = now + SWEEP_US;
    want_all(ha, true);
}

/* NULL: there is no such owner any more. */
static struct turn *turn_of(struct ha *ha, const char *id)
{
    const struct live *live = ha->host->live;
    fit(ha);
    if (!id[0])
        return &ha->at_site;
    for (size_t i = 0; i < live->config->n_rooms; i++)
        if (strcmp(live->config->room[i].id, id) == 0)
            return &ha->room[i];
    for (size_t i = 0; i < live->n_devices; i++)
        if (live->device[i]->config && strcmp(live->device[i]->config->id, id) == 0)
            return &ha->device[i];
    return NULL;
}

/* Home Assistant was born: everything again, after a while of its own for each daemon. */
static void on_birth(struct ha *ha, const void *payload, size_t size)
{
    uint32_t noise = 0;
    const char *expected = ha->host->config->discovery.birth_payload;
    if (size != strlen(expected) || memcmp(payload, expected, size) != 0)
        return;
    if (getrandom(&noise, sizeof noise, GRND_NONBLOCK) < 0)
        noise = (uint32_t)now_us();
    uint64_t from = now_us() + BIRTH_MIN + noise % BIRTH_SPAN;
    ha->told_from = from > ha->told_from ? from : ha->told_from;
    want_all(ha, true);
}

static size_t ha_filters(void *self, const char *const **ret)
{
    struct ha *ha = self;
    ha_teller_settle(&ha->teller);
    ha_topic(ha->filter, sizeof ha->filter, &ha->teller.site, "+", "+");
    ha->filters[0] = ha->filter;
    ha->filters[1] = ha->host->config->discovery.birth_topic;
    *ret = ha->filters;
    return 2;
}

static void ha_message(void *self, const struct mqtt_received *received)
{
    struct ha *ha = self;
    const char *prefix = ha->host->config->discovery.prefix, *owner = NULL, *topic = received->topic;
    if (strcmp(topic, ha->host->config->discovery.birth_topic) == 0) {
        on_birth(ha, received->payload, received->size);
        return;
    }
    /* what is not retained is our own, as it passes */
    if (!received->retained || strncmp(topic, prefix, strlen(prefix)) != 0 ||
        !ha_found(&ha->teller, topic, received->payload, received->size, &owner))
        return;
    struct turn *turn = owner ? turn_of(ha, owner) : NULL;
    if (turn)
        want(ha, turn, false);
    if (!ha->sweep_at)
        ha->sweep_at = now_us() + SWEEP_US;
    wake(ha, ha->sweep_at);
}

static void ha_reload(void *self)
{
    struct ha *ha = self;
    struct ha_owner owner = {.room = ""};
    ha_teller_settle(&ha->teller);
    want_all(ha, true);
    for (size_t i = 0; i < ha->n_devices; i++)
        if (!device_owner(ha, i, &owner))
            ha->device[i].due = false;
    ha->sweep_at = now_us() + QUIET_US;
    wake(ha, ha->sweep_at);
}

static void ha_device(void *self, const struct live_device *device)
{
    struct ha *ha = self;
    uint32_t index = live_index(ha->host->live, device->number);
    fit(ha);
    if (index != NO_DEVICE && device->config)
        want(ha, &ha->device[index], false);
}

static void ha_alert(void *self, const struct alert_entry *entry, bool transition)
{
    struct ha *ha = self;
    struct ha_owner owner = {.room = ""};
    (void)transition;
    ha_problems_note(&ha->teller.problems, entry);
    if (!ha->host->connected)
        return; /* all are told at the connection */
    ha_tell_problem(&ha->teller, &owner);
    for (size_t i = 0; i < ha->n_rooms; i++)
        if (room_owner(ha, i, &owner) && ha_problems_concern(entry, &owner))
            ha_tell_problem(&ha->teller, &owner);
    for (size_t i = 0; i < ha->n_devices; i++)
        if (device_owner(ha, i, &owner) && ha_problems_concern(entry, &owner))
            ha_tell_problem(&ha->teller, &owner);
}

const struct mqtt_view mqtt_ha = {
    .name = "homeassistant",
    .start = ha_start,
    .stop = ha_stop,
    .connected = ha_connected,
    .filters = ha_filters,
    .optional = true,
    .trouble = ha_trouble,
    .message = ha_message,
    .reload = ha_reload,
    .device = ha_device,
    .alert = ha_alert,
};
