/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/climate.h"
#include "daemon/config_assets.h"
#include "daemon/config_places.h"
#include "daemon/config_plan.h"
#include "daemon/config_raw.h"
#include "daemon/mqtt_topic.h"
#include "drivers/mqtt_words.h"
#include "drivers/unit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Less would be trimmed before its readers had it. */
#define LOG_SIZE_LEAST   1000000
#define LOG_AGE_LEAST_US (600 * INT64_C(1000000))

static const struct yaml_node *node_at(const struct yaml_node *root, const char *key, size_t i)
{
    const struct yaml_node *list = yaml_get(root, key);
    return list && i < list->n ? list->item[i] : root;
}

static int wrong(struct field_reader *reader, const struct yaml_node *node, const char *key, const char *what)
{
    const struct yaml_node *child = yaml_get(node, key);
    diag_error(reader->diag, child ? child->at : node->at, key, "%s", what);
    return -EINVAL;
}

void config_check_name(struct field_reader *reader, const struct yaml_node *node, const char *id)
{
    if (!id_valid(id) || id_reserved(id))
        diag_error(reader->diag, node->key_at, id, "not a free name: expected a-z, 0-9 and '-', at most 32");
}

size_t config_find_room(const struct config *config, const char *id)
{
    for (size_t i = 0; id && i < config->n_rooms; i++)
        if (!strcmp(config->room[i].id, id))
            return i;
    return NO_INDEX;
}

static void check_altitude(struct field_reader *reader, const struct yaml_node *node, const struct room_config *room)
{
    const struct yaml_node *here = yaml_get(node, "altitude");
    if (here && (room->altitude < -450 || room->altitude > 9000))
        wrong(reader, node, "altitude", "expected metres above the sea, like 55");
    else if (here && room->altitude > CLIMATE_HEIGHT_MOST)
        diag_warn(reader->diag, here->at, "altitude", "no class of ASHRAE TC 9.9 holds above %.0f m",
                  CLIMATE_HEIGHT_MOST);
}

static void resolve_rooms(struct field_reader *reader, const struct yaml_node *root, const struct raw_config *raw,
                          struct config *config)
{
    const struct raw_room *from = raw->rooms.item;
    config->n_rooms = raw->rooms.n;
    config->room = arena_alloc(config->arena, config->n_rooms * sizeof *config->room);
    for (size_t i = 0; i < config->n_rooms; i++) {
        const struct yaml_node *node = node_at(root, "rooms", i);
        struct room_config *room = &config->room[i];
        *room = (struct room_config){.id = from[i].id,
                                     .title = from[i].title ? from[i].title : from[i].id,
                                     .ashrae = (enum ashrae)from[i].ashrae,
                                     .altitude = from[i].altitude,
                                     .complete = from[i].boundary.complete,
                                     .cooling = from[i].cooling};
        config_check_name(reader, node, room->id);
        config_heat(reader, yaml_get(node, "heat"), &from[i].heat, &room->heat);
        room->heat.altitude = room->altitude;
        check_altitude(reader, node, room);
        room->n_targets = config_targets(reader, yaml_get(node, "targets"), &from[i].targets, &room->target);
        room->eu = config_eu(reader, yaml_get(node, "eu"), &from[i].eu);
    }
}

static bool has_room(const struct group_config *group, size_t room)
{
    for (size_t i = 0; i < group->n_rooms; i++)
        if (group->room[i] == room)
            return true;
    return false;
}

static void resolve_groups(struct field_reader *reader, const struct yaml_node *root, const struct raw_config *raw,
                           struct config *config)
{
    const struct raw_group *from = raw->groups.item;
    config->n_groups = raw->groups.n;
    config->group = arena_alloc(config->arena, config->n_groups * sizeof *config->group);
    for (size_t i = 0; i < config->n_groups; i++) {
        const struct yaml_node *node = node_at(root, "groups", i);
        struct group_config *group = &config->group[i];
        *group = (struct group_config){.id = from[i].id, .title = from[i].title ? from[i].title : from[i].id};
        group->room = arena_alloc(config->arena, (from[i].rooms.n + 1) * sizeof *group->room);
        config_check_name(reader, node, group->id);
        if (config_find_room(config, group->id) != NO_INDEX)
            diag_error(reader->diag, node->key_at, group->id, "is a room too: rooms and groups share one name space");
        for (size_t k = 0; k < from[i].rooms.n; k++) {
            size_t room = config_find_room(config, ((const char **)from[i].rooms.item)[k]);
            if (room == NO_INDEX || has_room(group, room))
                wrong(reader, node, "rooms", "expected rooms under rooms:, each once");
            else
                group->room[group->n_rooms++] = room;
        }
        if (!from[i].rooms.n)
            wrong(reader, node, "rooms", "expected the rooms of the group");
    }
}

static void resolve_racks(struct field_reader *reader, const struct yaml_node *root, const struct raw_config *raw,
                          struct config *config)
{
    const struct raw_rack *from = raw->racks.item;
    config->n_racks = raw->racks.n;
    config->rack = arena_alloc(config->arena, config->n_racks * sizeof *config->rack);
    for (size_t i = 0; i < config->n_racks; i++) {
        const struct yaml_node *node = node_at(root, "racks", i);
        config->rack[i] = (struct rack_config){from[i].id, from[i].title ? from[i].title : from[i].id, from[i].row,
                                               from[i].position, config_find_room(config, from[i].room)};
        config_check_name(reader, node, from[i].id);
        if (from[i].room && config->rack[i].room == NO_INDEX && !reader->partial)
            wrong(reader, node, "room", "no such room under rooms:");
    }
}

static void resolve_sources(struct field_reader *reader, const struct yaml_node *root, const struct raw_config *raw,
                            struct config *config)
{
    const struct raw_source *from = raw->sources.item;
    config->n_sources = raw->sources.n;
    config->source = arena_alloc(config->arena, config->n_sources * sizeof *config->source);
    for (size_t i = 0; i < config->n_sources; i++) {
        const struct yaml_node *node = node_at(root, "sources", i);
        struct source_config *source = &config->source[i];
        bool constant = yaml_get(node, "constant") != NULL;
        *source = (struct source_config){.id = from[i].id,
                                         .room = config_find_room(config, from[i].room),
                                         .role = (enum role)from[i].role,
                                         .constant = constant ? from[i].constant : NAN,
                                         .accuracy = yaml_get(node, "accuracy") ? from[i].accuracy : NAN,
                                         .same_as = from[i].same_as};
        config_check_name(reader, node, source->id);
        if (yaml_get(yaml_get(root, "devices"), source->id) || config_find_room(config, source->id) != NO_INDEX)
            diag_error(reader->diag, node->key_at, source->id,
                       "is a device or a room too: a source has a name of its own");
        if (from[i].room && source->room == NO_INDEX && !reader->partial)
            wrong(reader, node, "room", "no such room under rooms:");
        if (constant == from[i].reading)
            wrong(reader, node, "constant", "expected either constant: with a power, or reading: yes");
    }
}

/* A Sparkplug id is one level of a topic. Source: Sparkplug 3.0, section 4.1. */
static void resolve_sparkplug(struct field_reader *reader, const struct yaml_node *node, const struct config *config,
                              struct sparkplug_config *spb)
{
    char host[256] = "";
    const struct yaml_node *here = yaml_get(node, "sparkplug");
    gethostname(host, sizeof host - 1);
    if (!spb->group)
        spb->group = config->site;
    if (!spb->edge)
        spb->edge = arena_printf(reader->arena, "wattwacht-%s", host);
    const struct {
        const char *key, *id;
    } ids[] = {{"group", spb->group}, {"edge", spb->edge}, {"host", spb->host}};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (ids[i].id && (strpbrk(ids[i].id, "+#/") || strlen(ids[i].id) > 100))
            wrong(reader, here ? here : node, ids[i].key, "expected an id without + # and /, at most 100 bytes");
}

static void resolve_views(struct field_reader *reader, const struct yaml_node *node, const struct raw_mqtt *from,
                          struct mqtt_config *mqtt)
{
    static const char *const views[] = {"native", "homeassistant", "sparkplug", "scalar"};
    bool *flags[] = {&mqtt->native, &mqtt->homeassistant, &mqtt->sparkplug, &mqtt->scalars};
    for (size_t k = 0; k < from->views.n; k++) {
        const char *view = ((const char **)from->views.item)[k];
        size_t j = 0;
        while (j < 4 && strcmp(views[j], view) != 0)
            j++;
        if (j < 4)
            *flags[j] = true;
        else
            wrong(reader, node, "views", "expected native, homeassistant, sparkplug or scalar");
    }
    mqtt->homeassistant |= from->homeassistant;
    mqtt->native |= mqtt->homeassistant; /* what it is told points at the native tree */
}

static void check_broker(struct field_reader *reader, const struct yaml_node *node, const struct config *config,
                         size_t i)
{
    const struct mqtt_config *mqtt = &config->mqtt[i];
    struct mqtt_server server;
    if (mqtt->server && (strncmp(mqtt->server, "mqtt", 4) != 0 || mqtt_server_parse(mqtt->server, &server) < 0))
        wrong(reader, node, "server", "expected mqtt://HOST[:PORT] or mqtts://HOST[:PORT]");
    if (mqtt->qos > 1)
        wrong(reader, node, "qos", "expected 0 or 1");
    if (mqtt->prefix && !mqtt_prefix_valid(mqtt->prefix))
        wrong(reader, node, "prefix", "expected a topic without + and #, and without / at either end");
    if (!mqtt->cert != !mqtt->key)
        wrong(reader, node, mqtt->cert ? "cert" : "key", "cert and key belong together");
    for (size_t k = 0; k < i; k++)
        if (mqtt->server && config->mqtt[k].server && strcmp(config->mqtt[k].server, mqtt->server) == 0 &&
            strcmp(config->mqtt[k].client_id, mqtt->client_id) == 0)
            wrong(reader, node, "client-id",
                  "another entry has this server and client id: they would throw each other out");
}

static void resolve_mqtt(struct field_reader *reader, const struct yaml_node *root, const struct raw_config *raw,
                         struct config *config)
{
    const struct raw_mqtt *from = raw->mqtt.item;
    config->n_mqtt = raw->mqtt.n;
    config->mqtt = arena_alloc(config->arena, config->n_mqtt * sizeof *config->mqtt);
    for (size_t i = 0; i < config->n_mqtt; i++) {
        const struct yaml_node *node = node_at(root, "mqtt", i);
        struct mqtt_config *mqtt = &config->mqtt[i];
        *mqtt = from[i].config;
        mqtt->version = mqtt->version ? 5 : 3;
        mqtt->n_points = from[i].points.n;
        mqtt->point = from[i].points.item;
        if (!mqtt->client_id)
            mqtt->client_id = arena_printf(config->arena, "wattwacht-%s", config->site ? config->site : "");
        check_broker(reader, node, config, i);
        resolve_views(reader, node, &from[i], mqtt);
        resolve_sparkplug(reader, node, config, &mqtt->spb);
    }
}

/* A listener without a port would take that of SNMP. */
static bool names_port(const char *text)
{
    const char *end = *text == '[' ? strchr(text, ']') : text, *colon = end ? strchr(end, ':') : NULL;
    return colon && colon[1] && !strchr(colon + 1, ':');
}

static void add_listener(struct field_reader *reader, const struct yaml_node *node, const char *text,
                         struct config *config)
{
    struct http_config http = {0};
    struct address address;
    const char *why = NULL;
    if (!strncmp(text, "unix:/", 6))
        http.unix_path = arena_strdup(config->arena, text + 5);
    else if (!strncmp(text, "unix:", 5))
        why = "a socket's path begins with '/'";
    else if (strstr(text, "://") || !names_port(text))
        why = "expected HOST:PORT, [V6]:PORT or unix:PATH";
    else if (!address_parse(config->arena, text, false, &address, &why)) {
        http.host = address.host;
        http.port = address.port;
    }
    if (why)
        wrong(reader, node, "listen", why);
    config->http = arena_push(config->arena, config->http, &config->n_http, sizeof http);
    config->http[config->n_http - 1] = http;
}

static void read_spans(struct field_reader *reader, const struct yaml_node *here, char *text, struct config *config)
{
    for (char *save, *item = strtok_r(text, " ", &save); item; item = strtok_r(NULL, " ", &save)) {
        char *slash = strchr(item, '/');
        double step = 0, keep = 0;
        if (slash)
            *slash++ = '\0';
        bool good = slash && !unit_parse_value(item, D_TIME, &step) && !unit_parse_value(slash, D_TIME, &keep) &&
                    step >= 1 && keep >= step && fabs(fmod(step, (double)config->rrd_step_s)) <= 0;
        if (!good) {
            wrong(reader, here, "spans",
                  "expected RESOLUTION/TIME pairs like 10s/1d 1m/7d, each resolution a multiple of step");
            return;
        }
        config->span = arena_push(config->arena, config->span, &config->n_spans, sizeof *config->span);
        config->span[config->n_spans - 1] = (struct rrd_span){(int64_t)step, (int64_t)keep};
    }
}

static void resolve_spans(struct field_reader *reader, const struct yaml_node *root, const struct raw_config *raw,
                          struct config *config)
{
    const struct yaml_node *node = yaml_get(root, "rrd");
    char *text = arena_strdup(config->arena, raw->rrd.spans ? raw->rrd.spans : "");
    config->rrd_step_s = raw->rrd.step_us / 1000000;
    if (config->rrd_step_s < 1 || raw->rrd.step_us % 1000000)
        wrong(reader, node ? node : root, "step", "expected whole seconds, at least 1s");
    else
        read_spans(reader, node ? node : root, text, config);
}

static void resolve_log(struct field_reader *reader, const struct yaml_node *here, const struct raw_config *raw,
                        struct config *config)
{
    config->log_size = raw->log.size;
    config->log_age_us = raw->log.age_us;
    if (here && config->log_size < LOG_SIZE_LEAST)
        wrong(reader, here, "size", "expected at least 1MB");
    if (here && config->log_age_us < LOG_AGE_LEAST_US)
        wrong(reader, here, "age", "expected at least 10m: it carries what an outage keeps back");
}

static void check_languages(struct field_reader *reader, const struct yaml_node *here, const struct config *config)
{
    for (size_t i = 0; i < config->n_languages; i++) {
        const char *language = config->language[i];
        if (language && strcmp(language, "en") && strcmp(language, "nl") && strcmp(language, "fr"))
            wrong(reader, here, "languages", "expected en, nl or fr, or a list of them");
    }
}

int config_resolve(struct field_reader *reader, const struct yaml_node *root, const struct raw_config *raw,
                   const struct config *previous, struct config *config)
{
    size_t before = diag_errors(reader->diag);
    config->site = raw->site.name;
    config->title = raw->site.title ? raw->site.title : raw->site.name;
    config->timezone = raw->site.timezone;
    config->n_languages = raw->site.languages.n;
    config->language = raw->site.languages.item;
    check_languages(reader, yaml_get(root, "site"), config);
    resolve_log(reader, yaml_get(root, "log"), raw, config);
    config->factors = raw->factors;
    config->eu = config_eu(reader, yaml_get(root, "eu"), &raw->eu);
    resolve_spans(reader, root, raw, config);
    resolve_rooms(reader, root, raw, config);
    resolve_groups(reader, root, raw, config);
    resolve_racks(reader, root, raw, config);
    resolve_sources(reader, root, raw, config);
    config_resolve_alerts(reader, root, raw, config);
    resolve_mqtt(reader, root, raw, config);
    for (size_t i = 0; i < raw->http.n; i++) {
        const struct raw_http *http = &((const struct raw_http *)raw->http.item)[i];
        for (size_t k = 0; k < http->listen.n; k++)
            add_listener(reader, node_at(root, "http", i), ((const char **)http->listen.item)[k], config);
    }
    config_resolve_devices(reader, root, raw, previous, config);
    config_resolve_assets(reader, root, raw, config);
    config_check_places(reader, root, config);
    return diag_errors(reader->diag) > before ? -EINVAL : 0;
}
