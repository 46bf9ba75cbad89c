/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_past.h"
#include "mqtt_sample.h"

static void tell(const struct mqtt_host *host, struct mqtt_pen *pen, const char *room, const char *device,
                 const char *part)
{
    char topic[MQTT_TOPIC_MAX];
    mqtt_topic_history(topic, sizeof topic, &host->base, room, device, part);
    mqtt_pen_put(pen, host->wire, MQTT_LANE_HISTORY, topic, 1, false);
}

static void tell_kpis(const struct mqtt_host *host, struct mqtt_pen *pen, const struct row *const *rows, size_t n)
{
    for (size_t i = 0; i < host->live->n_points; i++) {
        const struct live_point *point = host->live->point[i];
        if (point->device != NO_DEVICE || !point->scope || point->gone || !mqtt_view_wants(host, point))
            continue;
        for (size_t at = 0; at < n;)
            if (mqtt_sample_kpi(mqtt_pen_begin(pen), point, rows, n, &at))
                tell(host, pen, point->scope, "kpi", quantity_row(point->quantity)->name);
    }
}

void mqtt_past_tell(const struct mqtt_host *host, const struct mqtt_tree *tree, struct mqtt_pen *pen,
                    const struct row *const *rows, size_t n)
{
    const struct live *live = host->live;
    if (rows[0]->device == NO_DEVICE) {
        tell_kpis(host, pen, rows, n);
        return;
    }
    uint32_t index = live_index(live, rows[0]->device);
    if (index == NO_DEVICE || index >= tree->n_devices || !live->device[index]->config)
        return;
    const struct device_config *config = live->device[index]->config;
    const char *room = config->room == NO_INDEX ? "" : live->config->room[config->room].id;
    for (size_t i = 0; i < tree->device[index].n; i++) {
        const struct mqtt_part *part = tree->device[index].part[i];
        struct mqtt_points points = {part->name, part->n, part->point};
        for (size_t at = 0; at < n;)
            if (mqtt_sample_part(mqtt_pen_begin(pen), &points, rows, n, &at))
                tell(host, pen, room, config->id, part->name);
    }
}
