/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_leftover.h"
#include "wire_text.h"

#include <jansson.h>
#include <string.h>

void mqtt_leftover_filter(char *buf, size_t size, const struct mqtt_base *base, size_t i)
{
    static const char *const below[MQTT_LEFTOVER_FILTERS] = {"device/+/+/status", "kpi/+/+/state", "alert/+/state"};
    snprintf(buf, size, "%s/%s/%s", base->prefix, base->site, below[i]);
}

/* The topic without its last level. */
static int stem(const char *topic)
{
    return (int)(strrchr(topic, '/') - topic);
}

bool mqtt_leftover_info(char *buf, size_t size, const char *status)
{
    snprintf(buf, size, "%.*s/info", stem(status), status);
    return strcmp(status + stem(status), "/status") == 0;
}

void mqtt_leftover_parts(const char *info, const char *payload, size_t size, mqtt_leftover_topic *seen, void *context)
{
    json_t *root = json_loadb(payload, size, 0, NULL), *value;
    const char *part;
    json_object_foreach(json_object_get(root, "parts"), part, value)
    {
        char topic[MQTT_TOPIC_MAX];
        int n = snprintf(topic, sizeof topic, "%.*s/%s/state", stem(info), info, part);
        if (n < (int)sizeof topic && !strpbrk(part, "+#/"))
            seen(context, topic);
    }
    json_decref(root);
}

bool mqtt_leftover_cleared(FILE *out, const char *payload, size_t size, int64_t now_ms)
{
    json_t *root = json_loadb(payload, size, 0, NULL);
    const char *state = json_string_value(json_object_get(root, "state"));
    bool active = state && strcmp(state, "active") == 0;
    if (active) {
        char now[WIRE_TIME_MAX];
        wire_time(now, sizeof now, now_ms);
        json_object_set_new(root, "state", json_string("cleared"));
        json_object_set_new(root, "ts", json_string(now));
        json_dumpf(root, out, JSON_COMPACT | JSON_REAL_PRECISION(15));
    }
    json_decref(root);
    return active;
}
