/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim.h"

#include "port_send.h"
#include "sim_loop.h"
#include "truth_file.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define TICK 1000000u /* us of wall time between steps of the model */

static double wall_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec;
}

/* Faults whose time has come or gone while the model went from a to b, both seconds since the start. */
static void run_faults(struct sim *sim, double a, double b)
{
    const struct scene_fault *faults = sim->scene->faults.item;
    for (size_t i = 0; i < sim->scene->faults.n; i++) {
        const struct scene_fault *f = &faults[i];
        double from = (double)f->at / 1e6, until = from + (double)f->last / 1e6;
        struct unit *unit = f->agent ? site_unit(sim->site, f->agent) : NULL;
        struct room *room = f->room ? model_room(sim->site->model, f->room) : NULL;
        int64_t now = port_now(sim->base.event);
        if (from > a && from <= b)
            site_fault(sim->site, unit, room, f->feed, f->fault, true, now);
        if (f->last && until > a && until <= b)
            site_fault(sim->site, unit, room, f->feed, f->fault, false, now);
    }
}

/* Faults and lines of truth fall between steps, so the way is cut where the next truth is due. */
static void advance(struct sim *sim, double seconds)
{
    while (seconds > 0) {
        double now = model_now(sim->site->model), step = fmin(seconds, 10);
        if (sim->truth && now + step > sim->written)
            step = fmax(sim->written - now, 0);
        double since = now - sim->scene->start;
        site_step(sim->site, step);
        run_faults(sim, since, since + step);
        if (sim->truth && now + step >= sim->written) {
            truth_file_write(sim->truth, sim->site);
            sim->written += 60;
        }
        seconds -= step;
    }
}

static int on_tick(sd_event_source *source, uint64_t usec, void *context)
{
    struct sim *sim = context;
    int64_t now = (int64_t)usec;
    advance(sim, (double)(now - sim->last_us) / 1e6 * sim->scene->speed);
    sim->site->steps++; /* sysUpTime moves on even where the model stands still */
    sim->last_us = now;
    sd_event_source_set_time(source, usec + TICK);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static bool same_line(const struct unit *a, const struct unit *b)
{
    const struct scene_modbus *x = &a->scene->modbus, *y = &b->scene->modbus;
    if (x->serial || y->serial)
        return x->serial && y->serial && !strcmp(x->serial, y->serial);
    if (x->line || y->line)
        return x->line && y->line && !strcmp(x->line, y->line);
    return x->port && x->port == y->port;
}

static int open_line(struct sim *sim, size_t first)
{
    struct unit *units[256], *head = &sim->site->unit[first];
    const char *host = head->scene->modbus.listen ? head->scene->modbus.listen : sim->scene->listen;
    struct port *port;
    size_t n = 0;
    for (size_t i = first; i < sim->site->n && n < 256; i++)
        if (sim->site->unit[i].registers && (i == first || same_line(head, &sim->site->unit[i])))
            units[n++] = &sim->site->unit[i];
    int r = port_open_modbus(&sim->base, units, n, host, &port);
    if (r < 0)
        return r;
    sim->all[sim->n_ports++] = port;
    for (size_t i = 0; i < n; i++)
        sim->port[units[i] - sim->site->unit] = port;
    return 0;
}

static int open_ports(struct sim *sim, struct diag *diag)
{
    struct site *site = sim->site;
    sim->port = calloc(site->n + 1, sizeof(struct port *));
    sim->all = calloc(site->n + 1, sizeof(struct port *));
    if (!sim->port || !sim->all)
        abort();
    for (size_t i = 0; i < site->n; i++) {
        struct unit *unit = &site->unit[i];
        const char *host = unit->scene->snmp.listen ? unit->scene->snmp.listen : sim->scene->listen;
        int r = 0;
        if (unit->image && (r = port_open_snmp(&sim->base, unit, host, &sim->port[i])) == 0)
            sim->all[sim->n_ports++] = sim->port[i];
        else if (!unit->image && !sim->port[i])
            r = open_line(sim, i);
        if (r < 0) {
            diag_error(diag, unit->scene->at, unit->scene->name, "cannot listen: %s", strerror(-r));
            return r;
        }
    }
    return 0;
}

/* A descriptor for each of many agents. */
static void allow_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int open_all(struct sim *sim, const char *file, size_t n, struct diag *diag)
{
    int r = scene_load(file, sim->text, n, wall_time(), diag, &sim->scene);
    if (r == 0)
        r = sd_event_new(&sim->base.event);
    if (r < 0)
        return r;
    sim->last_us = port_now(sim->base.event);
    r = site_new(sim->scene, sim->last_us, diag, &sim->site);
    if (r < 0)
        return r;
    sim->base.site = sim->site;
    sim->written = (floor(sim->scene->start / 60) + 1) * 60;
    if (sim->scene->truth && !(sim->truth = fopen(sim->scene->truth, "we"))) {
        r = -errno;
        diag_error(diag, (struct place){file, 0, 0}, "truth", "%s: %s", sim->scene->truth, strerror(errno));
        return r;
    }
    allow_files();
    r = open_ports(sim, diag);
    if (r == 0)
        run_faults(sim, -1, 0);
    if (r == 0)
        r = sd_event_add_time(sim->base.event, &sim->tick, CLOCK_MONOTONIC, (uint64_t)sim->last_us + TICK, 1, on_tick,
                              sim);
    return r;
}

int sim_open(const char *file, const char *text, size_t n, struct diag *diag, struct sim **ret)
{
    struct sim *sim = calloc(1, sizeof *sim);
    if (!sim)
        abort();
    sim->wake = -1;
    sim->text = strndup(text, n);
    int r = open_all(sim, file, n, diag);
    if (r < 0) {
        sim_close(sim);
        return r;
    }
    *ret = sim;
    return 0;
}

void sim_close(struct sim *sim)
{
    if (!sim)
        return;
    if (sim->truth) {
        truth_file_end(sim->truth, sim->site);
        fclose(sim->truth);
    }
    for (size_t i = 0; i < sim->n_ports; i++)
        port_free(sim->all[i]);
    free(sim->all);
    free(sim->port);
    sd_event_source_disable_unref(sim->tick);
    sd_event_source_disable_unref(sim->call);
    site_free(sim->site);
    scene_free(sim->scene);
    sd_event_unref(sim->base.event);
    if (sim->wake >= 0)
        close(sim->wake);
    free(sim->text);
    free(sim);
}

int sim_run(struct sim *sim, bool signals)
{
    for (int i = 0; signals && i < 2; i++) {
        int r = sd_event_add_signal(sim->base.event, NULL, i ? SIGINT : SIGTERM, NULL, NULL); /* ends the loop */
        if (r < 0)
            return r;
    }
    return sd_event_loop(sim->base.event);
}

void sim_quit(struct sim *sim)
{
    sd_event_exit(sim->base.event, 0);
}

void sim_print_ready(const struct sim *sim, FILE *out)
{
    json_t *agents = json_array(), *root = json_pack("{s:b, s:o}", "ready", 1, "agents", agents);
    for (size_t i = 0; i < sim->site->n; i++)
        json_array_append_new(agents, json_pack("{s:s, s:s}", "id", sim->site->unit[i].scene->name, "address",
                                                port_address(sim->port[i])));
    json_dumpf(root, out, JSON_COMPACT);
    fputc('\n', out);
    fflush(out);
    json_decref(root);
}
