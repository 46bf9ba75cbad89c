/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Humid air: vapour pressure, dew point, relative humidity, wet bulb. Pure.
 *
 * Units: degC, %, Pa. NAN where there is no answer (no vapour at all has no dew point).
 * Source: Magnus over water with 17.62, 243.12 degC, 611.2 Pa (WMO No. 8, annex 4.B); wet bulb: Stull 2011, J. Appl.
 *         Meteor. Climatol. 50, at sea level, for 5 to 99 %.
 */
#pragma once

double moist_air_saturation(double celsius);
double moist_air_dew_point(double celsius, double humidity);
double moist_air_humidity(double celsius, double dew_point);
double moist_air_wet_bulb(double celsius, double humidity);
