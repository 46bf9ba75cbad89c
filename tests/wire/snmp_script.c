/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_script.h"

#include "snmp_bytes.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { GET = 0xa0, GETNEXT = 0xa1, RESPONSE = 0xa2, GETBULK = 0xa5 };
enum { TOO_BIG = 1, NO_SUCH_NAME = 2, GEN_ERR = 5, AUTHORIZATION_ERROR = 16 };
enum { NO_SUCH_OBJECT = 0x80, NO_SUCH_INSTANCE = 0x81, END_OF_VIEW = 0x82 };

/* ---- answers ---- */

struct bind {
    struct name name;
    const struct script_object *object; /* NULL: tag */
    unsigned tag;
};

static struct bind binds[4096];

static const struct script_object *exact(const struct script *s, const struct name *name)
{
    for (size_t i = 0; i < s->n; i++) {
        struct name at = bytes_name(s->object[i].oid);
        if (bytes_compare(&at, name) == 0)
            return &s->object[i];
    }
    return NULL;
}

static struct bind after(const struct script *s, const struct name *name)
{
    for (size_t i = 0; i < s->n; i++) {
        struct name at = bytes_name(s->object[i].oid);
        if (bytes_compare(&at, name) > 0)
            return (struct bind){at, &s->object[i], 0};
    }
    return (struct bind){*name, NULL, END_OF_VIEW};
}

/* A walk that never ends, once it is among the outlets: the same row again, or row after row. */
static struct bind endless(const struct script *s, const struct name *name)
{
    struct name table = bytes_name("1.3.6.1.4.1.32473.1.2.1"), load = bytes_name("1.3.6.1.4.1.32473.1.1.1.2.1");
    if (name->n < 12 || memcmp(name->id, table.id, table.n * sizeof(uint32_t)) != 0)
        return after(s, name);
    struct bind b = {*name, exact(s, &load), 0};
    if (s->fault == SF_RISING)
        b.name.id[b.name.n - 1]++;
    return b;
}

static size_t collect(struct script *s, const struct asked *q)
{
    size_t n = 0;
    if (q->command == GET) {
        for (size_t i = 0; i < q->n; i++, n++)
            binds[n] = (struct bind){q->name[i], exact(s, &q->name[i]), NO_SUCH_INSTANCE};
        return n;
    }
    long rows = q->command == GETBULK ? q->b : 1;
    bool loop = s->fault == SF_ENDLESS || s->fault == SF_RISING;
    for (long r = 0; r < rows && n + q->n <= 100; r++) {
        for (size_t i = 0; i < q->n; i++, n++) {
            const struct name *from = r == 0 ? &q->name[i] : &binds[n - q->n].name;
            binds[n] = loop ? endless(s, from) : after(s, from);
        }
    }
    return n;
}

static void put_value(struct out *o, const struct script *s, const struct bind *b)
{
    const struct script_object *object = b->object;
    static const struct name uptime = {{1, 3, 6, 1, 2, 1, 1, 3, 0}, 9};
    struct timespec t;
    if (!object) {
        bytes_put(o, b->tag, NULL, 0);
        return;
    }
    if (object->poison) {
        bytes_put(o, 0x02, NULL, 0); /* an INTEGER without content: no valid encoding */
        return;
    }
    if (bytes_compare(&b->name, &uptime) == 0) {
        clock_gettime(CLOCK_MONOTONIC, &t);
        bytes_put_integer(o, TAG_TICKS, (t.tv_sec * 100 + t.tv_nsec / 10000000 + s->uptime_offset) & 0xffffffff);
        return;
    }
    switch (object->tag) {
    case TAG_TEXT: bytes_put(o, TAG_TEXT, object->text, strlen(object->text)); break;
    case TAG_OID: {
        struct name value = bytes_name(object->text);
        bytes_put_name(o, &value);
        break;
    }
    case TAG_NULL: bytes_put(o, TAG_NULL, NULL, 0); break;
    default: bytes_put_integer(o, s->fault == SF_WRONG_TYPE ? 0x40 : object->tag, object->number); break;
    }
}

static void put_reply(struct out *o, const struct script *s, const struct asked *q, size_t n, long error, long index)
{
    o->at = sizeof(o->bytes);
    size_t end = o->at;
    for (size_t i = n; i > 0; i--) {
        struct bind b = binds[i - 1];
        size_t bind_end = o->at;
        if (error)
            bytes_put(o, TAG_NULL, NULL, 0);
        else
            put_value(o, s, &b);
        if (s->fault == SF_WRONG_OID)
            b.name.id[b.name.n - 1]++;
        bytes_put_name(o, &b.name);
        bytes_put_head(o, 0x30, bind_end);
    }
    bytes_put_head(o, 0x30, end);
    bytes_put_integer(o, 0x02, index);
    bytes_put_integer(o, 0x02, error);
    bytes_put_integer(o, 0x02, s->fault == SF_WRONG_ID ? q->id + 1000 : q->id);
    bytes_put_head(o, RESPONSE, end);
    bytes_put(o, 0x04, q->community, q->community_n);
    bytes_put_integer(o, 0x02, s->fault == SF_WRONG_VERSION ? !q->version : q->version);
    bytes_put_head(o, 0x30, end);
}

static void deliver(struct script *s, int fd, const uint8_t *bytes, size_t n)
{
    (void)!sendto(fd, bytes, n, MSG_DONTWAIT, (const struct sockaddr *)s->from, s->from_n);
}

static int on_late(sd_event_source *source, uint64_t usec, void *user)
{
    (void)source;
    (void)usec;
    struct script *s = user;
    deliver(s, s->fd, s->held, s->held_n);
    return 0;
}

static void send_late(struct script *s, const uint8_t *bytes, size_t n)
{
    uint64_t now;
    memcpy(s->held, bytes, n);
    s->held_n = n;
    sd_event_source_disable_unref(s->timer);
    sd_event_now(s->loop, CLOCK_MONOTONIC, &now);
    sd_event_add_time(s->loop, &s->timer, CLOCK_MONOTONIC, now + (uint64_t)s->late_us, 1, on_late, s);
}

/* A sound reply with other values, from another port. */
static void forge(struct script *s, const struct asked *q, size_t n)
{
    static struct out o;
    struct script other = {.fault = SF_NONE};
    struct script_object lie = {.tag = TAG_INTEGER, .number = 999999};
    static struct bind kept[4096];
    memcpy(kept, binds, sizeof(kept));
    for (size_t i = 0; i < n; i++)
        binds[i].object = &lie;
    put_reply(&o, &other, q, n, 0, 0);
    memcpy(binds, kept, sizeof(kept));
    deliver(s, s->forger, o.bytes + o.at, sizeof(o.bytes) - o.at);
}

static long error_of(const struct script *s, const struct asked *q, size_t n, long *ret_index)
{
    *ret_index = 0;
    if (s->fault == SF_GENERR || s->fault == SF_FORBIDDEN) {
        *ret_index = s->fault == SF_GENERR ? 1 : 0;
        return s->fault == SF_GENERR ? GEN_ERR : AUTHORIZATION_ERROR;
    }
    if (s->fault == SF_NO_BULK && q->command == GETBULK)
        return GEN_ERR;
    if (s->too_big && n > s->too_big)
        return TOO_BIG;
    for (size_t i = 0; q->version == 0 && i < n; i++) {
        if (!binds[i].object) {
            *ret_index = (long)i + 1;
            return NO_SUCH_NAME;
        }
    }
    return 0;
}

static void answer(struct script *s, const struct asked *q)
{
    static struct out o;
    size_t n = collect(s, q);
    bool mute = s->fault == SF_SILENT || (s->only_v1 && q->version != 0) || (s->silent_above && n > s->silent_above);
    for (size_t i = 0; i < n; i++)
        mute = mute || (binds[i].object && binds[i].object->mute);
    if (mute)
        return;
    long index, error = error_of(s, q, n, &index);
    size_t shown = error || q->command != GET || s->fault != SF_WRONG_COUNT ? n : n - 1;
    if (error) {
        shown = q->n;
        for (size_t i = 0; i < q->n; i++)
            binds[i].name = q->name[i];
    }
    if (s->fault == SF_FORGED)
        forge(s, q, n);
    put_reply(&o, s, q, s->fault == SF_NO_BINDS ? 0 : shown, error, index);
    uint8_t *bytes = o.bytes + o.at;
    size_t size = sizeof(o.bytes) - o.at;
    if (s->fault == SF_CUT)
        size /= 2;
    if (s->fault == SF_GARBAGE)
        memset(bytes, 0xa5, size);
    if (s->fault == SF_LATE)
        send_late(s, bytes, size);
    else
        deliver(s, s->fd, bytes, size);
}

static int on_request(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source;
    (void)events;
    struct script *s = user;
    uint8_t bytes[65536];
    static struct asked q;
    socklen_t from_n = sizeof(s->from);
    ssize_t n = recvfrom(fd, bytes, sizeof(bytes), MSG_DONTWAIT, (struct sockaddr *)s->from, &from_n);
    struct timespec t;
    s->from_n = from_n;
    if (n <= 0 || !bytes_decode(bytes, (size_t)n, &q))
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &t);
    s->asked_us = t.tv_sec * 1000000 + t.tv_nsec / 1000;
    s->requests++;
    s->bulks += q.command == GETBULK;
    s->writes += q.command != GET && q.command != GETNEXT && q.command != GETBULK;
    if (q.command == GET && q.n > s->most)
        s->most = (unsigned)q.n;
    answer(s, &q);
    if (s->left && --s->left == 0)
        s->fault = SF_NONE;
    return 0;
}

/* ---- building ---- */

void script_open(struct script *s)
{
    struct sockaddr_in v4 = {
        .sin_family = AF_INET, .sin_port = htons(s->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(s->port), .sin6_addr = in6addr_loopback};
    struct sockaddr_in6 name;
    socklen_t n = sizeof(name);
    s->fd = socket(s->v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int r = s->v6 ? bind(s->fd, (struct sockaddr *)&v6, sizeof(v6)) : bind(s->fd, (struct sockaddr *)&v4, sizeof(v4));
    if (r < 0 || getsockname(s->fd, (struct sockaddr *)&name, &n) < 0)
        abort();
    s->port = ntohs(name.sin6_port); /* at the same place in both */
    sd_event_add_io(s->loop, &s->io, s->fd, EPOLLIN, on_request, s);
}

void script_close(struct script *s)
{
    s->io = sd_event_source_disable_unref(s->io);
    close(s->fd);
    s->fd = -1;
}

struct script *script_new(sd_event *loop, bool v6)
{
    struct script *s = calloc(1, sizeof(*s));
    if (!s)
        abort();
    s->loop = loop;
    s->v6 = v6;
    s->forger = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    script_open(s);
    return s;
}

void script_free(struct script *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        script_close(s);
    sd_event_source_disable_unref(s->timer);
    close(s->forger);
    free(s);
}

struct script_object *script_find(struct script *s, const char *oid)
{
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->object[i].oid, oid) == 0)
            return &s->object[i];
    }
    return NULL;
}

struct script_object *script_add(struct script *s, const char *oid, uint8_t tag, long number, const char *text)
{
    struct name name = bytes_name(oid);
    size_t at = 0;
    while (at < s->n) {
        struct name there = bytes_name(s->object[at].oid);
        if (bytes_compare(&there, &name) > 0)
            break;
        at++;
    }
    if (s->n == sizeof(s->object) / sizeof(*s->object))
        abort();
    memmove(&s->object[at + 1], &s->object[at], (s->n++ - at) * sizeof(*s->object));
    s->object[at] = (struct script_object){.tag = tag, .number = number};
    snprintf(s->object[at].oid, sizeof(s->object[at].oid), "%s", oid);
    snprintf(s->object[at].text, sizeof(s->object[at].text), "%s", text ? text : "");
    return &s->object[at];
}

void script_remove(struct script *s, const char *oid)
{
    struct script_object *object = script_find(s, oid);
    size_t at = (size_t)(object - s->object);
    memmove(object, object + 1, (--s->n - at) * sizeof(*s->object));
}

void script_add_pdu(struct script *s, const char *object_id, unsigned outlets)
{
    char oid[80], label[32];
    script_add(s, "1.3.6.1.2.1.1.1.0", TAG_TEXT, 0, "scripted agent");
    script_add(s, "1.3.6.1.2.1.1.2.0", TAG_OID, 0, object_id);
    script_add(s, "1.3.6.1.2.1.1.3.0", TAG_TICKS, 0, NULL);
    script_add(s, "1.3.6.1.4.1.32473.1.1.1.2.1", TAG_GAUGE, 1140, NULL);
    script_add(s, "1.3.6.1.4.1.32473.1.1.1.3.1", TAG_COUNTER, 35128, NULL);
    for (unsigned i = 1; i <= outlets; i++) {
        snprintf(oid, sizeof(oid), "1.3.6.1.4.1.32473.1.2.1.1.%u", i);
        script_add(s, oid, TAG_INTEGER, i, NULL);
        snprintf(oid, sizeof(oid), "1.3.6.1.4.1.32473.1.2.1.2.%u", i);
        snprintf(label, sizeof(label), "Outlet %u", i);
        script_add(s, oid, TAG_TEXT, 0, label);
        snprintf(oid, sizeof(oid), "1.3.6.1.4.1.32473.1.2.1.3.%u", i);
        script_add(s, oid, TAG_INTEGER, 40 + (long)i, NULL);
        snprintf(oid, sizeof(oid), "1.3.6.1.4.1.32473.1.2.1.4.%u", i);
        script_add(s, oid, TAG_GAUGE, 100 * (long)i, NULL);
    }
}
