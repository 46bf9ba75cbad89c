/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config_raw.h"
#include "drivers/mqtt_words.h"
#include "drivers/profile.h"

#include <string.h>

static void wrong(struct field_reader *reader, const struct yaml_node *node, const char *key, const char *what)
{
    const struct yaml_node *child = node ? yaml_get(node, key) : NULL;
    diag_error(reader->diag, child ? child->at : node->at, key, "%s", what);
}

static const char *copy(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

/* A topic to publish to, without a slash at its ends. */
static bool topic_valid(const char *topic)
{
    size_t n = strlen(topic);
    return n > 0 && n <= 200 && !strpbrk(topic, "+#") && topic[0] != '$' && topic[0] != '/' && topic[n - 1] != '/';
}

/* Without an address the site's own broker is meant: the first of `mqtt`. */
static void take_own_broker(const struct mqtt_config *own, struct arena *arena, struct mqtt_setup *mqtt)
{
    *mqtt = (struct mqtt_setup){.server = copy(arena, own->server),
                                .user = copy(arena, own->user),
                                .password = copy(arena, own->password),
                                .ca = copy(arena, own->ca),
                                .cert = copy(arena, own->cert),
                                .key = copy(arena, own->key),
                                .version = own->version};
}

void config_source_mqtt(struct field_reader *reader, const struct yaml_node *node, const struct raw_device *raw,
                        const struct config *config, struct device_setup *setup)
{
    const struct yaml_node *here = yaml_get(node, "mqtt") ? yaml_get(node, "mqtt") : node;
    const struct raw_source_mqtt *from = &raw->mqtt;
    struct arena *arena = setup->arena;
    struct mqtt_server server;
    struct mqtt_setup mqtt = {.server = copy(arena, raw->address),
                              .user = copy(arena, from->user),
                              .password = copy(arena, from->password),
                              .ca = copy(arena, from->ca),
                              .cert = copy(arena, from->cert),
                              .key = copy(arena, from->key),
                              .version = from->version ? 5 : 3};
    if (!raw->address && config->n_mqtt)
        take_own_broker(&config->mqtt[0], arena, &mqtt);
    else if (!raw->address && !reader->partial)
        wrong(reader, node, "address", "missing: the site has no broker of its own under mqtt:");
    mqtt.client_id = from->client_id ? copy(arena, from->client_id)
                                     : arena_printf(arena, "wattwacht-%s-source", config->site ? config->site : "");
    mqtt.stale_us = from->stale_us;
    mqtt.topic = copy(arena, from->topic ? from->topic : "");
    if (!from->topic)
        wrong(reader, here, "topic", "missing: what the device publishes below, like zigbee2mqtt/plug-1");
    else if (!topic_valid(from->topic))
        wrong(reader, here, "topic", "expected a topic without + and #, and without a slash at its ends");
    if (raw->address && strncmp(raw->address, "mqtt://", 7) != 0 && strncmp(raw->address, "mqtts://", 8) != 0)
        wrong(reader, node, "address", "expected mqtt://HOST[:PORT] or mqtts://HOST[:PORT]");
    else if (mqtt.server && mqtt_server_parse(mqtt.server, &server) < 0)
        wrong(reader, node, "address", "not a host name or address with its port");
    else if (mqtt.server)
        setup->address = (struct address){
            .transport = TR_TCP, .text = mqtt.server, .host = arena_strdup(arena, server.host), .port = server.port};
    setup->mqtt = mqtt;
}
