/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A port of loopback that nobody has, below the range from which the kernel gives connections their ports: a server
 * that is stopped and started again must find it free.
 *
 * Errors: 0 for none.
 */
#pragma once
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define FREE_PORT_FIRST 20000
#define FREE_PORT_COUNT 12000

/* kind: SOCK_STREAM or SOCK_DGRAM. */
static inline uint16_t free_port(int kind)
{
    for (int tries = 0; tries < 1000; tries++) {
        uint16_t noise;
        struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int fd = socket(AF_INET, kind | SOCK_CLOEXEC, 0);
        if (fd < 0 || getrandom(&noise, sizeof noise, 0) != sizeof noise)
            return 0;
        uint16_t port = (uint16_t)(FREE_PORT_FIRST + noise % FREE_PORT_COUNT);
        at.sin_port = htons(port);
        int r = bind(fd, (struct sockaddr *)&at, sizeof at);
        close(fd);
        if (r == 0)
            return port;
    }
    return 0;
}
