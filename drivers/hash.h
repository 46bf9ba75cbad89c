/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A short number for a text: FNV-1a of 64 bits, the same on every machine and for ever, since some are kept on disk.
 *
 * Shape: begin with HASH_BEGIN; what one call gives is the next one's so_far. hash_text takes the NUL with it, so that
 *        two texts one after the other differ from one made of both.
 * Source: draft-eastlake-fnv-17 section 2.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)

uint64_t hash_bytes(uint64_t so_far, const void *bytes, size_t n);
uint64_t hash_text(uint64_t so_far, const char *text);
