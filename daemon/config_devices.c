/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config_raw.h"
#include "daemon/meter_class.h"
#include "drivers/hash.h"
#include "drivers/profile.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 256

struct resolver {
    struct field_reader *reader;
    const struct config *previous;
    struct config *config;
    uint32_t next_number;
};

static void wrong(struct resolver *r, const struct yaml_node *node, const char *key, const char *what)
{
    const struct yaml_node *child = yaml_get(node, key);
    diag_error(r->reader->diag, child ? child->at : node->at, key, "%s", what);
}

static size_t find_device(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->n_devices; i++)
        if (!strcmp(config->device[i].id, id))
            return i;
    return NO_INDEX;
}

/* Nothing at all differs from an empty text. */
static void add_text(uint64_t *hash, const char *text)
{
    *hash = hash_text(*hash, text ? text : "~");
}

static void hash_node(uint64_t *hash, const struct yaml_node *node)
{
    if (!node) {
        add_text(hash, NULL);
        return;
    }
    add_text(hash, node->key);
    add_text(hash, node->text);
    for (size_t i = 0; i < node->n; i++)
        hash_node(hash, node->item[i]);
}

static uint64_t add_number(uint64_t hash, uint64_t number)
{
    return hash_bytes(hash, &number, sizeof number);
}

/* What a driver would notice: how the device is reached and read, the profile, and the secrets behind names. */
static uint64_t fingerprint(const struct yaml_node *node, const struct device_setup *setup)
{
    static const char *const keys[] = {"profile", "address", "snmp",  "modbus", "mqtt",
                                       "every",   "timeout", "parts", "units",  "params"};
    uint64_t hash = HASH_BEGIN;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        hash_node(&hash, yaml_get(node, keys[i]));
    add_text(&hash, setup->snmp.community);
    add_text(&hash, setup->snmp.auth_key);
    add_text(&hash, setup->snmp.priv_key);
    add_text(&hash, setup->mqtt.server);
    add_text(&hash, setup->mqtt.user);
    add_text(&hash, setup->mqtt.password);
    const struct profile *named = setup->profiles ? profile_find(setup->profiles, setup->profile) : NULL;
    for (size_t i = 0; setup->profiles && i < profile_count(setup->profiles); i++)
        if (!named || profile_at(setup->profiles, i) == named)
            hash = add_number(hash, profile_hash(profile_at(setup->profiles, i)));
    return hash;
}

static void set_snmp(struct resolver *r, const struct yaml_node *node, const struct raw_snmp *raw,
                     struct device_setup *setup)
{
    const struct yaml_node *here = yaml_get(node, "snmp") ? yaml_get(node, "snmp") : node;
    struct arena *a = setup->arena;
    setup->snmp = (struct snmp_setup){
        .version = raw->version + 1, /* "1" "2c" "3" */
        .older = raw->version == 1,
        .community = raw->community ? arena_strdup(a, raw->community) : NULL,
        .user = raw->user ? arena_strdup(a, raw->user) : NULL,
        .auth = (enum snmp_auth)raw->auth,
        .priv = (enum snmp_priv)raw->priv,
        .auth_key = raw->auth_key ? arena_strdup(a, raw->auth_key) : NULL,
        .priv_key = raw->priv_key ? arena_strdup(a, raw->priv_key) : NULL,
    };
    const struct snmp_setup *snmp = &setup->snmp;
    if (snmp->version < 3)
        return;
    if (!snmp->user)
        wrong(r, here, "user", "missing: version 3 needs a user");
    if (snmp->auth != AUTH_NONE && !snmp->auth_key)
        wrong(r, here, "auth-key", "missing: auth needs {credential: NAME}");
    if (snmp->priv != PRIV_NONE && !snmp->priv_key)
        wrong(r, here, "privacy-key", "missing: privacy needs {credential: NAME}");
    if (snmp->priv != PRIV_NONE && snmp->auth == AUTH_NONE)
        wrong(r, here, "privacy", "privacy without auth does not exist: RFC 3414 has authPriv only");
    if ((snmp->auth_key && strlen(snmp->auth_key) < 8) || (snmp->priv_key && strlen(snmp->priv_key) < 8))
        wrong(r, here, "auth-key", "a key has at least 8 characters: RFC 3414 section 11.2");
}

static void set_modbus(struct resolver *r, const struct yaml_node *node, const struct raw_modbus *raw,
                       struct device_setup *setup)
{
    setup->modbus = (struct modbus_setup){.unit = raw->unit,
                                          .pause_us = raw->pause_us,
                                          .reconnect_us = raw->reconnect_us,
                                          .one_client = raw->one_client,
                                          .max_registers = raw->max_registers};
    if (raw->timeout_us)
        setup->timeout_us = raw->timeout_us;
    if (raw->unit > 255)
        wrong(r, yaml_get(node, "modbus"), "unit", "expected 0 to 255");
    if (raw->max_registers > 125)
        wrong(r, yaml_get(node, "modbus"), "max-registers", "expected at most 125: the protocol's limit");
}

static void set_parts(struct resolver *r, const struct yaml_node *node, const struct raw_device *raw,
                      struct device_config *device)
{
    const struct yaml_node *parts = yaml_get(node, "parts");
    const struct raw_part *from = raw->parts.item;
    struct device_setup *setup = device->setup;
    device->n_parts = setup->n_parts = raw->parts.n;
    device->part = arena_alloc(r->config->arena, raw->parts.n * sizeof *device->part);
    setup->part = arena_alloc(setup->arena, raw->parts.n * sizeof *setup->part);
    for (size_t i = 0; i < raw->parts.n; i++) {
        const struct yaml_node *here = parts->item[i];
        struct part part;
        if (part_parse(from[i].part, &part) < 0)
            diag_error(r->reader->diag, here->key_at, from[i].part,
                       "not a part: expected one like total, inlet-1-l2, outlet-07 or sensor-01");
        device->part[i] = (struct part_config){.part = from[i].part,
                                               .role = (enum role)from[i].role,
                                               .label = from[i].label,
                                               .feed = from[i].feed,
                                               .phase = (enum phase)from[i].phase,
                                               .breaker = yaml_get(here, "breaker") ? from[i].breaker : NAN,
                                               .place = (enum location)from[i].place,
                                               .height = yaml_get(here, "height") ? from[i].height : NAN,
                                               .accuracy = yaml_get(here, "accuracy") ? from[i].accuracy : NAN};
        setup->part[i] = (struct part_setup){.part = arena_strdup(setup->arena, from[i].part),
                                             .label = from[i].label ? arena_strdup(setup->arena, from[i].label) : NULL,
                                             .ignore = from[i].ignore,
                                             .invert = from[i].invert,
                                             .scale = from[i].scale,
                                             .unit = from[i].unit ? arena_strdup(setup->arena, from[i].unit) : NULL};
    }
}

static void set_params(struct resolver *r, const struct yaml_node *params, struct device_setup *setup)
{
    if (!params)
        return;
    if (params->kind != YAML_MAP) {
        diag_error(r->reader->diag, params->at, "params", "expected a map of names and values");
        return;
    }
    setup->param = arena_alloc(setup->arena, params->n * sizeof *setup->param);
    for (size_t i = 0; i < params->n; i++) {
        const struct yaml_node *value = params->item[i];
        if (value->kind != YAML_SCALAR || !*value->text) {
            diag_error(r->reader->diag, value->at, value->key, "expected a value");
            continue;
        }
        setup->param[setup->n_params++] =
            (struct param){arena_strdup(setup->arena, value->key), arena_strdup(setup->arena, value->text)};
    }
}

static void set_address(struct resolver *r, const struct yaml_node *node, const struct raw_device *raw,
                        struct device_setup *setup)
{
    const struct profile *profile =
        r->config->profiles && raw->profile ? profile_find(r->config->profiles, raw->profile) : NULL;
    const char *why;
    setup->profile = arena_strdup(setup->arena, raw->profile ? raw->profile : "auto");
    setup->profiles = r->config->profiles ? profile_set_ref(r->config->profiles) : NULL;
    setup->is_mqtt = profile ? profile_is_mqtt(profile) : yaml_get(node, "mqtt") != NULL;
    setup->is_modbus = profile ? profile_is_modbus(profile) : yaml_get(node, "modbus") != NULL;
    setup->names_resolve = true;
    if (r->config->profiles && !profile && strcmp(setup->profile, "auto") != 0) {
        size_t n;
        const char *const *names = profile_names(r->config->profiles, &n);
        const char *near = field_nearest(setup->profile, names, n);
        const char *mistake = profile_left_out(r->config->profiles, setup->profile);
        if (mistake)
            diag_error(r->reader->diag, yaml_get(node, "profile")->at, "profile", "'%s' has a mistake: %s",
                       setup->profile, mistake);
        else
            diag_error(r->reader->diag, yaml_get(node, "profile")->at, "profile", "no profile '%s'%s%s%s",
                       setup->profile, near ? ", did you mean '" : ": see wattwacht probe", near ? near : "",
                       near ? "'?" : "");
    }
    const char *own = setup->is_mqtt ? "mqtt" : setup->is_modbus ? "modbus" : "snmp";
    static const char *const all[] = {"snmp", "modbus", "mqtt"};
    for (size_t i = 0; i < 3; i++)
        if ((profile || setup->is_mqtt) && strcmp(all[i], own) != 0 && yaml_get(node, all[i]))
            wrong(r, node, all[i], profile ? "the profile speaks another protocol" : "a device speaks one protocol");
    if (setup->is_mqtt && !profile && !strcmp(setup->profile, "auto"))
        wrong(r, node, "profile", "missing: what publishes is not asked what it is");
    if (profile && profile_every_us(profile) > setup->every_us) {
        setup->every_us = profile_every_us(profile);
        if (yaml_get(node, "every"))
            diag_warn(r->reader->diag, yaml_get(node, "every")->at, "every",
                      "the profile says that there is nothing new sooner than each %g s: asked so often",
                      (double)setup->every_us / 1e6);
    }
    if (setup->is_mqtt)
        config_source_mqtt(r->reader, node, raw, r->config, setup);
    else if (raw->address && address_parse(setup->arena, raw->address, setup->is_modbus, &setup->address, &why) < 0)
        wrong(r, node, "address", why);
}

static uint32_t number_of(struct resolver *r, const char *id)
{
    size_t old = r->previous ? find_device(r->previous, id) : NO_INDEX;
    return old == NO_INDEX ? r->next_number++ : r->previous->device[old].setup->number;
}

static void resolve_device(struct resolver *r, const struct yaml_node *node, const struct raw_device *raw,
                           struct device_config *device)
{
    struct device_setup *setup = setup_new();
    size_t rack = NO_INDEX;
    for (size_t i = 0; raw->rack && i < r->config->n_racks; i++)
        if (!strcmp(r->config->rack[i].id, raw->rack))
            rack = i;
    *device = (struct device_config){.id = raw->id,
                                     .room = config_find_room(r->config, raw->room),
                                     .rack = rack,
                                     .setup = setup,
                                     .role = (enum role)raw->role,
                                     .same_as = raw->same_as,
                                     .feed = raw->feed,
                                     .phase = (enum phase)raw->phase,
                                     .breaker = yaml_get(node, "breaker") ? raw->breaker : NAN,
                                     .class_pct = meter_limit(raw->class_, raw->ct_class, NAN),
                                     .class_ = raw->class_,
                                     .ct_class = raw->ct_class,
                                     .share = raw->share / 100,
                                     .from_ms = raw->dates.from_ms,
                                     .to_ms = raw->dates.to_ms ? raw->dates.to_ms : INT64_MAX,
                                     .chain = NO_INDEX};
    setup->id = arena_strdup(setup->arena, raw->id);
    setup->number = number_of(r, raw->id);
    setup->every_us = raw->every_us;
    setup->timeout_us = raw->timeout_us;
    config_check_name(r->reader, node, raw->id);
    if (raw->room && device->room == NO_INDEX && !r->reader->partial)
        wrong(r, node, "room", "no such room under rooms:");
    if (raw->rack && rack == NO_INDEX && !r->reader->partial)
        wrong(r, node, "rack", "no such rack under racks:");
    if (raw->every_us < 100000 || raw->every_us > 86400000000LL)
        wrong(r, node, "every", "expected 100ms to 1d");
    if (raw->timeout_us < 10000 || raw->timeout_us > 60000000)
        wrong(r, node, "timeout", "expected 10ms to 60s");
    if (device->share < 0 || device->share > 1)
        wrong(r, node, "share", "expected 0% to 100%");
    if (device->breaker <= 0)
        wrong(r, node, "breaker", "expected a current of more than 0A");
    if (device->to_ms <= device->from_ms)
        wrong(r, yaml_get(node, "dates"), "to", "expected a day after from");
    if (config_find_room(r->config, raw->id) != NO_INDEX)
        diag_error(r->reader->diag, node->key_at, raw->id, "is a room too: rooms and devices share one name space");
    for (size_t i = 0; i < r->config->n_groups; i++)
        if (!strcmp(r->config->group[i].id, raw->id))
            diag_error(r->reader->diag, node->key_at, raw->id,
                       "is a group too: groups and devices share one name space");
    set_address(r, node, raw, setup);
    set_snmp(r, node, &raw->snmp, setup);
    set_modbus(r, node, &raw->modbus, setup);
    set_parts(r, node, raw, device);
    set_params(r, yaml_get(node, "params"), setup);
    setup->fingerprint = fingerprint(node, setup);
}

/* What the site changes of the unit's parts is done where the chain is read: under the chain's names for them. */
static void take_parts(struct device_setup *head, const struct device_setup *member, unsigned unit)
{
    if (member == head || !member->n_parts)
        return;
    struct part_setup *all = arena_alloc(head->arena, (head->n_parts + member->n_parts) * sizeof *all);
    if (head->n_parts)
        memcpy(all, head->part, head->n_parts * sizeof *all);
    for (size_t i = 0; i < member->n_parts; i++) {
        struct part_setup *part = &all[head->n_parts + i];
        *part = member->part[i];
        part->part = unit > 1 ? arena_printf(head->arena, "unit-%u-%s", unit, part->part)
                              : arena_strdup(head->arena, part->part);
        part->label = part->label ? arena_strdup(head->arena, part->label) : NULL;
        part->unit = part->unit ? arena_strdup(head->arena, part->unit) : NULL;
    }
    head->part = all;
    head->n_parts += member->n_parts;
    head->fingerprint = add_number(head->fingerprint, member->fingerprint);
}

/* units: {2: pdu-b}: device pdu-b is unit 2 behind this one's address. */
static void resolve_chain(struct resolver *r, const struct yaml_node *units, size_t head)
{
    struct device_setup *setup = r->config->device[head].setup;
    if (!units)
        return;
    if (units->kind != YAML_MAP) {
        diag_error(r->reader->diag, units->at, "units", "expected a map of unit numbers and devices");
        return;
    }
    setup->unit_number = arena_alloc(setup->arena, units->n * sizeof *setup->unit_number);
    setup->unit_device = arena_alloc(setup->arena, units->n * sizeof *setup->unit_device);
    for (size_t i = 0; i < units->n; i++) {
        const struct yaml_node *item = units->item[i];
        char *end;
        unsigned long number = strtoul(item->key, &end, 10);
        size_t member = item->kind == YAML_SCALAR ? find_device(r->config, item->text) : NO_INDEX;
        if (*end || !number || number > 9999)
            diag_error(r->reader->diag, item->key_at, item->key, "expected the number of a unit of the chain");
        else if (member == NO_INDEX && r->reader->partial)
            continue;
        else if (member == NO_INDEX)
            diag_error(r->reader->diag, item->at, item->key, "no such device under devices:");
        else if (member != head && r->config->device[member].chain != NO_INDEX)
            diag_error(r->reader->diag, item->at, item->key, "'%s' is a unit of another chain already", item->text);
        else {
            struct device_config *device = &r->config->device[member];
            device->chain = member == head ? NO_INDEX : head;
            device->unit = (unsigned)number;
            setup->unit_number[setup->n_units] = (unsigned)number;
            setup->unit_device[setup->n_units++] = device->setup->number;
            take_parts(setup, device->setup, (unsigned)number);
        }
    }
}

/* One line (bus, gateway) is one address text: settings of the line must agree, framings must not mix. */
static void check_lines(struct resolver *r, const struct yaml_node *devices)
{
    size_t lines = 0;
    for (size_t i = 0; i < r->config->n_devices; i++) {
        const struct device_setup *a = r->config->device[i].setup;
        bool first = a->is_modbus && a->address.host;
        for (size_t k = 0; first && k < i; k++) {
            const struct device_setup *b = r->config->device[k].setup;
            if (!b->is_modbus || !b->address.host || strcmp(a->address.host, b->address.host) != 0 ||
                a->address.port != b->address.port)
                continue;
            first = false;
            const struct modbus_setup *m = &a->modbus, *o = &b->modbus;
            if (a->address.transport != b->address.transport || a->address.baud != b->address.baud ||
                a->address.parity != b->address.parity || a->address.stop != b->address.stop)
                diag_error(r->reader->diag, devices->item[i]->at, "address", "'%s' speaks otherwise on the same line",
                           b->id);
            else if (m->pause_us != o->pause_us || m->reconnect_us != o->reconnect_us || m->one_client != o->one_client)
                diag_error(r->reader->diag, devices->item[i]->at, "modbus",
                           "pause, reconnect and one-client are of the line: '%s' has others", b->id);
            else if (m->unit == o->unit)
                diag_error(r->reader->diag, devices->item[i]->at, "unit", "'%s' is unit %u of this line already", b->id,
                           m->unit);
        }
        lines += first;
    }
    if (lines > LINES_MAX)
        diag_error(r->reader->diag, devices->at, "devices", "%zu Modbus lines, at most %d are served", lines,
                   LINES_MAX);
}

int config_resolve_devices(struct field_reader *reader, const struct yaml_node *root, const struct raw_config *raw,
                           const struct config *previous, struct config *config)
{
    struct resolver r = {.reader = reader, .previous = previous, .config = config};
    const struct yaml_node *devices = yaml_get(root, "devices");
    const struct raw_device *from = raw->devices.item;
    for (size_t i = 0; previous && i < previous->n_devices; i++)
        if (previous->device[i].setup->number >= r.next_number)
            r.next_number = previous->device[i].setup->number + 1;
    config->device = arena_alloc(config->arena, raw->devices.n * sizeof *config->device);
    for (size_t i = 0; i < raw->devices.n; i++) {
        resolve_device(&r, devices->item[i], &from[i], &config->device[i]);
        config->n_devices = i + 1;
    }
    for (size_t i = 0; i < config->n_devices; i++)
        resolve_chain(&r, from[i].units, i);
    for (size_t i = 0; i < config->n_devices; i++) {
        bool member = config->device[i].chain != NO_INDEX;
        bool silent = devices->item[i]->kind == YAML_MAP && !yaml_get(devices->item[i], "address") && !reader->partial;
        if (silent && !member && !config->device[i].setup->is_mqtt)
            diag_error(reader->diag, devices->item[i]->at, "address", "missing: how the device is reached");
        if (from[i].address && member)
            wrong(&r, devices->item[i], "address", "a unit of a chain is reached through the chain's address");
    }
    if (devices)
        check_lines(&r, devices);
    return 0;
}
