/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timers.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <systemd/sd-event.h>
#include <time.h>

/* sd-event wakes as late as the accuracy allows, so it is a delay: 1 ms gives 0.7 ms at the median. 0 would mean
 * 250 ms. */
#define ACCURACY_US 1000
/* Then the loop sees to other sources; what is still due fires in its next round. */
#define FIRE_MAX 64

struct timers {
    sd_event_source *source;
    struct timer **heap; /* [1..n] */
    size_t n, room;
    int64_t armed_us;
    bool firing, closed;
};

static int64_t clock_us(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t boot_us(void)
{
    return clock_us(CLOCK_BOOTTIME);
}

int64_t wall_us(void)
{
    return clock_us(CLOCK_REALTIME);
}

static void put(struct timers *ts, size_t place, struct timer *t)
{
    ts->heap[place] = t;
    t->place = place;
}

static void sift_up(struct timers *ts, size_t place, struct timer *t)
{
    for (; place > 1 && ts->heap[place / 2]->at_us > t->at_us; place /= 2)
        put(ts, place, ts->heap[place / 2]);
    put(ts, place, t);
}

static void sift_down(struct timers *ts, size_t place, struct timer *t)
{
    for (size_t child; (child = 2 * place) <= ts->n; place = child) {
        if (child < ts->n && ts->heap[child + 1]->at_us < ts->heap[child]->at_us)
            child++;
        if (ts->heap[child]->at_us >= t->at_us)
            break;
        put(ts, place, ts->heap[child]);
    }
    put(ts, place, t);
}

/* Only an earlier head moves the source: one that was cancelled costs a wake-up for nothing, which is rarer. */
static void arm(struct timers *ts)
{
    if (ts->n == 0 || ts->heap[1]->at_us >= ts->armed_us)
        return;
    ts->armed_us = ts->heap[1]->at_us;
    sd_event_source_set_time(ts->source, (uint64_t)(ts->armed_us > 0 ? ts->armed_us : 0));
    sd_event_source_set_enabled(ts->source, SD_EVENT_ONESHOT);
}

static int on_time(sd_event_source *source, uint64_t usec, void *user)
{
    (void)source;
    (void)usec;
    struct timers *ts = user;
    int64_t now = boot_us();
    ts->firing = true;
    for (unsigned fired = 0; fired < FIRE_MAX && ts->n > 0 && ts->heap[1]->at_us <= now; fired++) {
        struct timer *t = ts->heap[1];
        timers_cancel(ts, t);
        t->fire(t, now);
    }
    ts->firing = false;
    ts->armed_us = INT64_MAX;
    if (ts->closed)
        timers_free(ts);
    else
        arm(ts);
    return 0;
}

int timers_new(sd_event *loop, struct timers **ret)
{
    struct timers *ts = calloc(1, sizeof(*ts));
    if (!ts)
        return -ENOMEM;
    ts->armed_us = INT64_MAX;
    int r = sd_event_add_time(loop, &ts->source, CLOCK_BOOTTIME, 0, ACCURACY_US, on_time, ts);
    if (r < 0) {
        free(ts);
        return r;
    }
    sd_event_source_set_enabled(ts->source, SD_EVENT_OFF);
    *ret = ts;
    return 0;
}

void timers_free(struct timers *ts)
{
    if (!ts)
        return;
    ts->closed = true;
    ts->n = 0;
    if (ts->firing)
        return; /* by the timer that fires: freed behind it */
    sd_event_source_disable_unref(ts->source);
    free(ts->heap);
    free(ts);
}

void timers_set(struct timers *ts, struct timer *t, int64_t at_us)
{
    timers_cancel(ts, t);
    t->at_us = at_us;
    if (ts->n + 1 >= ts->room) {
        ts->room = ts->room ? 2 * ts->room : 64;
        ts->heap = realloc(ts->heap, ts->room * sizeof(struct timer *));
        if (!ts->heap)
            abort(); /* as the arena: nothing can go on without it */
    }
    ts->n++;
    sift_up(ts, ts->n, t);
    arm(ts);
}

void timers_cancel(struct timers *ts, struct timer *t)
{
    size_t place = t->place;
    if (place == 0)
        return;
    t->place = 0;
    struct timer *last = ts->heap[ts->n--];
    if (last == t)
        return;
    if (place > 1 && ts->heap[place / 2]->at_us > last->at_us)
        sift_up(ts, place, last);
    else
        sift_down(ts, place, last);
}
