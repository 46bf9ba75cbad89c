/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "port_send.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct late {
    struct late *next;
    struct outlet *outlet;
    sd_event_source *timer;
    uint64_t target;
    struct sockaddr_storage to;
    size_t n;
    uint8_t byte[];
};

static void late_free(struct late *late)
{
    sd_event_source_disable_unref(late->timer);
    free(late);
}

static int on_time(sd_event_source *source, uint64_t usec, void *context)
{
    struct late *late = context;
    (void)source;
    (void)usec;
    for (struct late **at = &late->outlet->late; *at; at = &(*at)->next)
        if (*at == late) {
            *at = late->next;
            break;
        }
    late->outlet->send(late->outlet->owner, late->target, &late->to, late->byte, late->n);
    late_free(late);
    return 0;
}

void port_send(struct outlet *outlet, const struct unit *unit, uint64_t target, const struct sockaddr_storage *to,
               const uint8_t *bytes, size_t n)
{
    if (unit && unit->active[FAULT_CUT])
        n = (size_t)((double)n * unit->amount[FAULT_CUT]);
    if (!unit || !unit->active[FAULT_LATE]) {
        outlet->send(outlet->owner, target, to, bytes, n);
        return;
    }
    struct late *late = calloc(1, sizeof *late + n);
    if (!late)
        abort();
    late->outlet = outlet;
    late->target = target;
    if (to)
        late->to = *to;
    late->n = n;
    memcpy(late->byte, bytes, n);
    uint64_t wait = (uint64_t)(unit->amount[FAULT_LATE] * 1e6);
    if (sd_event_add_time_relative(outlet->event, &late->timer, CLOCK_MONOTONIC, wait, 1, on_time, late) < 0) {
        free(late);
        return;
    }
    late->next = outlet->late;
    outlet->late = late;
}

void port_send_forget(struct outlet *outlet)
{
    while (outlet->late) {
        struct late *late = outlet->late;
        outlet->late = late->next;
        late_free(late);
    }
}

int64_t port_now(sd_event *event)
{
    uint64_t now = 0;
    sd_event_now(event, CLOCK_MONOTONIC, &now);
    return (int64_t)now;
}

int port_name(int fd, char *text, size_t size)
{
    struct sockaddr_storage address;
    socklen_t n = sizeof address;
    char host[NI_MAXHOST], number[NI_MAXSERV];
    if (getsockname(fd, (struct sockaddr *)&address, &n) < 0)
        return -errno;
    if (getnameinfo((struct sockaddr *)&address, n, host, sizeof host, number, sizeof number,
                    NI_NUMERICHOST | NI_NUMERICSERV))
        return -EINVAL;
    snprintf(text, size, address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, number);
    return 0;
}

int port_socket(const char *host, unsigned number, int type, int *ret_fd)
{
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICHOST, .ai_socktype = type}, *list;
    char service[16];
    snprintf(service, sizeof service, "%u", number);
    if (getaddrinfo(host, service, &hints, &list))
        return -EADDRNOTAVAIL;
    int yes = 1, r = 0, fd = socket(list->ai_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        r = -errno;
    if (r == 0 && type == SOCK_STREAM)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (r == 0 && (bind(fd, list->ai_addr, list->ai_addrlen) < 0 || (type == SOCK_STREAM && listen(fd, 64) < 0)))
        r = -errno;
    freeaddrinfo(list);
    if (r < 0 && fd >= 0)
        close(fd);
    if (r == 0)
        *ret_fd = fd;
    return r;
}
