/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of a running simulation: its loop, its clock and the calls that come from other threads.
 *
 * Owner: sim_close frees it.
 */
#pragma once
#include "port.h"

#include <pthread.h>
#include <stdio.h>

struct sim {
    char *text;
    struct scene *scene;
    struct site *site;
    struct port_base base;
    struct port **port; /* by unit; units of one line share */
    size_t n_ports;
    struct port **all;
    sd_event_source *tick, *call;
    FILE *truth;
    int64_t last_us;
    double written; /* model time of the next truth */
    int error;
    /* of the thread alone */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t done;
    int wake;
    void (*todo)(struct sim *sim, void *context);
    void *context;
    bool ready, threaded;
};

void sim_close(struct sim *sim);
