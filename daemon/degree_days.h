/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Degree days: how much heating, or cooling, a day's mean temperature asks for. Pure.
 *
 * Units: degC, K d.
 * Source: Synergrid (Belgian gas sector): base 16.5 at Ukkel, equivalent days 0.6 0.3 0.1 of a day and the two before;
 *         Eurostat/JRC: heating 18 - Tm from 15 down, cooling Tm - 21 from 24 up (annex II of EU 2024/1364, 1n).
 */
#pragma once

double degree_day(double mean);
/* Of today, yesterday and the day before, each by degree_day. */
double degree_day_equivalent(double today, double before, double two_before);
double degree_day_heating_eu(double mean);
double degree_day_cooling_eu(double mean);
