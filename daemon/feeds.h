/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A and B feeds of a rack: what one breaker would carry if the other feed failed now.
 *
 * Shape: per rack and phase, from the currents of the PDUs of feeds A and B measured now; a rack without both feeds, or
 *        with a value missing, gives nothing.
 * Units: A. limit = part * breaker of the weaker feed.
 * Source: survivor rule I_A + I_B <= k * I_rated, k = 0.8 by default (80 % continuous load).
 */
#pragma once
#include "daemon/live.h"

struct feed_sum {
    uint64_t subject; /* rack and phase */
    const char *room, *rack;
    enum phase phase;
    double sum_a, limit_a, breaker_a;
};

size_t feeds_sum(const struct live *live, double part, struct feed_sum **ret); /* freed by the caller */
