/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_dial.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int resolve(const struct address *address, bool names, const struct modbus_stop *stop, struct addrinfo **ret,
                   const char **ret_why)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    char port[8];

    snprintf(port, sizeof(port), "%u", address->port ? address->port : (unsigned)MODBUS_DIAL_PORT);
    int rc = getaddrinfo(address->host, port, &hints, ret);
    if (rc == EAI_NONAME && names) {
        if (!stop->resolving(stop->arg, true))
            return -ECANCELED;
        hints.ai_flags = AI_NUMERICSERV;
        rc = getaddrinfo(address->host, port, &hints, ret);
        if (!stop->resolving(stop->arg, false)) {
            if (rc == 0)
                freeaddrinfo(*ret);
            return -ECANCELED;
        }
    }
    if (rc == 0)
        return 0;
    *ret_why = rc == EAI_SYSTEM ? strerrordesc_np(errno) : gai_strerror(rc);
    return -ENOENT;
}

static int connected(int fd, const struct modbus_stop *stop, int64_t until_us)
{
    int rc = modbus_wait(stop, fd, POLLOUT, until_us);
    if (rc <= 0)
        return rc < 0 ? rc : -ETIMEDOUT;

    int error = 0;
    socklen_t size = sizeof(error);
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        return -errno;
    return -error;
}

static int dial_one(const struct addrinfo *one, const struct modbus_stop *stop, int64_t until_us, int *ret_fd)
{
    int fd = socket(one->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;

    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    int rc = connect(fd, one->ai_addr, one->ai_addrlen) < 0 ? -errno : 0;
    if (rc == -EINPROGRESS)
        rc = connected(fd, stop, until_us);
    if (rc < 0) {
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

int modbus_dial(const struct address *address, bool names, int64_t bound_us, const struct modbus_stop *stop,
                int *ret_fd, const char **ret_why)
{
    struct addrinfo *found = NULL;
    int rc = resolve(address, names, stop, &found, ret_why);
    if (rc < 0)
        return rc;

    int64_t until = modbus_wait_now() + bound_us;
    int left = 0;
    for (const struct addrinfo *one = found; one; one = one->ai_next)
        left++;
    rc = -EHOSTUNREACH;
    for (const struct addrinfo *one = found; one; one = one->ai_next, left--) {
        /* An address that swallows everything leaves the others their share of the time. */
        int64_t now = modbus_wait_now();
        rc = dial_one(one, stop, now + (until - now) / left, ret_fd);
        if (rc == 0 || rc == -ECANCELED)
            break;
    }
    freeaddrinfo(found);
    if (rc < 0 && rc != -ECANCELED)
        *ret_why = strerrordesc_np(-rc);
    return rc;
}
