/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What breakers, phases and pairs of feeds bear. Pure.
 *
 * Shape: the arithmetic alone, for the live rule (feeds.c) and for reports (capacity.c).
 * Units: A, V, VA, %; NAN: not known, and stays so.
 * Source: 80 % of a breaker for continuous load: NEC 210.20(A), and practice for derating by temperature and grouping
 *         where IEC 60898-1 breakers carry all; neutral of a star with equal power factors, without harmonics;
 *         imbalance as Raritan and Server Technology state it, not judged below 0.5 A.
 */
#pragma once
#include <stddef.h>

#define CIRCUIT_PART    0.8  /* of a breaker's rating, for continuous load */
#define CIRCUIT_SLIGHT  0.5  /* A: less than this, or a deviation of less, is not judged */
#define CIRCUIT_UNEVEN  20.0 /* %: imbalance worth a word */
#define CIRCUIT_NOMINAL 230.0

double circuit_limit(double breaker, double part);
/* What is left: negative when over the limit. */
double circuit_room(double amperes, double breaker, double part);
/* Apparent power of three phases at the voltage between lines. */
double circuit_three_phase(double line_to_line, double amperes);
/* 100 * greatest deviation / mean. */
double circuit_imbalance(const double amperes[3]);
double circuit_neutral(const double amperes[3]);

/* The breakers of one feed of a rack, on one phase. */
#define CIRCUIT_BREAKERS 8
struct circuit_feed {
    size_t n;
    double amperes[CIRCUIT_BREAKERS], breaker[CIRCUIT_BREAKERS];
};
double circuit_sum(const struct circuit_feed *feed);
/* The other feed of dual-corded equipment failed with `failed` amperes on it: each breaker that stays takes of them as
 * much as it has of its own feed, or all the same where none has any. The index of the one nearest to its limit, or
 * over it, and what it carries; SIZE_MAX where something is not known. */
size_t circuit_failover(const struct circuit_feed *stays, double failed, double part, double *ret_amperes,
                        double *ret_limit);
