/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_topic.h"

#include <stdio.h>
#include <string.h>

#define PREFIX_MAX 128

bool mqtt_prefix_valid(const char *prefix)
{
    size_t length = prefix ? strlen(prefix) : 0;
    if (length == 0 || length > PREFIX_MAX || prefix[0] == '/' || prefix[length - 1] == '/' || prefix[0] == '$')
        return false;
    for (const unsigned char *p = (const unsigned char *)prefix; *p; p++)
        if (*p < 0x20 || *p == 0x7f || *p == '+' || *p == '#')
            return false;
    return !strstr(prefix, "//"); /* an empty level is legal, and always a slip of the pen */
}

bool mqtt_topic_matches(const char *filter, const char *topic)
{
    if ((filter[0] == '+' || filter[0] == '#') && topic[0] == '$')
        return false;
    for (;;) {
        if (filter[0] == '#')
            return true;
        size_t level = strcspn(topic, "/");
        if (filter[0] == '+')
            filter++;
        else if (strncmp(filter, topic, level) == 0)
            filter += level;
        else
            return false;
        topic += level;
        if (*filter == '\0' || *topic == '\0')
            return *filter == *topic || strcmp(filter, "/#") == 0;
        if (*filter++ != '/')
            return false;
        topic++;
    }
}

static size_t length_of(int n)
{
    return n < 0 ? 0 : (size_t)n;
}

static const char *room_or_site(const char *room)
{
    return room && room[0] ? room : "site";
}

size_t mqtt_topic_site(char *buf, size_t size, const struct mqtt_base *base, const char *leaf)
{
    return length_of(snprintf(buf, size, "%s/%s/%s", base->prefix, base->site, leaf));
}

size_t mqtt_topic_device(char *buf, size_t size, const struct mqtt_base *base, const char *room, const char *device,
                         const char *leaf)
{
    return length_of(
        snprintf(buf, size, "%s/%s/device/%s/%s/%s", base->prefix, base->site, room_or_site(room), device, leaf));
}

size_t mqtt_topic_part(char *buf, size_t size, const struct mqtt_base *base, const char *room, const char *device,
                       const char *part)
{
    return length_of(
        snprintf(buf, size, "%s/%s/device/%s/%s/%s/state", base->prefix, base->site, room_or_site(room), device, part));
}

size_t mqtt_topic_kpi(char *buf, size_t size, const struct mqtt_base *base, const char *scope, const char *id)
{
    return length_of(snprintf(buf, size, "%s/%s/kpi/%s/%s/state", base->prefix, base->site, scope, id));
}

size_t mqtt_topic_alert(char *buf, size_t size, const struct mqtt_base *base, const char *alert)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    int before = snprintf(buf, size, "%s/%s/alert/", base->prefix, base->site);
    size_t n = length_of(before), begin = n;
    n += length_of(snprintf(n < size ? buf + n : NULL, n < size ? size - n : 0, "%s/state", alert));
    /* an id is one level: its dots, and whatever else a rule's name may bring, must not open another */
    for (size_t i = begin; i < begin + strlen(alert) && i + 1 < size; i++)
        if (!strchr(plain, buf[i]))
            buf[i] = '-';
    return n;
}

size_t mqtt_topic_history(char *buf, size_t size, const struct mqtt_base *base, const char *room, const char *device,
                          const char *part)
{
    return length_of(
        snprintf(buf, size, "%s/%s/history/%s/%s/%s", base->prefix, base->site, room_or_site(room), device, part));
}

size_t mqtt_topic_event(char *buf, size_t size, const struct mqtt_base *base)
{
    return length_of(snprintf(buf, size, "%s/%s/event/alert", base->prefix, base->site));
}
