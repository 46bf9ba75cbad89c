/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct image {
    struct object *object; /* in the order of filling */
    size_t n, room, at;
    struct object **sorted;
    size_t n_sorted;
    bool built, confused;
};

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

struct image *image_new(void)
{
    return must(calloc(1, sizeof(struct image)));
}

void image_free(struct image *image)
{
    if (!image)
        return;
    for (size_t i = 0; i < image->n; i++) {
        free(image->object[i].id);
        free(image->object[i].name);
        free(image->object[i].value);
    }
    free(image->object);
    free(image->sorted);
    free(image);
}

size_t image_parse_oid(const char *text, uint32_t id[BER_OID_MAX])
{
    size_t n = 0;
    if (*text == '.')
        text++;
    while (n < BER_OID_MAX && *text >= '0' && *text <= '9') {
        char *end;
        unsigned long long v = strtoull(text, &end, 10);
        if (v > UINT32_MAX)
            return 0;
        id[n++] = (uint32_t)v;
        if (!*end)
            return n;
        if (*end != '.')
            return 0;
        text = end + 1;
    }
    return 0;
}

static void name_object(struct object *object, const char *text)
{
    uint32_t id[BER_OID_MAX];
    uint8_t buffer[BER_OID_MAX * 5 + 8];
    object->n = image_parse_oid(text, id);
    if (object->n < 2)
        abort();
    object->id = must(malloc(object->n * sizeof *id));
    memcpy(object->id, id, object->n * sizeof *id);
    struct ber_writer w = ber_writer(buffer, sizeof buffer);
    ber_put_oid(&w, id, object->n);
    object->name_length = ber_length(&w);
    object->name = must(malloc(object->name_length));
    memcpy(object->name, w.p, object->name_length);
}

/* The object to fill now: a new one while the image is built, else the next of the same order. */
__attribute__((format(printf, 2, 0))) static struct object *next_object(struct image *image, const char *format,
                                                                        va_list args)
{
    if (image->built) {
        if (image->at == image->n)
            abort();
        return &image->object[image->at++];
    }
    if (image->n == image->room) {
        image->room = image->room ? 2 * image->room : 64;
        image->object = must(realloc(image->object, image->room * sizeof *image->object));
    }
    struct object *object = &image->object[image->n++];
    memset(object, 0, sizeof *object);
    char text[BER_OID_MAX * 11];
    vsnprintf(text, sizeof text, format, args);
    name_object(object, text);
    return object;
}

static void set_value(struct object *object, uint8_t tag, const struct ber_writer *w)
{
    size_t n = ber_length(w);
    object->tag = tag;
    if (n > object->room) {
        object->value = must(realloc(object->value, n));
        object->room = n;
    }
    memcpy(object->value, w->p, n);
    object->length = n;
}

void image_begin(struct image *image)
{
    image->at = 0;
}

void image_integer(struct image *image, uint8_t tag, int64_t value, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct object *object = next_object(image, format, args);
    va_end(args);
    uint8_t buffer[40];
    struct ber_writer w = ber_writer(buffer, sizeof buffer);
    if (image->confused) {
        char text[24];
        int n = snprintf(text, sizeof text, "%lld?", (long long)value);
        ber_put_octets(&w, tag = BER_OCTETS, text, (size_t)n);
    } else if (tag == BER_INTEGER) {
        ber_put_integer(&w, tag, value);
    } else if (tag == BER_COUNTER64) {
        ber_put_unsigned(&w, tag, (uint64_t)value);
    } else {
        ber_put_unsigned(&w, tag, (uint32_t)value); /* 32 bits, wrapped as the device's own would be */
    }
    set_value(object, tag, &w);
}

void image_text(struct image *image, const char *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct object *object = next_object(image, format, args);
    va_end(args);
    uint8_t buffer[300];
    struct ber_writer w = ber_writer(buffer, sizeof buffer);
    size_t n = strlen(text);
    ber_put_octets(&w, BER_OCTETS, text, n > 255 ? 255 : n); /* DisplayString, RFC 2579 */
    set_value(object, BER_OCTETS, &w);
}

void image_object(struct image *image, const char *oid, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct object *object = next_object(image, format, args);
    va_end(args);
    uint32_t id[BER_OID_MAX];
    uint8_t buffer[BER_OID_MAX * 5 + 8];
    struct ber_writer w = ber_writer(buffer, sizeof buffer);
    ber_put_oid(&w, id, image_parse_oid(oid, id));
    set_value(object, BER_OID, &w);
}

__attribute__((format(printf, 2, 3))) static struct object *named_object(struct image *image, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct object *object = next_object(image, format, args);
    va_end(args);
    return object;
}

void image_bytes(struct image *image, uint8_t tag, const void *bytes, size_t n, const char *oid)
{
    struct object *object = named_object(image, "%s", oid);
    uint8_t *buffer = must(malloc(n + 8));
    struct ber_writer w = ber_writer(buffer, n + 8);
    ber_put_octets(&w, tag, bytes, n);
    set_value(object, tag, &w);
    free(buffer);
}

static int compare_ids(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
    for (size_t i = 0; i < n && i < m; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return n < m ? -1 : n > m;
}

static int compare_objects(const void *a, const void *b)
{
    const struct object *x = *(struct object *const *)a, *y = *(struct object *const *)b;
    int order = compare_ids(x->id, x->n, y->id, y->n);
    return order ? order : x < y ? -1 : x > y; /* stable: the first of equals stays first */
}

void image_end(struct image *image)
{
    if (image->built) {
        if (image->at != image->n)
            abort();
        return;
    }
    image->built = true;
    image->sorted = must(calloc(image->n + 1, sizeof *image->sorted));
    for (size_t i = 0; i < image->n; i++)
        image->sorted[i] = &image->object[i];
    qsort(image->sorted, image->n, sizeof *image->sorted, compare_objects);
    for (size_t i = 0; i < image->n; i++) {
        struct object *last = image->n_sorted ? image->sorted[image->n_sorted - 1] : NULL, *o = image->sorted[i];
        if (!last || compare_ids(last->id, last->n, o->id, o->n))
            image->sorted[image->n_sorted++] = o;
    }
}

void image_confuse(struct image *image, bool confused)
{
    image->confused = confused;
}

size_t image_count(const struct image *image)
{
    return image->n_sorted;
}

const struct object *image_at(const struct image *image, size_t i)
{
    return image->sorted[i];
}

/* How many objects stand before the OID. */
static size_t lower(const struct image *image, const uint32_t *id, size_t n)
{
    size_t low = 0, high = image->n_sorted;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct object *o = image->sorted[middle];
        if (compare_ids(o->id, o->n, id, n) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct object *image_find(const struct image *image, const uint32_t *id, size_t n)
{
    size_t i = lower(image, id, n);
    if (i == image->n_sorted)
        return NULL;
    const struct object *o = image->sorted[i];
    return compare_ids(o->id, o->n, id, n) ? NULL : o;
}

const struct object *image_next(const struct image *image, const uint32_t *id, size_t n)
{
    size_t i = lower(image, id, n);
    if (i < image->n_sorted && !compare_ids(image->sorted[i]->id, image->sorted[i]->n, id, n))
        i++;
    return i < image->n_sorted ? image->sorted[i] : NULL;
}

bool image_has_object(const struct image *image, const uint32_t *id, size_t n)
{
    if (n < 2)
        return false;
    size_t i = lower(image, id, n - 1);
    return i < image->n_sorted && image->sorted[i]->n >= n - 1 && !compare_ids(image->sorted[i]->id, n - 1, id, n - 1);
}
