/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heat.h"

#include "daemon/factors.h"
#include "daemon/moist_air.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define KELVIN         273.15
#define HOUR_S         3600.0
#define DIRECT_K       5.0  /* heat exchanger's approach; assumption */
#define LIFT_LEAST     10.0 /* below this the Carnot form says nothing */
#define COP_LEAST      1.5
#define COP_MOST       8.0
#define COOLED_K       6.0 /* how far a source is cooled where no return is measured; assumption */

#define CAPTURE_SOURCE "capture by architecture: wide ranges, no traceable data are published; assumption"

/* clang-format off */
const struct heat_capture heat_captures[HA_COUNT] = {
    /*                name         low   usual high  source, degC */
    [HA_NONE]      = {"none",      NAN,  NAN,  NAN,  NAN, NAN},
    [HA_DX_OPEN]   = {"dx_open",   0.40, 0.60, 0.80, 22,  28},
    [HA_CRAH_OPEN] = {"crah_open", 0.65, 0.80, 0.90, 12,  18},
    [HA_CAC]       = {"cac",       0.85, 0.92, 0.97, 18,  26},
    [HA_HAC]       = {"hac",       0.85, 0.92, 0.97, 18,  26},
    [HA_RDHX]      = {"rdhx",      0.80, 0.90, 1.00, 18,  28},
    [HA_D2C_CPU]   = {"d2c_cpu",   0.50, 0.70, 0.80, 40,  60},
    [HA_D2C_FULL]  = {"d2c_full",  0.85, 0.92, 0.97, 40,  60},
    [HA_IMMERSION] = {"immersion", 0.90, 0.95, 0.99, 40,  55},
};

struct melinder {
    double t0, x0; /* K, mass fraction */
    double rho[4][6], cp[4][6];
};

static const struct melinder meg = {304.878, 0.308462,
    {{1034, 131.1, 0.749, -106.2, -96.23, 489.1}, {-0.4781, -0.6876, 0.7855, 1.229, -7.211, 0},
     {-2.692e-3, 4.805e-3, -3.995e-3, -1.153e-2, 0, 0}, {4.725e-6, 1.69e-6, 4.982e-5, 0, 0, 0}},
    {{3737, -1799, -993.3, 2610, 1537, -16180}, {2.93, 10.46, 3.516, -1.189, -42.72, 0},
     {-4.675e-3, -4.147e-2, 5.109e-2, -0.1643, 0, 0}, {-1.389e-5, 1.847e-5, -7.138e-4, 0, 0, 0}}};
static const struct melinder mpg = {305.8583, 0.307031,
    {{1018, 76.04, -24.98, -155, -113.1, 234.2}, {-0.5406, -0.945, 0.27, 2.829, -2.221, 0},
     {-2.666e-3, 5.541e-3, -4.018e-3, -7.175e-3, 0, 0}, {1.347e-5, -1.343e-5, 3.376e-5, 0, 0, 0}},
    {{3882, -1304, -1598, 353.9, 5000, -4959}, {2.699, 5.07, 0.9534, 31.02, -71.35, 0},
     {-1.659e-3, -4.752e-3, 0.1167, -0.295, 0, 0}, {-1.032e-5, 1.522e-4, -4.87e-4, 0, 0, 0}}};
/* clang-format on */

static double polynomial(const double c[4][6], double t, double x)
{
    double sum = 0, tp = 1;
    for (int i = 0; i < 4; i++, tp *= t) {
        double xp = 1;
        for (int k = 0; k < 6; k++, xp *= x)
            sum += c[i][k] * tp * xp;
    }
    return sum;
}

static const struct melinder *glycol_of(enum heat_fluid fluid)
{
    switch (fluid) {
    case FLUID_WATER: return NULL;
    case FLUID_MEG: return &meg;
    case FLUID_MPG: return &mpg;
    }
    return NULL;
}

double heat_density(enum heat_fluid fluid, double fraction, double celsius)
{
    const struct melinder *g = fraction > 0 ? glycol_of(fluid) : NULL;
    double x = celsius / 100;
    if (g)
        return polynomial(g->rho, celsius + KELVIN - g->t0, fraction - g->x0);
    return 999.9829 + x * (5.1347 + x * (-75.9669 + x * (43.9462 - x * 14.8169)));
}

double heat_capacity(enum heat_fluid fluid, double fraction, double celsius)
{
    const struct melinder *g = fraction > 0 ? glycol_of(fluid) : NULL;
    double x = celsius / 100;
    if (g)
        return polynomial(g->cp, celsius + KELVIN - g->t0, fraction - g->x0);
    return 1e3 * (4.21655 + x * (-0.27021 + x * (0.66553 + x * (-0.70409 + x * 0.31446))));
}

double heat_of_loop(enum heat_fluid fluid, double fraction, double flow, double supply, double ret, double at_flow)
{
    return heat_density(fluid, fraction, at_flow) * heat_capacity(fluid, fraction, (supply + ret) / 2) *
           (flow / HOUR_S) * (ret - supply);
}

static double vapour(double celsius, double humidity_percent)
{
    return humidity_percent / 100 * moist_air_saturation(celsius);
}

static double pressure(double height_m)
{
    return 101325 * pow(1 - 2.25577e-5 * height_m, 5.25588);
}

double heat_air_density(double celsius, double humidity_percent, double height_m)
{
    double e = vapour(celsius, humidity_percent), t = celsius + KELVIN;
    return (pressure(height_m) - e) / (287.055 * t) + e / (461.495 * t);
}

double heat_of_air(double flow, double cold, double hot, double humidity_percent, double height_m, double at_flow)
{
    double e = vapour(at_flow, humidity_percent), w = 0.621945 * e / (pressure(height_m) - e);
    /* cp is per kg of dry air, of which a kg of moist air holds 1/(1 + w) */
    return heat_air_density(at_flow, humidity_percent, height_m) / (1 + w) * (1006 + 1860 * w) * (flow / HOUR_S) *
           (hot - cold);
}

double heat_cop(double sink_out, double source_out, double efficiency)
{
    double lift = sink_out - source_out;
    if (!(lift >= LIFT_LEAST))
        return NAN;
    return fmin(fmax(efficiency * (sink_out + KELVIN) / lift, COP_LEAST), COP_MOST);
}

static double log_mean(double a, double b)
{
    a += KELVIN;
    b += KELVIN;
    return fabs(a - b) < 1e-6 ? a : (a - b) / log(a / b);
}

double heat_cop_lorenz(double sink_in, double sink_out, double source_in, double source_out)
{
    double hot = log_mean(sink_out, sink_in), cold = log_mean(source_in, source_out);
    return hot > cold ? hot / (hot - cold) : (double)NAN;
}

double heat_cop_ammonia(double sink_in, double sink_out, double source_in, double source_out)
{
    double pinch = 5, isentropic = 0.8, hot = log_mean(sink_out, sink_in);
    double lift = hot - log_mean(source_in, source_out), span = sink_out - sink_in;
    double a = sink_out - source_out + 2 * pinch;
    double rise = 0.2 * a + 0.2 * span + 0.016, fall = (source_in - source_out) / 2;
    double w = 0.0014 * a - 0.0015 * span + 0.039;
    if (!(lift > 0))
        return NAN;
    return hot / lift * ((1 + (rise + pinch) / hot) / (1 + (rise + fall + 2 * pinch) / lift)) * isentropic * (1 - w) +
           1 - isentropic;
}

static void assume(struct heat_result *r, const char *key, double value, const char *unit, const char *source)
{
    if (r->n_assumed < HEAT_ASSUMED)
        r->assumed[r->n_assumed++] = (struct heat_assumed){key, value, unit, source};
}

/* True when a loop, or air, was measured. */
static bool measured(const struct heat_config *c, const struct heat_input *in, struct heat_result *r)
{
    if (!isnan(in->water_flow) && !isnan(in->water_supply) && !isnan(in->water_return)) {
        r->power = heat_of_loop(c->fluid, c->fluid_fraction, in->water_flow, in->water_supply, in->water_return,
                                in->water_return);
        assume(r, "heat.water.flow-at", in->water_return, "degC", "the flow meter stands in the return; assumption");
        r->temperature = in->water_return;
        r->source_out = in->water_supply;
        return true;
    }
    if (!isnan(in->air_flow) && !isnan(in->air_cold) && !isnan(in->air_hot)) {
        r->power = heat_of_air(in->air_flow, in->air_cold, in->air_hot, 40, c->altitude, in->air_cold);
        assume(r, "humidity", 40, "%", "density and heat capacity of the air; assumption");
        r->temperature = in->air_hot;
        r->source_out = in->air_cold;
        return true;
    }
    return false;
}

static void from_power(const struct heat_config *c, const struct heat_input *in, struct heat_result *r)
{
    const struct heat_capture *k = &heat_captures[c->architecture];
    double exchanger = factor_value("heat-exchanger");
    if (c->architecture == HA_NONE || isnan(in->room_power)) {
        snprintf(r->reason, sizeof r->reason, "%s",
                 c->architecture == HA_NONE ? "no heat measured, and heat.architecture is not stated"
                                            : "no heat measured, and the room's power is not known");
        return;
    }
    r->estimated = true;
    r->low = in->room_power * k->low * exchanger;
    r->power = in->room_power * k->usual * exchanger;
    r->high = in->room_power * k->high * exchanger;
    r->temperature = (k->source_low + k->source_high) / 2;
    r->source_out = r->temperature - COOLED_K;
    assume(r, "heat.capture", k->usual, "share", CAPTURE_SOURCE);
    assume(r, "heat.exchanger", exchanger, "share", factor_find("heat-exchanger")->source);
    assume(r, "heat.source", r->temperature, "degC", "usual for this architecture, middle of its range; assumption");
    assume(r, "heat.source-cooled", COOLED_K, "K", "usual; assumption");
}

static void deliver(const struct heat_config *c, struct heat_result *r)
{
    if (isnan(c->sink_supply)) {
        snprintf(r->reason, sizeof r->reason, "heat.sink.supply is not stated");
        return;
    }
    if (r->temperature - DIRECT_K >= c->sink_supply) {
        r->direct = true;
        r->delivered = r->power;
        r->electric = 0;
        return;
    }
    r->cop = heat_cop(c->sink_supply, r->source_out, c->efficiency);
    assume(r, "heat.efficiency", c->efficiency, "share", factor_find("carnot-efficiency")->source);
    if (isnan(r->cop)) {
        snprintf(r->reason, sizeof r->reason, "the lift from %.1f to %.1f degC is below 10 K", r->source_out,
                 c->sink_supply);
        return;
    }
    r->delivered = r->power * r->cop / (r->cop - 1);
    r->electric = r->power / (r->cop - 1);
}

void heat_estimate(const struct heat_config *config, const struct heat_input *input, struct heat_result *r)
{
    memset(r, 0, sizeof *r);
    r->power = r->low = r->high = r->temperature = r->source_out = r->cop = r->delivered = r->electric = NAN;
    if (!measured(config, input, r))
        from_power(config, input, r);
    if (isnan(r->power))
        return;
    if (r->power < 0) {
        snprintf(r->reason, sizeof r->reason, "the return is colder than the supply: sensors exchanged?");
        r->power = r->low = r->high = NAN;
        return;
    }
    if (!r->estimated && r->power > input->room_power)
        snprintf(r->warning, sizeof r->warning, "capture above 1: boundary mismatch, it carries more than this room");
    deliver(config, r);
}
