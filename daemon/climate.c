/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/climate.h"

#include "daemon/moist_air.h"

#include <math.h>

/* Recommended humidity up to 70 % where corrosive gases are known to be low, which a town's air mostly is; else 50 %.
 */
#define RECOMMENDED(low, high)   \
    {                            \
        low, high, -9, 15, 0, 70 \
    }

/* clang-format off */
static const struct envelope envelopes[ASHRAE_COUNT] = {
    [ASHRAE_A1] = {18, 27, 15, 32, RECOMMENDED(18, 27), {15, 32, -12, 17, 8, 80}},
    [ASHRAE_A2] = {18, 27, 10, 35, RECOMMENDED(18, 27), {10, 35, -12, 21, 8, 80}},
    [ASHRAE_A3] = {18, 27,  5, 40, RECOMMENDED(18, 27), { 5, 40, -12, 24, 8, 85}},
    [ASHRAE_A4] = {18, 27,  5, 45, RECOMMENDED(18, 27), { 5, 45, -12, 24, 8, 90}},
    [ASHRAE_H1] = {18, 22,  5, 25, RECOMMENDED(18, 22), { 5, 25, -12, 17, 8, 80}},
};
/* clang-format on */

struct envelope envelope_of(enum ashrae class_, double altitude)
{
    static const double metres[ASHRAE_COUNT] = {300, 300, 175, 125, 300}; /* for 1 K */
    struct envelope e = envelopes[class_];
    double less = altitude > CLIMATE_HEIGHT_FREE ? (altitude - CLIMATE_HEIGHT_FREE) / metres[class_] : 0;
    e.allowable_high = e.allowable.high -= less;
    e.recommended_high = e.recommended.high = fmin(e.recommended_high, e.allowable_high);
    return e;
}

const char *climate_class_name(enum ashrae class_)
{
    static const char *const names[ASHRAE_COUNT] = {"A1", "A2", "A3", "A4", "H1"};
    return names[class_];
}

enum climate_side climate_side(const struct climate_box *box, double celsius, double humidity)
{
    if (celsius < box->low)
        return CLIMATE_COLD;
    if (celsius > box->high)
        return CLIMATE_HOT;
    double dew = moist_air_dew_point(celsius, humidity);
    if (isnan(humidity))
        return CLIMATE_FITS;
    if (humidity < box->humidity_low || isnan(dew) || dew < box->dew_low)
        return CLIMATE_DRY;
    if (humidity > box->humidity_high || dew > box->dew_high)
        return CLIMATE_HUMID;
    return CLIMATE_FITS;
}

enum climate_zone climate_zone(const struct envelope *e, double celsius, double humidity)
{
    if (climate_side(&e->recommended, celsius, humidity) == CLIMATE_FITS)
        return CLIMATE_RECOMMENDED;
    return climate_side(&e->allowable, celsius, humidity) == CLIMATE_FITS ? CLIMATE_ALLOWABLE : CLIMATE_OUTSIDE;
}
