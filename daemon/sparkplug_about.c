/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sparkplug_about.h"
#include "mqtt_payload.h"
#include "sparkplug_command.h"

#include <stdlib.h>
#include <string.h>

/* The names, and with them the aliases: each set has SPARKPLUG_ABOUT numbers from its own on. */
enum about {
    ABOUT_BDSEQ,
    ABOUT_SOFTWARE,
    ABOUT_MAKE,
    ABOUT_MODEL,
    ABOUT_SERIAL,
    ABOUT_FIRMWARE,
    ABOUT_PROFILE,
    ABOUT_ROOM,
    ABOUT_RACK,
    ABOUT_SITE,
    ABOUT_ALERTS,
    ABOUT_TEXT,
    ABOUT_EVENT,
    ABOUT_COUNT
};

_Static_assert(ABOUT_COUNT <= SPARKPLUG_ABOUT, "aliases of a set");

static const char *const names[ABOUT_COUNT] = {
    [ABOUT_BDSEQ] = SPARKPLUG_BDSEQ,
    [ABOUT_SOFTWARE] = "Properties/Software",
    [ABOUT_MAKE] = "Properties/Hardware Make",
    [ABOUT_MODEL] = "Properties/Hardware Model",
    [ABOUT_SERIAL] = "Properties/Serial",
    [ABOUT_FIRMWARE] = "Properties/FW",
    [ABOUT_PROFILE] = "Properties/Profile",
    [ABOUT_ROOM] = "Properties/Room",
    [ABOUT_RACK] = "Properties/Rack",
    [ABOUT_SITE] = "Properties/Site",
    [ABOUT_ALERTS] = "alerts/active",
    [ABOUT_TEXT] = "alerts/text",
    [ABOUT_EVENT] = "alerts/event",
};

static void *need(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

void sparkplug_alerts_done(struct sparkplug_alerts *alerts)
{
    for (size_t i = 0; i < alerts->n_events; i++)
        free(alerts->event[i].json);
    free(alerts->event);
    free(alerts->active);
    *alerts = (struct sparkplug_alerts){0};
}

static void remember(struct sparkplug_alerts *alerts, const struct alert_entry *entry)
{
    size_t i = 0;
    while (i < alerts->n && strcmp(alerts->active[i].id, entry->id) != 0)
        i++;
    if (i < alerts->n) { /* the one raised last stands last */
        memmove(&alerts->active[i], &alerts->active[i + 1], (alerts->n - i - 1) * sizeof alerts->active[0]);
        alerts->n--;
    }
    if (!entry->raised)
        return;
    alerts->active = need(reallocarray(alerts->active, alerts->n + 1, sizeof alerts->active[0]));
    alerts->active[alerts->n++] = *entry;
}

static void forget_events(struct sparkplug_alerts *alerts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(alerts->event[i].json);
    alerts->n_events -= n;
    if (alerts->n_events > 0)
        memmove(alerts->event, alerts->event + n, alerts->n_events * sizeof alerts->event[0]);
}

static char *words_of(const struct alert_entry *entry, uint64_t seq)
{
    char *json = NULL;
    size_t size;
    FILE *out = need(open_memstream(&json, &size));
    mqtt_payload_alert(out, entry, seq);
    if (fclose(out) != 0)
        abort(); /* memory */
    return json;
}

void sparkplug_alerts_note(struct sparkplug_alerts *alerts, const struct alert_entry *entry, bool transition)
{
    remember(alerts, entry);
    if (!transition)
        return;
    if (alerts->n_events == SPARKPLUG_EVENTS_MAX) {
        alerts->dropped += alerts->event[0].told_ms == 0;
        forget_events(alerts, 1);
    }
    alerts->event = need(reallocarray(alerts->event, alerts->n_events + 1, sizeof alerts->event[0]));
    alerts->event[alerts->n_events++] =
        (struct sparkplug_event){.at_ms = entry->at_ms, .json = words_of(entry, ++alerts->seq)};
}

void sparkplug_alerts_lost(struct sparkplug_alerts *alerts, int64_t now_ms)
{
    size_t old = 0;
    while (old < alerts->n_events && alerts->event[old].told_ms != 0 &&
           alerts->event[old].told_ms < now_ms - SPARKPLUG_EVENT_KEPT_MS)
        old++;
    forget_events(alerts, old);
    for (size_t i = 0; i < alerts->n_events; i++)
        alerts->event[i].told_ms = 0;
}

static struct sparkplug_metric about(const struct sparkplug_set *set, const struct sparkplug_style *style,
                                     enum about what, int64_t ts_ms)
{
    return (struct sparkplug_metric){
        .name = names[what],
        .alias = style->aliases ? set->alias + what : 0,
        .ts_ms = ts_ms,
        .type = what == ABOUT_BDSEQ || what == ABOUT_ALERTS ? SPARKPLUG_INT64 : SPARKPLUG_STRING,
        .quality = SPARKPLUG_UNSAID,
    };
}

static void add_text(const struct sparkplug_set *set, const struct sparkplug_style *style, enum about what,
                     const char *text, int64_t now_ms, struct sparkplug_payload *payload)
{
    struct sparkplug_metric metric = about(set, style, what, now_ms);
    metric.text = text;
    metric.null = !text || !text[0];
    sparkplug_payload_add(payload, &metric);
}

/* Those of the device, or all where device is "". *ret_text: of the one raised last. */
static int64_t count(const struct sparkplug_alerts *alerts, const char *device, const char **ret_text)
{
    int64_t n = 0;
    *ret_text = NULL;
    for (size_t i = 0; i < alerts->n; i++)
        if (!device[0] || strcmp(alerts->active[i].device, device) == 0) {
            *ret_text = alerts->active[i].text;
            n++;
        }
    return n;
}

static void add_alerts(const struct sparkplug_set *set, const struct sparkplug_style *style,
                       const struct sparkplug_alerts *alerts, const char *device, bool birth, int64_t now_ms,
                       struct sparkplug_payload *payload)
{
    const char *text;
    struct sparkplug_metric number = about(set, style, ABOUT_ALERTS, now_ms);
    struct sparkplug_metric words = about(set, style, ABOUT_TEXT, now_ms);
    number.whole = count(alerts, device, &text);
    words.text = text;
    words.null = !text;
    if (!birth) {
        sparkplug_metric_shorten(&number, style);
        sparkplug_metric_shorten(&words, style);
    }
    sparkplug_payload_add(payload, &number);
    sparkplug_payload_add(payload, &words);
}

void sparkplug_about_alerts(const struct sparkplug_set *set, const struct sparkplug_style *style,
                            const struct sparkplug_alerts *alerts, const char *device, int64_t now_ms,
                            struct sparkplug_payload *payload)
{
    add_alerts(set, style, alerts, device, false, now_ms, payload);
}

void sparkplug_about_event(const struct sparkplug_set *set, const struct sparkplug_style *style,
                           const struct sparkplug_event *event, bool historical, struct sparkplug_payload *payload)
{
    struct sparkplug_metric metric = about(set, style, ABOUT_EVENT, event->at_ms);
    metric.text = event->json;
    metric.historical = historical;
    sparkplug_metric_shorten(&metric, style);
    sparkplug_payload_add(payload, &metric);
}

void sparkplug_about_node(const struct sparkplug_set *set, const struct sparkplug_style *style,
                          const struct sparkplug_alerts *alerts, const struct live *live, const char *version,
                          unsigned bd_seq, int64_t now_ms, struct sparkplug_payload *payload)
{
    struct sparkplug_metric number = about(set, style, ABOUT_BDSEQ, now_ms);
    struct sparkplug_metric rebirth = {
        .name = SPARKPLUG_REBIRTH, .ts_ms = now_ms, .type = SPARKPLUG_BOOLEAN, .quality = SPARKPLUG_UNSAID};
    number.whole = bd_seq;
    sparkplug_payload_add(payload, &number);
    sparkplug_payload_add(payload, &rebirth); /* never with an alias */
    add_text(set, style, ABOUT_SOFTWARE, version, now_ms, payload);
    add_text(set, style, ABOUT_SITE, live->config->title, now_ms, payload);
    add_alerts(set, style, alerts, "", true, now_ms, payload);
    add_text(set, style, ABOUT_EVENT, NULL, now_ms, payload);
}

void sparkplug_about_device(const struct sparkplug_set *set, const struct sparkplug_style *style,
                            const struct sparkplug_alerts *alerts, const struct live *live, int64_t now_ms,
                            struct sparkplug_payload *payload)
{
    const struct live_device *device = live->device[set->device];
    const struct config *config = live->config;
    const struct identity none = {0}, *identity = device->shape ? &device->shape->identity : &none;
    size_t room = device->config->room, rack = device->config->rack;
    add_text(set, style, ABOUT_MAKE, identity->vendor, now_ms, payload);
    add_text(set, style, ABOUT_MODEL, identity->model, now_ms, payload);
    add_text(set, style, ABOUT_SERIAL, identity->serial, now_ms, payload);
    add_text(set, style, ABOUT_FIRMWARE, identity->firmware, now_ms, payload);
    add_text(set, style, ABOUT_PROFILE, identity->profile, now_ms, payload);
    add_text(set, style, ABOUT_ROOM, room == NO_INDEX ? NULL : config->room[room].id, now_ms, payload);
    add_text(set, style, ABOUT_RACK, rack == NO_INDEX ? NULL : config->rack[rack].id, now_ms, payload);
    add_alerts(set, style, alerts, device->config->id, true, now_ms, payload);
}
