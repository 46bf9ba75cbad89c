/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One poll's checked values, as they go into the log and from there to every reader.
 *
 * Shape: point numbers are global, given at first sight, never reused; ascending within a row.
 * Units: base units; wall in ms since 1970, boot in us of the boot clock, comparable within one session only.
 * Owner: row_free. A row passes from hand to hand.
 */
#pragma once
#include "drivers/quantity.h"

#include <stdint.h>

struct row_value {
    uint32_t point;
    enum quality quality;
    double value; /* NAN unless quality has a value */
};

struct row {
    struct row *next;
    int64_t seq;      /* in the log; 0 before */
    uint32_t session; /* one start of the daemon: boot times of two sessions cannot be compared */
    uint32_t device;  /* number */
    int64_t wall_ms, boot_us;
    uint32_t uptime_s; /* of the device; 0: unknown */
    size_t n;
    struct row_value value[];
};

struct row *row_new(size_t n);
void row_free(struct row *row);
/* Packed form for the log: self-describing, about 10 bytes a value. Returns bytes written or needed. */
size_t row_encode(const struct row *row, uint8_t *buffer, size_t size);
/* -EBADMSG on anything that row_encode does not write. seq, session, device, times are the caller's. */
int row_decode(const uint8_t *bytes, size_t n, struct row **ret);
