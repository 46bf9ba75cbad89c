/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "port.h"

#include "modbus_frame.h"
#include "port_send.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <termios.h>
#include <unistd.h>

#define TURN 64 /* datagrams taken before others get their turn */

struct connection {
    struct connection *next;
    struct port *port;
    uint64_t number;
    int fd;
    sd_event_source *source;
    uint8_t byte[2 * MODBUS_FRAME];
    size_t n;
};

struct port {
    struct port_base *base;
    struct outlet outlet;
    int fd;
    sd_event_source *source;
    struct unit *unit;                 /* SNMP */
    struct unit *unit_of[256], *alone; /* Modbus; alone: the only one of its line */
    bool rtu;
    int held; /* the terminal's other end, so that it does not hang up between clients */
    char *link;
    struct connection *connection;
    uint64_t numbers;
    char address[4200];
};

static void send_datagram(void *owner, uint64_t target, const struct sockaddr_storage *to, const uint8_t *bytes,
                          size_t n)
{
    struct port *port = owner;
    (void)target;
    socklen_t length = to->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    sendto(port->fd, bytes, n, MSG_NOSIGNAL, (const struct sockaddr *)to, length);
}

static void on_message(struct port *port, const uint8_t *message, size_t n, const struct sockaddr_storage *from)
{
    uint8_t answer[65507]; /* the largest datagram */
    struct unit *unit = port->unit;
    int64_t now = port_now(port->base->event);
    if (site_mute(unit))
        return;
    site_refresh(port->base->site, unit, now);
    size_t length = agent_answer(&unit->agent, now / 1000000, message, n, answer, sizeof answer);
    if (length)
        port_send(&port->outlet, unit, 0, from, answer + sizeof answer - length, length);
}

static int on_datagram(sd_event_source *source, int fd, uint32_t events, void *context)
{
    uint8_t message[65536];
    (void)source;
    (void)events;
    for (int i = 0; i < TURN; i++) {
        struct sockaddr_storage from;
        socklen_t size = sizeof from;
        ssize_t n = recvfrom(fd, message, sizeof message, 0, (struct sockaddr *)&from, &size);
        if (n < 0)
            return 0;
        on_message(context, message, (size_t)n, &from);
    }
    return 0;
}

static struct port *port_new(struct port_base *base, port_sender *send)
{
    struct port *port = calloc(1, sizeof *port);
    if (!port)
        abort();
    port->base = base;
    port->outlet = (struct outlet){.event = base->event, .send = send, .owner = port};
    port->fd = port->held = -1;
    return port;
}

int port_open_snmp(struct port_base *base, struct unit *unit, const char *host, struct port **ret)
{
    struct port *port = port_new(base, send_datagram);
    port->unit = unit;
    int r = port_socket(host, unit->scene->snmp.port, SOCK_DGRAM, &port->fd);
    if (r == 0)
        r = port_name(port->fd, port->address, sizeof port->address);
    if (r == 0)
        r = sd_event_add_io(base->event, &port->source, port->fd, EPOLLIN, on_datagram, port);
    if (r < 0) {
        port_free(port);
        return r;
    }
    *ret = port;
    return 0;
}

static void connection_free(struct connection *connection)
{
    for (struct connection **at = &connection->port->connection; *at; at = &(*at)->next)
        if (*at == connection) {
            *at = connection->next;
            break;
        }
    sd_event_source_disable_unref(connection->source);
    close(connection->fd);
    free(connection);
}

static void send_stream(void *owner, uint64_t target, const struct sockaddr_storage *to, const uint8_t *bytes, size_t n)
{
    struct port *port = owner;
    (void)to;
    for (struct connection *c = port->connection; c; c = c->next)
        if (c->number == target) {
            /* a peer that does not read its answers loses them */
            if (write(c->fd, bytes, n) < 0)
                return;
        }
}

static struct unit *addressed(const struct port *port, const struct modbus_request *request)
{
    /* 0 and 255 mean the device itself where there is no line behind: V1.0b section 4.4.2.1 */
    if (!port->rtu && port->alone && (request->unit == 0 || request->unit == 255))
        return port->alone;
    return port->unit_of[request->unit];
}

static void serve(struct connection *connection, struct modbus_request *request)
{
    struct port *port = connection->port;
    struct unit *unit = addressed(port, request);
    uint8_t pdu[MODBUS_PDU], frame[MODBUS_FRAME];
    size_t n;
    if (unit ? site_mute(unit) : port->rtu)
        return;
    if (!unit) {
        n = modbus_exception(request, 0x0b, pdu); /* gateway: the target did not answer */
    } else {
        site_refresh(port->base->site, unit, port_now(port->base->event));
        n = modbus_serve(unit->registers, request, &unit->modbus_writes, pdu);
        if (unit->active[FAULT_EXCEPTION])
            n = modbus_exception(request, (int)unit->amount[FAULT_EXCEPTION], pdu);
        if (unit->active[FAULT_WRONG_ID]) {
            request->transaction++;
            request->unit = (uint8_t)(request->unit + port->rtu);
        }
    }
    size_t length = modbus_wrap(request, pdu, n, frame);
    port_send(&port->outlet, unit, connection->number, NULL, frame, length);
}

static int on_bytes(sd_event_source *source, int fd, uint32_t events, void *context)
{
    struct connection *c = context;
    (void)source;
    (void)events;
    ssize_t got = read(fd, c->byte + c->n, sizeof c->byte - c->n);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got <= 0) {
        connection_free(c);
        return 0;
    }
    c->n += (size_t)got;
    for (;;) {
        struct modbus_request request;
        size_t taken = modbus_take(c->port->rtu, c->byte, c->n, &request);
        if (!taken)
            break;
        memmove(c->byte, c->byte + taken, c->n - taken);
        c->n -= taken;
        if (request.n)
            serve(c, &request);
    }
    if (c->n == sizeof c->byte)
        c->n = 0;
    return 0;
}

static int connection_new(struct port *port, int fd)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->port = port;
    c->fd = fd;
    c->number = ++port->numbers;
    c->next = port->connection;
    port->connection = c;
    int r = sd_event_add_io(port->base->event, &c->source, fd, EPOLLIN, on_bytes, c);
    if (r < 0)
        connection_free(c);
    return r;
}

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *context)
{
    int yes = 1, client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    (void)source;
    (void)events;
    if (client < 0)
        return 0;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connection_new(context, client);
    return 0;
}

static int open_terminal(struct port *port, const char *path)
{
    struct termios raw;
    char name[128];
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (grantpt(fd) < 0 || unlockpt(fd) < 0 || ptsname_r(fd, name, sizeof name) ||
        (port->held = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0 || tcgetattr(port->held, &raw) < 0)
        goto fail;
    cfmakeraw(&raw);
    char target[128];
    ssize_t old = readlink(path, target, sizeof target - 1);
    /* a link that an earlier simulation left behind, nothing else */
    if (old > 0 && !strncmp(target, "/dev/pts/", 9))
        unlink(path);
    if (tcsetattr(port->held, TCSANOW, &raw) < 0 || symlink(name, path) < 0)
        goto fail;
    port->link = strdup(path);
    snprintf(port->address, sizeof port->address, "serial://%s", path);
    return connection_new(port, fd);
fail:;
    int r = errno ? -errno : -EIO;
    close(fd);
    return r;
}

static int open_listener(struct port *port, const char *host, unsigned number)
{
    const char *scheme = port->rtu ? "rtu+tcp://" : "";
    size_t n = strlen(scheme);
    int r = port_socket(host, number, SOCK_STREAM, &port->fd);
    if (r < 0)
        return r;
    memcpy(port->address, scheme, n);
    r = port_name(port->fd, port->address + n, sizeof port->address - n);
    return r < 0 ? r : sd_event_add_io(port->base->event, &port->source, port->fd, EPOLLIN, on_connection, port);
}

int port_open_modbus(struct port_base *base, struct unit *const *units, size_t n, const char *host, struct port **ret)
{
    const struct scene_modbus *first = &units[0]->scene->modbus;
    struct port *port = port_new(base, send_stream);
    port->rtu = first->mode == 1 || first->serial;
    port->alone = n == 1 ? units[0] : NULL;
    for (size_t i = 0; i < n; i++)
        port->unit_of[units[i]->scene->modbus.unit] = units[i];
    int r = first->serial ? open_terminal(port, first->serial) : open_listener(port, host, first->port);
    if (r < 0) {
        port_free(port);
        return r;
    }
    *ret = port;
    return 0;
}

void port_free(struct port *port)
{
    if (!port)
        return;
    port_send_forget(&port->outlet);
    while (port->connection)
        connection_free(port->connection);
    sd_event_source_disable_unref(port->source);
    if (port->fd >= 0)
        close(port->fd);
    if (port->held >= 0)
        close(port->held);
    if (port->link)
        unlink(port->link);
    free(port->link);
    free(port);
}

const char *port_address(const struct port *port)
{
    return port->address;
}
