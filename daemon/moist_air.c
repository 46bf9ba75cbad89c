/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/moist_air.h"

#include <math.h>

#define MAGNUS_A 17.62
#define MAGNUS_B 243.12

double moist_air_saturation(double celsius)
{
    return 611.2 * exp(MAGNUS_A * celsius / (MAGNUS_B + celsius));
}

double moist_air_dew_point(double celsius, double humidity)
{
    if (!(humidity > 0) || humidity > 100)
        return NAN;
    double g = log(humidity / 100) + MAGNUS_A * celsius / (MAGNUS_B + celsius);
    return MAGNUS_B * g / (MAGNUS_A - g);
}

double moist_air_humidity(double celsius, double dew_point)
{
    return 100 * moist_air_saturation(dew_point) / moist_air_saturation(celsius);
}

double moist_air_wet_bulb(double celsius, double humidity)
{
    if (!(humidity >= 5 && humidity <= 99))
        return NAN;
    return celsius * atan(0.151977 * sqrt(humidity + 8.313659)) + atan(celsius + humidity) - atan(humidity - 1.676331) +
           0.00391838 * pow(humidity, 1.5) * atan(0.023101 * humidity) - 4.686035;
}
