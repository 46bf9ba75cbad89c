/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/probe_run.h"

#include "drivers/driver.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-event.h>

#define PATIENCE_US (60 * 1000000ull) /* without any answer at all: a driver answers each setup long before */

struct probe {
    sd_event *loop;
    sd_event_source *patience;
    struct inbox *inbox;
    const struct driver *driver[2];
    void *self[2];
    struct probe_result *result;
    size_t n, done;
    probe_progress *progress;
    void *user;
};

static void end(struct probe *probe, struct probe_result *result)
{
    if (result->done)
        return;
    result->done = true;
    probe->done++;
    if (probe->progress)
        probe->progress(probe->user, probe->done, probe->n);
    if (probe->done == probe->n)
        sd_event_exit(probe->loop, 0);
}

static void take(struct probe *probe, struct answer *answer)
{
    struct probe_result *result = answer->device < probe->n ? &probe->result[answer->device] : NULL;
    if (!result || result->done) {
        answer_free(answer);
        return;
    }
    switch (answer->kind) {
    case ANSWER_SHAPE:
        shape_unref(result->shape);
        result->shape = shape_ref(answer->shape);
        break;
    case ANSWER_VALUES:
        result->values = answer;
        end(probe, result);
        return;
    case ANSWER_FAILED:
        result->fault = answer->fault;
        snprintf(result->words, sizeof result->words, "%s", answer->words);
        end(probe, result);
        break;
    }
    answer_free(answer);
}

static void wait_anew(struct probe *probe)
{
    uint64_t now;
    sd_event_now(probe->loop, CLOCK_BOOTTIME, &now);
    sd_event_source_set_time(probe->patience, now + PATIENCE_US);
    sd_event_source_set_enabled(probe->patience, SD_EVENT_ONESHOT);
}

static int on_inbox(sd_event_source *source, int fd, uint32_t events, void *user)
{
    struct probe *probe = user;
    (void)source, (void)fd, (void)events;
    wait_anew(probe);
    for (struct answer *a = inbox_take(probe->inbox), *next; a; a = next) {
        next = a->next;
        take(probe, a);
    }
    return 0;
}

static int on_patience(sd_event_source *source, uint64_t usec, void *user)
{
    struct probe *probe = user;
    (void)source, (void)usec;
    for (size_t i = 0; i < probe->n; i++)
        if (!probe->result[i].done) {
            probe->result[i].fault = FAULT_SILENT;
            snprintf(probe->result[i].words, sizeof probe->result[i].words, "no answer");
            end(probe, &probe->result[i]);
        }
    return 0;
}

static int start(struct probe *probe, struct device_setup *const *setups)
{
    int r = sd_event_new(&probe->loop);
    if (r >= 0)
        r = sd_event_add_io(probe->loop, NULL, inbox_fd(probe->inbox), EPOLLIN, on_inbox, probe);
    if (r >= 0)
        r = sd_event_add_time(probe->loop, &probe->patience, CLOCK_BOOTTIME, 0, 1000, on_patience, probe);
    if (r >= 0)
        wait_anew(probe);
    for (size_t i = 0; r >= 0 && i < probe->n; i++) {
        bool modbus = setups[i]->is_modbus;
        probe->result[i] = (struct probe_result){.setup = setups[i]};
        if (!probe->driver[modbus]) {
            const struct driver *driver = modbus ? &driver_modbus : &driver_snmp;
            r = driver->start(probe->loop, probe->inbox, &probe->self[modbus]);
            if (r >= 0)
                probe->driver[modbus] = driver;
        }
        if (r >= 0)
            r = probe->driver[modbus]->add(probe->self[modbus], setups[i]);
    }
    return r;
}

int probe_run(struct device_setup *const *setups, size_t n, struct probe_result *results, probe_progress *progress,
              void *user)
{
    struct probe probe = {.inbox = inbox_new(), .result = results, .n = n, .progress = progress, .user = user};
    if (!probe.inbox)
        return -ENOMEM;
    memset(results, 0, n * sizeof *results);
    int r = start(&probe, setups);
    if (r >= 0)
        r = sd_event_loop(probe.loop);
    for (int i = 0; i < 2; i++)
        if (probe.driver[i])
            probe.driver[i]->stop(probe.self[i]);
    sd_event_source_disable_unref(probe.patience);
    sd_event_unref(probe.loop);
    inbox_free(probe.inbox);
    return r < 0 ? r : 0;
}

void probe_result_done(struct probe_result *result)
{
    shape_unref(result->shape);
    answer_free(result->values);
    result->shape = NULL;
    result->values = NULL;
}
