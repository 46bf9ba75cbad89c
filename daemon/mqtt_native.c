/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_native.h"
#include "mqtt_sample.h"
#include "mqtt_tree.h"

#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum step { STEP_SITE, STEP_DEVICES, STEP_ALERTS, STEP_KPIS, STEP_PARTS, STEP_DONE };

struct told_kpi {
    struct kpi_result result;
    int64_t ts_ms;
};

struct native {
    const struct mqtt_host *host;
    struct mqtt_tree tree;
    FILE *out; /* one payload at a time */
    char *bytes;
    size_t size;
    enum step step;
    size_t next;    /* of the step */
    uint64_t polls; /* stamps of parts */
    uint64_t seq;   /* of alert transitions */
    size_t n_alerts, n_kpis;
    struct alert_entry *alert; /* active ones */
    struct told_kpi *kpi;
};

static void *native_start(const struct mqtt_host *host)
{
    struct native *native = calloc(1, sizeof *native);
    if (!native)
        abort();
    native->host = host;
    native->step = STEP_DONE;
    native->out = open_memstream(&native->bytes, &native->size);
    if (!native->out)
        abort();
    __fsetlocking(native->out, FSETLOCKING_BYCALLER); /* one thread only: no lock for each character */
    return native;
}

static void native_stop(void *self)
{
    struct native *native = self;
    mqtt_tree_done(&native->tree);
    fclose(native->out);
    free(native->bytes);
    free(native->alert);
    free(native->kpi);
    free(native);
}

static FILE *begin(struct native *native)
{
    rewind(native->out);
    return native->out;
}

static void put(struct native *native, enum mqtt_lane lane, const char *topic, int qos, bool retained)
{
    if (fflush(native->out) != 0)
        abort(); /* memory */
    mqtt_wire_put(native->host->wire, lane, topic, native->bytes, native->size, qos, retained);
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
    /* not polled yet: what the broker remembers of it is as good as what we know */
    if (known->state != LIVE_STARTING) {
        const char *status = known->state == LIVE_ONLINE ? "online" : "offline";
        mqtt_wire_put(native->host->wire, MQTT_LANE_INFO, device->status, status, strlen(status), 1, true);
    }
    mqtt_payload_device(begin(native), known, native->host->live, parts, device->n);
    put(native, MQTT_LANE_INFO, device->info, 1, true);
    free(parts);
}

/* Sees the points of live that no poll of this process has brought yet: a silent device's. */
static void find_points(struct native *native)
{
    const struct live *live = native->host->live;
    for (size_t i = 0; i < live->n_points; i++)
        if (live->point[i]->device != NO_DEVICE && !live->point[i]->gone)
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
        if (device->bound[i])
            mqtt_tree_part(&native->tree, &native->host->base, live, device->bound[i]);
    renew_device(native, index);
    if (!past(native, STEP_PARTS) || index >= native->tree.n_devices)
        return;
    const struct mqtt_device *at = &native->tree.device[index];
    for (size_t i = 0; i < at->n; i++) /* topics may be new ones */
        tell_part(native, at->part[i]);
}

static void native_polled(void *self, const struct live_device *device, const struct live_point *const *points,
                          size_t n)
{
    struct native *native = self;
    (void)device;
    if (!past(native, STEP_PARTS))
        return;
    native->polls++;
    for (size_t i = 0; i < n; i++) {
        if (!points[i] || points[i]->device == NO_DEVICE || points[i]->gone)
            continue;
        struct mqtt_part *part = mqtt_tree_part(&native->tree, &native->host->base, native->host->live, points[i]);
        if (part->stamp == native->polls)
            continue;
        part->stamp = native->polls;
        tell_part(native, part);
    }
}

static void tell_kpi(struct native *native, const struct told_kpi *kpi)
{
    char topic[MQTT_TOPIC_MAX];
    mqtt_payload_kpi(begin(native), &kpi->result, kpi->ts_ms);
    mqtt_topic_kpi(topic, sizeof topic, &native->host->base, kpi->result.scope, quantity_row(kpi->result.id)->name);
    put(native, MQTT_LANE_STATE, topic, 1, true);
}

static struct told_kpi *kpi_of(struct native *native, const struct kpi_result *result)
{
    for (size_t i = 0; i < native->n_kpis; i++)
        if (native->kpi[i].result.id == result->id && strcmp(native->kpi[i].result.scope, result->scope) == 0)
            return &native->kpi[i];
    native->kpi = reallocarray(native->kpi, native->n_kpis + 1, sizeof *native->kpi);
    if (!native->kpi)
        abort();
    return &native->kpi[native->n_kpis++];
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
        struct told_kpi *kpi = kpi_of(native, &results[i]);
        kpi->result = results[i];
        kpi->ts_ms = time_of(native, &results[i]);
        if (past(native, STEP_KPIS))
            tell_kpi(native, kpi);
    }
}

/* KPIs of rooms that the configuration has no more. */
static void clear_kpis(struct native *native)
{
    const struct config *config = native->host->live->config;
    for (size_t i = 0; i < native->n_kpis;) {
        const struct kpi_result *result = &native->kpi[i].result;
        bool known = strcmp(result->scope, "site") == 0;
        for (size_t r = 0; r < config->n_rooms && !known; r++)
            known = strcmp(config->room[r].id, result->scope) == 0;
        if (known) {
            i++;
            continue;
        }
        char topic[MQTT_TOPIC_MAX];
        mqtt_topic_kpi(topic, sizeof topic, &native->host->base, result->scope, quantity_row(result->id)->name);
        clear(native, topic);
        native->kpi[i] = native->kpi[--native->n_kpis];
    }
}

static void tell_alert(struct native *native, const struct alert_entry *entry)
{
    char topic[MQTT_TOPIC_MAX];
    mqtt_payload_alert(begin(native), entry, 0);
    mqtt_topic_alert(topic, sizeof topic, &native->host->base, entry->id);
    put(native, MQTT_LANE_KEPT, topic, 1, true);
}

static void remember_alert(struct native *native, const struct alert_entry *entry)
{
    size_t i = 0;
    while (i < native->n_alerts && strcmp(native->alert[i].id, entry->id) != 0)
        i++;
    if (i < native->n_alerts && !entry->raised) {
        native->alert[i] = native->alert[--native->n_alerts];
        return;
    }
    if (!entry->raised)
        return;
    if (i == native->n_alerts) {
        native->alert = reallocarray(native->alert, ++native->n_alerts, sizeof *native->alert);
        if (!native->alert)
            abort();
    }
    native->alert[i] = *entry;
}

/* Told even while the broker is away: a transition is not to be had again. */
static void native_alert(void *self, const struct alert_entry *entry, bool transition)
{
    struct native *native = self;
    char topic[MQTT_TOPIC_MAX];
    remember_alert(native, entry);
    tell_alert(native, entry);
    if (!transition)
        return; /* known from before: a state, no event */
    mqtt_payload_alert(begin(native), entry, ++native->seq);
    mqtt_topic_event(topic, sizeof topic, &native->host->base);
    put(native, MQTT_LANE_KEPT, topic, 1, false);
}

static void native_reload(void *self)
{
    struct native *native = self;
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
}

static void tell_history(struct native *native, const char *room, const char *device, const char *part)
{
    char topic[MQTT_TOPIC_MAX];
    mqtt_topic_history(topic, sizeof topic, &native->host->base, room, device, part);
    put(native, MQTT_LANE_HISTORY, topic, 1, false);
}

static void tell_past_kpis(struct native *native, const struct row *const *rows, size_t n)
{
    const struct live *live = native->host->live;
    for (size_t i = 0; i < live->n_points; i++) {
        const struct live_point *point = live->point[i];
        if (point->device != NO_DEVICE || !point->scope || point->gone || !mqtt_view_wants(native->host, point))
            continue;
        for (size_t at = 0; at < n;)
            if (mqtt_sample_kpi(begin(native), point, rows, n, &at))
                tell_history(native, point->scope, "kpi", quantity_row(point->quantity)->name);
    }
}

static bool native_history(void *self, const struct row *const *rows, size_t n)
{
    struct native *native = self;
    const struct live *live = native->host->live;
    uint32_t index = live_index(live, rows[0]->device);
    if (rows[0]->device == NO_DEVICE) {
        tell_past_kpis(native, rows, n);
        return true;
    }
    if (index == NO_DEVICE || index >= native->tree.n_devices || !live->device[index]->config)
        return true; /* gone, and with it who would ask */
    const struct device_config *config = live->device[index]->config;
    const char *room = config->room == NO_INDEX ? "" : live->config->room[config->room].id;
    for (size_t i = 0; i < native->tree.device[index].n; i++) {
        const struct mqtt_part *part = native->tree.device[index].part[i];
        struct mqtt_points points = {part->name, part->n, part->point};
        for (size_t at = 0; at < n;)
            if (mqtt_sample_part(begin(native), &points, rows, n, &at))
                tell_history(native, room, config->id, part->name);
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
        if (i < native->n_alerts)
            tell_alert(native, &native->alert[i]);
        return i < native->n_alerts;
    case STEP_KPIS:
        if (i < native->n_kpis)
            tell_kpi(native, &native->kpi[i]);
        return i < native->n_kpis;
    case STEP_PARTS:
        if (i < native->tree.n_parts)
            tell_part(native, native->tree.part[i]);
        return i < native->tree.n_parts;
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
    .history = native_history,
};
