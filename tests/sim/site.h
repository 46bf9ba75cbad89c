/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scene at work, still without wires: the model, and for each agent its device, its faults and what it answers.
 *
 * Shape: model time is moved by site_step; an agent's objects or registers are brought up to date at most once a
 *        step, when they are asked for. Wall time (us, only rises) is an argument: it drives sysUpTime and engine time.
 * Owner: the site borrows its scene.
 */
#pragma once
#include "agent.h"
#include "device.h"
#include "model.h"
#include "scene.h"

struct unit {
    const struct scene_agent *scene;
    const struct device *device; /* NULL: a recording */
    struct meter *meter;
    struct image *image; /* SNMP */
    struct agent agent;
    struct registers *registers; /* Modbus */
    char serial[24];
    double energy; /* Wh its counter stands before the model's */
    struct view *zero;
    int64_t booted_us;
    uint64_t ticks;  /* of sysUpTime at booted_us */
    uint64_t chance; /* of the fault loss */
    unsigned fresh;  /* the step its values are of */
    unsigned active[FAULTS];
    double amount[FAULTS];
    unsigned long modbus_writes;
};

struct site {
    const struct scene *scene;
    struct model *model;
    size_t n;
    struct unit *unit;
    unsigned steps;
};

/* Says in diag what a scene cannot have (devices unknown, recordings unreadable): -EINVAL. */
int site_new(const struct scene *scene, int64_t now_us, struct diag *diag, struct site **ret);
void site_free(struct site *site);
struct unit *site_unit(struct site *site, const char *name); /* NULL: there is none */
void site_step(struct site *site, double seconds);
/* Before an answer. */
void site_refresh(struct site *site, struct unit *unit, int64_t now_us);
/* Begins or ends a fault. unit NULL: of the room. */
void site_fault(struct site *site, struct unit *unit, struct room *room, int feed, struct fault fault, bool on,
                int64_t now_us);
/* True when the agent does not answer this time. */
bool site_mute(struct unit *unit);
unsigned long site_writes(const struct site *site);
/* The truth of a unit's points; 0 for a recording. ret[TRUTH_MAX]. */
size_t site_truth(const struct site *site, const struct unit *unit, struct truth *ret);
