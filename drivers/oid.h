/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Object identifiers as numbers.
 *
 * Shape: up to 128 parts (RFC 3416 section 4.1). Text is numeric and without a leading dot.
 * Owner: the parts lie in an arena, or in the caller's array.
 */
#pragma once
#include "arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OID_MAX 128

struct oid {
    size_t n;
    const uint32_t *id;
};

/* Text, a leading dot allowed, into ids[OID_MAX]; -EINVAL. */
int oid_parse(const char *text, uint32_t ids[OID_MAX], size_t *ret_n);
int oid_read(struct arena *arena, const char *text, struct oid *ret);
struct oid oid_copy(struct arena *arena, const uint32_t *ids, size_t n);
struct oid oid_join(struct arena *arena, struct oid head, const uint32_t *tail, size_t n);
int oid_compare(struct oid a, struct oid b);     /* as strings of numbers: lexicographic */
bool oid_under(struct oid o, struct oid prefix); /* o equals prefix or lies below it */
/* Writes the text, cut to size; returns the full length as snprintf does. */
size_t oid_format(struct oid o, char *buffer, size_t size);
const char *oid_text(struct arena *arena, struct oid o);
