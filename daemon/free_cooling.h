/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of the cooling the weather could do. Pure.
 *
 * Units: degC, K; share 0..1 of the heat.
 * Source: share by temperatures alone; approaches are usual values of such plants; assumption.
 */
#pragma once

#define FREE_COOLING_DIRECT   2.0  /* outdoor air into the room */
#define FREE_COOLING_INDIRECT 4.0  /* over a plate exchanger */
#define FREE_COOLING_WATER    10.0 /* dry cooler, water, CRAH */

/* Supply and return of what is cooled; approach between outdoor air and the supply. */
double free_cooling_share(double outdoor, double approach, double supply, double ret);
