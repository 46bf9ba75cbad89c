/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ha_rules.h"

#include <jansson.h>
#include <regex.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEG  "\xc2\xb0"
#define CUBE "\xc2\xb3"

/* Of each class: units and state classes that it may have; "" among the units: none is right too. */
static const struct {
    const char *name, *units, *states;
} classes[] = {
    {"power", "|mW|W|kW|MW|GW|TW|", "|measurement|"},
    {"energy", "|J|kJ|MJ|GJ|mWh|Wh|kWh|MWh|GWh|TWh|", "|total|total_increasing|"},
    {"apparent_power", "|VA|", "|measurement|"},
    {"reactive_power", "|var|", "|measurement|"},
    {"power_factor", "||%|", "|measurement|"},
    {"voltage", "|mV|V|kV|MV|", "|measurement|"},
    {"current", "|mA|A|", "|measurement|"},
    {"frequency", "|Hz|kHz|MHz|GHz|", "|measurement|"},
    {"battery", "|%|", "|measurement|"},
    {"humidity", "|%|", "|measurement|"},
    {"temperature", "|" DEG "C|" DEG "F|K|", "|measurement|"},
    {"pressure", "|Pa|hPa|kPa|bar|mbar|psi|", "|measurement|"},
    {"volume_flow_rate", "|m" CUBE "/h|L/min|", "|measurement|"},
    {"volume", "|L|m" CUBE "|", "|total|total_increasing|"},
    {"water", "|L|m" CUBE "|", "|total|total_increasing|"},
    {"duration", "|d|h|min|s|ms|", "|measurement|total|total_increasing|"},
};

static const char binary_classes[] = "|problem|power|plug|battery|battery_charging|connectivity|safety|running|";
static const char root_keys[] = "|device|origin|components|availability|availability_topic|availability_mode|"
                                "availability_template|payload_available|payload_not_available|state_topic|"
                                "command_topic|qos|encoding|";
static const char device_keys[] = "|identifiers|connections|name|manufacturer|model|model_id|hw_version|sw_version|"
                                  "serial_number|suggested_area|configuration_url|via_device|";
static const char entity_keys[] =
    "|platform|name|unique_id|default_entity_id|device_class|state_class|unit_of_measurement|"
    "suggested_display_precision|options|state_topic|value_template|payload_on|payload_off|json_attributes_topic|"
    "json_attributes_template|expire_after|off_delay|force_update|enabled_by_default|entity_category|icon|availability|"
    "availability_mode|qos|encoding|device|origin|";

static bool listed(const char *list, const char *word)
{
    char needle[160];
    snprintf(needle, sizeof needle, "|%s|", word);
    return strstr(list, needle) != NULL;
}

__attribute__((format(printf, 2, 3))) static bool wrong(char *fault, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(fault, HA_FAULT, format, args);
    va_end(args);
    return false;
}

static bool matches(const char *text, const char *pattern)
{
    regex_t regex;
    if (!text || regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool found = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return found;
}

static bool keys_in(const json_t *object, const char *list, const char *where, char *fault)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        if (!listed(list, key))
            return wrong(fault, "%s: extra key %s not allowed", where, key);
        if (json_is_null(value) || (json_is_string(value) && !*json_string_value(value)))
            return wrong(fault, "%s: %s is null or empty", where, key);
    }
    return true;
}

/* A topic to publish to: no wildcard, no empty one. */
static bool topic_valid(const json_t *topic)
{
    const char *text = json_string_value(topic);
    return text && *text && strlen(text) <= 65535 && !strpbrk(text, "+#") && text[0] != '$';
}

static bool check_device(const json_t *device, char *fault)
{
    const char *key;
    json_t *value;
    const json_t *ids = json_object_get(device, "identifiers");
    if (!json_is_object(device))
        return wrong(fault, "device is missing");
    if (!keys_in(device, device_keys, "device", fault))
        return false;
    json_object_foreach((json_t *)device, key, value) if (!json_is_string(value) &&
                                                          strcmp(key, "identifiers") !=
                                                              0) return wrong(fault, "device: %s is not a string", key);
    bool named = json_is_string(ids) || (json_array_size(ids) > 0 && json_string_value(json_array_get(ids, 0)));
    return named || wrong(fault, "device must have at least one identifying value");
}

static bool check_availability(const json_t *entity, const char *where, char *fault)
{
    const json_t *list = json_object_get(entity, "availability");
    const char *mode = json_string_value(json_object_get(entity, "availability_mode"));
    if (list && json_object_get(entity, "availability_topic"))
        return wrong(fault, "%s: availability and availability_topic exclude each other", where);
    if (mode && !listed("|all|any|latest|", mode))
        return wrong(fault, "%s: availability_mode %s", where, mode);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!topic_valid(json_object_get(json_array_get(list, i), "topic")))
            return wrong(fault, "%s: availability without a topic", where);
    return !list || json_array_size(list) > 0 || wrong(fault, "%s: availability is empty", where);
}

static bool check_class(const json_t *entity, const char *where, char *fault)
{
    const char *class = json_string_value(json_object_get(entity, "device_class"));
    const char *unit = json_string_value(json_object_get(entity, "unit_of_measurement"));
    const char *state = json_string_value(json_object_get(entity, "state_class"));
    const json_t *options = json_object_get(entity, "options");
    bool is_enum = class && strcmp(class, "enum") == 0;
    if (state && !listed("|measurement|total|total_increasing|", state))
        return wrong(fault, "%s: state_class %s", where, state);
    if (is_enum != (options != NULL))
        return wrong(fault, "%s: options go with enum", where);
    if (is_enum)
        return (json_array_size(options) > 0 && !state && !unit) || wrong(fault, "%s: enum with a number", where);
    for (size_t i = 0; class && i < sizeof classes / sizeof classes[0]; i++) {
        if (strcmp(classes[i].name, class) != 0)
            continue;
        if (!listed(classes[i].units, unit ? unit : ""))
            return wrong(fault, "%s: unit %s is not of class %s", where, unit ? unit : "(none)", class);
        return !state || listed(classes[i].states, state) ||
               wrong(fault, "%s: state_class %s is not of class %s", where, state, class);
    }
    return !class || wrong(fault, "%s: device_class %s is not known", where, class);
}

static bool check_sensor(const json_t *entity, const char *where, char *fault)
{
    const json_t *precision = json_object_get(entity, "suggested_display_precision");
    if (precision && (!json_is_integer(precision) || json_integer_value(precision) < 0))
        return wrong(fault, "%s: precision", where);
    return check_class(entity, where, fault);
}

static bool check_binary(const json_t *entity, const char *where, char *fault)
{
    const char *class = json_string_value(json_object_get(entity, "device_class"));
    static const char *const foreign[] = {"state_class", "unit_of_measurement", "suggested_display_precision",
                                          "options"};
    for (size_t i = 0; i < 4; i++)
        if (json_object_get(entity, foreign[i]))
            return wrong(fault, "%s: a binary sensor has no %s", where, foreign[i]);
    return !class || listed(binary_classes, class) || wrong(fault, "%s: device_class %s is not known", where, class);
}

static bool check_texts(const json_t *entity, const char *where, const char *device, char *fault)
{
    const char *name = json_string_value(json_object_get(entity, "name"));
    const char *category = json_string_value(json_object_get(entity, "entity_category"));
    const json_t *expire = json_object_get(entity, "expire_after"), *on = json_object_get(entity, "enabled_by_default");
    if (!name)
        return wrong(fault, "%s: no name", where);
    if (device && strncasecmp(name, device, strlen(device)) == 0)
        return wrong(fault, "%s: the name %s begins with its device's", where, name);
    if (category && strcmp(category, "diagnostic") != 0)
        return wrong(fault, "%s: entity_category %s", where, category);
    if (expire && (!json_is_integer(expire) || json_integer_value(expire) < 0))
        return wrong(fault, "%s: expire_after", where);
    if (on && !json_is_boolean(on))
        return wrong(fault, "%s: enabled_by_default", where);
    return topic_valid(json_object_get(entity, "state_topic")) || wrong(fault, "%s: state_topic", where);
}

static bool unseen(struct ha_seen *seen, const char *id)
{
    for (size_t i = 0; i < seen->n; i++)
        if (strcmp(seen->id[i], id) == 0)
            return false;
    seen->id = realloc(seen->id, (seen->n + 1) * sizeof(char *));
    seen->id[seen->n++] = strdup(id);
    return true;
}

static bool check_entity(struct ha_seen *seen, const json_t *entity, const char *platform, const char *where,
                         const char *device, char *fault)
{
    const char *id = json_string_value(json_object_get(entity, "unique_id"));
    const char *wish = json_string_value(json_object_get(entity, "default_entity_id"));
    if (!keys_in(entity, entity_keys, where, fault) || !check_texts(entity, where, device, fault) ||
        !check_availability(entity, where, fault))
        return false;
    if (!id || !unseen(seen, id))
        return wrong(fault, "%s: unique_id %s is missing or not unique", where, id ? id : "");
    if (!matches(wish, "^(sensor|binary_sensor)\\.[a-z0-9_]+$") || strncmp(wish, platform, strlen(platform)) != 0 ||
        wish[strlen(platform)] != '.')
        return wrong(fault, "%s: default_entity_id %s", where, wish ? wish : "is missing");
    seen->entities++;
    return strcmp(platform, "sensor") == 0 ? check_sensor(entity, where, fault) : check_binary(entity, where, fault);
}

static bool check_components(struct ha_seen *seen, const json_t *root, char *fault)
{
    json_t *components = json_object_get(root, "components"), *entity;
    const char *key, *device = json_string_value(json_object_get(json_object_get(root, "device"), "name"));
    if (!json_is_object(components) || json_object_size(components) == 0)
        return wrong(fault, "components is not a map of some");
    json_object_foreach(components, key, entity)
    {
        const char *platform = json_string_value(json_object_get(entity, "platform"));
        if (!platform || !listed("|sensor|binary_sensor|", platform))
            return wrong(fault, "%s: platform is missing", key);
        if (json_object_size(entity) > 1 && !check_entity(seen, entity, platform, key, device, fault))
            return false;
    }
    return true;
}

static bool check_root(struct ha_seen *seen, const char *component, const json_t *root, char *fault)
{
    const json_t *device = json_object_get(root, "device");
    if (!check_device(device, fault))
        return false;
    if (!json_string_value(json_object_get(json_object_get(root, "origin"), "name")))
        return wrong(fault, "origin has no name");
    if (strcmp(component, "device") != 0)
        return check_entity(seen, root, component, component, json_string_value(json_object_get(device, "name")),
                            fault);
    return keys_in(root, root_keys, "root", fault) && check_availability(root, "root", fault) &&
           check_components(seen, root, fault);
}

const char *ha_rules_check(struct ha_seen *seen, const char *prefix, const char *topic, const char *payload,
                           char fault[HA_FAULT])
{
    char pattern[200], component[32];
    json_error_t error;
    snprintf(pattern, sizeof pattern, "^%s/(device|sensor|binary_sensor)/([a-zA-Z0-9_-]+/)?[a-zA-Z0-9_-]+/config$",
             prefix);
    if (!matches(topic, pattern)) {
        wrong(fault, "illegal discovery topic");
        return fault;
    }
    snprintf(component, sizeof component, "%.*s", (int)strcspn(topic + strlen(prefix) + 1, "/"),
             topic + strlen(prefix) + 1);
    json_t *root = json_loads(payload, JSON_REJECT_DUPLICATES, &error);
    bool good = root ? check_root(seen, component, root, fault) : wrong(fault, "no JSON: %s", error.text);
    json_decref(root);
    return good ? NULL : fault;
}

void ha_seen_done(struct ha_seen *seen)
{
    for (size_t i = 0; i < seen->n; i++)
        free(seen->id[i]);
    free(seen->id);
    *seen = (struct ha_seen){0};
}
