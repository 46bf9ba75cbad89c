/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_probe.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int resolve(const char *host, const char *port, struct addrinfo **ret, char *words, size_t size)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    int rc = getaddrinfo(host, port, &hints, ret);
    if (rc == 0)
        return 0;
    snprintf(words, size, "its name cannot be resolved: %s",
             rc == EAI_SYSTEM ? strerrordesc_np(errno) : gai_strerror(rc));
    return -EHOSTUNREACH;
}

int mqtt_probe_name(const char *host, char *words, size_t size)
{
    struct addrinfo *found;
    int rc = resolve(host, NULL, &found, words, size);
    if (rc == 0)
        freeaddrinfo(found);
    return rc;
}

static int try_address(const struct addrinfo *address, int timeout_ms, int stop)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error = 0;
    if (fd < 0)
        return -errno;
    if (connect(fd, address->ai_addr, address->ai_addrlen) < 0)
        error = errno;
    if (error == EINPROGRESS) {
        struct pollfd wait[2] = {{.fd = fd, .events = POLLOUT}, {.fd = stop, .events = POLLIN}};
        socklen_t length = sizeof error;
        int n = poll(wait, 2, timeout_ms);
        if (n < 0)
            error = errno;
        else if (wait[1].revents)
            error = ECANCELED;
        else if (n == 0)
            error = ETIMEDOUT;
        else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
            error = errno;
    }
    close(fd);
    return -error;
}

int mqtt_probe_reach(const char *host, uint16_t port, int timeout_ms, int stop, char *words, size_t size)
{
    char service[8];
    struct addrinfo *found;
    snprintf(service, sizeof service, "%u", port);
    int rc = resolve(host, service, &found, words, size);
    if (rc < 0)
        return rc;
    for (const struct addrinfo *address = found; address; address = address->ai_next) {
        rc = try_address(address, timeout_ms, stop);
        if (rc == 0 || rc == -ECANCELED)
            break;
    }
    freeaddrinfo(found);
    if (rc == -ECONNREFUSED)
        snprintf(words, size, "connection refused: nothing listens on port %u", port);
    else if (rc == -ETIMEDOUT)
        snprintf(words, size, "no answer within %d s", timeout_ms / 1000);
    else if (rc < 0)
        snprintf(words, size, "cannot be reached: %s", strerrordesc_np(-rc));
    return rc;
}
