/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_native.h"
#include "mqtt_ghost.h"
#include "mqtt_known.h"
#include "mqtt_leftover.h"
#include "mqtt_past.h"

#include "daemon/scope.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum step { STEP_SITE, STEP_DEVICES, STEP_ALERTS, STEP_COUNTERS, STEP_KPIS, STEP_PARTS, STEP_DONE };

struct native {
    const struct mqtt_host *host;
    struct mqtt_tree tree;
    struct mqtt_pen pen;
    char filter[MQTT_LEFTOVER_FILTERS][MQTT_TOPIC_MAX];
    const char *filters[MQTT_LEFTOVER_FILTERS];
    enum step step;
    size_t next;    /* of the step */
    uint64_t polls; /* stamps of parts */
    uint64_t begun; /* the stamp with which the snapshot began */
    uint64_t seq;   /* of alert transitions */
    struct mqtt_known known;
};

static void *native_start(const struct mqtt_host *host)
{
    struct native *native = calloc(1, sizeof *native);
    if (!native)
        abort();
    native->host = host;
    native->step = STEP_DONE;
    mqtt_pen_open(&native->pen);
    return native;
}

static void native_stop(void *self)
{
    struct native *native = self;
    mqtt_tree_done(&native->tree);
    mqtt_pen_close(&native->pen);
    mqtt_known_done(&native->known);
    free(native);
}

static FILE *begin(struct native *native)
{
    return mqtt_pen_begin(&native->pen);
}

static void put(struct native *native, enum mqtt_lane lane, const char *topic, int qos, bool retained)
{
    mqtt_pen_put(&native->pen, native->host->wire, lane, topic, qos, retained);
}

static void clear(void *self, const char *topic)
{
    struct native *native = self;
    mqtt_wire_put(native->host->wire, MQTT_LANE_KEPT, topic, NULL, 0, 1, true);
}

/* A view tells nothing of what its snapshot has yet to come to: it will be told in its order. */
static bool past(const struct native *native, enum step step)
{
    return native->host->connected && native->step > step;
}

/* What it has come to already would not be told again. */
static bool told(const struct native *native, const struct mqtt_part *part)
{
    return past(native, STEP_PARTS) || (native->host->connected && part->stamp >= native->begun);
}

static bool told_kpi(const struct native *native, const struct mqtt_known_kpi *kpi)
{
    return past(native, STEP_KPIS) ||
           (native->host->connected && native->step == STEP_KPIS && (size_t)(kpi - native->known.kpi) < native->next);
}

/* Asked of each point of each poll: without a list of points there is nothing to ask. */
static bool wanted(const struct native *native, const struct live_point *point)
{
    return native->host->config->n_points == 0 || mqtt_view_wants(native->host, point);
}

static void tell_site(struct native *native)
{
    char host[256] = "", topic[MQTT_TOPIC_MAX];
    gethostname(host, sizeof host - 1);
    mqtt_payload_site(begin(native), native->host->live, native->host->version, host);
    mqtt_topic_site(topic, sizeof topic, &native->host->base, "info");
    put(native, MQTT_LANE_INFO, topic, 1, true);
}

static void tell_part(struct native *native, const struct mqtt_part *part)
{
    struct mqtt_points points = {part->name, part->n, part->point};
    if (part->topic && mqtt_payload_state(begin(native), &points))
        put(native, MQTT_LANE_STATE, part->topic, native->host->qos, true);
}

static void tell_device(struct native *native, uint32_t index, const struct mqtt_device *device)
{
    const struct live_device *known = native->host->live->device[index];
    struct mqtt_points *parts = calloc(device->n + 1, sizeof *parts);
    if (!parts)
        abort();
    for (size_t i = 0; i < device->n; i++)
        parts[i] = (struct mqtt_points){device->part[i]->name, device->part[i]->n, device->part[i]->point};
    const char *status = known->state == LIVE_ONLINE ? "online" : "offline";
    mqtt_wire_put(native->host->wire, MQTT_LANE_INFO, device->status, status, strlen(status), 1, true);
    mqtt_payload_device(begin(native), known, native->host->live, parts, device->n);
    put(native, MQTT_LANE_INFO, device->info, 1, true);
    free(parts);
}

/* Sees the points of live that no poll of this process has brought yet: a silent device's. */
static void find_points(struct native *native)
{
    const struct live *live = native->host->live;
    for (size_t i = 0; i < live->n_points; i++)
        if (live->point[i]->device != NO_DEVICE && !live->point[i]->gone && wanted(native, live->point[i]))
            mqtt_tree_part(&native->tree, &native->host->base, live, live->point[i]);
}

static void renew_device(struct native *native, uint32_t index)
{
    const struct mqtt_device *device =
        mqtt_tree_renew(&native->tree, &native->host->base, native->host->live, index, clear, native);
    if (device && device->status && past(native, STEP_SITE))
        tell_device(native, index, device);
}

static void native_device(void *self, const struct live_device *device)
{
    struct native *native = self;
    const struct live *live = native->host->live;
    uint32_t index = live_index(live, device->number);
    if (index == NO_DEVICE)
        return;
    for (size_t i = 0; i < device->n_bound; i++)
        if (device->bound[i] && wanted(native, device->bound[i]))
            mqtt_tree_part(&native->tree, &native->host->base, live, device->bound[i]);
    renew_device(native, index);
    if (index >= native->tree.n_devices)
        return;
    const struct mqtt_device *at = &native->tree.device[index];
    for (size_t i = 0; i < at->n; i++)
        if (told(native, at->part[i])) /* topics may be new ones */
            tell_part(native, at->part[i]);
}

static void native_polled(void *self, const struct live_device *device, const struct live_point *const *points,
                          size_t n)
{
    struct native *native = self;
    (void)device;
    if (!native->host->connected)
        return;
    native->polls++;
    for (size_t i = 0; i < n; i++) {
        if (!points[i] || points[i]->device == NO_DEVICE || points[i]->gone || !wanted(native, points[i]))
            continue;
        struct mqtt_part *part = mqtt_tree_part(&native->tree, &native->host->base, native->host->live, points[i]);
        if (part->stamp == native->polls || !told(native, part))
            continue;
        part->stamp = native->polls;
        tell_part(native, part);
    }
}

static bool wanted_kpi(const struct native *native, const struct kpi_result *result)
{
    char name[120];
    snprintf(name, sizeof name, "%s/kpi/%s", result->scope, quantity_row(result->id)->name);
    return mqtt_view_wants_name(native->host, name);
}

static void tell_kpi(struct native *native, const struct mqtt_known_kpi *kpi)
{
    char topic[MQTT_TOPIC_MAX];
    if (!wanted_kpi(native, &kpi->result))
        return;
    mqtt_payload_kpi(begin(native), &kpi->result, kpi->ts_ms);
    mqtt_topic_kpi(topic, sizeof topic, &native->host->base, kpi->result.scope, quantity_row(kpi->result.id)->name);
    put(native, MQTT_LANE_STATE, topic, 1, true);
}

/* As its reading has it, and with it the log: told again as history it has the same time. */
static int64_t time_of(const struct native *native, const struct kpi_result *result)
{
    char name[120];
    struct timespec now;
    snprintf(name, sizeof name, "%s/kpi/%s", result->scope, quantity_row(result->id)->name);
    const struct live_point *point = live_find(native->host->live, name);
    clock_gettime(CLOCK_REALTIME, &now);
    return point && point->ts_ms ? point->ts_ms : (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void native_kpis(void *self, const struct kpi_result *results, size_t n)
{
    struct native *native = self;
    for (size_t i = 0; i < n; i++) {
        struct mqtt_known_kpi *kpi = mqtt_known_kpi(&native->known, &results[i]);
        kpi->result = results[i];
        kpi->ts_ms = time_of(native, &results[i]);
        if (told_kpi(native, kpi))
            tell_kpi(native, kpi);
    }
}

/* KPIs of rooms and groups that the configuration has no more, and those that the broker is not to have any more. */
static void clear_kpis(struct native *native)
{
    const struct config *config = native->host->live->config;
    for (size_t i = 0; i < native->known.n_kpis;) {
        const struct kpi_result *result = &native->known.kpi[i].result;
        struct scope scope;
        bool known = scope_find(config, result->scope, &scope) == 0;
        if (!known || !wanted_kpi(native, result)) {
            char topic[MQTT_TOPIC_MAX];
            mqtt_topic_kpi(topic, sizeof topic, &native->host->base, result->scope, quantity_row(result->id)->name);
            clear(native, topic);
        }
        if (known)
            i++;
        else
            native->known.kpi[i] = native->known.kpi[--native->known.n_kpis];
    }
}

static void tell_alert(struct native *native, const struct alert_entry *entry)
{
    char topic[MQTT_TOPIC_MAX];
    mqtt_payload_alert(begin(native), entry, 0);
    mqtt_topic_alert(topic, sizeof topic, &native->host->base, entry->id);
    put(native, MQTT_LANE_KEPT, topic, 1, true);
}

static void native_past_alert(void *self, const struct alert_entry *entry)
{
    struct native *native = self;
    char topic[MQTT_TOPIC_MAX];
    mqtt_payload_alert(begin(native), entry, ++native->seq);
    mqtt_topic_event(topic, sizeof topic, &native->host->base);
    put(native, MQTT_LANE_KEPT, topic, 1, false);
}

/* Told even while the broker is away: a transition is not to be had again. */
static void native_alert(void *self, const struct alert_entry *entry, bool transition)
{
    struct native *native = self;
    mqtt_known_alert(&native->known, entry);
    tell_alert(native, entry);
    if (transition) /* else known from before: a state, no event */
        native_past_alert(native, entry);
}

static bool still_wanted(const void *context, const struct live_point *point)
{
    return wanted(context, point);
}

static void native_reload(void *self)
{
    struct native *native = self;
    mqtt_tree_narrow(&native->tree, still_wanted, native);
    for (uint32_t i = 0; i < native->host->live->n_devices; i++)
        native_device(native, native->host->live->device[i]);
    clear_kpis(native);
    if (past(native, STEP_SITE))
        tell_site(native);
}

static void native_connected(void *self)
{
    struct native *native = self;
    native->step = STEP_SITE;
    native->next = 0;
    native->begun = ++native->polls;
}

static bool native_history(void *self, const struct row *const *rows, size_t n)
{
    struct native *native = self;
    mqtt_past_tell(native->host, &native->tree, &native->pen, rows, n);
    return true;
}

static size_t native_filters(void *self, const char *const **ret)
{
    struct native *native = self;
    for (size_t i = 0; i < MQTT_LEFTOVER_FILTERS; i++) {
        mqtt_leftover_filter(native->filter[i], sizeof native->filter[i], &native->host->base, i);
        native->filters[i] = native->filter[i];
    }
    *ret = native->filters;
    return MQTT_LEFTOVER_FILTERS;
}

/* What the filters bring, and the info of a device that is gone, which is asked for by its own topic. */
static bool native_takes(void *self, const char *topic)
{
    const struct mqtt_base *base = &((struct native *)self)->host->base;
    char head[MQTT_TOPIC_MAX];
    int n = snprintf(head, sizeof head, "%s/%s/", base->prefix, base->site);
    return strncmp(topic, head, (size_t)n) == 0;
}

/* What the broker remembers from an earlier run, and is no more. */
static void native_message(void *self, const struct mqtt_received *received)
{
    struct native *native = self;
    const struct mqtt_host *host = native->host;
    const struct ghost_hunt hunt = {host->live->config, host->config, host->base.prefix, NULL};
    char info[MQTT_TOPIC_MAX];
    struct timespec now;
    if (!received->retained || received->size == 0)
        return; /* our own words as they come by */
    if (mqtt_ghost_why(&hunt, received->topic, received->payload, received->size)) {
        if (mqtt_leftover_info(info, sizeof info, received->topic))
            mqtt_wire_overhear(host->wire, MQTT_LANE_INFO, info);
        mqtt_leftover_parts(received->topic, received->payload, received->size, clear, native);
        clear(native, received->topic);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    if (!mqtt_known_raised(&native->known, &host->base, received->topic) &&
        mqtt_leftover_cleared(begin(native), received->payload, received->size, (int64_t)now.tv_sec * 1000))
        put(native, MQTT_LANE_KEPT, received->topic, 1, true);
}

/* Energy goes first: what was used during an outage is in a counter's newest reading. */
static bool counts(const struct mqtt_part *part)
{
    for (size_t i = 0; i < part->n; i++)
        if (quantity_row(part->point[i]->quantity)->counter)
            return true;
    return false;
}

/* Parts that count have a step of their own. */
static bool step_part(struct native *native, size_t i, bool counting)
{
    if (i >= native->tree.n_parts)
        return false;
    struct mqtt_part *part = native->tree.part[i];
    if (counts(part) == counting) {
        part->stamp = native->polls;
        tell_part(native, part);
    }
    return true;
}

/* Element i of a step; false: there are no more. */
static bool step_element(struct native *native, size_t i)
{
    switch (native->step) {
    case STEP_SITE:
        if (i > 0)
            return false;
        find_points(native);
        tell_site(native);
        return true;
    case STEP_DEVICES:
        if (i < native->host->live->n_devices)
            renew_device(native, (uint32_t)i);
        return i < native->host->live->n_devices;
    case STEP_ALERTS:
        if (i < native->known.n_alerts)
            tell_alert(native, &native->known.alert[i]);
        return i < native->known.n_alerts;
    case STEP_COUNTERS: return step_part(native, i, true);
    case STEP_KPIS:
        if (i < native->known.n_kpis)
            tell_kpi(native, &native->known.kpi[i]);
        return i < native->known.n_kpis;
    case STEP_PARTS: return step_part(native, i, false);
    case STEP_DONE: return false;
    }
    return false;
}

static bool native_snapshot(void *self)
{
    struct native *native = self;
    for (unsigned n = 0; n < MQTT_STEP && native->step < STEP_DONE;) {
        if (step_element(native, native->next)) {
            /* a device is a status, an info with all its parts, and some searching */
            n += native->step == STEP_DEVICES ? 10 : 1;
            native->next++;
        } else {
            native->step++;
            native->next = 0;
        }
    }
    return native->step < STEP_DONE;
}

const struct mqtt_view mqtt_native = {
    .name = "native",
    .start = native_start,
    .stop = native_stop,
    .connected = native_connected,
    .snapshot = native_snapshot,
    .reload = native_reload,
    .polled = native_polled,
    .device = native_device,
    .kpis = native_kpis,
    .alert = native_alert,
    .filters = native_filters,
    .optional = true,
    .takes = native_takes,
    .message = native_message,
    .history = native_history,
    .past_alert = native_past_alert,
};
