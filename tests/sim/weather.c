/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weather.h"

#include "noise.h"

#include <math.h>

#define DAY  86400.0
#define YEAR (365.2425 * DAY)

enum { CH_FRONT = 0x57000, CH_HUMIDITY };

double week_hour(double time)
{
    double local = time + 3600;
    return (local - floor(local / DAY) * DAY) / 3600;
}

double weather_temperature(uint64_t seed, double time)
{
    /* 1970 began on 1 January; the warmest day is about 20 July, the warmest hour about 15 h */
    double year = cos(2 * M_PI * (time / YEAR - 200 / 365.2425));
    double day = cos(2 * M_PI * (week_hour(time) - 15) / 24);
    double front = noise_wave(seed, CH_FRONT, time, 2.5 * DAY);
    return 10.5 + 7.5 * year + (3 + year) * day + 5 * front;
}

double weather_dew_point(uint64_t seed, double time)
{
    double year = cos(2 * M_PI * (time / YEAR - 200 / 365.2425));
    return 6.5 + 5.5 * year + 2.5 * noise_wave(seed, CH_HUMIDITY, time, 1.5 * DAY);
}

static double saturation(double temperature)
{
    return 6.112 * exp(17.62 * temperature / (243.12 + temperature));
}

double air_humidity(double dew_point, double temperature)
{
    double percent = 100 * saturation(dew_point) / saturation(temperature);
    return percent > 100 ? 100 : percent;
}

double weather_humidity(uint64_t seed, double time)
{
    return air_humidity(weather_dew_point(seed, time), weather_temperature(seed, time));
}

double week_office(double time)
{
    double hour = week_hour(time);
    /* 1 January 1970 was a Thursday: day 0 of the week is Monday */
    int day = (int)fmod(floor((time + 3600) / DAY) + 3, 7);
    double rise = 1 / (1 + exp(-(hour - 8.2) * 2.5)), fall = 1 / (1 + exp((hour - 17.3) * 2));
    return (day >= 5 ? 0.12 : 1.0) * rise * fall;
}
