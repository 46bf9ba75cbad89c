/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One libmicrohttpd server on one socket, turned by the loop.
 *
 * Shape: the server's own epoll descriptor is one event source; after every turn its timeout is armed again, else its
 *        edge-triggered sockets would hang. A connection that takes longer than its deadline is shut down.
 * Owner: the listener owns its socket; a unix socket's path is removed with it.
 * Source: libmicrohttpd 0.9.75, MHD_get_timeout.
 */
#pragma once
#include <microhttpd.h>
#include <stdint.h>

typedef struct sd_event sd_event;

struct listener;

struct listener_limits {
    unsigned connections, per_address; /* 0: 64 and 32: one address cannot take all of them */
    uint64_t request_us; /* for a whole request and its answer, whatever trickles; looked at each second */
};

/* handle and completed are libmicrohttpd's, with user as their closure. */
int listener_open(sd_event *loop, int fd, const struct listener_limits *limits, MHD_AccessHandlerCallback handle,
                  MHD_RequestCompletedCallback completed, void *user, struct listener **ret);
void listener_close(struct listener *listener);
/* After connections were resumed: nothing happens before. */
void listener_turn(struct listener *listener);
/* A request ended: the next one has a deadline of its own. */
void listener_renew(struct MHD_Connection *connection);
/* An answer that goes on for as long as its reader stays: no deadline, but for a reader that takes nothing in. */
void listener_hold(struct MHD_Connection *connection);
