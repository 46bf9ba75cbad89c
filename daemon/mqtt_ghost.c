/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_ghost.h"

#include "daemon/scope.h"

#include <jansson.h>
#include <string.h>

#define LEVELS 8

void mqtt_ghost_filters(const struct ghost_hunt *hunt, char filter[GHOST_FILTERS][256])
{
    const char *discovery = hunt->mqtt->discovery.prefix ? hunt->mqtt->discovery.prefix : "homeassistant";
    snprintf(filter[0], 256, "%s/%s/#", hunt->prefix, hunt->config->site);
    snprintf(filter[1], 256, "%s/+/wattwacht-%s/+/config", discovery, hunt->config->site);
}

static const struct device_config *find_device(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->n_devices; i++)
        if (strcmp(config->device[i].id, id) == 0)
            return &config->device[i];
    return NULL;
}

static bool find_room(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->n_rooms; i++)
        if (strcmp(config->room[i].id, id) == 0)
            return true;
    return false;
}

static bool find_owner(const struct config *config, const char *id)
{
    return strcmp(id, "site") == 0 || find_room(config, id) || find_device(config, id);
}

/* device/ROOM/DEVICE[/PART]/LEAF */
static const char *of_device(const struct ghost_hunt *hunt, const char *const *level, size_t n)
{
    static const char *const words[] = {"no such device", "the device is in another room", "no view tells it"};
    const struct device_config *device = n >= 4 ? find_device(hunt->config, level[2]) : NULL;
    if (!device)
        return words[0];
    const char *room = device->room == NO_INDEX ? "site" : hunt->config->room[device->room].id;
    if (strcmp(room, level[1]) != 0)
        return words[1];
    bool json = strcmp(level[n - 1], "state") == 0 || n == 4;
    return (json ? hunt->mqtt->native : hunt->mqtt->scalars) ? NULL : words[2];
}

/* An alert says whose it is. */
static const char *of_alert(const struct ghost_hunt *hunt, const json_t *alert)
{
    const char *device = json_string_value(json_object_get(alert, "device"));
    const char *room = json_string_value(json_object_get(alert, "room"));
    if (device && device[0] && !find_device(hunt->config, device))
        return "no such device";
    return room && room[0] && !find_room(hunt->config, room) ? "no such room" : NULL;
}

static size_t split(char *topic, const char *level[LEVELS])
{
    size_t n = 0;
    for (char *save = NULL, *at = strtok_r(topic, "/", &save); at && n < LEVELS; at = strtok_r(NULL, "/", &save))
        level[n++] = at;
    return n;
}

/* rest: below PREFIX/SITE/. */
static const char *of_tree(const struct ghost_hunt *hunt, char *rest, const json_t *json)
{
    const char *level[LEVELS] = {0};
    struct scope scope;
    size_t n = split(rest, level);
    if (n == 0)
        return NULL;
    if (strcmp(level[0], "device") == 0)
        return of_device(hunt, level, n);
    if (strcmp(level[0], "kpi") == 0 && n >= 2)
        return scope_find(hunt->config, level[1], &scope) == 0 ? NULL : "no such room or group";
    if (strcmp(level[0], "alert") == 0)
        return of_alert(hunt, json);
    if (strcmp(level[0], "homeassistant") == 0 && n >= 2)
        return !hunt->mqtt->homeassistant           ? "no view tells it"
               : find_owner(hunt->config, level[1]) ? NULL
                                                    : "no such device or room";
    return NULL;
}

/* Whose entities a discovery message holds: wattwacht_SITE[_OWNER]; "" the site, NULL nobody's. */
static const char *discovered(const struct ghost_hunt *hunt, const json_t *json)
{
    char head[64];
    const json_t *ids = json_object_get(json_object_get(json, "device"), "identifiers");
    const char *id = json_string_value(json_is_array(ids) ? json_array_get(ids, 0) : ids);
    size_t n = (size_t)snprintf(head, sizeof head, "wattwacht_%s", hunt->config->site);
    if (!id || strncmp(id, head, n) != 0)
        return NULL;
    return id[n] == '_' ? id + n + 1 : id[n] ? NULL : "";
}

static const char *of_discovery(const struct ghost_hunt *hunt, bool whole, const json_t *json)
{
    const char *owner = discovered(hunt, json);
    if (!hunt->mqtt->homeassistant)
        return "no view tells it";
    if (!owner || (owner[0] && !find_owner(hunt->config, owner)))
        return "no such device or room";
    return whole == (hunt->mqtt->discovery.components != 0) ? "discovery is told otherwise" : NULL;
}

/* The one device that was named: its topics, its alerts, its discovery. */
static const char *of_named(const struct ghost_hunt *hunt, bool tree, char *rest, const json_t *json)
{
    static const char why[] = "the device was named";
    const char *level[LEVELS] = {0}, *owner = tree ? json_string_value(json_object_get(json, "device")) : NULL;
    if (!tree)
        owner = discovered(hunt, json);
    size_t n = tree ? split(rest, level) : 0;
    if (n >= 3 && strcmp(level[0], "device") == 0)
        owner = level[2];
    else if (n >= 2 && strcmp(level[0], "homeassistant") == 0)
        owner = level[1];
    return owner && strcmp(owner, hunt->device) == 0 ? why : NULL;
}

/* What stands behind HEAD/ in the topic, or NULL. */
static const char *behind(const char *topic, const char *head)
{
    size_t n = strlen(head);
    return strncmp(topic, head, n) == 0 && topic[n] == '/' ? topic + n + 1 : NULL;
}

const char *mqtt_ghost_why(const struct ghost_hunt *hunt, const char *topic, const char *payload, size_t size)
{
    char head[256], rest[512], node[80];
    const char *discovery = hunt->mqtt->discovery.prefix ? hunt->mqtt->discovery.prefix : "homeassistant", *why = NULL;
    snprintf(head, sizeof head, "%s/%s", hunt->prefix, hunt->config->site);
    snprintf(node, sizeof node, "/wattwacht-%s/", hunt->config->site);
    const char *tree = behind(topic, head), *found = tree ? NULL : behind(topic, discovery);
    if (size == 0 || (!tree && !(found && strstr(found, node))))
        return NULL; /* cleared already, or none of ours */
    json_t *json = json_loadb(payload, size, 0, NULL);
    snprintf(rest, sizeof rest, "%s", tree ? tree : found);
    bool another = !hunt->mqtt->prefix || strcmp(hunt->prefix, hunt->mqtt->prefix) != 0;
    if (hunt->device)
        why = of_named(hunt, tree != NULL, rest, json);
    else if (tree)
        why = another ? "of another prefix" : of_tree(hunt, rest, json);
    else
        why = of_discovery(hunt, strncmp(found, "device/", 7) == 0, json);
    json_decref(json);
    return why;
}
