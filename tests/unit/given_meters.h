/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Meters as a table gives them, and the figures of a room that has them. For tests.
 *
 * Units: Wh.
 */
#pragma once
#include "daemon/kpi.h"

#define GIVEN_METERS 8

struct given {
    const char *device, *feed;
    enum role role;
    int category;
    enum quantity quantity;
    double wh, accuracy;
    const char *same_as;
    double covered, missing; /* 0..1: of the window; of the time in which the others were read */
};

extern struct kpi_window given_window; /* of the last given_figures() */

/* Up to GIVEN_METERS, ended by device NULL. */
size_t given_figures(const struct given *given, bool complete, enum kpi_span span, double covered,
                     struct kpi_result *results);
/* Fails the test where there is none. */
const struct kpi_result *given_result(const struct kpi_result *all, size_t n, enum quantity id);
