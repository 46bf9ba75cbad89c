/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The heat that one room could have given over a period, by what its loop or its meters recorded.
 *
 * Shape: where the loop's (or the air's) points are in the RRD files, quarter by quarter; else from the mean of all
 * that became heat in the room, with the range of capture. quarter[i] is the power of the quarter from from_s + i *
 * 900, NAN where it is not known, for profiles; of an estimate there is none. Units: W, Wh, degC, hours. Owner:
 * heat_period_done. Threads: one (librrd).
 */
#pragma once
#include "daemon/config.h"
#include "daemon/heat.h"
#include "daemon/heat_year.h"

#include <stdint.h>

struct heat_period {
    struct heat_result mean;    /* powers are means over the known time */
    double hours;               /* known */
    double coverage;            /* of the period so far */
    double energy, low, high;   /* low, high: NAN where measured */
    double delivered, electric; /* of the heat pump, if there was one; NAN */
    double coldest, warmest;    /* of the source; NAN where it was not measured */
    const char *basis;          /* in words */
    int64_t from_s;
    size_t n;
    double *quarter; /* NULL: not measured */
};

/* state: STATE, NULL: none. room_power: mean over the covered part (NAN: not known), covered: 0..1. */
int heat_period_of(const struct heat_config *config, const char *state, int64_t from_s, int64_t to_s, double room_power,
                   double covered, struct heat_period *ret);
/* A year at these mean powers, or at a share of them. unstated: the part of the heat delivered that finds its user
 * where the configuration states no demand. */
void heat_period_year(const struct heat_config *config, const struct factors_config *factors,
                      const struct heat_result *mean, double share, double unstated, struct heat_year *ret);
void heat_period_done(struct heat_period *period);
/* part 0..1 of the known quarters are at most this; NAN. */
double heat_period_quantile(const struct heat_period *period, double part);
