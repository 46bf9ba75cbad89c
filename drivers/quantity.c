/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "quantity.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define ANY -HUGE_VAL, HUGE_VAL

/* clang-format off */
static const struct quantity_row rows[Q_COUNT] = {
    /*                      name                  unit    dimension            counter graphed  low, high            metric */
    [Q_NONE]               = {"",                   "",     D_NONE,              false, false, ANY,                  ""},
    [Q_ACTIVE_POWER]       = {"active_power",       "W",    D_POWER,             false, true,  -5e6, 5e6,            "watts"},
    [Q_APPARENT_POWER]     = {"apparent_power",     "VA",   D_APPARENT_POWER,    false, true,  -5e6, 5e6,            "voltamperes"},
    [Q_REACTIVE_POWER]     = {"reactive_power",     "var",  D_REACTIVE_POWER,    false, true,  -5e6, 5e6,            "vars"},
    [Q_POWER_FACTOR]       = {"power_factor",       "",     D_ONE,               false, true,  -1.005, 1.005,        "ratio"},
    [Q_ENERGY]             = {"energy",             "Wh",   D_ENERGY,            true,  false, -1e6, 1e15,           "watthours_total"},
    [Q_ENERGY_EXPORT]      = {"energy_export",      "Wh",   D_ENERGY,            true,  false, -1e6, 1e15,           "watthours_total"},
    [Q_APPARENT_ENERGY]    = {"apparent_energy",    "VAh",  D_APPARENT_ENERGY,   true,  false, -1e6, 1e15,           "voltamperehours_total"},
    [Q_REACTIVE_ENERGY]    = {"reactive_energy",    "varh", D_REACTIVE_ENERGY,   true,  false, -1e15, 1e15,          "varhours_total"},
    [Q_VOLTAGE]            = {"voltage",            "V",    D_VOLTAGE,           false, true,  -1100, 1100,          "volts"},
    [Q_CURRENT]            = {"current",            "A",    D_CURRENT,           false, true,  -8000, 8000,          "amperes"},
    [Q_CURRENT_RESIDUAL]   = {"current_residual",   "A",    D_CURRENT,           false, true,  -100, 100,            "amperes"},
    [Q_FREQUENCY]          = {"frequency",          "Hz",   D_FREQUENCY,         false, true,  0, 440,               "hertz"},
    [Q_LOAD]               = {"load",               "%",    D_PERCENT,           false, true,  0, 300,               "percent"},
    [Q_CHARGE]             = {"charge",             "%",    D_PERCENT,           false, true,  0, 110,               "percent"},
    [Q_HUMIDITY]           = {"humidity",           "%",    D_PERCENT,           false, true,  0, 100.5,             "percent"},
    [Q_TEMPERATURE]        = {"temperature",        "degC", D_TEMPERATURE,       false, true,  -60, 150,             "celsius"},
    [Q_TEMPERATURE_SUPPLY] = {"temperature_supply", "degC", D_TEMPERATURE,       false, true,  -60, 150,             "celsius"},
    [Q_TEMPERATURE_RETURN] = {"temperature_return", "degC", D_TEMPERATURE,       false, true,  -60, 150,             "celsius"},
    [Q_TEMPERATURE_DIFF]   = {"temperature_diff",   "degC", D_TEMPERATURE_DIFF,  false, true,  -150, 150,            "celsius"},
    [Q_DEW_POINT]          = {"dew_point",          "degC", D_TEMPERATURE,       false, true,  -80, 100,             "celsius"},
    [Q_PRESSURE]           = {"pressure",           "Pa",   D_PRESSURE,          false, true,  -1e7, 1e8,            "pascals"},
    [Q_FLOW]               = {"flow",               "m3/h", D_FLOW,              false, true,  -1e5, 1e5,            "cubic_meters_per_hour"},
    [Q_AIR_FLOW]           = {"air_flow",           "m3/h", D_FLOW,              false, true,  -1e6, 1e6,            "cubic_meters_per_hour"},
    [Q_VOLUME]             = {"volume",             "m3",   D_VOLUME,            true,  false, -1e3, 1e12,           "cubic_meters_total"},
    [Q_HEAT_POWER]         = {"heat_power",         "W",    D_POWER,             false, true,  -5e7, 5e7,            "watts"},
    [Q_COOLING_POWER]      = {"cooling_power",      "W",    D_POWER,             false, true,  -5e7, 5e7,            "watts"},
    [Q_HEAT_ENERGY]        = {"heat_energy",        "Wh",   D_ENERGY,            true,  false, -1e6, 1e15,           "watthours_total"},
    [Q_COOLING_ENERGY]     = {"cooling_energy",     "Wh",   D_ENERGY,            true,  false, -1e6, 1e15,           "watthours_total"},
    [Q_RUNTIME]            = {"runtime",            "s",    D_TIME,              false, true,  0, 1e9,               "seconds"},
    [Q_FAN_SPEED]          = {"fan_speed",          "rpm",  D_SPEED,             false, true,  0, 1e5,               "rpm"},
    [Q_THD_VOLTAGE]        = {"thd_voltage",        "%",    D_PERCENT,           false, true,  0, 1000,              "percent"},
    [Q_THD_CURRENT]        = {"thd_current",        "%",    D_PERCENT,           false, true,  0, 1000,              "percent"},
    [Q_CREST_FACTOR]       = {"crest_factor",       "",     D_ONE,               false, true,  0, 100,               "ratio"},
    [Q_EFFICIENCY]         = {"efficiency",         "",     D_ONE,               false, true,  0, 1.05,              "ratio"},
    [Q_STATE]              = {"state",              "",     D_STATE,             false, false, ANY,                  "state"},
    [Q_ENERGY_PARTIAL]     = {"energy_partial",     "Wh",   D_ENERGY,            true,  false, -1e6, 1e15,           "watthours"},
    [Q_OPERATING_TIME]     = {"operating_time",     "s",    D_TIME,              true,  false, 0, 1e10,              "seconds"},
    [Q_K_POWER_RATIO]      = {"power-ratio",        "",     D_ONE,               false, true,  0, 100,               "ratio"},
    [Q_K_IPUE]             = {"ipue",               "",     D_ONE,               false, true,  0, 100,               "ratio"},
    [Q_K_PUE]              = {"pue",                "",     D_ONE,               false, true,  0, 100,               "ratio"},
    [Q_K_PPUE]             = {"ppue",               "",     D_ONE,               false, true,  0, 100,               "ratio"},
    [Q_K_DCIE]             = {"dcie",               "%",    D_PERCENT,           false, true,  0, 100,               "percent"},
    [Q_K_REF]              = {"ref",                "",     D_ONE,               false, true,  0, 1,                 "ratio"},
    [Q_K_ERF]              = {"erf",                "",     D_ONE,               false, true,  0, 10,                "ratio"},
    [Q_K_ERE]              = {"ere",                "",     D_ONE,               false, true,  -100, 100,            "ratio"},
    [Q_K_CER]              = {"cer",                "",     D_ONE,               false, true,  0, 1000,              "ratio"},
    [Q_K_CUE]              = {"cue",                "kg/kWh", D_CARBON_FACTOR,   false, true,  0, 100,               "kilograms_per_kilowatthour"},
    [Q_K_WUE]              = {"wue",                "m3/MWh", D_WATER_RATIO,     false, true,  0, 1000,              "cubic_meters_per_megawatthour"},
    [Q_K_IT_POWER]         = {"it-power",           "W",    D_POWER,             false, true,  -5e8, 5e8,            "watts"},
    [Q_K_IT_ENERGY]        = {"it-energy",          "Wh",   D_ENERGY,            false, false, ANY,                  "watthours"},
    [Q_K_TOTAL_ENERGY]     = {"total-energy",       "Wh",   D_ENERGY,            false, false, ANY,                  "watthours"},
    [Q_K_HEAT_POWER]       = {"heat-power",         "W",    D_POWER,             false, true,  -5e8, 5e8,            "watts"},
    [Q_K_HEAT_ENERGY]      = {"heat-energy",        "Wh",   D_ENERGY,            false, false, ANY,                  "watthours"},
    [Q_K_HEAT_TEMPERATURE] = {"heat-temperature",   "degC", D_TEMPERATURE,       false, true,  -60, 150,             "celsius"},
    [Q_K_HEAT_COP]         = {"heat-cop",           "",     D_ONE,               false, true,  0, 100,               "ratio"},
    [Q_K_HEAT_DELIVERED]   = {"heat-delivered",     "W",    D_POWER,             false, true,  -5e8, 5e8,            "watts"},
};
/* clang-format on */

static const char *const aspects[A_COUNT] = {"",        "peak",     "average", "minimum",
                                             "maximum", "setpoint", "rating",  "threshold"};
static const char *const qualities[QL_COUNT] = {"good", "estimated", "silent", "stale", "sentinel", "implausible"};

static int find(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(names[i], name))
            return i;
    return -EINVAL;
}

const struct quantity_row *quantity_row(enum quantity q)
{
    return &rows[q];
}

enum quantity quantity_parse(const char *name)
{
    for (int i = Q_NONE + 1; i < Q_COUNT; i++)
        if (!strcmp(rows[i].name, name))
            return (enum quantity)i;
    return Q_NONE;
}

enum dimension dimension_of(enum quantity q)
{
    return rows[q].dimension;
}

const char *aspect_name(enum aspect a)
{
    return aspects[a];
}

int aspect_parse(const char *name)
{
    return *name ? find(aspects, A_COUNT, name) : -EINVAL;
}

const char *quality_name(enum quality ql)
{
    return qualities[ql];
}

int quality_parse(const char *name)
{
    return find(qualities, QL_COUNT, name);
}

bool quality_has_value(enum quality ql)
{
    return ql == QL_GOOD || ql == QL_ESTIMATED;
}
