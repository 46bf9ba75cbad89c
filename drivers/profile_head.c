/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile_head.h"
#include "profile_match_read.h"
#include "profile_tables.h"

#include <errno.h>
#include <math.h>
#include <string.h>

const char *const profile_kinds[] = {"pdu", "ups", "ats", "cooling", "meter", "heat-meter", "env", "entity", NULL};
static const char *const protocols[] = {"snmp", "modbus", "mqtt", NULL};
const char *const profile_confidences[] = {"low", "medium", "high", NULL};
static const char *const spaces[] = {"holding", "input", "coil", "discrete", NULL};
static const char *const orders[] = {"(none)", "abcd", "cdab", "badc", "dcba", NULL};

#define ACCESS(key, reader, member, value, words)                                                                    \
    {                                                                                                                \
        .name = key, .read = reader, .offset = offsetof(struct snmp_access, member), .initial = value, .help = words \
    }

static const struct field snmp_keys[] = {
    ACCESS("bulk", field_bool, bulk, "yes", "GETBULK works"),
    ACCESS("max-varbinds", field_count, max_varbinds, NULL, "objects in one request"),
    ACCESS("repetitions", field_count, repetitions, NULL, "rows in one GETBULK"),
    ACCESS("timeout", field_duration, timeout_us, NULL, "how long one answer may take"),
    {0},
};

static int read_blocks(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    struct field_items *items = into;
    *items = (struct field_items){node->n, arena_alloc(reader->arena, node->n * 2 * sizeof(unsigned))};
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *pair = node->item[i];
        unsigned *block = (unsigned *)items->item + 2 * i;
        if (node->kind != YAML_LIST || pair->kind != YAML_LIST || pair->n != 2) {
            diag_error(reader->diag, node->at, node->key, "expected blocks [FIRST, COUNT]");
            return -EINVAL;
        }
        for (int k = 0; k < 2; k++)
            if (field_count(reader, field, pair->item[k], &block[k]) < 0)
                return -EINVAL;
    }
    return 0;
}

static int read_offset(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    struct modbus_access *access = into;
    struct scale scale = {0};
    struct scale_list list = {0};
    if (profile_scales_field(reader, field, node, &list) < 0)
        return -EINVAL;
    for (size_t i = 0; i < list.n; i++) {
        scale = list.item[i];
        if (scale.rule == SC_CONST)
            access->offset_times = decimal_value(scale.k);
        else
            access->offset = scale.from;
    }
    if (access->offset.kind == REF_PARAM)
        return 0;
    diag_error(reader->diag, node->at, node->key, "expected [{from: param.NAME}, TIMES]");
    return -EINVAL;
}

#define REGISTERS(key, reader, member, value, words)                                                                   \
    {                                                                                                                  \
        .name = key, .read = reader, .offset = offsetof(struct modbus_access, member), .initial = value, .help = words \
    }

static const struct field modbus_keys[] = {
    {.name = "space",
     .read = field_choice,
     .offset = offsetof(struct modbus_access, space),
     .initial = "holding",
     .arg = spaces,
     .help = "where addresses without a space lie"},
    {.name = "order",
     .read = field_choice,
     .offset = offsetof(struct modbus_access, order),
     .initial = "abcd",
     .arg = orders,
     .help = "bytes of a value in its registers"},
    REGISTERS("max-registers", field_count, max_registers, "125", "registers in one read"),
    REGISTERS("hole", field_count, hole, "0", "registers without a value that one read may cross"),
    REGISTERS("barriers", profile_numbers_field, barriers, NULL, "addresses at which a read must begin anew"),
    REGISTERS("blocks", read_blocks, blocks, NULL, "reads as the device wants them: [[FIRST, COUNT]]"),
    REGISTERS("bases", profile_numbers_field, bases, "[40000, 50000, 0]", "where a SunSpec map may begin"),
    REGISTERS("pause", field_duration, pause_us, NULL, "between two requests"),
    REGISTERS("every", field_duration, every_us, NULL, "the device has nothing new sooner"),
    {.name = "offset", .read = read_offset, .offset = 0, .help = "added to all addresses: [{from: param.NAME}, TIMES]"},
    {0},
};

#define MESSAGES(key, reader, member, value, words)                                                                  \
    {                                                                                                                \
        .name = key, .read = reader, .offset = offsetof(struct mqtt_access, member), .initial = value, .help = words \
    }

static const struct field mqtt_keys[] = {
    MESSAGES("stale", field_duration, stale_us, NULL,
             "a message is worth nothing after so long; default three periods"),
    MESSAGES("retained", field_bool, retained, "no", "what the broker kept counts as new"),
    MESSAGES("time", field_text, time, NULL,
             "JSON pointer of the time of measuring: RFC 3339 with its zone, or s or ms since 1970"),
    MESSAGES("status", profile_selects_field, status, NULL, "source of whether the device is there, or several"),
    MESSAGES("online", field_texts, online, "[online, Online, connected, \"true\"]", "the words for yes"),
    {0},
};

#define WHO(key, member)                                                                             \
    {                                                                                                \
        .name = key, .read = profile_selects_field, .offset = offsetof(struct identity_def, member), \
        .help = "who the device is"                                                                  \
    }

static const struct field identity_keys[] = {
    WHO("vendor", vendor), WHO("model", model), WHO("serial", serial), WHO("firmware", firmware), {0}};

static const struct field param_keys[] = {
    {.name = "help",
     .read = field_text,
     .offset = offsetof(struct param_def, help),
     .required = true,
     .help = "what the site has to say"},
    {.name = "default", .read = field_text, .offset = offsetof(struct param_def, initial), .help = "else"},
    {0}};

struct raw {
    struct profile p;
    int protocol;
    const struct yaml_node *match, *snmp, *modbus, *mqtt, *identity, *tables, *points, *computed, *params, *sets,
        *vectors;
};

#define HEAD(key, reader, member, words)                                                   \
    {                                                                                      \
        .name = key, .read = reader, .offset = offsetof(struct raw, member), .help = words \
    }
#define NEEDED(key, reader, member, words)                                                                   \
    {                                                                                                        \
        .name = key, .read = reader, .offset = offsetof(struct raw, member), .help = words, .required = true \
    }

static const struct field head_keys[] = {
    NEEDED("name", field_id, p.name, "the name of the file without .yaml"),
    NEEDED("version", field_count, p.version, "counts up with each change of points"),
    NEEDED("title", field_text, p.title, "the family in words"),
    NEEDED("vendor", field_text, p.vendor, "who makes it"),
    {.name = "kind",
     .read = field_choice,
     .offset = offsetof(struct raw, p.kind),
     .arg = profile_kinds,
     .required = true,
     .help = "pdu ups ats cooling meter heat-meter env entity"},
    {.name = "protocol",
     .read = field_choice,
     .offset = offsetof(struct raw, protocol),
     .arg = protocols,
     .required = true,
     .help = "snmp, modbus or mqtt"},
    {.name = "confidence",
     .read = field_choice,
     .offset = offsetof(struct raw, p.confidence),
     .arg = profile_confidences,
     .required = true,
     .help = "low, medium or high"},
    NEEDED("sources", field_texts, p.sources, "documents with section or revision"),
    {.name = "priority",
     .read = field_count,
     .offset = offsetof(struct raw, p.priority),
     .initial = "50",
     .help = "profiles of higher priority are tried first"},
    HEAD("include", field_texts, p.include, "profiles whose points this device may have too"),
    HEAD("match", field_node, match, "rules; any will do"),
    HEAD("identity", field_node, identity, "vendor, model, serial, firmware"),
    HEAD("snmp", field_node, snmp, "limits of the agent"),
    HEAD("modbus", field_node, modbus, "how registers are read"),
    HEAD("mqtt", field_node, mqtt, "what messages are like"),
    HEAD("params", field_node, params, "what the site has to say"),
    HEAD("sets", field_node, sets, "cases that several points share"),
    HEAD("tables", field_node, tables, "tables of objects; SunSpec models"),
    HEAD("points", field_node, points, "single objects or registers"),
    HEAD("computed", field_node, computed, "points made of others"),
    NEEDED("vectors", field_node, vectors, "raw numbers and what becomes of them, with their source"),
    {0},
};

static int read_params(struct field_reader *reader, const struct yaml_node *node, struct profile *profile)
{
    struct profile_context *context = reader->context;
    int result = 0;
    for (size_t i = 0; i < node->n; i++) {
        profile->param = arena_push(reader->arena, profile->param, &profile->n_params, sizeof *profile->param);
        context->param = arena_push(reader->arena, context->param, &context->n_params, sizeof *context->param);
        const char *key = node->item[i]->key;
        if (!key || !id_valid(key)) {
            diag_error(reader->diag, node->at, node->key, "expected a map of parameters");
            return -EINVAL;
        }
        profile->param[i].name = context->param[i] = arena_strdup(reader->arena, key);
        if (field_read_map(reader, param_keys, node->item[i], &profile->param[i]) < 0)
            result = -EINVAL;
    }
    return result;
}

static int read_tables(struct field_reader *reader, const struct yaml_node *node, struct profile *profile)
{
    int result = 0;
    for (size_t i = 0; i < node->n; i++) {
        struct table_def table = {.name = arena_strdup(reader->arena, node->item[i]->key ? node->item[i]->key : ""),
                                  .at = node->item[i]->at,
                                  .inherit = {.range = {NAN, NAN}}};
        if (!*table.name) {
            diag_error(reader->diag, node->at, node->key, "expected a map of tables");
            return -EINVAL;
        }
        if (profile_read_table(reader, node->item[i], &table) < 0)
            result = -EINVAL;
        profile->table = arena_push(reader->arena, profile->table, &profile->n_tables, sizeof table);
        profile->table[profile->n_tables - 1] = table;
    }
    return result;
}

static int read_points(struct field_reader *reader, const struct yaml_node *node, struct profile *profile)
{
    struct table_def table = {.name = "points", .at = node->at, .inherit = {.range = {NAN, NAN}}};
    int r = profile_read_points(reader, node, &table);
    profile->table = arena_push(reader->arena, profile->table, &profile->n_tables, sizeof table);
    profile->table[profile->n_tables - 1] = table;
    return r;
}

static int read_access(struct field_reader *reader, const struct raw *raw, struct profile *profile)
{
    const struct yaml_node *of[] = {raw->snmp, raw->modbus, raw->mqtt};
    for (int i = 0; i < 3; i++)
        if (of[i] && i != raw->protocol) {
            diag_error(reader->diag, of[i]->key_at, of[i]->key, "the protocol of this profile is %s",
                       protocols[raw->protocol]);
            return -EINVAL;
        }
    if (profile->mqtt && raw->match) {
        diag_error(reader->diag, raw->match->key_at, "match",
                   "what publishes is not asked: the site names the profile");
        return -EINVAL;
    }
    profile->registers.offset_times = 1;
    int r = field_read_map(reader, snmp_keys, raw->snmp, &profile->snmp);
    if (field_read_map(reader, modbus_keys, raw->modbus, &profile->registers) < 0)
        r = -EINVAL;
    return profile->mqtt && field_read_map(reader, mqtt_keys, raw->mqtt, &profile->messages) < 0 ? -EINVAL : r;
}

int profile_read(struct field_reader *reader, const struct yaml_node *root, struct profile *ret)
{
    struct raw raw = {.p = *ret};
    struct profile_context *context = reader->context;
    context->n_params = context->n_index = context->n_joins = 0;
    context->param = NULL;
    if (field_read_map(reader, head_keys, root, &raw) < 0)
        return -EINVAL;
    struct profile *p = &raw.p;
    p->at = root->at;
    p->modbus = context->modbus = raw.protocol == 1;
    p->mqtt = context->mqtt = raw.protocol == 2;
    context->sets = raw.sets;
    int bad = raw.params ? read_params(reader, raw.params, p) : 0;
    bad |= read_access(reader, &raw, p);
    bad |= raw.match ? profile_read_match(reader, raw.match, p) : 0;
    bad |= raw.identity ? field_read_map(reader, identity_keys, raw.identity, &p->identity) : 0;
    bad |= raw.tables ? read_tables(reader, raw.tables, p) : 0;
    bad |= raw.points ? read_points(reader, raw.points, p) : 0;
    bad |= raw.computed ? profile_read_computed(reader, raw.computed, p) : 0;
    if (!bad && !p->n_tables && !p->include.n) {
        diag_error(reader->diag, root->at, "tables", "missing: a profile without points is of no use");
        bad = -EINVAL;
    }
    *ret = *p;
    return bad ? -EINVAL : 0;
}
