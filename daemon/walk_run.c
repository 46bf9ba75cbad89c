/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/walk_run.h"

#include "drivers/snmp_walk.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

/* BER tags of SMIv2: RFC 2578, RFC 3416 section 3 */
enum tag {
    TAG_INTEGER = 2,
    TAG_OCTETS = 4,
    TAG_OID = 6,
    TAG_ADDRESS = 64,
    TAG_COUNTER = 65,
    TAG_GAUGE = 66,
    TAG_TICKS = 67,
    TAG_COUNTER64 = 70
};

struct walk {
    sd_event *loop;
    enum fault fault;
    char *words;
    struct snmp_image *image;
    bool done;
};

static void copy_image(struct snmp_image *to, const struct snmp_image *from)
{
    struct oid name = {0};
    const struct snmp_value *value;
    while (snmp_image_next(from, name, &name, &value))
        snmp_image_put(to, name, *value);
}

static void on_done(void *user, enum fault fault, const char *words, const struct snmp_image *image)
{
    struct walk *walk = user;
    walk->fault = fault;
    snprintf(walk->words, 200, "%s", words ? words : "");
    if (image)
        copy_image(walk->image, image);
    walk->done = true;
}

enum fault walk_run(struct device_setup *setup, const struct oid *roots, size_t n, char words[200],
                    struct snmp_image **ret)
{
    struct walk walk = {.fault = FAULT_SILENT, .words = words, .image = snmp_image_new()};
    struct snmp_walk *running = NULL;
    *words = '\0';
    int r = sd_event_new(&walk.loop);
    if (r >= 0)
        r = snmp_walk_start(walk.loop, setup, roots, n, on_done, &walk, &running);
    while (r >= 0 && !walk.done)
        r = sd_event_run(walk.loop, UINT64_MAX);
    while (r > 0) /* what the driver put off until its callback was over: it lets go of the loop */
        r = sd_event_run(walk.loop, 0);
    if (r < 0)
        snprintf(words, 200, "%s", strerror(-r));
    sd_event_unref(walk.loop);
    *ret = walk.image;
    return walk.fault;
}

static bool is_plain(const struct snmp_value *value)
{
    for (size_t i = 0; i < value->n; i++)
        if (value->bytes[i] < 0x20 || value->bytes[i] > 0x7e)
            return false;
    return true;
}

static void put_oid(FILE *out, const uint32_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%s%" PRIu32, i ? "." : "", ids[i]);
}

static bool put_value(FILE *out, struct oid name, const struct snmp_value *value)
{
    static const uint32_t uptime[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
    bool ticks = name.n == 9 && !memcmp(name.id, uptime, sizeof uptime);
    switch (value->kind) {
    case SV_NONE: return false;
    case SV_INT: fprintf(out, "%d|%" PRId64, TAG_INTEGER, value->i); break;
    case SV_UINT:
        fprintf(out, "%d|%" PRIu64, ticks ? TAG_TICKS : value->u > UINT32_MAX ? TAG_COUNTER64 : TAG_GAUGE, value->u);
        break;
    case SV_REAL: fprintf(out, "%d|%.9g", TAG_OCTETS, value->real); break;
    case SV_OID:
        fprintf(out, "%d|", TAG_OID);
        put_oid(out, (const uint32_t *)(const void *)value->bytes, value->n);
        break;
    case SV_BYTES:
        if (value->address && value->n == 4) {
            fprintf(out, "%d|%u.%u.%u.%u", TAG_ADDRESS, value->bytes[0], value->bytes[1], value->bytes[2],
                    value->bytes[3]);
        } else if (is_plain(value)) {
            fprintf(out, "%d|%.*s", TAG_OCTETS, (int)value->n, (const char *)value->bytes);
        } else {
            fprintf(out, "%dx|", TAG_OCTETS);
            for (size_t i = 0; i < value->n; i++)
                fprintf(out, "%02x", value->bytes[i]);
        }
        break;
    }
    putc('\n', out);
    return true;
}

size_t walk_write(const struct snmp_image *image, FILE *out)
{
    struct oid name = {0};
    const struct snmp_value *value;
    size_t n = 0;
    while (snmp_image_next(image, name, &name, &value)) {
        if (value->kind == SV_NONE)
            continue;
        put_oid(out, name.id, name.n);
        putc('|', out);
        n += put_value(out, name, value);
    }
    return n;
}

/* Hexadecimal pairs or backslash escapes, in place: both only get shorter. */
static size_t unfold(char *text, char kind)
{
    size_t n = 0;
    unsigned byte;
    if (kind == 'x') {
        for (const char *p = text; sscanf(p, "%2x", &byte) == 1 && p[0] && p[1]; p += 2)
            text[n++] = (char)byte;
        return n;
    }
    for (const char *p = text; *p; p++) {
        byte = (unsigned char)*p;
        if (p[0] == '\\' && p[1] == 'x' && sscanf(p + 2, "%2x", &byte) == 1)
            p += 3;
        else if (p[0] == '\\' && p[1])
            byte = (unsigned char)(*++p == 'n' ? '\n' : *p == 'r' ? '\r' : *p == 't' ? '\t' : *p);
        text[n++] = (char)byte;
    }
    return n;
}

static struct snmp_value value_of(int tag, char kind, char *text, uint32_t arcs[OID_MAX])
{
    struct snmp_value value = {.kind = SV_NONE};
    if (tag == TAG_OID) /* some have blanks behind */
        text[strcspn(text, " ")] = '\0';
    if (tag == TAG_INTEGER) {
        value.kind = SV_INT;
        value.i = strtoll(text, NULL, 10);
    } else if ((tag >= TAG_COUNTER && tag <= TAG_TICKS) || tag == TAG_COUNTER64) {
        value.kind = SV_UINT;
        value.u = strtoull(text, NULL, 10);
    } else if (tag == TAG_OCTETS || tag == TAG_ADDRESS) {
        value.kind = SV_BYTES;
        value.n = kind == 'x' || kind == 'e' ? unfold(text, kind) : strlen(text);
        value.bytes = (const uint8_t *)text;
    } else if (tag == TAG_OID && oid_parse(text, arcs, &value.n) == 0) {
        value.kind = SV_OID;
        value.bytes = (const uint8_t *)arcs;
    }
    return value;
}

int walk_read(const char *path, struct snmp_image *image)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0, n_read = 0;
    if (!file)
        return -errno;
    while (getline(&line, &room, file) > 0) {
        uint32_t ids[OID_MAX], arcs[OID_MAX];
        struct oid name = {.id = ids};
        line[strcspn(line, "\r\n")] = '\0';
        char *bar = strchr(line, '|'), *second = bar ? strchr(bar + 1, '|') : NULL;
        if (!second)
            continue;
        *bar = *second = '\0';
        if (oid_parse(line, ids, &name.n) < 0 || snmp_image_get(image, name))
            continue; /* of an object that comes twice the first counts */
        snmp_image_put(image, name, value_of(atoi(bar + 1), second[-1], second + 1, arcs));
        n_read++;
    }
    free(line);
    fclose(file);
    return n_read ? 0 : -ENODATA;
}
