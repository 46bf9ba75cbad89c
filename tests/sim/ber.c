/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ber.h"

#include <string.h>

struct ber_reader ber_reader(const void *bytes, size_t n)
{
    return (struct ber_reader){bytes, (const uint8_t *)bytes + n, false};
}

uint8_t ber_peek(const struct ber_reader *reader)
{
    return !reader->bad && reader->p < reader->end ? *reader->p : 0;
}

static struct ber_reader bad_reader(struct ber_reader *reader)
{
    reader->bad = true;
    return (struct ber_reader){reader->end, reader->end, true};
}

struct ber_reader ber_enter(struct ber_reader *reader, uint8_t tag)
{
    if (reader->bad || reader->end - reader->p < 2 || (tag && *reader->p != tag))
        return bad_reader(reader);
    const uint8_t *p = reader->p + 1;
    size_t n = *p++;
    if (n & 0x80) {
        size_t more = n & 0x7f;
        if (!more || more > 4 || (size_t)(reader->end - p) < more)
            return bad_reader(reader);
        for (n = 0; more; more--)
            n = n << 8 | *p++;
    }
    if ((size_t)(reader->end - p) < n)
        return bad_reader(reader);
    reader->p = p + n;
    return (struct ber_reader){p, p + n, false};
}

int64_t ber_integer(struct ber_reader *reader)
{
    struct ber_reader in = ber_enter(reader, BER_INTEGER);
    if (in.bad || in.p == in.end || in.end - in.p > 8) {
        reader->bad = true;
        return 0;
    }
    uint64_t value = *in.p & 0x80 ? UINT64_MAX : 0;
    while (in.p < in.end)
        value = value << 8 | *in.p++;
    return (int64_t)value;
}

struct ber_bytes ber_octets(struct ber_reader *reader)
{
    struct ber_reader in = ber_enter(reader, BER_OCTETS);
    return (struct ber_bytes){in.p, (size_t)(in.end - in.p)};
}

struct ber_bytes ber_any(struct ber_reader *reader)
{
    const uint8_t *start = reader->p;
    ber_enter(reader, 0);
    return reader->bad ? (struct ber_bytes){start, 0} : (struct ber_bytes){start, (size_t)(reader->p - start)};
}

size_t ber_oid(struct ber_reader *reader, uint32_t ids[BER_OID_MAX])
{
    struct ber_reader in = ber_enter(reader, BER_OID);
    size_t n = 0;
    reader->bad |= in.p == in.end;
    while (!reader->bad && in.p < in.end) {
        uint64_t id = 0;
        uint8_t byte = 0x80;
        while (byte & 0x80 && in.p < in.end && id <= UINT32_MAX) {
            byte = *in.p++;
            id = id << 7 | (byte & 0x7f);
        }
        if (byte & 0x80 || id > UINT32_MAX || n + 2 > BER_OID_MAX) {
            reader->bad = true;
            return 0;
        }
        if (!n) { /* the first two arcs share a number */
            ids[n++] = id < 80 ? (uint32_t)id / 40 : 2;
            ids[n++] = (uint32_t)id - 40 * ids[0];
        } else {
            ids[n++] = (uint32_t)id;
        }
    }
    return n;
}

struct ber_writer ber_writer(void *buffer, size_t size)
{
    uint8_t *start = buffer;
    return (struct ber_writer){start, start + size, start + size, false};
}

size_t ber_length(const struct ber_writer *writer)
{
    return (size_t)(writer->end - writer->p);
}

void ber_put(struct ber_writer *writer, const void *bytes, size_t n)
{
    if (writer->full || (size_t)(writer->p - writer->start) < n) {
        writer->full = true;
        return;
    }
    writer->p -= n;
    if (n)
        memcpy(writer->p, bytes, n);
}

static void put_byte(struct ber_writer *writer, unsigned byte)
{
    uint8_t b = (uint8_t)byte;
    ber_put(writer, &b, 1);
}

void ber_put_head(struct ber_writer *writer, uint8_t tag, size_t before)
{
    size_t n = ber_length(writer) - before;
    if (n < 0x80) {
        put_byte(writer, (unsigned)n);
    } else {
        unsigned bytes = 0;
        for (; n; n >>= 8, bytes++)
            put_byte(writer, n & 0xff);
        put_byte(writer, 0x80 | bytes);
    }
    put_byte(writer, tag);
}

void ber_put_integer(struct ber_writer *writer, uint8_t tag, int64_t value)
{
    size_t before = ber_length(writer);
    uint8_t last;
    do {
        last = (uint8_t)(value & 0xff);
        put_byte(writer, last);
        value >>= 8;
    } while (!(value == 0 && !(last & 0x80)) && !(value == -1 && last & 0x80));
    ber_put_head(writer, tag, before);
}

void ber_put_unsigned(struct ber_writer *writer, uint8_t tag, uint64_t value)
{
    size_t before = ber_length(writer);
    uint8_t last;
    do {
        last = (uint8_t)(value & 0xff);
        put_byte(writer, last);
        value >>= 8;
    } while (value);
    if (last & 0x80) /* still positive */
        put_byte(writer, 0);
    ber_put_head(writer, tag, before);
}

void ber_put_octets(struct ber_writer *writer, uint8_t tag, const void *bytes, size_t n)
{
    size_t before = ber_length(writer);
    ber_put(writer, bytes, n);
    ber_put_head(writer, tag, before);
}

void ber_put_oid(struct ber_writer *writer, const uint32_t *ids, size_t n)
{
    size_t before = ber_length(writer);
    uint32_t first = n > 1 ? ids[0] * 40 + ids[1] : n ? ids[0] * 40 : 0;
    for (size_t i = n; i-- > 1;) {
        uint32_t id = i == 1 ? first : ids[i];
        put_byte(writer, id & 0x7f);
        while (id >>= 7)
            put_byte(writer, 0x80 | (id & 0x7f));
    }
    if (n < 2)
        put_byte(writer, first);
    ber_put_head(writer, BER_OID, before);
}
