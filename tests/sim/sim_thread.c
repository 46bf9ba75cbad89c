/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "port_send.h"
#include "sim.h"
#include "sim_loop.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct start {
    const char *yaml;
    struct sim *sim;
    int error;
    bool done;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

/* One call at a time comes in by an event descriptor and is done between two events. */
static int on_call(sd_event_source *source, int fd, uint32_t events, void *context)
{
    struct sim *sim = context;
    uint64_t count;
    (void)source;
    (void)events;
    if (read(fd, &count, sizeof count) < 0)
        return 0;
    pthread_mutex_lock(&sim->lock);
    if (sim->todo)
        sim->todo(sim, sim->context);
    sim->todo = NULL;
    pthread_cond_broadcast(&sim->done);
    pthread_mutex_unlock(&sim->lock);
    return 0;
}

static void call(struct sim *sim, void (*todo)(struct sim *sim, void *context), void *context)
{
    uint64_t one = 1;
    pthread_mutex_lock(&sim->lock);
    sim->todo = todo;
    sim->context = context;
    if (write(sim->wake, &one, sizeof one) != sizeof one)
        abort();
    while (sim->todo)
        pthread_cond_wait(&sim->done, &sim->lock);
    pthread_mutex_unlock(&sim->lock);
}

static int open_thread(struct start *start)
{
    struct diag *diag = diag_new();
    struct sim *sim = NULL;
    int r = sim_open("simulation", start->yaml, strlen(start->yaml), diag, &sim);
    diag_print(diag, stderr);
    diag_free(diag);
    if (r < 0)
        return r;
    pthread_mutex_init(&sim->lock, NULL);
    pthread_cond_init(&sim->done, NULL);
    sim->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    r = sim->wake < 0 ? -errno : sd_event_add_io(sim->base.event, &sim->call, sim->wake, EPOLLIN, on_call, sim);
    if (r < 0) {
        sim_close(sim);
        return r;
    }
    start->sim = sim;
    return 0;
}

static void *thread_main(void *context)
{
    struct start *start = context;
    int r = open_thread(start);
    struct sim *sim = start->sim;
    pthread_mutex_lock(&start->lock);
    start->error = r;
    start->done = true;
    pthread_cond_signal(&start->changed);
    pthread_mutex_unlock(&start->lock);
    /* start is the caller's and gone from here on */
    if (r == 0)
        sim_run(sim, false);
    return NULL;
}

int sim_start_text(const char *yaml, struct sim **ret)
{
    struct start start = {.yaml = yaml, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    pthread_t thread;
    int r = pthread_create(&thread, NULL, thread_main, &start);
    if (r)
        return -r;
    pthread_mutex_lock(&start.lock);
    while (!start.done)
        pthread_cond_wait(&start.changed, &start.lock);
    pthread_mutex_unlock(&start.lock);
    if (start.error < 0) {
        pthread_join(thread, NULL);
        return start.error;
    }
    start.sim->thread = thread;
    *ret = start.sim;
    return 0;
}

static void do_quit(struct sim *sim, void *context)
{
    (void)context;
    sim_quit(sim);
}

void sim_stop(struct sim *sim)
{
    if (!sim)
        return;
    call(sim, do_quit, NULL);
    pthread_join(sim->thread, NULL);
    pthread_mutex_destroy(&sim->lock);
    pthread_cond_destroy(&sim->done);
    sim_close(sim);
}

const char *sim_address(const struct sim *sim, const char *agent)
{
    struct unit *unit = site_unit(sim->site, agent);
    return unit ? port_address(sim->port[unit - sim->site->unit]) : NULL;
}

struct order {
    const char *agent, *text;
    bool on;
    int error;
    double value;
    unsigned long count;
};

static void do_fault(struct sim *sim, void *context)
{
    struct order *order = context;
    struct unit *unit = site_unit(sim->site, order->agent);
    struct fault fault;
    order->error = unit ? fault_parse(order->text, &fault) : -ENOENT;
    if (order->error == 0)
        site_fault(sim->site, unit, NULL, -1, fault, order->on, port_now(sim->base.event));
}

int sim_fault(struct sim *sim, const char *agent, const char *kind)
{
    struct order order = {.agent = agent, .text = kind, .on = true};
    call(sim, do_fault, &order);
    return order.error;
}

int sim_heal(struct sim *sim, const char *agent, const char *kind)
{
    struct order order = {.agent = agent, .text = kind};
    call(sim, do_fault, &order);
    return order.error;
}

static void do_writes(struct sim *sim, void *context)
{
    *(unsigned long *)context = site_writes(sim->site);
}

unsigned long sim_writes(struct sim *sim)
{
    unsigned long writes = 0;
    call(sim, do_writes, &writes);
    return writes;
}

static void do_requests(struct sim *sim, void *context)
{
    struct order *order = context;
    struct unit *unit = site_unit(sim->site, order->agent);
    order->count = unit ? unit->agent.requests : 0;
}

unsigned long sim_requests(struct sim *sim, const char *agent)
{
    struct order order = {.agent = agent};
    call(sim, do_requests, &order);
    return order.count;
}

static void do_truth(struct sim *sim, void *context)
{
    struct order *order = context;
    struct truth list[TRUTH_MAX];
    struct unit *unit = site_unit(sim->site, order->agent);
    size_t n = unit ? site_truth(sim->site, unit, list) : 0;
    for (size_t i = 0; i < n; i++) {
        size_t part = strlen(list[i].part);
        if (!strncmp(order->text, list[i].part, part) && order->text[part] == '/' &&
            !strcmp(order->text + part + 1, list[i].quantity))
            order->value = list[i].value;
    }
}

double sim_truth(struct sim *sim, const char *agent, const char *point)
{
    struct order order = {.agent = agent, .text = point, .value = NAN};
    call(sim, do_truth, &order);
    return order.value;
}

static void do_offset(struct sim *sim, void *context)
{
    struct order *order = context;
    struct unit *unit = site_unit(sim->site, order->agent);
    if (unit)
        order->value = unit->energy;
}

double sim_energy_offset(struct sim *sim, const char *agent)
{
    struct order order = {.agent = agent, .value = NAN};
    call(sim, do_offset, &order);
    return order.value;
}

static void do_advance(struct sim *sim, void *context)
{
    site_step(sim->site, *(double *)context);
}

void sim_advance(struct sim *sim, double seconds)
{
    call(sim, do_advance, &seconds);
}
