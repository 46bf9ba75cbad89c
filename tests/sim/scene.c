/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scene.h"

#include "drivers/part.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static const char *const room_models[] = {"server-room-dx", "data-centre-water", NULL};
static const char *const feeds[] = {"none", "A", "B", "both", NULL};
static const char *const versions[] = {"1", "2c", "3", NULL};
static const char *const auths[] = {"none", "md5", "sha", "sha224", "sha256", "sha384", "sha512", NULL};
static const char *const privs[] = {"none", "des", "aes128", "aes192", "aes256", NULL};
static const char *const modes[] = {"tcp", "rtu", NULL};

/* A choice whose absence is seen: index plus one. */
static int read_load(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    int choice, r = field_choice(reader, field, node, &choice);
    if (r == 0)
        *(int *)into = choice + 1;
    return r;
}

#define AT(type, member) .offset = offsetof(struct type, member)

static const struct field room_fields[] = {
    {.name = "model",
     .read = field_choice,
     AT(scene_room, model),
     .arg = room_models,
     .required = true,
     .help = "Which plant it has."},
    {.name = "it",
     .read = field_value,
     AT(scene_room, it),
     .dimension = D_POWER,
     .initial = "12kW",
     .help = "Mean power of its IT."},
    {.name = "racks", .read = field_count, AT(scene_room, racks), .help = "How many racks."},
    {0},
};

static const struct field agent_fields[] = {
    {.name = "device", .read = field_text, AT(scene_agent, device), .help = "Family of the device."},
    {.name = "recording", .read = field_text, AT(scene_agent, recording), .help = "A recorded walk to replay."},
    {.name = "room", .read = field_text, AT(scene_agent, room), .help = "The room it stands in."},
    {.name = "load", .read = read_load, AT(scene_agent, load), .arg = load_names, .help = "What it meters."},
    {.name = "feed", .read = field_choice, AT(scene_agent, feed), .arg = feeds, .initial = "none", .help = "A or B."},
    {.name = "rack", .read = field_count, AT(scene_agent, rack), .help = "Number of its rack, from 1."},
    {.name = "row", .read = field_count, AT(scene_agent, row), .help = "Number of its row, from 1."},
    {.name = "phases", .read = field_count, AT(scene_agent, phases), .help = "1 or 3."},
    {.name = "outlets", .read = field_count, AT(scene_agent, outlets), .help = "Metered outlets."},
    {.name = "banks", .read = field_count, AT(scene_agent, banks), .help = "Breakers with a current of their own."},
    {.name = "rating", .read = field_value, AT(scene_agent, rating), .dimension = D_CURRENT, .help = "Its breaker."},
    {.name = "serial", .read = field_text, AT(scene_agent, serial), .help = "Serial number."},
    {.name = "energy",
     .read = field_value,
     AT(scene_agent, energy),
     .dimension = D_ENERGY,
     .initial = "0Wh",
     .help = "Its counter at the start."},
    {.name = "snmp", .read = field_node, AT(scene_agent, snmp_node), .help = "How it speaks SNMP."},
    {.name = "modbus", .read = field_node, AT(scene_agent, modbus_node), .help = "How it speaks Modbus."},
    {0},
};

static const struct field snmp_fields[] = {
    {.name = "version",
     .read = field_choice,
     AT(scene_snmp, version),
     .arg = versions,
     .initial = "2c",
     .help = "1, 2c or 3."},
    {.name = "community", .read = field_text, AT(scene_snmp, community), .initial = "public", .help = "Community."},
    {.name = "user", .read = field_text, AT(scene_snmp, user), .initial = "monitor", .help = "User of version 3."},
    {.name = "auth", .read = field_choice, AT(scene_snmp, auth), .arg = auths, .initial = "none", .help = "Digest."},
    {.name = "auth-key", .read = field_text, AT(scene_snmp, auth_key), .help = "Its password."},
    {.name = "privacy", .read = field_choice, AT(scene_snmp, priv), .arg = privs, .initial = "none", .help = "Cipher."},
    {.name = "privacy-key", .read = field_text, AT(scene_snmp, priv_key), .help = "Its password."},
    {.name = "engine-id", .read = field_text, AT(scene_snmp, engine), .help = "Engine id, hexadecimal."},
    {.name = "boots", .read = field_count, AT(scene_snmp, boots), .initial = "5", .help = "Engine boots."},
    {.name = "port", .read = field_count, AT(scene_snmp, port), .help = "UDP port; 0: a free one."},
    {.name = "listen", .read = field_text, AT(scene_snmp, listen), .help = "Address, instead of the file's."},
    {.name = "bulk",
     .read = field_bool,
     AT(scene_snmp, bulk),
     .initial = "yes",
     .help = "Whether GETBULK is answered."},
    {.name = "max-varbinds", .read = field_count, AT(scene_snmp, max_varbinds), .help = "Objects in a message."},
    {.name = "max-size",
     .read = field_count,
     AT(scene_snmp, max_size),
     .initial = "1472",
     .help = "Bytes in a message."},
    {0},
};

static const struct field modbus_fields[] = {
    {.name = "unit", .read = field_count, AT(scene_modbus, unit), .initial = "1", .help = "Unit number."},
    {.name = "port", .read = field_count, AT(scene_modbus, port), .help = "TCP port; 0: a free one."},
    {.name = "listen", .read = field_text, AT(scene_modbus, listen), .help = "Address, instead of the file's."},
    {.name = "mode", .read = field_choice, AT(scene_modbus, mode), .arg = modes, .initial = "tcp", .help = "Frames."},
    {.name = "serial", .read = field_text, AT(scene_modbus, serial), .help = "A link to a terminal is made here."},
    {.name = "line", .read = field_text, AT(scene_modbus, line), .help = "Agents of one name share the port."},
    {.name = "holes", .read = field_texts, AT(scene_modbus, holes), .help = "Ranges that are refused, as 10-19."},
    {.name = "max-registers", .read = field_count, AT(scene_modbus, max_registers), .help = "Registers in a request."},
    {0},
};

static const struct field fault_fields[] = {
    {.name = "at", .read = field_duration, AT(scene_fault, at), .initial = "0", .help = "Since the start."},
    {.name = "for", .read = field_duration, AT(scene_fault, last), .initial = "0", .help = "How long; 0: for ever."},
    {.name = "agent", .read = field_text, AT(scene_fault, agent), .help = "Which agent."},
    {.name = "room", .read = field_text, AT(scene_fault, room), .help = "Which room."},
    {.name = "feed", .read = field_choice, AT(scene_fault, feed), .arg = feeds, .initial = "none", .help = "A or B."},
    {.name = "kind", .read = field_text, AT(scene_fault, kind), .required = true, .help = "What goes wrong."},
    {0},
};

static const struct field scene_fields[] = {
    {.name = "seed", .read = field_integer, AT(scene, seed), .initial = "1", .help = "Of all chance."},
    {.name = "speed", .read = field_number, AT(scene, speed), .initial = "1", .help = "Model seconds in a second."},
    {.name = "start", .read = field_text, AT(scene, start_text), .initial = "now", .help = "Model time at the start."},
    {.name = "history", .read = field_duration, AT(scene, history), .initial = "0", .help = "Model time before it."},
    {.name = "since", .read = field_text, AT(scene, since_text), .help = "When the model began, instead."},
    {.name = "truth", .read = field_text, AT(scene, truth), .help = "File for the truth."},
    {.name = "listen", .read = field_text, AT(scene, listen), .initial = "127.0.0.1", .help = "Address of all agents."},
    {.name = "rooms",
     .read = field_map_of,
     AT(scene, rooms),
     .arg = room_fields,
     .size = sizeof(struct scene_room),
     .help = "Rooms."},
    {.name = "agents",
     .read = field_map_of,
     AT(scene, agents),
     .arg = agent_fields,
     .size = sizeof(struct scene_agent),
     .required = true,
     .help = "Devices."},
    {.name = "faults",
     .read = field_list_of,
     AT(scene, faults),
     .arg = fault_fields,
     .size = sizeof(struct scene_fault),
     .help = "What goes wrong."},
    {0},
};

static bool read_time(const char *text, double *ret)
{
    struct tm tm = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    if (!end || *end)
        return false;
    *ret = (double)timegm(&tm);
    return true;
}

static void read_times(struct scene *scene, double now, struct place at, struct diag *diag)
{
    static const char expected[] = "'%s' is no time: expected as 2026-01-01T00:00:00Z";
    double since;
    scene->start = now;
    if (strcmp(scene->start_text, "now") && !read_time(scene->start_text, &scene->start))
        diag_error(diag, at, "start", expected, scene->start_text);
    if (!scene->since_text)
        return;
    if (!read_time(scene->since_text, &since))
        diag_error(diag, at, "since", expected, scene->since_text);
    else if (since > scene->start)
        diag_error(diag, at, "since", "the model cannot begin after the start");
    else
        scene->history = (int64_t)((scene->start - since) * 1e6);
}

const struct scene_room *scene_room(const struct scene *scene, const char *name)
{
    const struct scene_room *rooms = scene->rooms.item;
    for (size_t i = 0; i < scene->rooms.n; i++)
        if (!strcmp(rooms[i].name, name))
            return &rooms[i];
    return NULL;
}

static bool has_agent(const struct scene *scene, const char *name)
{
    const struct scene_agent *agents = scene->agents.item;
    for (size_t i = 0; i < scene->agents.n; i++)
        if (!strcmp(agents[i].name, name))
            return true;
    return false;
}

static void check_agent(const struct scene *scene, struct scene_agent *agent, struct field_reader *reader)
{
    struct diag *diag = reader->diag;
    agent->feed--; /* none: both */
    if (agent->feed < 0)
        agent->feed = FEED_BOTH;
    if (!id_valid(agent->name))
        diag_error(diag, agent->at, agent->name, "is not a name: expected a-z, 0-9 and '-' inside");
    if (!agent->device == !agent->recording)
        diag_error(diag, agent->at, agent->name, "expected either device or recording");
    if (!agent->snmp_node == !agent->modbus_node)
        diag_error(diag, agent->at, agent->name, "expected either snmp or modbus");
    if (agent->recording && agent->modbus_node)
        diag_error(diag, agent->at, agent->name, "a recording speaks SNMP alone");
    if (agent->device && (!agent->room || !scene_room(scene, agent->room)))
        diag_error(diag, agent->at, agent->name, "expected the room that it stands in");
    if (agent->phases != 0 && agent->phases != 1 && agent->phases != 3)
        diag_error(diag, agent->at, agent->name, "phases: expected 1 or 3");
    if (agent->outlets > METER_OUTLETS || agent->banks > METER_BANKS)
        diag_error(diag, agent->at, agent->name, "at most %d outlets and %d banks", METER_OUTLETS, METER_BANKS);
    if (agent->snmp_node)
        field_read_map(reader, snmp_fields, agent->snmp_node, &agent->snmp);
    if (agent->modbus_node)
        field_read_map(reader, modbus_fields, agent->modbus_node, &agent->modbus);
    const struct scene_snmp *snmp = &agent->snmp;
    if ((snmp->auth && (!snmp->auth_key || strlen(snmp->auth_key) < 8)) ||
        (snmp->priv && (!snmp->priv_key || strlen(snmp->priv_key) < 8)) || (snmp->priv && !snmp->auth))
        diag_error(diag, agent->at, agent->name, "auth and privacy need keys of 8 characters, privacy needs auth");
    if (agent->modbus_node && (agent->modbus.unit < 1 || agent->modbus.unit > 247))
        diag_error(diag, agent->at, agent->name, "unit: expected 1 to 247");
}

static void check_faults(const struct scene *scene, const struct yaml_node *root, struct diag *diag)
{
    struct scene_fault *faults = scene->faults.item;
    for (size_t i = 0; i < scene->faults.n; i++) {
        struct scene_fault *f = &faults[i];
        struct place at = yaml_get(root, "faults")->item[i]->at;
        if (f->kind && fault_parse(f->kind, &f->fault) < 0)
            diag_error(diag, at, "kind", "'%s': expected one of %s", f->kind, fault_names());
        else if (!(f->agent && has_agent(scene, f->agent)) && !(f->room && scene_room(scene, f->room)))
            diag_error(diag, at, "agent", "expected an agent, or a room, of this file");
        else if (!f->agent && !fault_of_room(f->fault.kind))
            diag_error(diag, at, "agent", "only feed-fail and hot-aisle happen to a room");
        f->feed--;
    }
}

static int check(struct scene *scene, const struct yaml_node *root, double now, struct field_reader *reader)
{
    struct scene_agent *agents = scene->agents.item;
    const struct yaml_node *list = yaml_get(root, "agents");
    if (scene->speed < 0)
        diag_error(reader->diag, root->at, "speed", "time does not run back");
    for (size_t i = 0; i < scene->agents.n; i++) {
        agents[i].at = list->item[i]->key_at;
        check_agent(scene, &agents[i], reader);
    }
    check_faults(scene, root, reader->diag);
    read_times(scene, now, root->at, reader->diag);
    return diag_errors(reader->diag) ? -EINVAL : 0;
}

int scene_load(const char *file, const char *text, size_t n, double now, struct diag *diag, struct scene **ret)
{
    struct arena *arena = arena_new();
    struct scene *scene = ARENA_NEW(arena, struct scene);
    struct field_reader reader = {.arena = arena, .diag = diag};
    struct yaml_node *root;
    scene->arena = arena;
    int r = yaml_load_text(arena, arena_strdup(arena, file), text, n, diag, &root);
    if (r == 0)
        r = field_read_map(&reader, scene_fields, root, scene);
    if (r == 0)
        r = check(scene, root, now, &reader);
    if (r < 0) {
        arena_free(arena);
        return r;
    }
    *ret = scene;
    return 0;
}

void scene_free(struct scene *scene)
{
    if (scene)
        arena_free(scene->arena);
}
