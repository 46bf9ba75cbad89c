/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A and B feeds of a rack: what a breaker would carry if the other feed failed now.
 *
 * Shape: per rack and phase, from the currents of the PDUs of feeds A and B measured now; a rack without both feeds, or
 *        with a value missing, gives nothing. As if all equipment had two cords.
 * Units: A. limit = part * rating of the breaker that comes nearest to it.
 * Source: circuit.h.
 */
#pragma once
#include "daemon/circuit.h"
#include "daemon/live.h"

struct feed_sum {
    uint64_t subject; /* rack and phase */
    const char *room, *rack;
    enum phase phase;
    double sum_a;                         /* of both feeds */
    double amperes_a, limit_a, breaker_a; /* of the breaker that would carry most of what it bears */
};

size_t feeds_sum(const struct live *live, double part, struct feed_sum **ret); /* freed by the caller */

/* A current of a whole device: of its total or inlet, on one phase. */
bool feeds_counts(const struct live_point *point);
/* A device with phases counts by them, not by a total beside them. */
bool feeds_has_phases(const struct live_device *device);
/* A one-phase device has no phase in its part and takes the site's, else L1. */
enum phase feeds_phase(const struct live_point *point);
/* 0 A, 1 B, -1: neither. */
int feeds_side(const struct live_point *point);
