/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a year of recovered heat is worth: what of it the demand can use, in CO2, money and homes. Pure.
 *
 * Shape: month by month; a month's demand follows the degree days, its supply is flat. Months overstate: they know
 *        neither day nor night, so this stands for a store of that size.
 * Units: W for powers, Wh for energies, kg, EUR, EUR/MWh; rates as fractions.
 * Source: Synergrid, normal equivalent degree days 16.5, Uccle 1991-2020; formulas at their place in heat_year.c.
 */
#pragma once

#define HEAT_MONTHS 12
extern const double heat_degree_days[HEAT_MONTHS];

struct heat_year_input {
    double sink_power, electric_power, source_power; /* of the heat pump while it runs; W */
    double demand_space, demand_dhw;                 /* Wh a year */
    double factor_gas, factor_electricity;           /* kg/kWh */
    double boiler, eer;                              /* efficiency; cooling no longer needed */
    double price_gas, price_electricity, price_heat; /* EUR/MWh; NAN: no money */
    double capex, opex;                              /* EUR, NAN: no investment; share of capex a year */
    double rate;                                     /* of interest */
    unsigned years;
};

struct heat_year {
    double supply, demand, used, source_used, electric; /* Wh */
    double utilisation, coverage;
    double co2_gross, co2_net, co2_with_cooling; /* kg */
    double homes;
    double saved_gas, cost_electric, saved, saved_with_cooling; /* EUR a year */
    double sold;                                                /* EUR a year, at the price of heat */
    double invested, capital, maintenance;                      /* EUR; EUR a year */
    double payback, payback_with_cooling, payback_sold;         /* years, before maintenance; NAN: never */
    double levelised;                                           /* EUR/MWh of heat used */
};

void heat_year(const struct heat_year_input *input, struct heat_year *ret);
/* Several rooms' together: sums, and the ratios of them. */
void heat_year_add(struct heat_year *to, const struct heat_year *room);
/* ERF and ERE of a room with E_DC and E_IT (Wh): the heat pump outside, or inside the boundary. */
struct heat_reuse {
    double erf, ere, pue;
};
struct heat_reuse heat_reuse(const struct heat_year *year, double total, double it, int inside);
