/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

static int unhex(const char *text, size_t n, uint8_t *ret, size_t *ret_n)
{
    if (n % 2)
        return -EBADMSG;
    for (size_t i = 0; i < n; i += 2) {
        int high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0)
            return -EBADMSG;
        ret[i / 2] = (uint8_t)(high << 4 | low);
    }
    *ret_n = n / 2;
    return 0;
}

static size_t unescape(const char *text, size_t n, uint8_t *ret)
{
    static const char letters[] = "n\nr\rt\t0\0";
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] != '\\' || i + 1 == n) {
            ret[length++] = (uint8_t)text[i];
            continue;
        }
        i++;
        if (text[i] == 'x' && i + 2 < n && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
            ret[length++] = (uint8_t)(digit(text[i + 1]) << 4 | digit(text[i + 2]));
            i += 2;
            continue;
        }
        uint8_t byte = (uint8_t)text[i];
        for (size_t k = 0; k + 1 < sizeof letters; k += 2)
            if (letters[k] == text[i])
                byte = (uint8_t)letters[k + 1];
        ret[length++] = byte;
    }
    return length;
}

static int put_address(struct image *image, const uint8_t *value, size_t n, const char *oid)
{
    uint8_t byte[4];
    unsigned part[4];
    if (n == 4) {
        image_bytes(image, BER_ADDRESS, value, 4, oid);
        return 0;
    }
    if (!strcmp((const char *)value, "<private>")) /* taken out before it was published */
        memset(part, 0, sizeof part);
    else if (sscanf((const char *)value, "%3u.%3u.%3u.%3u", &part[0], &part[1], &part[2], &part[3]) != 4)
        return -EBADMSG;
    for (int i = 0; i < 4; i++)
        byte[i] = (uint8_t)part[i];
    image_bytes(image, BER_ADDRESS, byte, 4, oid);
    return 0;
}

/* value is ended by a NUL that n does not count. */
static int put(struct image *image, unsigned long tag, const uint8_t *value, size_t n, const char *oid)
{
    uint32_t ids[BER_OID_MAX];
    const char *text = (const char *)value;
    char *end = NULL;
    switch (tag) {
    case BER_INTEGER:
    case BER_COUNTER32:
    case BER_GAUGE32:
    case BER_TICKS:
    case BER_COUNTER64: {
        errno = 0;
        int64_t number = tag == BER_INTEGER ? strtoll(text, &end, 10) : (int64_t)strtoull(text, &end, 10);
        if (end == text || *end || errno)
            return -EBADMSG;
        image_integer(image, (uint8_t)tag, number, "%s", oid);
        return 0;
    }
    case BER_OID:
        if (image_parse_oid(text, ids) < 2)
            image_object(image, "0.0", "%s", oid);
        else
            image_object(image, text, "%s", oid);
        return 0;
    case BER_ADDRESS: return put_address(image, value, n, oid);
    case BER_NULL: image_bytes(image, BER_NULL, value, 0, oid); return 0;
    case BER_OCTETS:
    case BER_OPAQUE: image_bytes(image, (uint8_t)tag, value, n, oid); return 0;
    default: return -EBADMSG; /* a number of the file, not an enumeration */
    }
}

/* Of a value that a module of snmpsim would vary, its first: "value=..." to the end, or "...initial=N,...". */
static void first_of_module(char **value, size_t *n)
{
    char *at = strstr(*value, "value="), *initial = strstr(*value, "initial=");
    if (at) {
        *n -= (size_t)(at + 6 - *value);
        *value = at + 6;
    } else if (initial) {
        *value = initial + 8;
        *n = strcspn(*value, ",");
    }
}

static int parse_line(char *line, size_t n, struct image *image)
{
    uint32_t ids[BER_OID_MAX];
    char *tag = memchr(line, '|', n), *value = tag ? memchr(tag + 1, '|', n - (size_t)(tag + 1 - line)) : NULL, *end;
    if (!value)
        return -EBADMSG;
    *tag++ = '\0';
    *value++ = '\0';
    size_t length = n - (size_t)(value - line);
    unsigned long number = strtoul(tag, &end, 10);
    if (end != tag && *end == ':')
        first_of_module(&value, &length);
    else if (end == tag || (*end && strcmp(end, "x") && strcmp(end, "e")))
        return -EBADMSG;
    if (image_parse_oid(line, ids) < 2)
        return -EBADMSG;
    uint8_t *bytes = malloc(length + 1);
    if (!bytes)
        abort();
    int r = 0;
    if (*end == 'x')
        r = unhex(value, length, bytes, &length);
    else if (*end == 'e')
        length = unescape(value, length, bytes);
    else
        memcpy(bytes, value, length);
    if (number != BER_OCTETS && number != BER_OPAQUE) /* people's editors leave blanks behind */
        while (length && bytes[length - 1] == ' ')
            length--;
    bytes[length] = '\0';
    if (r == 0)
        r = put(image, number, bytes, length, line);
    free(bytes);
    return r;
}

int recording_parse(const char *text, size_t n, struct image *image, unsigned *ret_line)
{
    unsigned line = 0;
    image_begin(image);
    for (const char *p = text, *last = text + n; p < last;) {
        const char *stop = memchr(p, '\n', (size_t)(last - p));
        size_t length = (size_t)((stop ? stop : last) - p);
        char *copy = strndup(p, length);
        if (!copy)
            abort();
        size_t kept = length;
        while (kept && copy[kept - 1] == '\r')
            kept--;
        line++;
        int r = kept ? parse_line(copy, kept, image) : 0;
        free(copy);
        if (r < 0) {
            *ret_line = line;
            return r;
        }
        p += length + 1;
    }
    image_end(image);
    return 0;
}

int recording_load(const char *path, struct image *image, unsigned *ret_line)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    char *text = NULL;
    size_t room = 0;
    ssize_t n = getdelim(&text, &room, '\0', file);
    int r = n < 0 ? -EBADMSG : 0;
    fclose(file);
    if (r == 0)
        r = recording_parse(text, (size_t)n, image, ret_line);
    free(text);
    return r;
}
