/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sparkplug B payloads: metrics in, bytes out.
 *
 * Shape: begin, add ..., pack. Texts of the metrics are the caller's and stay until pack; bytes stay until the next
 *        begin. Every metric has its own time. A null metric carries no value.
 * Units: times in ms since 1970, UTC.
 * Errors: running out of memory ends the process, as in arena.h. Text that is no UTF-8 goes out with '?' in its place.
 * Threads: one payload, one thread at a time; sparkplug_payload_death any.
 * Source: Sparkplug 3.0 section 6.4. Of its types only these: hosts agree on them, and not on UInt32, on negative small
 *         integers or on arrays.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sparkplug_type { SPARKPLUG_INT64 = 4, SPARKPLUG_DOUBLE = 10, SPARKPLUG_BOOLEAN = 11, SPARKPLUG_STRING = 12 };

/* Section 6.4.17, property Quality. */
enum sparkplug_quality { SPARKPLUG_BAD = 0, SPARKPLUG_GOOD = 192, SPARKPLUG_STALE = 500, SPARKPLUG_UNSAID = -1 };

#define SPARKPLUG_PROPERTIES 6
#define SPARKPLUG_DEATH_MAX  64
#define SPARKPLUG_BDSEQ      "bdSeq"

struct sparkplug_property {
    const char *key, *text; /* text NULL: the number */
    double number;
};

struct sparkplug_metric {
    const char *name; /* NULL: by its alias alone */
    uint64_t alias;   /* 0: none */
    int64_t ts_ms;
    enum sparkplug_type type;
    bool untyped, historical, null; /* untyped: the datatype was told at birth */
    double real;
    int64_t whole;
    bool on;
    const char *text;
    enum sparkplug_quality quality;
    size_t n_properties;
    struct sparkplug_property property[SPARKPLUG_PROPERTIES];
};

struct sparkplug_payload;

struct sparkplug_payload *sparkplug_payload_new(void);
void sparkplug_payload_free(struct sparkplug_payload *payload);
void sparkplug_payload_begin(struct sparkplug_payload *payload);
void sparkplug_payload_add(struct sparkplug_payload *payload, const struct sparkplug_metric *metric);
size_t sparkplug_payload_count(const struct sparkplug_payload *payload);
const uint8_t *sparkplug_payload_pack(struct sparkplug_payload *payload, int64_t ts_ms, unsigned seq, size_t *ret_size);
/* The will of a session: its bdSeq and nothing else. Returns the size. */
size_t sparkplug_payload_death(uint8_t bytes[SPARKPLUG_DEATH_MAX], unsigned bd_seq, int64_t ts_ms);
