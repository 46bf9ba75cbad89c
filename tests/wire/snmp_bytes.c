/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_bytes.h"

#include <stdlib.h>
#include <string.h>

struct name bytes_name(const char *text)
{
    struct name name = {.n = 0};
    for (char *end; *text; text = *end ? end + 1 : end)
        name.id[name.n++] = (uint32_t)strtoul(text, &end, 10);
    return name;
}

int bytes_compare(const struct name *a, const struct name *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        if (a->id[i] != b->id[i])
            return a->id[i] < b->id[i] ? -1 : 1;
    }
    return a->n < b->n ? -1 : a->n > b->n;
}

static void put_byte(struct out *o, unsigned b)
{
    if (o->at == 0)
        abort();
    o->bytes[--o->at] = (uint8_t)b;
}

void bytes_put_head(struct out *o, unsigned tag, size_t end)
{
    size_t n = end - o->at;
    if (n < 128) {
        put_byte(o, (unsigned)n);
    } else {
        put_byte(o, n & 0xff);
        put_byte(o, (unsigned)(n >> 8));
        put_byte(o, 0x82);
    }
    put_byte(o, tag);
}

void bytes_put_integer(struct out *o, unsigned tag, int64_t value)
{
    size_t end = o->at;
    do {
        put_byte(o, value & 0xff);
        value >>= 8;
    } while (!((value == 0 && !(o->bytes[o->at] & 0x80)) || (value == -1 && (o->bytes[o->at] & 0x80))));
    bytes_put_head(o, tag, end);
}

void bytes_put(struct out *o, unsigned tag, const void *bytes, size_t n)
{
    size_t end = o->at;
    for (size_t i = n; i > 0; i--)
        put_byte(o, ((const uint8_t *)bytes)[i - 1]);
    bytes_put_head(o, tag, end);
}

void bytes_put_name(struct out *o, const struct name *name)
{
    size_t end = o->at;
    for (size_t i = name->n; i > 2; i--) {
        uint32_t id = name->id[i - 1];
        put_byte(o, id & 0x7f);
        while (id >>= 7)
            put_byte(o, 0x80 | (id & 0x7f));
    }
    put_byte(o, name->id[0] * 40 + name->id[1]);
    bytes_put_head(o, 0x06, end); /* OBJECT IDENTIFIER */
}

struct in {
    const uint8_t *at, *end;
    bool bad;
};

static struct in get(struct in *in, unsigned *ret_tag)
{
    struct in inner = {in->end, in->end, true};
    if (in->bad || in->end - in->at < 2)
        return inner;
    *ret_tag = *in->at++;
    size_t n = *in->at++;
    if (n & 0x80) {
        size_t more = n & 0x7f;
        for (n = 0; more && in->at < in->end; more--)
            n = n << 8 | *in->at++;
    }
    if (n > (size_t)(in->end - in->at))
        return inner;
    inner = (struct in){in->at, in->at + n, false};
    in->at += n;
    return inner;
}

static long get_integer(struct in *in)
{
    unsigned tag;
    struct in v = get(in, &tag);
    if (v.bad || v.at == v.end)
        return 0;
    long value = (int8_t)*v.at++;
    while (v.at < v.end)
        value = (long)((unsigned long)value << 8 | *v.at++);
    return value;
}

static struct name get_name(struct in *in)
{
    struct name name = {.n = 0};
    unsigned tag;
    struct in v = get(in, &tag);
    if (v.bad || v.at == v.end)
        return name;
    name.id[0] = *v.at / 40;
    name.id[1] = *v.at++ % 40;
    name.n = 2;
    while (v.at < v.end && name.n < 128) {
        uint32_t id = 0;
        do
            id = id << 7 | (*v.at & 0x7f);
        while ((*v.at++ & 0x80) && v.at < v.end);
        name.id[name.n++] = id;
    }
    return name;
}

bool bytes_decode(const uint8_t *bytes, size_t n, struct asked *q)
{
    unsigned tag;
    struct in datagram = {bytes, bytes + n, false}, message = get(&datagram, &tag);
    q->version = get_integer(&message);
    struct in community = get(&message, &tag);
    struct in pdu = get(&message, &tag);
    if (community.bad || pdu.bad || community.end - community.at > 64)
        return false;
    q->community_n = (size_t)(community.end - community.at);
    memcpy(q->community, community.at, q->community_n);
    q->command = tag;
    q->id = get_integer(&pdu);
    q->a = get_integer(&pdu);
    q->b = get_integer(&pdu);
    struct in list = get(&pdu, &tag);
    for (q->n = 0; !list.bad && list.at < list.end && q->n < 256;) {
        struct in bind = get(&list, &tag);
        q->name[q->n++] = get_name(&bind);
    }
    return true;
}
