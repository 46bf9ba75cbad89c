/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "address.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const unsigned bauds[] = {1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200};

static int refuse(const char **ret_why, const char *why)
{
    *ret_why = why;
    return -EINVAL;
}

static bool parse_uint(const char *text, unsigned long max, unsigned long *ret)
{
    if (*text < '0' || *text > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long n = strtoul(text, &end, 10);
    if (*end || errno || n > max)
        return false;
    *ret = n;
    return true;
}

static int serial_option(struct address *address, const char *key, const char *value, const char **ret_why)
{
    unsigned long n;
    if (!strcmp(key, "baud")) {
        if (!parse_uint(value, 115200, &n))
            return refuse(ret_why, "baud is not a number");
        for (size_t i = 0; i < sizeof bauds / sizeof bauds[0]; i++)
            if (bauds[i] == n)
                address->baud = (unsigned)n;
        return address->baud == n ? 0 : refuse(ret_why, "baud must be 1200 2400 4800 9600 19200 38400 57600 or 115200");
    }
    if (!strcmp(key, "parity")) {
        address->parity = !strcmp(value, "none") ? 'N' : !strcmp(value, "even") ? 'E' : !strcmp(value, "odd") ? 'O' : 0;
        return address->parity ? 0 : refuse(ret_why, "parity must be none, even or odd");
    }
    if (!strcmp(key, "stop")) {
        address->stop = !strcmp(value, "1") ? 1 : !strcmp(value, "2") ? 2 : 0;
        return address->stop ? 0 : refuse(ret_why, "stop must be 1 or 2");
    }
    return refuse(ret_why, "a serial line has the options baud, parity and stop");
}

static int parse_serial(struct arena *arena, const char *text, struct address *address, const char **ret_why)
{
    char *path = arena_strdup(arena, text);
    char *query = strchr(path, '?');
    address->transport = TR_SERIAL;
    address->host = path;
    if (query)
        *query++ = '\0';
    if (*path != '/')
        return refuse(ret_why, "a serial line is serial:///dev/NAME");
    for (char *save = NULL, *item = query ? strtok_r(query, "&", &save) : NULL; item;
         item = strtok_r(NULL, "&", &save)) {
        char *value = strchr(item, '=');
        if (!value)
            return refuse(ret_why, "options are written name=value");
        *value++ = '\0';
        int r = serial_option(address, item, value, ret_why);
        if (r < 0)
            return r;
    }
    if (!address->baud)
        address->baud = 9600;
    /* Modbus over serial line V1.02, 2.5.1: even parity and one stop bit unless told; without parity two stop bits,
     * which most devices do not use: 8N1 is what they mean */
    if (!address->parity)
        address->parity = 'E';
    if (!address->stop)
        address->stop = 1;
    return 0;
}

static bool host_valid(const char *host)
{
    size_t n = strlen(host);
    return n > 0 && n <= 253 &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%") == n;
}

static int parse_host(struct arena *arena, const char *text, struct address *address, const char **ret_why)
{
    char *host = arena_strdup(arena, text), *port = NULL;
    if (*host == '[') {
        char *end = strchr(host, ']');
        if (!end || (end[1] && end[1] != ':'))
            return refuse(ret_why, "an IPv6 address with a port is written [V6]:PORT");
        port = end[1] ? end + 2 : NULL;
        *end = '\0';
        host++;
    } else if (strchr(host, ':') && strchr(host, ':') == strrchr(host, ':')) {
        port = strchr(host, ':');
        *port++ = '\0';
    } /* several colons without brackets: an IPv6 address without a port */
    unsigned long n = 0;
    if (port && (!parse_uint(port, 65535, &n) || !n))
        return refuse(ret_why, "the port must be 1 to 65535");
    if (!host_valid(host))
        return refuse(ret_why, "not a host name or address");
    address->host = host;
    address->port = (uint16_t)n;
    return 0;
}

int address_parse(struct arena *arena, const char *text, bool modbus, struct address *ret, const char **ret_why)
{
    static const struct {
        const char *scheme;
        enum transport transport;
        bool modbus;
    } schemes[] = {{"tcp://", TR_TCP, true}, {"rtu+tcp://", TR_RTU_TCP, true}, {"udp://", TR_UDP, false}};

    struct address address = {.transport = modbus ? TR_TCP : TR_UDP, .text = arena_strdup(arena, text)};
    const char *rest = text;
    int r;
    if (!strncmp(text, "serial://", 9)) {
        if (!modbus)
            return refuse(ret_why, "a serial line carries Modbus, not SNMP");
        r = parse_serial(arena, text + 9, &address, ret_why);
    } else {
        for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
            size_t n = strlen(schemes[i].scheme);
            if (strncmp(text, schemes[i].scheme, n) != 0)
                continue;
            if (schemes[i].modbus != modbus)
                return refuse(ret_why, modbus ? "SNMP has this form of address, Modbus has tcp:// rtu+tcp:// serial://"
                                              : "this form of address is for Modbus");
            address.transport = schemes[i].transport;
            rest = text + n;
        }
        if (rest == text && strstr(text, "://"))
            return refuse(ret_why, "expected HOST[:PORT], [V6]:PORT, tcp://H:P, rtu+tcp://H:P or serial:///dev/X");
        r = parse_host(arena, rest, &address, ret_why);
        if (!r && !address.port)
            address.port = modbus ? 502 : 161; /* IANA: mbap, snmp */
    }
    if (r < 0)
        return r;
    if (modbus && address.transport == TR_SERIAL)
        address.line = arena_printf(arena, "serial://%s", address.host);
    else if (modbus)
        address.line = arena_printf(arena, "%s%s:%u", address.transport == TR_TCP ? "tcp://" : "rtu+tcp://",
                                    address.host, (unsigned)address.port);
    *ret = address;
    return 0;
}
