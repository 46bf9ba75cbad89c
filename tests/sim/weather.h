/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weather, air and the working week of a Flemish town, as the simulated rooms feel them.
 *
 * Units: degC, % relative humidity, Unix seconds. Local time is UTC + 1 h all year.
 * Source: yearly mean 10.5 degC and swing of about 7.5 K: climate normals of Ukkel 1991-2020, rounded;
 *         saturation pressure: Magnus formula with the constants of WMO No. 8, annex 4.B.
 */
#pragma once
#include <stdint.h>

double weather_temperature(uint64_t seed, double time);
double weather_humidity(uint64_t seed, double time);
double weather_dew_point(uint64_t seed, double time);
/* Relative humidity of air of this dew point when it is heated or cooled to a temperature. */
double air_humidity(double dew_point, double temperature);
/* How much of the town is at work, 0..1. */
double week_office(double time);
/* Hour of the local day, 0..24. */
double week_hour(double time);
