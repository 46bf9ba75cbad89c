/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_poll.h"

#include "daemon/moment.h"
#include "daemon/web_worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

#define AGAIN_US (2 * 1000000ull)
#define FLUSH_US (10 * 1000000ull)

struct web_poll {
    sd_event *loop;
    sd_event_source *again;
    char *const *argv;
    struct worker *worker;
    struct web_model model;
    void (*told)(void *context);
    void *context;
    uint64_t flushed_us;
};

static uint64_t now_us(const struct web_poll *poll)
{
    uint64_t now = 0;
    sd_event_now(poll->loop, CLOCK_MONOTONIC, &now);
    return now;
}

static void restart_later(struct web_poll *poll)
{
    sd_event_source_set_time(poll->again, now_us(poll) + AGAIN_US);
    sd_event_source_set_enabled(poll->again, SD_EVENT_ONESHOT);
}

static void on_said(void *context, char *bytes, size_t n)
{
    struct web_poll *poll = context;
    if (!bytes) {
        worker_free(poll->worker);
        poll->worker = NULL;
        web_model_down(&poll->model, "the process that asks the daemon has ended; it is started anew");
        restart_later(poll);
    } else if (web_model_take(&poll->model, bytes, n, moment_now().wall_ms) < 0) {
        web_model_down(&poll->model, "the daemon's answer cannot be read");
    }
    free(bytes);
    poll->told(poll->context);
}

static int on_again(sd_event_source *source, uint64_t usec, void *user)
{
    struct web_poll *poll = user;
    (void)source, (void)usec;
    if (worker_new(poll->loop, poll->argv, on_said, poll, &poll->worker) < 0)
        restart_later(poll);
    return 0;
}

int web_poll_new(sd_event *loop, char *const *argv, void (*told)(void *context), void *context, struct web_poll **ret)
{
    struct web_poll *poll = calloc(1, sizeof *poll);
    if (!poll)
        return -ENOMEM;
    *poll = (struct web_poll){.loop = sd_event_ref(loop), .argv = argv, .told = told, .context = context};
    int r = sd_event_add_time(loop, &poll->again, CLOCK_MONOTONIC, 0, 10000, on_again, poll); /* at once */
    if (r < 0) {
        web_poll_free(poll);
        return r;
    }
    *ret = poll;
    return 0;
}

void web_poll_free(struct web_poll *poll)
{
    if (!poll)
        return;
    worker_free(poll->worker);
    sd_event_source_disable_unref(poll->again);
    sd_event_unref(poll->loop);
    web_model_done(&poll->model);
    free(poll);
}

const struct web_model *web_poll_model(const struct web_poll *poll)
{
    return &poll->model;
}

void web_poll_flush(struct web_poll *poll)
{
    uint64_t now = now_us(poll);
    if (!poll->worker || (poll->flushed_us && now - poll->flushed_us < FLUSH_US))
        return;
    poll->flushed_us = now;
    worker_tell(poll->worker, "flush", 5);
}
