/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The objects of one SNMP agent, each with its value already encoded.
 *
 * Shape: filled by puts in a fixed order between image_begin and image_end. The first filling names the objects
 *        (printf form of a numeric OID); the later ones come in the same order and change values alone, cheaply.
 *        Of two objects with the same OID the first wins.
 * Errors: running out of memory, an OID that is none and a filling in another order end the process (abort).
 */
#pragma once
#include "ber.h"

struct object {
    uint32_t *id;
    size_t n;
    uint8_t *name; /* the OID's encoding */
    size_t name_length;
    uint8_t tag;
    uint8_t *value;      /* the value's encoding, head included */
    size_t length, room; /* of value */
};

struct image;

struct image *image_new(void);
void image_free(struct image *image);
void image_begin(struct image *image);
void image_integer(struct image *image, uint8_t tag, int64_t value, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void image_text(struct image *image, const char *text, const char *format, ...) __attribute__((format(printf, 3, 4)));
void image_object(struct image *image, const char *oid, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Any value whole: contents under a tag. */
void image_bytes(struct image *image, uint8_t tag, const void *bytes, size_t n, const char *oid);
void image_end(struct image *image);
/* Fault `wrong-type`: integers, counters and gauges go out as text until cleared. */
void image_confuse(struct image *image, bool confused);
size_t image_count(const struct image *image);
const struct object *image_at(const struct image *image, size_t i); /* in OID order */
const struct object *image_find(const struct image *image, const uint32_t *id, size_t n);
/* The first object behind the OID; NULL at the end. */
const struct object *image_next(const struct image *image, const uint32_t *id, size_t n);
/* Whether other instances of the same object exist. */
bool image_has_object(const struct image *image, const uint32_t *id, size_t n);
/* Numeric text, a leading dot allowed; returns how many, 0 where it is none. */
size_t image_parse_oid(const char *text, uint32_t id[BER_OID_MAX]);
