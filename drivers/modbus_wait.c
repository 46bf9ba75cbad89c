/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_wait.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

int64_t modbus_wait_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool called_away(const struct modbus_stop *stop)
{
    uint64_t count;

    /* Not blocking: another wake-up may have emptied it. */
    if (read(stop->fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
        return true;
    return stop->asked(stop->arg);
}

int modbus_wait(const struct modbus_stop *stop, int fd, short events, int64_t until_us)
{
    for (;;) {
        int64_t left = until_us - modbus_wait_now();
        if (left < 0)
            left = 0;
        struct timespec limit = {.tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000};
        struct pollfd fds[2] = {{.fd = stop->fd, .events = POLLIN}, {.fd = fd, .events = events}};
        int n = ppoll(fds, fd >= 0 ? 2 : 1, &limit, NULL);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n <= 0) {
            if (left == 0)
                return 0;
            continue;
        }
        if (fds[0].revents && called_away(stop))
            return -ECANCELED;
        if (fd >= 0 && fds[1].revents)
            return 1;
    }
}

int modbus_wait_raise(int fd)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, FD_SETSIZE);

    if (high < 0)
        return fd;
    close(fd);
    return high;
}
