/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recovered heat against a demand that comes at another time, with a store between them. Pure.
 *
 * Shape: step by step: supply serves the demand, then fills the store; the store serves what is left. What neither can
 *        take is lost, and what is missing is someone else's. Without a store this is sum of min(supply, demand).
 * Units: Wh a step; loss: share of the store's content a step.
 */
#pragma once
#include <stddef.h>

struct heat_store {
    double capacity; /* Wh; INFINITY: no bound */
    double loss;
    double content; /* begins here, and goes on in the next call */
};

struct heat_stored {
    double supply, demand, used, lost, fullest;
    double utilisation, coverage; /* used / supply, used / demand; NAN */
};

/* Adds to *ret: zero it first. */
void heat_store_run(struct heat_store *store, const double *supply, const double *demand, size_t n,
                    struct heat_stored *ret);
