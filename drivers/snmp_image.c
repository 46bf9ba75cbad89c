/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_plan.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    struct oid name;
    struct snmp_value value;
};

struct snmp_image {
    struct arena *arena;
    size_t n, room;
    struct entry *entry; /* in the order of names */
};

struct snmp_image *snmp_image_new(void)
{
    struct arena *arena = arena_new();
    struct snmp_image *image = ARENA_NEW(arena, struct snmp_image);
    image->arena = arena;
    return image;
}

void snmp_image_free(struct snmp_image *image)
{
    if (!image)
        return;
    free(image->entry);
    arena_free(image->arena);
}

/* The first entry not before the name. */
static size_t lower_bound(const struct snmp_image *image, struct oid name)
{
    /* walks come in order: the end is the likeliest place */
    if (!image->n || oid_compare(image->entry[image->n - 1].name, name) < 0)
        return image->n;
    size_t low = 0, high = image->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (oid_compare(image->entry[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct snmp_value value_copy(struct arena *arena, struct snmp_value value)
{
    size_t size = value.kind == SV_BYTES ? value.n : value.kind == SV_OID ? value.n * sizeof(uint32_t) : 0;
    if (value.kind == SV_BYTES || value.kind == SV_OID)
        value.bytes = arena_memdup(arena, size ? value.bytes : (const uint8_t *)"", size);
    return value;
}

static void make_room(struct snmp_image *image)
{
    if (image->n < image->room)
        return;
    size_t room = image->room ? 2 * image->room : 256;
    struct entry *entry = reallocarray(image->entry, room, sizeof *entry);
    if (!entry)
        abort(); /* as the arena does */
    image->entry = entry;
    image->room = room;
}

void snmp_image_put(struct snmp_image *image, struct oid name, struct snmp_value value)
{
    size_t at = lower_bound(image, name);
    if (at < image->n && oid_compare(image->entry[at].name, name) == 0) {
        image->entry[at].value = value_copy(image->arena, value);
        return;
    }
    make_room(image);
    memmove(&image->entry[at + 1], &image->entry[at], (image->n - at) * sizeof *image->entry);
    image->entry[at] = (struct entry){oid_copy(image->arena, name.id, name.n), value_copy(image->arena, value)};
    image->n++;
}

const struct snmp_value *snmp_image_get(const struct snmp_image *image, struct oid name)
{
    size_t at = lower_bound(image, name);
    return at < image->n && oid_compare(image->entry[at].name, name) == 0 ? &image->entry[at].value : NULL;
}

bool snmp_image_next(const struct snmp_image *image, struct oid name, struct oid *ret_name,
                     const struct snmp_value **ret_value)
{
    size_t at = lower_bound(image, name);
    if (at < image->n && oid_compare(image->entry[at].name, name) == 0)
        at++;
    if (at >= image->n)
        return false;
    *ret_name = image->entry[at].name;
    *ret_value = &image->entry[at].value;
    return true;
}
