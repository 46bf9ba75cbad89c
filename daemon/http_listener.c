/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/http_listener.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#define CONNECTIONS      64u         /* at 33 KB each 2 MB */
#define PER_ADDRESS      32u         /* one address cannot take all of them */
#define IDLE_S           15u         /* libmicrohttpd's own timeout sees inactivity only */
#define CONNECTION_BYTES (16 * 1024) /* heads are a few hundred bytes */

struct connection {
    struct connection *next, **place; /* *place is this one */
    struct listener *listener;
    int fd;
    uint64_t deadline_us;
};

struct listener {
    sd_event *loop;
    sd_event_source *io, *timer;
    struct MHD_Daemon *daemon;
    struct connection *first;
    uint64_t request_us;
};

static uint64_t now_us(struct listener *listener)
{
    uint64_t now = 0;
    sd_event_now(listener->loop, CLOCK_MONOTONIC, &now);
    return now;
}

/* libmicrohttpd has no call that ends a connection: its peer's end does. */
static void end_overdue(struct listener *listener)
{
    uint64_t now = now_us(listener);
    for (struct connection *c = listener->first; c; c = c->next)
        if (now >= c->deadline_us)
            shutdown(c->fd, SHUT_RDWR);
}

void listener_turn(struct listener *listener)
{
    MHD_UNSIGNED_LONG_LONG ms;
    end_overdue(listener);
    MHD_run(listener->daemon);
    bool wants = MHD_get_timeout(listener->daemon, &ms) == MHD_YES;
    if (!wants && !listener->first) {
        sd_event_source_set_enabled(listener->timer, SD_EVENT_OFF);
        return;
    }
    uint64_t wait_us = wants && ms < 1000 ? ms * 1000 : 1000000; /* deadlines are looked at each second */
    sd_event_source_set_time(listener->timer, now_us(listener) + wait_us);
    sd_event_source_set_enabled(listener->timer, SD_EVENT_ONESHOT);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source, (void)fd, (void)events;
    listener_turn(user);
    return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *user)
{
    (void)source, (void)usec;
    listener_turn(user);
    return 0;
}

static void on_connection(void *user, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct listener *listener = user;
    struct connection *c = *context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (c && (*c->place = c->next))
            c->next->place = c->place;
        free(c);
        *context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    c = info ? malloc(sizeof *c) : NULL;
    if (!c) /* served all the same, within the inactivity timeout */
        return;
    *c = (struct connection){.next = listener->first,
                             .place = &listener->first,
                             .listener = listener,
                             .fd = info->connect_fd,
                             .deadline_us = now_us(listener) + listener->request_us};
    if (c->next)
        c->next->place = &c->next;
    listener->first = c;
    *context = c;
}

void listener_renew(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *c = info ? info->socket_context : NULL;
    if (c)
        c->deadline_us = now_us(c->listener) + c->listener->request_us;
}

void listener_hold(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *c = info ? info->socket_context : NULL;
    if (c)
        c->deadline_us = UINT64_MAX;
}

static int add_sources(struct listener *listener)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (!info)
        return -EIO;
    int r = sd_event_add_io(listener->loop, &listener->io, info->epoll_fd, EPOLLIN, on_io, listener);
    /* an accuracy of 0 would mean 250 ms, and a long answer would take as long at each piece */
    return r < 0 ? r : sd_event_add_time(listener->loop, &listener->timer, CLOCK_MONOTONIC, 0, 1, on_timer, listener);
}

int listener_open(sd_event *loop, int fd, const struct listener_limits *limits, MHD_AccessHandlerCallback handle,
                  MHD_RequestCompletedCallback completed, void *user, struct listener **ret)
{
    struct listener *listener = calloc(1, sizeof *listener);
    if (!listener) {
        close(fd);
        return -ENOMEM;
    }
    listener->loop = sd_event_ref(loop);
    listener->request_us = limits->request_us;
    listener->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, user, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, limits->connections ? limits->connections : CONNECTIONS,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, limits->per_address ? limits->per_address : PER_ADDRESS,
        MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener,
        MHD_OPTION_NOTIFY_COMPLETED, completed, user, MHD_OPTION_END);
    if (!listener->daemon)
        close(fd);
    int r = listener->daemon ? add_sources(listener) : -EIO;
    if (r < 0) {
        listener_close(listener);
        return r;
    }
    listener_turn(listener);
    *ret = listener;
    return 0;
}

void listener_close(struct listener *listener)
{
    if (!listener)
        return;
    /* sources first: a descriptor number that was used again would be taken out of the loop instead */
    sd_event_source_disable_unref(listener->io);
    sd_event_source_disable_unref(listener->timer);
    if (listener->daemon)
        MHD_stop_daemon(listener->daemon);
    sd_event_unref(listener->loop);
    free(listener);
}
