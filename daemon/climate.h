/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thermal envelopes of IT equipment, and where a reading stands in them: ASHRAE TC 9.9, fifth edition 2021.
 *
 * Shape: the recommended box is inside the allowable one. Moisture has two limits each way, of which the stricter
 *        binds. Humidity NAN: only the temperature is judged. Thin air cools less: above 900 m the allowable high
 *        falls with the height, and the recommended one with it where they meet.
 * Units: degC dry bulb at the inlet, degC dew point, % relative humidity, K; m above the sea.
 * Source: the reference card of the 5th edition (values only): 1 K for each 300 m (A1, A2), 175 m (A3), 125 m (A4)
 *         above 900 m, none above 3050 m; H1 temperatures as in its supplement on high-density equipment, H1 moisture
 *         and height taken as A1's.
 */
#pragma once
#include "daemon/config.h"

struct climate_box {
    double low, high;         /* dry bulb */
    double dew_low, dew_high; /* dew point */
    double humidity_low, humidity_high;
};

struct envelope {
    double recommended_low, recommended_high, allowable_low, allowable_high;
    struct climate_box recommended, allowable;
};

enum climate_zone { CLIMATE_RECOMMENDED, CLIMATE_ALLOWABLE, CLIMATE_OUTSIDE };
enum climate_side { CLIMATE_FITS, CLIMATE_COLD, CLIMATE_HOT, CLIMATE_DRY, CLIMATE_HUMID };

/* Rise or fall at the inlet: with tape storage 5 K in an hour; else 20 K in an hour and 5 K in a quarter of one. */
#define CLIMATE_RATE_TAPE    5.0
#define CLIMATE_RATE_HOUR    20.0
#define CLIMATE_RATE_QUARTER 5.0

#define CLIMATE_HEIGHT_FREE  900.0  /* up to here nothing is taken off */
#define CLIMATE_HEIGHT_MOST  3050.0 /* above it no class holds */

/* altitude: m; 0 where it is not stated. */
struct envelope envelope_of(enum ashrae class_, double altitude);
const char *climate_class_name(enum ashrae class_);
enum climate_side climate_side(const struct climate_box *box, double celsius, double humidity);
enum climate_zone climate_zone(const struct envelope *envelope, double celsius, double humidity);
