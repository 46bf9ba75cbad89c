/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_ha_payload.h"
#include "wire_text.h"

#include <string.h>

#define BLOCK 8 /* parts a message: with seven quantities each some 25 kB */

const char *ha_platform_name(enum ha_platform platform)
{
    return platform == HA_SENSOR ? "sensor" : "binary_sensor";
}

void ha_topic(char *buf, size_t size, const struct ha_site *site, const char *component, const char *object)
{
    snprintf(buf, size, "%s/%s/wattwacht-%s/%s/config", site->prefix, component, site->base.site, object);
}

void ha_identifier(char *buf, size_t size, const struct ha_site *site, const char *owner)
{
    snprintf(buf, size, "wattwacht_%s%s%s", site->base.site, owner ? "_" : "", owner ? owner : "");
}

void ha_object(char *buf, size_t size, const struct ha_owner *owner, const char *owner_id, const char *part)
{
    struct part at;
    size_t n = (size_t)snprintf(buf, size, "%s", owner_id);
    if (!owner->device || !part || part_parse(part, &at) < 0)
        return;
    if (at.unit > 1)
        n += (size_t)snprintf(buf + n, size - n, "_unit-%u", at.unit);
    if (at.base == PB_OUTLET || at.base == PB_BRANCH)
        snprintf(buf + n, size - n, "_%s-%u", part_base_name(at.base), at.number ? (at.number - 1) / BLOCK + 1 : 1);
}

/* "key":"text", with a comma before; nothing where there is no text. */
static void put(FILE *out, const char *key, const char *text)
{
    if (!text || !text[0])
        return;
    fprintf(out, ",\"%s\":", key);
    wire_put_string(out, text);
}

static const char *title_of(const struct ha_site *site, const struct ha_owner *owner)
{
    const struct config *config = site->live->config;
    if (owner->device)
        return owner->id;
    for (size_t i = 0; owner->id && i < config->n_rooms; i++)
        if (strcmp(config->room[i].id, owner->id) == 0)
            return config->room[i].title ? config->room[i].title : owner->id;
    return config->title ? config->title : config->site;
}

/* The room that holds the device; the site holds rooms, and devices without one. */
static void put_via(FILE *out, const struct ha_site *site, const struct ha_owner *owner)
{
    char identifier[96];
    if (!owner->id)
        return;
    ha_identifier(identifier, sizeof identifier, site, owner->device && owner->room[0] ? owner->room : NULL);
    put(out, "via_device", identifier);
}

static const char *room_title(const struct ha_site *site, const struct ha_owner *owner)
{
    struct ha_owner room = {.id = owner->device ? owner->room : owner->id};
    return room.id && room.id[0] ? title_of(site, &room) : NULL;
}

static void put_device(FILE *out, const struct ha_site *site, const struct ha_owner *owner)
{
    char identifier[96];
    ha_identifier(identifier, sizeof identifier, site, owner->id);
    fputs("\"device\":{\"identifiers\":[", out);
    wire_put_string(out, identifier);
    putc(']', out);
    put(out, "name", title_of(site, owner));
    if (owner->device && owner->device->shape) {
        const struct identity *identity = &owner->device->shape->identity;
        put(out, "manufacturer", identity->vendor);
        put(out, "model", identity->model);
        put(out, "serial_number", identity->serial);
        put(out, "sw_version", identity->firmware);
    } else if (!owner->device) {
        put(out, "manufacturer", "wattwacht");
        put(out, "model", owner->id ? "Room" : "Site");
    }
    put(out, "suggested_area", room_title(site, owner));
    put_via(out, site, owner);
    fputs("},\"origin\":{\"name\":\"wattwacht\"", out);
    put(out, "sw_version", site->version);
    putc('}', out);
}

static void put_availability(FILE *out, const struct ha_site *site, const struct ha_owner *owner, bool always)
{
    char topic[MQTT_TOPIC_MAX];
    mqtt_topic_site(topic, sizeof topic, &site->base, "status");
    fputs(",\"availability\":[{\"topic\":", out);
    wire_put_string(out, topic);
    putc('}', out);
    if (owner->device && !always) {
        mqtt_topic_device(topic, sizeof topic, &site->base, owner->room, owner->id, "status");
        fputs(",{\"topic\":", out);
        wire_put_string(out, topic);
        putc('}', out);
    }
    fputs("],\"availability_mode\":\"all\"", out);
}

/* sensor.pdu_a1_outlet_01_active_power: a wish for the first time that Home Assistant sees it. */
static void put_entity_id(FILE *out, const struct ha_site *site, const struct ha_owner *owner,
                          const struct ha_entity *entity)
{
    char id[256];
    int domain = snprintf(id, sizeof id, "%s.", ha_platform_name(entity->platform));
    snprintf(id + domain, sizeof id - (size_t)domain, "%s_%s", owner->id ? owner->id : site->base.site, entity->key);
    for (char *p = id + domain; *p; p++)
        if (*p == '-')
            *p = '_';
    put(out, "default_entity_id", id);
}

static void put_options(FILE *out, const char *const *states)
{
    bool unknown = false;
    fputs(",\"options\":[", out);
    for (size_t i = 1; states[i - 1] && states[i]; i += 2) {
        bool seen = false;
        for (size_t k = 1; k < i && !seen; k += 2)
            seen = strcmp(states[k], states[i]) == 0;
        if (seen)
            continue;
        if (i > 1)
            putc(',', out);
        wire_put_string(out, states[i]);
        unknown |= strcmp(states[i], "unknown") == 0;
    }
    fputs(unknown ? "]" : ",\"unknown\"]", out);
}

static void put_entity(FILE *out, const struct ha_site *site, const struct ha_owner *owner,
                       const struct ha_entity *entity)
{
    char identifier[256];
    ha_identifier(identifier, sizeof identifier, site, owner->id);
    size_t n = strlen(identifier);
    snprintf(identifier + n, sizeof identifier - n, "_%s", entity->key);
    put(out, "name", entity->name);
    put(out, "unique_id", identifier);
    put_entity_id(out, site, owner, entity);
    put(out, "device_class", entity->device_class);
    put(out, "state_class", entity->state_class);
    put(out, "unit_of_measurement", entity->unit);
    if (entity->precision >= 0)
        fprintf(out, ",\"suggested_display_precision\":%d", entity->precision);
    if (entity->states)
        put_options(out, entity->states);
    put(out, "state_topic", entity->topic);
    put(out, "value_template", entity->words);
    put(out, "payload_on", entity->payload_on);
    put(out, "payload_off", entity->payload_off);
    if (entity->attributes)
        put(out, "json_attributes_topic", entity->topic);
    if (entity->expire_s)
        fprintf(out, ",\"expire_after\":%u", entity->expire_s);
    if (entity->hidden)
        fputs(",\"enabled_by_default\":false", out);
    if (entity->diagnostic)
        put(out, "entity_category", "diagnostic");
}

void ha_put_head(FILE *out, const struct ha_site *site, const struct ha_owner *owner)
{
    putc('{', out);
    put_device(out, site, owner);
    put_availability(out, site, owner, false);
    fputs(",\"components\":{", out);
}

void ha_put_component(FILE *out, const struct ha_site *site, const struct ha_owner *owner,
                      const struct ha_entity *entity, bool first)
{
    if (!first)
        putc(',', out);
    wire_put_string(out, entity->key);
    fprintf(out, ":{\"platform\":\"%s\"", ha_platform_name(entity->platform));
    put_entity(out, site, owner, entity);
    if (entity->always && owner->device)
        put_availability(out, site, owner, true);
    putc('}', out);
}

void ha_put_gone(FILE *out, const char *key, enum ha_platform platform, bool first)
{
    if (!first)
        putc(',', out);
    wire_put_string(out, key);
    fprintf(out, ":{\"platform\":\"%s\"}", ha_platform_name(platform));
}

void ha_put_tail(FILE *out)
{
    fputs("}}", out);
}

void ha_put_single(FILE *out, const struct ha_site *site, const struct ha_owner *owner, const struct ha_entity *entity)
{
    putc('{', out);
    put_device(out, site, owner);
    put_availability(out, site, owner, entity->always);
    put_entity(out, site, owner, entity);
    putc('}', out);
}
