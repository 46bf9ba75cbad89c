/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keep a device longer, or replace it: carbon of making it against carbon of running it. Pure.
 *
 * Units: kg CO2, W, kg/kWh, years; NAN: never, or not known.
 * Source: break-even by embodied / saved per year; factors.h for what making a server takes, which is soft: makers'
 *         figures for one model differ by three times.
 */
#pragma once

/* Carbon a year that running `more` years beyond `life` avoids. */
double lifetime_avoided(double embodied, double life, double more);
/* Years until what a replacement saves has paid for making it. Powers are of the old ones together and of the new ones
 * together, at the plug; pue: of the room. */
double lifetime_break_even(double embodied_new, double power_old, double power_new, double pue, double electricity);
/* Wh a year of a load that stands idle, through the room's overhead. */
double lifetime_idle(double power, double pue);
