/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The YAML file of a simulation: rooms, agents and what goes wrong when.
 *
 * Shape: seed, speed (model seconds in a second; 0: time stands still), start (RFC 3339 UTC, or now), history (how long
 *        the model has run before the start, so that counters have a past) or since (when it began), truth (file),
 * listen (address), and rooms.R:  model (server-room-dx | data-centre-water) it racks agents.A: device | recording;
 * room load feed rack row phases outlets banks rating serial energy (what its counter shows at the start); and one of
 *          snmp:   version community user auth auth-key privacy privacy-key engine-id boots port listen bulk
 *                  max-varbinds max-size
 *          modbus: port listen unit mode (tcp | rtu) serial line (a name: agents of one line share its port) holes
 *                  max-registers
 *        faults:   a list of at for agent | room feed kind (fault.h), in model time since the start
 *        Racks not named are given in the order of the agents, each feed for itself. load: see meter.h.
 * Errors: all of a file in diag; -EINVAL.
 * Owner: everything lives in the arena of the scene.
 */
#pragma once
#include "drivers/field.h"
#include "fault.h"
#include "meter.h"
#include "usm.h"

struct scene_room {
    const char *name;
    int model; /* enum room_kind */
    double it;
    unsigned racks;
};

struct scene_snmp {
    int version; /* 0 1 2: versions 1, 2c, 3 */
    const char *community, *user, *auth_key, *priv_key, *engine, *listen;
    int auth, priv; /* enum usm_auth, usm_priv */
    unsigned boots, port, max_varbinds, max_size;
    bool bulk;
};

struct scene_modbus {
    unsigned unit, port, max_registers;
    int mode; /* 0 tcp, 1 rtu */
    const char *serial, *line, *listen;
    struct field_items holes;
};

struct scene_agent {
    const char *name;
    const char *device, *recording, *room, *serial;
    int load, feed; /* index in their names plus 1; 0: not told */
    unsigned rack, row, phases, outlets, banks;
    double rating, energy;
    const struct yaml_node *snmp_node, *modbus_node;
    struct scene_snmp snmp;
    struct scene_modbus modbus;
    struct place at;
};

struct scene_fault {
    int64_t at, last; /* us of model time; last 0: for ever */
    const char *agent, *room, *kind;
    int feed; /* as of an agent */
    struct fault fault;
};

struct scene {
    struct arena *arena;
    int64_t seed;
    double speed;
    const char *start_text, *since_text, *truth, *listen;
    double start; /* Unix seconds */
    int64_t history;
    struct field_items rooms, agents, faults; /* scene_room, scene_agent, scene_fault */
};

/* file: for messages, and where recordings are found from; `now` is what start: now means. */
int scene_load(const char *file, const char *text, size_t n, double now, struct diag *diag, struct scene **ret);
void scene_free(struct scene *scene);
const struct scene_room *scene_room(const struct scene *scene, const char *name);
