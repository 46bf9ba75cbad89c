/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_turns.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LINGER_US 1000000

int64_t modbus_turns_wall(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void modbus_turns_free_device(struct modbus_device *device)
{
    modbus_poll_free(device->poll);
    setup_unref(device->setup);
    free(device);
}

void modbus_turns_free(struct modbus_line *line)
{
    for (size_t i = 0; i < line->n; i++)
        modbus_turns_free_device(line->device[i]);
    free(line->device);
    modbus_schedule_done(&line->schedule);
    modbus_wire_free(line->wire);
    if (line->stop.fd >= 0)
        close(line->stop.fd);
    pthread_mutex_destroy(&line->lock);
    free(line->address);
    free(line);
}

/* A line is down when none of several units answers, though one may still say so of itself. */
static bool all_silent(const struct modbus_line *line)
{
    for (size_t i = 0; i < line->n; i++) {
        if (!line->device[i]->silent)
            return false;
    }
    return line->n > 1;
}

static void put(struct modbus_line *line, struct modbus_device *device, struct modbus_turn *turn)
{
    if (turn->answer->fault == FAULT_SILENT && all_silent(line)) {
        turn->answer->fault = FAULT_GATEWAY;
        snprintf(turn->answer->words, sizeof(turn->answer->words), "%.80s: none of its %zu units answers",
                 device->setup->address.text, line->n);
    }
    if (turn->shape)
        inbox_put(line->inbox, turn->shape);
    inbox_put(line->inbox, turn->answer);
    *turn = (struct modbus_turn){0};
}

/* With the lock: the device goes back into the heap, or away. */
static void put_back(struct modbus_line *line, struct modbus_device *device)
{
    line->current = NULL;
    if (device->gone) {
        modbus_turns_free_device(device);
        return;
    }
    if (device->setup->once)
        return;
    modbus_schedule_next(&device->slot, modbus_turns_wall(), modbus_wait_now());
    /* There is room: the heap has held this slot before. */
    modbus_schedule_put(&line->schedule, &device->slot);
}

static bool counts_for_back_off(enum modbus_outcome outcome)
{
    /* A line that is down costs no time: its units come back with it. */
    return outcome != MO_OK && outcome != MO_DOWN && outcome != MO_NAME && outcome != MO_CANCELLED;
}

static void stamp(struct answer *answer, int64_t wall_ms, int64_t begun_us, int64_t late_us)
{
    if (!answer)
        return;
    answer->wall_ms = wall_ms;
    answer->boot_us = begun_us;
    answer->late_us = late_us;
    answer->latency_us = modbus_wait_now() - begun_us;
}

/* The round is not over. */
static bool more_due(const struct modbus_line *line)
{
    const struct modbus_slot *slot = modbus_schedule_first(&line->schedule);

    return slot && slot->due_us <= modbus_wait_now();
}

/* One poll, without the lock but where it says so. */
static void poll_device(struct modbus_line *line, struct modbus_device *device, int64_t quiet_us, int64_t wall_ms)
{
    int64_t begun = modbus_wait_now();
    int64_t late = begun > device->slot.due_us ? begun - device->slot.due_us : 0;

    modbus_wire_quiet(line->wire, quiet_us);
    struct modbus_turn turn = modbus_poll_run(device->poll, line->wire);
    stamp(turn.shape, wall_ms, begun, late);
    stamp(turn.answer, wall_ms, begun, late);
    bool one_client = device->setup->modbus.one_client;
    int64_t reconnect_us = device->setup->modbus.reconnect_us;

    pthread_mutex_lock(&line->lock);
    schedule_ended(&device->slot.grid, !counts_for_back_off(turn.outcome));
    device->silent = turn.outcome == MO_SILENT || turn.outcome == MO_ABSENT;
    if (turn.answer && !device->gone && !line->quit)
        put(line, device, &turn);
    put_back(line, device);
    bool more = more_due(line);
    pthread_mutex_unlock(&line->lock);
    if (one_client && !more)
        modbus_wire_hang_up(line->wire, reconnect_us);
    answer_free(turn.shape);
    answer_free(turn.answer);
}

/* With the lock: the device whose slot begins now; NULL: none, *ret_until_us says until when. */
static struct modbus_device *next_due(struct modbus_line *line, int64_t *ret_until_us, int64_t *ret_wall_ms)
{
    for (;;) {
        struct modbus_slot *slot = modbus_schedule_first(&line->schedule);
        int64_t now = modbus_wait_now(), wall = modbus_turns_wall();
        *ret_until_us = slot ? slot->due_us : INT64_MAX / 2;
        /* Nobody begins while the line must rest: the wait would be counted as theirs. */
        if (*ret_until_us < modbus_wire_rests(line->wire))
            *ret_until_us = modbus_wire_rests(line->wire);
        if (!slot || *ret_until_us > now)
            return NULL;
        modbus_schedule_drop(&line->schedule, slot);
        if (modbus_schedule_starts(slot, wall, now, ret_wall_ms))
            return (struct modbus_device *)slot;
        modbus_schedule_next(slot, wall, now);
        modbus_schedule_put(&line->schedule, slot);
    }
}

static int64_t longest_answer(const struct modbus_line *line)
{
    int64_t longest = 0;

    for (size_t i = 0; i < line->n; i++) {
        if (line->device[i]->setup->timeout_us > longest)
            longest = line->device[i]->setup->timeout_us;
    }
    return longest;
}

static bool asked_anything(void *arg)
{
    (void)arg;
    return true;
}

/* Until something is due or has changed. A line that lost its last device keeps its connection for a moment: a
 * configuration that is read anew takes devices away before it brings them. */
static void wait_idle(struct modbus_line *line, bool used, int64_t until_us)
{
    const struct modbus_stop idle = {.fd = line->stop.fd, .asked = asked_anything, .arg = line};

    if (used || !modbus_wire_is_open(line->wire))
        modbus_wait(&idle, -1, 0, until_us);
    else if (modbus_wait(&idle, -1, 0, modbus_wait_now() + LINGER_US) == 0)
        modbus_wire_hang_up(line->wire, 0);
}

void *modbus_turns_run(void *arg)
{
    struct modbus_line *line = arg;
    int64_t until = 0, wall_ms = 0;

    pthread_mutex_lock(&line->lock);
    while (!line->quit) {
        struct modbus_device *device = next_due(line, &until, &wall_ms);
        int64_t quiet = longest_answer(line);
        bool used = line->n > 0;
        line->current = device;
        pthread_mutex_unlock(&line->lock);
        if (device)
            poll_device(line, device, quiet, wall_ms);
        else
            wait_idle(line, used, until);
        pthread_mutex_lock(&line->lock);
    }
    bool orphan = line->orphan;
    pthread_mutex_unlock(&line->lock);
    if (orphan)
        modbus_turns_free(line);
    return NULL;
}
