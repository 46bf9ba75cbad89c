/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Graphs for many at once: a few children that draw, each with limits on memory and time, started anew when they die,
 * take too long or have drawn a thousand.
 *
 * Shape: a child is this program again (/proc/self/exe, `graph-child`), so nothing of a thread's state is in it; it has
 *        read the configuration at its start: graph_pool_renew after a reload. Requests wait in a queue of
 *        GRAPH_QUEUE; more are answered with -EBUSY at once. The deadline runs from the moment a child begins.
 * Errors: in the answer: -ETIMEDOUT took too long, -EPIPE the child died, -EBUSY, -ECANCELED the pool ends.
 * Owner: the answer belongs to who is called with it: graph_answer_done. place is borrowed.
 * Threads: any may ask; `done` is called in the pool's own thread (or in the asker's for -EBUSY) and must not wait:
 *          with libmicrohttpd it keeps the answer and calls MHD_resume_connection.
 */
#pragma once
#include "daemon/graph.h"

#define GRAPH_QUEUE        64
#define GRAPH_CHILDREN_MAX 16

struct graph_pool;

struct graph_pool_options {
    struct graph_place place;
    unsigned children;   /* 0: 2 */
    int64_t deadline_ms; /* 0: 10 s */
};

struct graph_pool_stats {
    uint64_t asked, drawn, refused, late, died;
};

typedef void graph_done(void *context, struct graph_answer *answer);

int graph_pool_new(const struct graph_pool_options *options, struct graph_pool **ret);
void graph_pool_free(struct graph_pool *pool);
void graph_pool_ask(struct graph_pool *pool, const struct graph_request *request, graph_done *done, void *context);
/* The same for who may wait. */
void graph_pool_wait(struct graph_pool *pool, const struct graph_request *request, struct graph_answer *ret);
void graph_pool_renew(struct graph_pool *pool); /* each child anew, when it has no work */
void graph_pool_stats(struct graph_pool *pool, struct graph_pool_stats *ret);
