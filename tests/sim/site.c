/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site.h"

#include "recording.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UPTIME 3456000u /* hundredths: agents have been up for 9.6 hours when a simulation starts */

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static void new_serial(struct unit *unit, uint64_t seed, unsigned number)
{
    uint64_t bits = noise_hash(noise_text(seed, unit->scene->name), 0x5e71a1, number);
    snprintf(unit->serial, sizeof unit->serial, "ZA%010llu", (unsigned long long)(bits % 10000000000u));
}

/* The next rack of a room whose feed no earlier agent has. */
static unsigned next_rack(const struct site *site, const struct scene_agent *agent)
{
    unsigned rack = 1;
    for (size_t i = 0; i < site->n; i++) {
        const struct unit *u = &site->unit[i];
        if (u->meter && u->meter->setup.load == LOAD_PDU && !strcmp(u->scene->room, agent->room) &&
            (int)u->meter->setup.feed == agent->feed && u->meter->setup.rack >= rack)
            rack = u->meter->setup.rack + 1;
    }
    return rack;
}

static struct meter_setup meter_setup(const struct site *site, const struct unit *unit)
{
    const struct scene_agent *agent = unit->scene;
    const struct device *device = unit->device;
    struct meter_setup setup = {
        .name = agent->name,
        .load = agent->load ? (enum load)(agent->load - 1) : device->load,
        .feed = (enum feed)agent->feed,
        .rack = agent->rack,
        .row = agent->row ? agent->row : 1,
        .phases = agent->phases ? agent->phases : device->phases,
        .outlets = agent->outlets ? agent->outlets : device->outlets,
        .banks = agent->banks ? agent->banks : device->banks,
        .rating = agent->rating > 0 ? agent->rating : device->rating,
    };
    if (!setup.rack && setup.load == LOAD_PDU)
        setup.rack = next_rack(site, agent);
    if (!setup.rack)
        setup.rack = 1;
    /* 32 A strips have a breaker for each half */
    if (!setup.banks && setup.load == LOAD_PDU && setup.rating > 20)
        setup.banks = 2;
    return setup;
}

/* Racks that agents name or will be given: rooms must have so many. */
static size_t racks_wanted(const struct scene *scene, const struct scene_room *room)
{
    const struct scene_agent *agents = scene->agents.item;
    size_t named = room->racks, given[3] = {0};
    for (size_t i = 0; i < scene->agents.n; i++) {
        const struct device *device = agents[i].device ? device_find(agents[i].device) : NULL;
        if (!device || strcmp(agents[i].room, room->name))
            continue;
        enum load load = agents[i].load ? (enum load)(agents[i].load - 1) : device->load;
        size_t *count = &given[agents[i].feed];
        if (load == LOAD_PDU)
            *count = agents[i].rack > *count ? agents[i].rack : agents[i].rack ? *count : *count + 1;
        if (agents[i].rack > named)
            named = agents[i].rack;
    }
    for (int f = 0; f < 3; f++)
        named = given[f] > named ? given[f] : named;
    return named;
}

static void add_rooms(struct site *site)
{
    const struct scene_room *rooms = site->scene->rooms.item;
    static const size_t usual[ROOM_KINDS] = {4, 24};
    for (size_t i = 0; i < site->scene->rooms.n; i++) {
        size_t racks = racks_wanted(site->scene, &rooms[i]);
        if (!rooms[i].racks && racks < usual[rooms[i].model])
            racks = usual[rooms[i].model];
        model_add_room(site->model, rooms[i].name, (enum room_kind)rooms[i].model, rooms[i].it, racks);
    }
}

static int parse_engine(const struct scene_agent *agent, struct agent_setup *setup)
{
    /* RFC 3411 section 5: enterprise 8072 with its highest bit, format 4 (text), the agent's name */
    static const uint8_t head[] = {0x80, 0x00, 0x1f, 0x88, 0x04};
    const char *text = agent->snmp.engine;
    if (!text) {
        size_t n = strlen(agent->name);
        memcpy(setup->engine, head, sizeof head);
        n = n > ENGINE_MAX - sizeof head ? ENGINE_MAX - sizeof head : n;
        memcpy(setup->engine + sizeof head, agent->name, n);
        setup->engine_length = sizeof head + n;
        return 0;
    }
    size_t n = strlen(text);
    if (n % 2 || n < 10 || n > 2 * ENGINE_MAX || strspn(text, "0123456789abcdefABCDEF") != n)
        return -EINVAL;
    for (size_t i = 0; i < n / 2; i++)
        sscanf(text + 2 * i, "%2hhx", &setup->engine[i]);
    setup->engine_length = n / 2;
    return 0;
}

/* Keys of passwords are slow to make and mostly the same: the last ones are kept. */
static struct usm_key password_key(enum usm_auth auth, const char *password)
{
    static _Thread_local struct {
        enum usm_auth auth;
        char password[64];
        struct usm_key key;
    } kept[8];
    static _Thread_local unsigned next;
    for (unsigned i = 0; i < 8; i++)
        if (kept[i].auth == auth && !strcmp(kept[i].password, password))
            return kept[i].key;
    unsigned at = next++ % 8;
    usm_password_key(auth, password, &kept[at].key);
    kept[at].auth = strlen(password) < sizeof kept[at].password ? auth : USM_NO_AUTH;
    snprintf(kept[at].password, sizeof kept[at].password, "%s", password);
    return kept[at].key;
}

static int add_snmp(struct unit *unit, int64_t now_us)
{
    const struct scene_snmp *snmp = &unit->scene->snmp;
    struct agent_setup setup = {.version = snmp->version + 1,
                                .community = snmp->community,
                                .user = snmp->user,
                                .auth = (enum usm_auth)snmp->auth,
                                .priv = (enum usm_priv)snmp->priv,
                                .boots = snmp->boots,
                                .no_bulk = !snmp->bulk,
                                .max_varbinds = snmp->max_varbinds,
                                .max_size = snmp->max_size < 484 ? 484 : snmp->max_size};
    if (parse_engine(unit->scene, &setup) < 0)
        return -EINVAL;
    if (setup.auth)
        setup.auth_key = password_key(setup.auth, snmp->auth_key);
    if (setup.priv)
        setup.priv_key = password_key(setup.auth, snmp->priv_key);
    unit->image = image_new();
    agent_init(&unit->agent, &setup, unit->image, now_us / 1000000);
    return 0;
}

static void add_modbus(struct unit *unit, struct diag *diag)
{
    const struct scene_modbus *modbus = &unit->scene->modbus;
    unit->registers = registers_new();
    unit->device->layout(unit->registers);
    if (modbus->max_registers)
        registers_limit(unit->registers, modbus->max_registers);
    for (size_t i = 0; i < modbus->holes.n; i++) {
        unsigned first, last;
        const char *text = ((const char *const *)modbus->holes.item)[i];
        if (sscanf(text, "%u-%u", &first, &last) == 2 && first <= last)
            registers_hole(unit->registers, first, last);
        else
            diag_error(diag, unit->scene->at, "holes", "'%s' is no range: expected as 10-19", text);
    }
}

static void load_recording(struct unit *unit, struct diag *diag)
{
    const struct scene_agent *agent = unit->scene;
    const char *slash = strrchr(agent->at.file, '/');
    char path[4096];
    unsigned line = 0;
    if (*agent->recording == '/' || !slash)
        snprintf(path, sizeof path, "%s", agent->recording);
    else
        snprintf(path, sizeof path, "%.*s/%s", (int)(slash - agent->at.file), agent->at.file, agent->recording);
    int r = recording_load(path, unit->image, &line);
    if (r < 0)
        diag_error(diag, agent->at, "recording", "%s, line %u: %s", path, line, strerror(-r));
}

static void add_device(struct site *site, struct unit *unit, struct diag *diag)
{
    const struct scene_agent *agent = unit->scene;
    unit->device = device_find(agent->device);
    if (!unit->device || !unit->device->objects != !agent->snmp_node) {
        diag_error(diag, agent->at, "device", "'%s' is none of %s, or does not speak this protocol", agent->device,
                   device_names());
        unit->device = NULL;
        return;
    }
    struct meter_setup setup = meter_setup(site, unit);
    unit->meter = model_add_meter(site->model, model_room(site->model, agent->room), &setup);
    unit->energy = agent->energy;
    new_serial(unit, (uint64_t)site->scene->seed, 0);
    if (agent->serial)
        snprintf(unit->serial, sizeof unit->serial, "%s", agent->serial);
    if (agent->modbus_node)
        add_modbus(unit, diag);
}

static void add_unit(struct site *site, struct unit *unit, int64_t now_us, struct diag *diag)
{
    unit->booted_us = now_us;
    unit->ticks = UPTIME;
    unit->chance = noise_text((uint64_t)site->scene->seed, unit->scene->name);
    if (unit->scene->snmp_node && add_snmp(unit, now_us) < 0)
        diag_error(diag, unit->scene->at, "engine-id", "expected 5 to 32 bytes in hexadecimal");
    if (unit->scene->recording)
        load_recording(unit, diag);
    else
        add_device(site, unit, diag);
}

int site_new(const struct scene *scene, int64_t now_us, struct diag *diag, struct site **ret)
{
    struct site *site = must(calloc(1, sizeof *site));
    const struct scene_agent *agents = scene->agents.item;
    double before = (double)scene->history / 1e6;
    site->scene = scene;
    site->steps = 1;
    site->model = model_new((uint64_t)scene->seed, scene->start - before);
    add_rooms(site);
    site->unit = must(calloc(scene->agents.n + 1, sizeof *site->unit));
    for (size_t i = 0; i < scene->agents.n; i++) {
        struct unit *unit = &site->unit[site->n];
        unit->scene = &agents[i];
        add_unit(site, unit, now_us, diag);
        site->n++; /* last: the racks given so far are those of the units before */
    }
    if (diag_errors(diag)) {
        site_free(site);
        return -EINVAL;
    }
    for (double done = 0; done < before; done += 300)
        model_step(site->model, fmin(300, before - done));
    *ret = site;
    return 0;
}

void site_free(struct site *site)
{
    if (!site)
        return;
    for (size_t i = 0; i < site->n; i++) {
        image_free(site->unit[i].image);
        registers_free(site->unit[i].registers);
        free(site->unit[i].zero);
    }
    free(site->unit);
    model_free(site->model);
    free(site);
}
