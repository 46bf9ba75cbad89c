/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_scalar.h"
#include "wire_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scalar {
    const struct mqtt_host *host;
    bool open;     /* the snapshot is under way or over */
    uint32_t next; /* of the snapshot */
    size_t n;
    char **topic; /* by the index that the point has in live.h; NULL: told nothing */
    uint32_t *at; /* index of a point by its number, plus one */
    size_t n_at;
    struct kpi_result *kpi; /* the latest */
    size_t n_kpis;
};

static void *scalar_start(const struct mqtt_host *host)
{
    struct scalar *scalar = calloc(1, sizeof *scalar);
    if (!scalar)
        abort();
    scalar->host = host;
    return scalar;
}

static void clear(struct scalar *scalar, const char *topic)
{
    mqtt_wire_put(scalar->host->wire, MQTT_LANE_KEPT, topic, NULL, 0, 1, true);
}

static void scalar_stop(void *self)
{
    struct scalar *scalar = self;
    for (size_t i = 0; i < scalar->n; i++) {
        if (scalar->topic[i] && scalar->host->wire)
            clear(scalar, scalar->topic[i]); /* nobody wants it any more */
        free(scalar->topic[i]);
    }
    free(scalar->topic);
    free(scalar->at);
    free(scalar->kpi);
    free(scalar);
}

static void tell(struct scalar *scalar, const char *topic, double value, int qos)
{
    char number[WIRE_NUMBER_MAX];
    size_t n = isfinite(value) ? wire_number(number, sizeof number, value) : 0;
    mqtt_wire_put(scalar->host->wire, MQTT_LANE_STATE, topic, number, n, qos, true);
}

/* The topic that the point has now; false: none. */
static bool topic_of(const struct scalar *scalar, const struct live_point *point, char topic[MQTT_TOPIC_MAX])
{
    const struct mqtt_host *host = scalar->host;
    const struct live_device *device = point->device == NO_DEVICE ? NULL : host->live->device[point->device];
    if (!device || !device->config || point->gone || !mqtt_view_wants(host, point))
        return false;
    size_t room = device->config->room, n;
    n = mqtt_topic_part(topic, MQTT_TOPIC_MAX, &host->base, room == NO_INDEX ? "" : host->live->config->room[room].id,
                        device->config->id, point->part);
    n -= strlen("state");
    /* PART/state is the native view's: its JSON and a number would take turns there */
    snprintf(topic + n, MQTT_TOPIC_MAX - n, "%s%s", quantity_row(point->quantity)->name,
             point->quantity == Q_STATE ? "/value" : "");
    return true;
}

static void fit(struct scalar *scalar)
{
    size_t wanted = scalar->host->live->n_points;
    if (wanted <= scalar->n)
        return;
    scalar->topic = reallocarray(scalar->topic, wanted, sizeof(char *));
    if (!scalar->topic)
        abort();
    memset(scalar->topic + scalar->n, 0, (wanted - scalar->n) * sizeof(char *));
    for (size_t i = scalar->n; i < wanted; i++) {
        uint32_t number = scalar->host->live->point[i]->number;
        if (number >= scalar->n_at) {
            size_t larger = number + 1024u;
            scalar->at = reallocarray(scalar->at, larger, sizeof *scalar->at);
            if (!scalar->at)
                abort();
            memset(scalar->at + scalar->n_at, 0, (larger - scalar->n_at) * sizeof *scalar->at);
            scalar->n_at = larger;
        }
        scalar->at[number] = (uint32_t)i + 1;
    }
    scalar->n = wanted;
}

/* A point that was never polled has no value to tell, and keeps what the broker remembers of it. */
static void tell_point(struct scalar *scalar, uint32_t index)
{
    const struct live_point *point = scalar->host->live->point[index];
    char topic[MQTT_TOPIC_MAX];
    bool has = topic_of(scalar, point, topic);
    char **told = &scalar->topic[index];
    if (*told && (!has || strcmp(*told, topic) != 0)) {
        clear(scalar, *told);
        free(*told);
        *told = NULL;
    }
    if (!has || point->ts_ms == 0)
        return;
    if (!*told && !(*told = strdup(topic)))
        abort();
    tell(scalar, *told, quality_has_value(point->quality) ? point->value : NAN, scalar->host->qos);
}

static void scalar_connected(void *self)
{
    struct scalar *scalar = self;
    scalar->open = true;
    scalar->next = 0;
}

static void tell_kpi(struct scalar *scalar, const struct kpi_result *result)
{
    char topic[MQTT_TOPIC_MAX], name[120];
    const char *id = quantity_row(result->id)->name;
    snprintf(name, sizeof name, "%s/kpi/%s", result->scope, id);
    if (!mqtt_view_wants_name(scalar->host, name))
        return;
    size_t n = mqtt_topic_kpi(topic, sizeof topic, &scalar->host->base, result->scope, id) - strlen("state");
    snprintf(topic + n, sizeof topic - n, "value");
    tell(scalar, topic, result->value, 1);
}

static bool scalar_snapshot(void *self)
{
    struct scalar *scalar = self;
    fit(scalar);
    for (unsigned n = 0; n < MQTT_STEP && scalar->next < scalar->n; n++)
        tell_point(scalar, scalar->next++);
    if (scalar->next < scalar->n)
        return true;
    for (size_t i = 0; i < scalar->n_kpis; i++)
        tell_kpi(scalar, &scalar->kpi[i]);
    return false;
}

static void scalar_polled(void *self, const struct live_device *device, const struct live_point *const *points,
                          size_t n)
{
    struct scalar *scalar = self;
    (void)device;
    if (!scalar->host->connected || !scalar->open)
        return;
    fit(scalar);
    for (size_t i = 0; i < n; i++) {
        uint32_t at = points[i] && points[i]->number < scalar->n_at ? scalar->at[points[i]->number] : 0;
        if (at && at - 1 < scalar->next) /* the snapshot comes to the others */
            tell_point(scalar, at - 1);
    }
}

static void scalar_device(void *self, const struct live_device *device)
{
    struct scalar *scalar = self;
    const struct live *live = scalar->host->live;
    fit(scalar);
    for (uint32_t i = 0; scalar->host->connected && i < scalar->n; i++)
        if (live->point[i]->device != NO_DEVICE && live->device[live->point[i]->device] == device)
            tell_point(scalar, i);
}

static void scalar_reload(void *self)
{
    struct scalar *scalar = self;
    fit(scalar);
    for (uint32_t i = 0; i < scalar->n; i++)
        tell_point(scalar, i);
}

static void scalar_kpis(void *self, const struct kpi_result *results, size_t n)
{
    struct scalar *scalar = self;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < scalar->n_kpis &&
               (scalar->kpi[k].id != results[i].id || strcmp(scalar->kpi[k].scope, results[i].scope) != 0))
            k++;
        if (k == scalar->n_kpis) {
            scalar->kpi = reallocarray(scalar->kpi, ++scalar->n_kpis, sizeof *scalar->kpi);
            if (!scalar->kpi)
                abort();
        }
        scalar->kpi[k] = results[i];
        if (scalar->host->connected)
            tell_kpi(scalar, &results[i]);
    }
}

const struct mqtt_view mqtt_scalar = {
    .name = "scalar",
    .start = scalar_start,
    .stop = scalar_stop,
    .connected = scalar_connected,
    .snapshot = scalar_snapshot,
    .reload = scalar_reload,
    .polled = scalar_polled,
    .device = scalar_device,
    .kpis = scalar_kpis,
};
