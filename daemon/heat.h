/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much heat could be recovered, at what temperature, and what a heat pump would make of it. Pure.
 *
 * Shape: water loop measured, else air measured, else the share of the room's power that its cooling can capture: a
 * low, a default and a high value. What was not measured is listed in `assumed`. Units: W, m3/h, degC, J/(kg K), kg/m3,
 * Pa; fractions 0..1; glycol by mass. NAN: not known. Source: water: fit to IAPWS-IF97 at 0.3 MPa, 0 to 90 degC
 * (density within 0.038, heat capacity within 0.0019 kJ/kgK); glycols: Melinder 2010 as tabulated by CoolProp (MEG,
 * MPG), 0 to 60 % by mass; air: ideal gas mixture, Magnus (17.62, 243.12) for vapour, ISO 2533 for pressure with
 * height.
 */
#pragma once
#include "daemon/config.h"

#define HEAT_ASSUMED 8

double heat_density(enum heat_fluid fluid, double fraction, double celsius);
double heat_capacity(enum heat_fluid fluid, double fraction, double celsius);
/* What a loop carries, W: flow in m3/h as measured at at_flow degC. */
double heat_of_loop(enum heat_fluid fluid, double fraction, double flow, double supply, double ret, double at_flow);
double heat_air_density(double celsius, double humidity_percent, double height_m);
double heat_of_air(double flow, double cold, double hot, double humidity_percent, double height_m, double at_flow);

/* Reference temperatures are the OUTLETS of sink and source, which is the careful choice: the means would give up to
 * twice as much. NAN where the lift is below 10 K or not there; else within 1.5..8. */
double heat_cop(double sink_out, double source_out, double efficiency);
double heat_cop_lorenz(double sink_in, double sink_out, double source_in, double source_out);
/* Jensen 2018, Pieper 2020: large ammonia heat pumps. */
double heat_cop_ammonia(double sink_in, double sink_out, double source_in, double source_out);

struct heat_capture {
    const char *name;               /* key of the configuration */
    double low, usual, high;        /* of the room's heat */
    double source_low, source_high; /* usable source temperature */
};
extern const struct heat_capture heat_captures[HA_COUNT];

struct heat_input {
    double water_flow, water_supply, water_return;
    double air_flow, air_cold, air_hot;
    double room_power; /* IT and what else becomes heat in the room */
};

struct heat_assumed {
    const char *key;
    double value;
    const char *unit, *source;
};

struct heat_result {
    double power, low, high; /* recoverable; low and high where it is estimated */
    double temperature;      /* of the source as it comes */
    double source_out;       /* after cooling it */
    double cop;              /* NAN: none needed, or not possible */
    double delivered;        /* at the sink's temperature */
    double electric;         /* of the heat pump */
    bool direct;             /* warm enough without a heat pump */
    bool estimated;          /* from the room's power */
    char reason[200];        /* why something is missing; "" */
    char warning[120];
    size_t n_assumed;
    struct heat_assumed assumed[HEAT_ASSUMED];
};

void heat_estimate(const struct heat_config *config, const struct heat_input *input, struct heat_result *ret);
