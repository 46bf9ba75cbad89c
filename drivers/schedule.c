/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "schedule.h"
#include "hash.h"

#include <string.h>

/* A silent device is looked for again after three periods or a minute, whichever is sooner: collectd's doubling pause
 * made outages look 40 minutes longer than they were (collectd/collectd#3218). */
#define PASS_MAX     2
#define PAUSE_MAX_US 60000000

/* Spreads ids that differ in one digit. */
static uint64_t hash_id(const char *id)
{
    uint64_t h = hash_bytes(HASH_BEGIN, id, strlen(id));
    /* its low bits are the weak ones and the phase is a remainder */
    return h ^ (h >> 32);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return a % b < 0 ? q - 1 : q;
}

void schedule_init(struct schedule *schedule, const char *id, int64_t every_us, int64_t grain_us)
{
    if (every_us < 1000)
        every_us = 1000; /* one that is polled once may have no period */
    if (grain_us < 1000)
        grain_us = 1000;
    uint64_t grains = grain_us < every_us ? (uint64_t)(every_us / grain_us) : 1;
    *schedule = (struct schedule){
        .every_us = every_us,
        .phase_us = (int64_t)(hash_id(id) % grains) * grain_us,
    };
}

static struct schedule_due due_of(const struct schedule *s, int64_t slot, int64_t wall_us, int64_t boot_us)
{
    int64_t due = slot * s->every_us + s->phase_us;
    return (struct schedule_due){.slot = slot, .wall_us = due, .boot_us = boot_us + (due - wall_us)};
}

struct schedule_due schedule_current(const struct schedule *s, int64_t wall_us, int64_t boot_us)
{
    return due_of(s, floor_div(wall_us - s->phase_us, s->every_us), wall_us, boot_us);
}

struct schedule_due schedule_next(const struct schedule *s, int64_t wall_us, int64_t boot_us)
{
    int64_t now = floor_div(wall_us - s->phase_us, s->every_us);
    int64_t next = s->slot + 1;
    /* Two ahead is right when a slot began a moment before its wall time (the clock is being slewed); more is a step
     * back of the clock. */
    if (!s->begun || next > now + 2)
        next = now + 1;
    if (next <= now) {
        int64_t late = wall_us - (now * s->every_us + s->phase_us);
        next = late < s->every_us / 2 ? now : now + 1;
    }
    return due_of(s, next, wall_us, boot_us);
}

void schedule_begin(struct schedule *s, int64_t slot)
{
    s->slot = slot;
    s->begun = true;
}

void schedule_ended(struct schedule *s, bool answered)
{
    if (answered) {
        s->failures = s->pass = 0;
        return;
    }
    unsigned pass = s->failures < PASS_MAX ? s->failures : PASS_MAX;
    s->failures++;
    while (pass > 0 && (pass + 1) * s->every_us > PAUSE_MAX_US)
        pass--;
    s->pass = pass;
}

bool schedule_passes(struct schedule *s)
{
    if (s->pass == 0)
        return false;
    s->pass--;
    return true;
}

int64_t schedule_try_us(int64_t every_us, int64_t timeout_us, unsigned tries)
{
    int64_t share = every_us / tries;
    return timeout_us < share ? timeout_us : share;
}
