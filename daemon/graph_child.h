/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One child of the pool of graphs, from both sides: started, asked, heard, ended; and what it runs.
 *
 * Shape: a socket is its descriptor 3: a struct graph_request in, a struct graph_reply and its bytes out, until the
 *        socket ends. The child has limits on memory, time of the processor and files, and writes none.
 * Errors: -EAGAIN: not all of the answer is there yet; -EPIPE: the child died; -EPROTO: it talks nonsense.
 * Threads: one of the parent's for each child.
 */
#pragma once
#include "daemon/graph.h"

#include <sys/types.h>

struct graph_child {
    pid_t pid; /* 0: none */
    int fd;
    unsigned drawn;
    size_t have;              /* bytes of the reply so far */
    struct graph_reply *head; /* NULL between answers */
    char *bytes;
};

int graph_child_start(struct graph_child *child, const struct graph_place *place);
void graph_child_end(struct graph_child *child); /* at once */
int graph_child_ask(struct graph_child *child, const struct graph_request *request);
int graph_child_hear(struct graph_child *child, struct graph_answer *ret);
/* What main() runs for `graph-child`: argv[1] is the state directory, then those of the configuration. */
int graph_child_main(int argc, char **argv);
