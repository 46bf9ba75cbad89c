/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_ha_entity.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define EXPIRE_MIN_S 60 /* under it a single late poll would make entities blink */

static struct ha_entity blank(enum ha_platform platform)
{
    return (struct ha_entity){.platform = platform, .precision = -1};
}

/* A quote or a backslash would end the text in the template. */
static char harmless(char c)
{
    return c == '\'' || c == '\\' || c == '{' || c == '}' || (unsigned char)c < ' ' ? '-' : c;
}

static size_t append(char *buf, size_t size, size_t n, const char *text)
{
    for (; *text && n + 1 < size; text++)
        buf[n++] = harmless(*text);
    buf[n] = '\0';
    return n;
}

/* {{ {'1': 'off', '2': 'on'}[value_json.state | string] | default('unknown') }}: Home Assistant's Jinja and openHAB's
 * read it alike. A state whose names do not fit is left as a number. */
static bool state_words(char *buf, size_t size, const char *const *states)
{
    static const char tail[] = "}[value_json.state | string] | default('unknown') }}";
    size_t n = (size_t)snprintf(buf, size, "{{ {");
    for (const char *const *state = states; state[0] && state[1]; state += 2) {
        if (n + strlen(state[0]) + strlen(state[1]) + 16 + sizeof tail > size)
            return false;
        n += (size_t)snprintf(buf + n, size - n, "%s'", state == states ? "" : ", ");
        n = append(buf, size, n, state[0]);
        n += (size_t)snprintf(buf + n, size - n, "': '");
        n = append(buf, size, n, state[1]);
        n += (size_t)snprintf(buf + n, size - n, "'");
    }
    snprintf(buf + n, size - n, "%s", tail);
    return true;
}

static void number_words(char *buf, size_t size, const char *field, const char *arithmetic)
{
    if (arithmetic) /* null is no number, and stays unknown */
        snprintf(buf, size, "{{ value_json.%s%s if value_json.%s is number else none }}", field, arithmetic, field);
    else
        snprintf(buf, size, "{{ value_json.%s }}", field);
}

static void take_class(struct ha_entity *entity, const struct ha_class *class)
{
    entity->device_class = class->device_class;
    entity->state_class = class->state_class;
    entity->unit = class->unit;
    entity->precision = class->precision;
    entity->hidden = class->hidden;
}

static unsigned expire_of(const struct live_device *device)
{
    const struct device_setup *setup = device->config ? device->config->setup : NULL;
    unsigned three = setup ? (unsigned)((3 * setup->every_us + 999999) / 1000000) : 0;
    return three > EXPIRE_MIN_S ? three : EXPIRE_MIN_S;
}

bool ha_entity_of_point(const struct mqtt_base *base, const struct ha_owner *owner, const struct live_point *point,
                        struct ha_entity *ret)
{
    const struct ha_class *class = ha_class(point->quantity);
    const char *name = quantity_row(point->quantity)->name;
    struct ha_entity entity = blank(HA_SENSOR);
    bool named = point->quantity == Q_STATE && point->states && point->states[0];
    if (point->gone || (!class && !named))
        return false;
    if (named) {
        if (!state_words(entity.words, sizeof entity.words, point->states))
            return false;
        entity.device_class = "enum";
        entity.states = point->states;
    } else {
        take_class(&entity, class);
        number_words(entity.words, sizeof entity.words, name, class->arithmetic);
    }
    snprintf(entity.key, sizeof entity.key, "%s_%s", point->part, name);
    ha_entity_name(entity.name, point->part, point->label, point->quantity);
    /* metered water is what the Energy dashboard takes; the volume of a heat meter is not used up */
    if (point->quantity == Q_VOLUME && (point->role == ROLE_WATER || point->role == ROLE_WATER_POTABLE))
        entity.device_class = "water";
    mqtt_topic_part(entity.topic, sizeof entity.topic, base, owner->room, owner->id, point->part);
    entity.expire_s = expire_of(owner->device);
    *ret = entity;
    return true;
}

bool ha_entity_of_kpi(const struct mqtt_base *base, const struct ha_owner *owner, enum quantity kpi,
                      struct ha_entity *ret)
{
    const struct ha_class *class = ha_class(kpi);
    const char *name = quantity_row(kpi)->name;
    struct ha_entity entity = blank(HA_SENSOR);
    if (!class)
        return false;
    take_class(&entity, class);
    number_words(entity.words, sizeof entity.words, "value", class->arithmetic);
    snprintf(entity.key, sizeof entity.key, "kpi_%s", name);
    snprintf(entity.name, sizeof entity.name, "%s", class->name);
    entity.name[0] = (char)toupper((unsigned char)entity.name[0]);
    mqtt_topic_kpi(entity.topic, sizeof entity.topic, base, owner->id ? owner->id : "site", name);
    entity.attributes = true; /* window, coverage, uncertainty, or the reason why there is none */
    *ret = entity;
    return true;
}

void ha_entity_of_status(const struct mqtt_base *base, const struct ha_owner *owner, struct ha_entity *ret)
{
    struct ha_entity entity = blank(HA_BINARY_SENSOR);
    snprintf(entity.key, sizeof entity.key, "connectivity");
    snprintf(entity.name, sizeof entity.name, "%s", owner->id ? "Connectivity" : "Monitoring");
    if (owner->id)
        mqtt_topic_device(entity.topic, sizeof entity.topic, base, owner->room, owner->id, "status");
    else
        mqtt_topic_site(entity.topic, sizeof entity.topic, base, "status");
    entity.device_class = "connectivity";
    entity.payload_on = "online";
    entity.payload_off = "offline";
    entity.diagnostic = entity.always = true;
    *ret = entity;
}

void ha_problem_topic(char *buf, size_t size, const struct mqtt_base *base, const struct ha_owner *owner)
{
    snprintf(buf, size, "%s/%s/homeassistant/%s/state", base->prefix, base->site, owner->id ? owner->id : "site");
}

void ha_entity_of_problem(const struct mqtt_base *base, const struct ha_owner *owner, struct ha_entity *ret)
{
    struct ha_entity entity = blank(HA_BINARY_SENSOR);
    snprintf(entity.key, sizeof entity.key, "problem");
    snprintf(entity.name, sizeof entity.name, "Problem");
    snprintf(entity.words, sizeof entity.words, "{{ value_json.problem }}");
    ha_problem_topic(entity.topic, sizeof entity.topic, base, owner);
    entity.device_class = "problem";
    entity.diagnostic = entity.attributes = entity.always = true;
    *ret = entity;
}

void ha_entity_of_rule(const struct mqtt_base *base, const struct ha_owner *owner, const char *rule, const char *help,
                       struct ha_entity *ret)
{
    struct ha_entity entity;
    ha_entity_of_problem(base, owner, &entity);
    snprintf(entity.key, sizeof entity.key, "alert_%s", rule);
    snprintf(entity.name, sizeof entity.name, "%s", help);
    entity.name[0] = (char)toupper((unsigned char)entity.name[0]);
    /* by brackets: names of rules have hyphens. Only what is active is listed. */
    snprintf(entity.words, sizeof entity.words, "{{ 'ON' if '%s' in value_json.rules else 'OFF' }}", rule);
    entity.attributes = false;
    *ret = entity;
}
