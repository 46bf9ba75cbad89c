/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net-snmp in one loop: the library's start, and the sockets of all sessions behind one event source.
 *
 * Shape: descriptors of sessions are gathered in one nested epoll, and drained up to 64 at a time.
 * Errors: -errno; -EBUSY where another loop has it.
 * Owner: counted. The library keeps users and engine times for the whole process, so there is one of these a process.
 * Threads: the loop's alone: the library has no locks.
 * Source: net-snmp 5.9.3: snmp_api.c, large_fd_set.c.
 */
#pragma once
#include "resolve.h"
#include "snmp_engines.h"
#include "snmp_turns.h"
#include "timers.h"

#include <net-snmp/library/large_fd_set.h>

struct snmp_net;

int snmp_net_get(sd_event *loop, struct snmp_net **ret);
void snmp_net_put(struct snmp_net *net);
struct timers *snmp_net_timers(struct snmp_net *net);
struct resolver *snmp_net_resolver(struct snmp_net *net);
struct snmp_keys *snmp_net_keys(struct snmp_net *net);
struct snmp_engines *snmp_net_engines(struct snmp_net *net);
struct snmp_turns *snmp_net_turns(struct snmp_net *net);

/* A descriptor of a session: called when it is readable, with the library's set to put it into. */
struct snmp_watch {
    void (*readable)(struct snmp_watch *watch, netsnmp_large_fd_set *fds);
};
int snmp_net_watch(struct snmp_net *net, int fd, struct snmp_watch *watch);
void snmp_net_unwatch(struct snmp_net *net, int fd);

/* Every call that may call back from the library stands between these. */
void snmp_net_enter(struct snmp_net *net);
void snmp_net_leave(struct snmp_net *net);

/* Calls `fn` outside all callbacks of the library: at once, or soon. Sessions are closed there: inside, the library
 * would call back again for the request that it is delivering, and then use what it has freed. */
struct snmp_later {
    struct snmp_later *next;
    void (*fn)(struct snmp_later *later);
};
void snmp_net_later(struct snmp_net *net, struct snmp_later *later);
