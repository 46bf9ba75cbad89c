/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* BER tags of SMIv2, RFC 3416 section 3 and RFC 2578 */
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

static size_t from_hex(const char *text, uint8_t *bytes)
{
    size_t n = 0;
    unsigned byte;
    while (sscanf(text + 2 * n, "%2x", &byte) == 1)
        bytes[n++] = (uint8_t)byte;
    return n;
}

static size_t from_escapes(const char *text, uint8_t *bytes)
{
    size_t n = 0;
    for (const char *p = text; *p; p++) {
        unsigned byte = (uint8_t)*p;
        if (p[0] == '\\' && p[1] == 'x' && sscanf(p + 2, "%2x", &byte) == 1)
            p += 3;
        else if (p[0] == '\\' && p[1])
            byte = (uint8_t)(*++p == 'n' ? '\n' : *p == 'r' ? '\r' : *p == 't' ? '\t' : *p);
        bytes[n++] = (uint8_t)byte;
    }
    return n;
}

static struct snmp_value value_of(int tag, char kind, const char *text, uint8_t *bytes, uint32_t *arcs)
{
    struct snmp_value value = {.kind = SV_NONE};
    char trimmed[600];
    if ((enum tag)tag == TAG_OID) { /* some have blanks behind */
        snprintf(trimmed, sizeof trimmed, "%.*s", (int)strcspn(text, " "), text);
        text = trimmed;
    }
    switch ((enum tag)tag) {
    case TAG_INTEGER:
        value.kind = SV_INT;
        value.i = strtoll(text, NULL, 10);
        break;
    case TAG_COUNTER:
    case TAG_GAUGE:
    case TAG_TICKS:
    case TAG_COUNTER64:
        value.kind = SV_UINT;
        value.u = strtoull(text, NULL, 10);
        break;
    case TAG_OCTETS:
    case TAG_ADDRESS:
        value.kind = SV_BYTES;
        value.n = kind == 'x' ? from_hex(text, bytes) : kind == 'e' ? from_escapes(text, bytes) : strlen(text);
        value.bytes = bytes;
        if (kind != 'x' && kind != 'e')
            memcpy(bytes, text, value.n);
        break;
    case TAG_OID:
        if (oid_parse(text, arcs, &value.n) == 0) {
            value.kind = SV_OID;
            value.bytes = (const uint8_t *)arcs;
        }
        break;
    }
    return value;
}

int recording_load(const char *path, struct snmp_image *image)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    while ((n = getline(&line, &room, file)) > 0) {
        while (n && strchr("\r\n", line[n - 1]))
            line[--n] = '\0';
        uint32_t name[OID_MAX], arcs[OID_MAX];
        char *bar = strchr(line, '|'), *second = bar ? strchr(bar + 1, '|') : NULL;
        size_t arcs_n;
        if (!second)
            continue;
        *bar = *second = '\0';
        if (oid_parse(line, name, &arcs_n) < 0)
            continue;
        struct oid oid = {arcs_n, name};
        uint8_t *bytes = malloc((size_t)n + 1);
        if (!bytes)
            break;
        /* a value that the recording's simulator varies: where it begins */
        const char *varied = strchr(bar + 1, ':') ? strstr(second + 1, "initial=") : NULL;
        if (!snmp_image_get(image, oid))
            snmp_image_put(
                image, oid,
                value_of(atoi(bar + 1), second[-1], varied ? varied + strlen("initial=") : second + 1, bytes, arcs));
        free(bytes);
    }
    free(line);
    fclose(file);
    return 0;
}
