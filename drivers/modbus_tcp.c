/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_tcp.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

static int of_socket(int error)
{
    return error == EPIPE || error == ENOTCONN ? -ECONNRESET : -error;
}

int modbus_tcp_idle(int fd)
{
    uint8_t byte;
    ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    if (n > 0)
        return -ESTALE;
    if (n == 0)
        return -ECONNRESET;
    return errno == EAGAIN ? 0 : of_socket(errno);
}

static int cut(const char **ret_why)
{
    *ret_why = "an answer that was cut short";
    return -EBADMSG;
}

/* Reads on until the buffer holds `want` bytes. */
static int fill(int fd, uint8_t *bytes, size_t *n, size_t want, const struct modbus_stop *stop, int64_t until_us,
                const char **ret_why)
{
    while (*n < want) {
        int rc = modbus_wait(stop, fd, POLLIN, until_us);
        if (rc < 0)
            return rc;
        if (rc == 0)
            return *n > 0 ? cut(ret_why) : -ETIMEDOUT;
        ssize_t got = recv(fd, bytes + *n, want - *n, MSG_DONTWAIT);
        if (got == 0)
            return *n > 0 ? cut(ret_why) : -ECONNRESET;
        if (got < 0 && errno != EAGAIN && errno != EINTR)
            return of_socket(errno);
        if (got > 0)
            *n += (size_t)got;
    }
    return 0;
}

/* One whole frame. */
static int take(int fd, uint8_t frame[MODBUS_MBAP_MAX], size_t *ret_n, const struct modbus_stop *stop, int64_t until_us,
                const char **ret_why)
{
    size_t n = 0;
    int rc = fill(fd, frame, &n, 6, stop, until_us, ret_why);
    if (rc < 0)
        return rc;
    int size = modbus_mbap_size(frame, n, ret_why);
    if (size < 0)
        return size;
    rc = fill(fd, frame, &n, (size_t)size, stop, until_us, ret_why);
    if (rc < 0)
        return rc;
    *ret_n = n;
    return 0;
}

/* The frame is the question, and then the answer to it. */
static int talk(int fd, uint8_t frame[MODBUS_MBAP_MAX], size_t *n, uint16_t transaction, int64_t bound_us,
                const struct modbus_stop *stop, const char **ret_why)
{
    uint8_t unit = frame[6], function = frame[7];
    bool foreign = false;
    int64_t until = modbus_wait_now() + bound_us;

    int rc = modbus_tcp_idle(fd);
    if (rc < 0)
        return rc;
    ssize_t sent = send(fd, frame, *n, MSG_NOSIGNAL);
    if (sent < 0 || (size_t)sent != *n)
        return sent < 0 ? of_socket(errno) : -ECONNRESET;
    for (;;) {
        rc = take(fd, frame, n, stop, until, ret_why);
        if (rc == -ETIMEDOUT && foreign) {
            *ret_why = "the answer to another question";
            return -EBADMSG;
        }
        if (rc < 0)
            return rc;
        rc = modbus_mbap_unwrap(unit, function, transaction, frame, *n, ret_why);
        if (rc != -EAGAIN)
            return rc;
        foreign = true;
    }
}

int modbus_tcp_ask(int fd, struct modbus_ask ask, uint16_t transaction, int64_t bound_us,
                   const struct modbus_stop *stop, uint16_t *ret, const char **ret_why)
{
    uint8_t frame[MODBUS_MBAP_MAX];
    size_t n = MODBUS_MBAP_REQUEST;

    modbus_mbap_encode(ask, transaction, frame);
    int rc = talk(fd, frame, &n, transaction, bound_us, stop, ret_why);
    return rc ? rc : modbus_mbap_decode(ask, transaction, frame, n, ret, ret_why);
}

int modbus_tcp_ask_pdu(int fd, uint8_t unit, uint16_t transaction, const uint8_t *pdu, size_t n, int64_t bound_us,
                       const struct modbus_stop *stop, uint8_t ret[MODBUS_MBAP_MAX], size_t *ret_n,
                       const char **ret_why)
{
    uint8_t frame[MODBUS_MBAP_MAX];
    size_t length = modbus_mbap_wrap(unit, transaction, pdu, n, frame);
    int rc = talk(fd, frame, &length, transaction, bound_us, stop, ret_why);

    if (rc)
        return rc;
    *ret_n = length - MODBUS_MBAP_HEADER;
    memcpy(ret, frame + MODBUS_MBAP_HEADER, *ret_n);
    return 0;
}
