/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How well the air of a room reaches its equipment: RCI, RTI, SHI. Pure.
 *
 * Shape: samples are gathered one by one; an index is read at the end. NAN where nothing was gathered, or a difference
 *        that divides is not above 0.
 * Units: degC; % (RCI, RTI), 0..1 (SHI).
 * Source: RCI: Herrlin 2005, 100 % is all samples within the recommended range, 96 is good, below 91 poor; RTI: Herrlin
 *         2008, below 100 air bypasses, above 100 it recirculates; SHI: Sharma, Bash, Patel 2002, 0.2 is good, 0.4
 * poor.
 */
#pragma once
#include "daemon/climate.h"

#define RCI_GOOD 96.0
#define RCI_POOR 91.0
#define SHI_GOOD 0.2
#define SHI_POOR 0.4

struct air_rci {
    unsigned long n;
    double over, under; /* sums of K outside the recommended range */
};

void air_rci_add(struct air_rci *rci, const struct envelope *envelope, double inlet);
double air_rci_high(const struct air_rci *rci, const struct envelope *envelope);
double air_rci_low(const struct air_rci *rci, const struct envelope *envelope);

/* returned, supplied: of the cooler; equipment: rise over the racks. */
double air_rti(double returned, double supplied, double equipment);

struct air_shi {
    double warmed, risen; /* sums of inlet - supply and outlet - supply, weighed by what flows */
};

void air_shi_add(struct air_shi *shi, double weight, double supplied, double inlet, double outlet);
double air_shi(const struct air_shi *shi);
