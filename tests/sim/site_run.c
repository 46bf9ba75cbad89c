/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit *site_unit(struct site *site, const char *name)
{
    for (size_t i = 0; i < site->n; i++)
        if (!strcmp(site->unit[i].scene->name, name))
            return &site->unit[i];
    return NULL;
}

void site_step(struct site *site, double seconds)
{
    if (seconds > 0)
        model_step(site->model, seconds);
    site->steps++;
}

void site_refresh(struct site *site, struct unit *unit, int64_t now_us)
{
    struct device_state state = {.id = unit->scene->name,
                                 .serial = unit->serial,
                                 .ticks = unit->ticks + (uint64_t)(now_us - unit->booted_us) / 10000,
                                 .time = model_now(site->model)};
    if (!unit->device || unit->fresh == site->steps)
        return;
    unit->fresh = site->steps;
    state.rating = unit->meter->setup.rating;
    meter_view(unit->meter, state.time, &state.view);
    device_adjust(&state.view, unit->energy, unit->zero, unit->active[FAULT_SCALE] ? unit->amount[FAULT_SCALE] : 1);
    if (unit->image) {
        image_confuse(unit->image, unit->active[FAULT_WRONG_TYPE]);
        image_begin(unit->image);
        unit->device->objects(unit->image, &state);
        image_end(unit->image);
    } else {
        registers_confuse(unit->registers, unit->active[FAULT_WRONG_TYPE]);
        unit->device->fill(unit->registers, &state);
    }
}

/* Counters begin anew; the model goes on. */
static void zero(struct site *site, struct unit *unit)
{
    if (!unit->meter)
        return;
    if (!unit->zero && !(unit->zero = malloc(sizeof *unit->zero)))
        abort();
    meter_view(unit->meter, model_now(site->model), unit->zero);
    unit->energy = 0;
}

static void reboot(struct unit *unit, int64_t now_us)
{
    unit->booted_us = now_us;
    unit->ticks = 0;
    agent_set_boots(&unit->agent, unit->agent.setup.boots + 1, now_us / 1000000);
}

static void replace(struct site *site, struct unit *unit, int64_t now_us)
{
    unsigned number = 0;
    sscanf(unit->serial, "ZA%4u", &number);
    zero(site, unit);
    reboot(unit, now_us);
    snprintf(unit->serial, sizeof unit->serial, "ZB%010u", number + 1);
}

static void change_engine(struct unit *unit)
{
    uint8_t engine[ENGINE_MAX];
    size_t n = unit->agent.setup.engine_length;
    memcpy(engine, unit->agent.setup.engine, n);
    engine[n - 1] ^= 1;
    agent_set_engine(&unit->agent, engine, n);
}

/* What happens at once when a fault begins. */
static void begin(struct site *site, struct unit *unit, enum fault_kind kind, int64_t now_us)
{
    uint32_t boots = unit->agent.setup.boots;
    switch (kind) {
    case FAULT_RESET:
        zero(site, unit);
        reboot(unit, now_us);
        break;
    case FAULT_REPLACED: replace(site, unit, now_us); break;
    case FAULT_ENGINE: change_engine(unit); break;
    case FAULT_BOOTS: agent_set_boots(&unit->agent, boots > 2 ? boots - 2 : 1, now_us / 1000000); break;
    case FAULT_SILENCE:
    case FAULT_LOSS:
    case FAULT_LATE:
    case FAULT_CUT:
    case FAULT_WRONG_ID:
    case FAULT_EXCEPTION:
    case FAULT_WRONG_TYPE:
    case FAULT_ENDLESS:
    case FAULT_SCALE:
    case FAULT_FEED:
    case FAULT_HOT_AISLE:
    case FAULTS: break;
    }
}

static void feed_fail(struct site *site, struct room *room, int feed, struct fault fault, bool on)
{
    if (feed != FEED_A && feed != FEED_B)
        return;
    room->dead[feed] = on;
    for (size_t i = 0; fault.amount > 0 && i < site->n; i++) {
        struct unit *u = &site->unit[i];
        if (u->meter && u->meter->room == room && u->meter->setup.load == LOAD_PDU && (int)u->meter->setup.feed == feed)
            u->active[FAULT_SILENCE] += on ? 1u : u->active[FAULT_SILENCE] ? -1u : 0;
    }
}

void site_fault(struct site *site, struct unit *unit, struct room *room, int feed, struct fault fault, bool on,
                int64_t now_us)
{
    if (unit && unit->meter && !room)
        room = unit->meter->room;
    if (unit && unit->meter && feed != FEED_A && feed != FEED_B)
        feed = (int)unit->meter->setup.feed;
    if (fault_of_room(fault.kind)) {
        if (room && fault.kind == FAULT_HOT_AISLE)
            room->hot_aisle = on;
        else if (room)
            feed_fail(site, room, feed, fault, on);
        site->steps++;
        return;
    }
    if (!unit)
        return;
    if (on)
        begin(site, unit, fault.kind, now_us);
    unit->active[fault.kind] += on ? 1u : unit->active[fault.kind] ? -1u : 0;
    unit->amount[fault.kind] = fault.amount;
    unit->agent.wrong_id = unit->active[FAULT_WRONG_ID];
    unit->agent.endless = unit->active[FAULT_ENDLESS];
    unit->agent.failing = unit->active[FAULT_EXCEPTION];
    unit->fresh = 0;
}

bool site_mute(struct unit *unit)
{
    if (unit->active[FAULT_SILENCE])
        return true;
    return unit->active[FAULT_LOSS] && noise_unit(unit->chance++, 0x105e) < unit->amount[FAULT_LOSS];
}

unsigned long site_writes(const struct site *site)
{
    unsigned long sum = 0;
    for (size_t i = 0; i < site->n; i++)
        sum += site->unit[i].agent.writes + site->unit[i].modbus_writes;
    return sum;
}

size_t site_truth(const struct site *site, const struct unit *unit, struct truth *ret)
{
    return unit->meter ? model_truth(site->model, unit->meter, unit->device->truth, ret) : 0;
}
