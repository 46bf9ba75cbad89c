/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_ha_record.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *text)
{
    char *own = text ? strdup(text) : NULL;
    if (text && !own)
        abort();
    return own;
}

static void told_free(struct ha_told *told)
{
    for (size_t i = 0; i < told->n; i++)
        free(told->key[i].key);
    free(told->key);
    free(told->topic);
    free(told->owner);
    free(told);
}

void ha_record_done(struct ha_record *record)
{
    for (size_t i = 0; i < record->n; i++)
        told_free(record->item[i]);
    free(record->item);
    *record = (struct ha_record){0};
}

void ha_record_drop(struct ha_record *record, size_t i)
{
    told_free(record->item[i]);
    record->item[i] = record->item[--record->n];
}

void ha_record_begin(struct ha_record *record, const char *owner)
{
    for (size_t i = 0; i < record->n; i++) {
        struct ha_told *told = record->item[i];
        if (!told->owner || strcmp(told->owner, owner) != 0)
            continue;
        told->current = false;
        for (size_t k = 0; k < told->n; k++)
            told->key[k].current = false;
    }
}

static struct ha_told *find(const struct ha_record *record, const char *topic)
{
    for (size_t i = 0; i < record->n; i++)
        if (strcmp(record->item[i]->topic, topic) == 0)
            return record->item[i];
    return NULL;
}

static struct ha_told *add(struct ha_record *record, const char *topic, const char *owner)
{
    struct ha_told *told = calloc(1, sizeof *told);
    struct ha_told **grown = reallocarray(record->item, record->n + 1, sizeof(struct ha_told *));
    if (!told || !grown)
        abort();
    told->topic = copy(topic);
    told->owner = copy(owner);
    record->item = grown;
    record->item[record->n++] = told;
    return told;
}

struct ha_told *ha_record_topic(struct ha_record *record, const char *topic, const char *owner)
{
    struct ha_told *told = find(record, topic);
    if (!told)
        told = add(record, topic, owner);
    if (!told->owner)
        told->owner = copy(owner);
    told->current = true;
    return told;
}

static struct ha_told_key *key_of(struct ha_told *told, const char *key)
{
    for (size_t i = 0; i < told->n; i++)
        if (strcmp(told->key[i].key, key) == 0)
            return &told->key[i];
    told->key = reallocarray(told->key, told->n + 1, sizeof *told->key);
    if (!told->key)
        abort();
    told->key[told->n] = (struct ha_told_key){.key = copy(key)};
    return &told->key[told->n++];
}

void ha_told_key(struct ha_told *told, const char *key, enum ha_platform platform)
{
    struct ha_told_key *at = key_of(told, key);
    at->platform = platform;
    at->current = true;
}

/* The id behind wattwacht_SITE_ in the device's identifier; NULL: not one of ours. */
static const char *owner_of(const json_t *root, const char *site)
{
    static const char head[] = "wattwacht_";
    const json_t *ids = json_object_get(json_object_get(root, "device"), "identifiers");
    const char *id = json_string_value(json_is_array(ids) ? json_array_get(ids, 0) : ids);
    size_t n = strlen(site);
    if (!id || strncmp(id, head, sizeof head - 1) != 0 || strncmp(id + sizeof head - 1, site, n) != 0)
        return NULL;
    id += sizeof head - 1 + n;
    return *id == '_' ? id + 1 : *id ? NULL : id;
}

static bool note_keys(struct ha_told *told, json_t *components)
{
    bool any = false;
    const char *key;
    json_t *component;
    json_object_foreach(components, key, component)
    {
        const char *platform = json_string_value(json_object_get(component, "platform"));
        size_t before = told->n;
        struct ha_told_key *at = key_of(told, key);
        if (told->n == before || json_object_size(component) < 2)
            continue; /* known, or told to be gone already */
        at->platform = platform && strcmp(platform, "binary_sensor") == 0 ? HA_BINARY_SENSOR : HA_SENSOR;
        any = true;
    }
    return any;
}

bool ha_record_found(struct ha_record *record, const char *site, const char *topic, const char *payload, size_t size)
{
    struct ha_told *told = find(record, topic);
    if (size == 0)
        return false;
    bool fresh = !told;
    json_t *root = json_loadb(payload, size, JSON_REJECT_DUPLICATES, NULL);
    if (!told)
        told = add(record, topic, owner_of(root, site));
    bool more = note_keys(told, json_object_get(root, "components"));
    json_decref(root);
    return fresh || more;
}
