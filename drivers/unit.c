/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define JOULE_PER_WH 3600.0

/* clang-format off */
static const struct unit units[] = {
    {"us", D_TIME, {1, -6}, 1, 0},       {"ms", D_TIME, {1, -3}, 1, 0},         {"s", D_TIME, {1, 0}, 1, 0},
    {"min", D_TIME, {60, 0}, 1, 0},      {"m", D_TIME, {60, 0}, 1, 0},          {"h", D_TIME, {3600, 0}, 1, 0},
    {"d", D_TIME, {86400, 0}, 1, 0},     {"y", D_TIME, {31557600, 0}, 1, 0},    {"timeticks", D_TIME, {1, -2}, 1, 0},
    {"mW", D_POWER, {1, -3}, 1, 0},      {"W", D_POWER, {1, 0}, 1, 0},          {"daW", D_POWER, {1, 1}, 1, 0},
    {"hW", D_POWER, {1, 2}, 1, 0},       {"kW", D_POWER, {1, 3}, 1, 0},         {"MW", D_POWER, {1, 6}, 1, 0},
    {"BTU/h", D_POWER, {293071070172222, -15}, 1, 0},  {"ton", D_POWER, {3516853, -3}, 1, 0},
    {"GJ/h", D_POWER, {1, 9}, JOULE_PER_WH, 0},
    {"mVA", D_APPARENT_POWER, {1, -3}, 1, 0}, {"VA", D_APPARENT_POWER, {1, 0}, 1, 0}, {"kVA", D_APPARENT_POWER, {1, 3}, 1, 0},
    {"MVA", D_APPARENT_POWER, {1, 6}, 1, 0},
    {"var", D_REACTIVE_POWER, {1, 0}, 1, 0}, {"kvar", D_REACTIVE_POWER, {1, 3}, 1, 0}, {"Mvar", D_REACTIVE_POWER, {1, 6}, 1, 0},
    {"mWh", D_ENERGY, {1, -3}, 1, 0},    {"Wh", D_ENERGY, {1, 0}, 1, 0},        {"kWh", D_ENERGY, {1, 3}, 1, 0},
    {"MWh", D_ENERGY, {1, 6}, 1, 0},     {"GWh", D_ENERGY, {1, 9}, 1, 0},       {"Ws", D_ENERGY, {1, 0}, JOULE_PER_WH, 0},
    {"Wmin", D_ENERGY, {6, 1}, JOULE_PER_WH, 0},
    {"J", D_ENERGY, {1, 0}, JOULE_PER_WH, 0}, {"kJ", D_ENERGY, {1, 3}, JOULE_PER_WH, 0}, {"daWs", D_ENERGY, {1, 1}, JOULE_PER_WH, 0},
    {"MJ", D_ENERGY, {1, 6}, JOULE_PER_WH, 0}, {"GJ", D_ENERGY, {1, 9}, JOULE_PER_WH, 0},
    {"VAh", D_APPARENT_ENERGY, {1, 0}, 1, 0}, {"kVAh", D_APPARENT_ENERGY, {1, 3}, 1, 0}, {"daVAs", D_APPARENT_ENERGY, {1, 1}, JOULE_PER_WH, 0},
    {"varh", D_REACTIVE_ENERGY, {1, 0}, 1, 0}, {"kvarh", D_REACTIVE_ENERGY, {1, 3}, 1, 0},
    {"mV", D_VOLTAGE, {1, -3}, 1, 0},    {"V", D_VOLTAGE, {1, 0}, 1, 0},        {"kV", D_VOLTAGE, {1, 3}, 1, 0},
    {"uA", D_CURRENT, {1, -6}, 1, 0},    {"mA", D_CURRENT, {1, -3}, 1, 0},      {"A", D_CURRENT, {1, 0}, 1, 0},
    {"kA", D_CURRENT, {1, 3}, 1, 0},
    {"mHz", D_FREQUENCY, {1, -3}, 1, 0}, {"Hz", D_FREQUENCY, {1, 0}, 1, 0},
    {"%", D_PERCENT, {1, 0}, 1, 0},      {"ppm", D_PERCENT, {1, -4}, 1, 0},
    {"C", D_TEMPERATURE, {1, 0}, 1, 0},  {"degC", D_TEMPERATURE, {1, 0}, 1, 0}, {"F", D_TEMPERATURE, {1, 0}, 1.8, -32 / 1.8},
    {"degF", D_TEMPERATURE, {1, 0}, 1.8, -32 / 1.8}, {"K", D_TEMPERATURE, {1, 0}, 1, -273.15},
    {"C", D_TEMPERATURE_DIFF, {1, 0}, 1, 0}, {"degC", D_TEMPERATURE_DIFF, {1, 0}, 1, 0}, {"K", D_TEMPERATURE_DIFF, {1, 0}, 1, 0},
    {"F", D_TEMPERATURE_DIFF, {1, 0}, 1.8, 0}, {"degF", D_TEMPERATURE_DIFF, {1, 0}, 1.8, 0},
    {"Pa", D_PRESSURE, {1, 0}, 1, 0},    {"hPa", D_PRESSURE, {1, 2}, 1, 0},     {"kPa", D_PRESSURE, {1, 3}, 1, 0},
    {"mbar", D_PRESSURE, {1, 2}, 1, 0},  {"bar", D_PRESSURE, {1, 5}, 1, 0},     {"psi", D_PRESSURE, {6894757293168, -9}, 1, 0},
    {"m3/h", D_FLOW, {1, 0}, 1, 0},      {"l/h", D_FLOW, {1, -3}, 1, 0},        {"l/min", D_FLOW, {6, -2}, 1, 0},
    {"l/s", D_FLOW, {36, -1}, 1, 0},     {"m3/s", D_FLOW, {3600, 0}, 1, 0},     {"m3/min", D_FLOW, {60, 0}, 1, 0},
    {"gpm", D_FLOW, {2271247054, -10}, 1, 0}, {"cfm", D_FLOW, {3600, 0}, 2118.880003, 0},
    {"m3", D_VOLUME, {1, 0}, 1, 0},      {"l", D_VOLUME, {1, -3}, 1, 0},
    {"rpm", D_SPEED, {1, 0}, 1, 0},
    {"1", D_ONE, {1, 0}, 1, 0},          {"%", D_ONE, {1, -2}, 1, 0},
    {"kg/kWh", D_CARBON_FACTOR, {1, 0}, 1, 0}, {"g/kWh", D_CARBON_FACTOR, {1, -3}, 1, 0},
    {"EUR/MWh", D_PRICE, {1, 0}, 1, 0},  {"EUR/kWh", D_PRICE, {1, 3}, 1, 0},
    {"EUR", D_MONEY, {1, 0}, 1, 0},      {"kEUR", D_MONEY, {1, 3}, 1, 0},
    {"m3/MWh", D_WATER_RATIO, {1, 0}, 1, 0},
    {"B", D_SIZE, {1, 0}, 1, 0},         {"kB", D_SIZE, {1, 3}, 1, 0},          {"MB", D_SIZE, {1, 6}, 1, 0},
    {"GB", D_SIZE, {1, 9}, 1, 0},
};

static const struct {
    const char *name, *base, *example;
} dimensions[D_COUNT] = {
    [D_NONE] = {"nothing", "", ""},                    [D_ONE] = {"pure number", "1", "0.95"},
    [D_TIME] = {"duration", "s", "10s"},               [D_POWER] = {"power", "W", "3.5kW"},
    [D_APPARENT_POWER] = {"apparent power", "VA", "10kVA"}, [D_REACTIVE_POWER] = {"reactive power", "var", "2kvar"},
    [D_ENERGY] = {"energy", "Wh", "12MWh"},            [D_APPARENT_ENERGY] = {"apparent energy", "VAh", "1kVAh"},
    [D_REACTIVE_ENERGY] = {"reactive energy", "varh", "1kvarh"}, [D_VOLTAGE] = {"voltage", "V", "230V"},
    [D_CURRENT] = {"current", "A", "16A"},             [D_FREQUENCY] = {"frequency", "Hz", "50Hz"},
    [D_PERCENT] = {"percentage", "%", "80%"},          [D_TEMPERATURE] = {"temperature", "degC", "24C"},
    [D_TEMPERATURE_DIFF] = {"temperature difference", "degC", "2K"}, [D_PRESSURE] = {"pressure", "Pa", "10Pa"},
    [D_FLOW] = {"flow", "m3/h", "12m3/h"},             [D_VOLUME] = {"volume", "m3", "3m3"},
    [D_SPEED] = {"speed", "rpm", "900rpm"},            [D_STATE] = {"state", "", "2"},
    [D_CARBON_FACTOR] = {"emission factor", "kg/kWh", "0.167kg/kWh"}, [D_PRICE] = {"price", "EUR/MWh", "220EUR/MWh"},
    [D_WATER_RATIO] = {"water use", "m3/MWh", "0.2m3/MWh"}, [D_SIZE] = {"size", "B", "2GB"},
    [D_MONEY] = {"sum of money", "EUR", "45000EUR"},
};
/* clang-format on */

#define N_UNITS (sizeof units / sizeof units[0])

const struct unit *unit_find(const char *name)
{
    for (size_t i = 0; i < N_UNITS; i++)
        if (!strcmp(units[i].name, name))
            return &units[i];
    return NULL;
}

const struct unit *unit_find_as(const char *name, enum dimension dimension)
{
    for (size_t i = 0; i < N_UNITS; i++)
        if (units[i].dimension == dimension && !strcmp(units[i].name, name))
            return &units[i];
    return NULL;
}

double unit_to_base(const struct unit *unit, double value)
{
    double v = decimal_scale(value, unit->factor);
    if (unit->divisor > 1)
        v /= unit->divisor;
    return v + unit->offset;
}

const char *dimension_name(enum dimension d)
{
    return dimensions[d].name;
}

const char *dimension_base_unit(enum dimension d)
{
    return dimensions[d].base;
}

const char *dimension_example(enum dimension d)
{
    return dimensions[d].example;
}

int unit_parse_value(const char *text, enum dimension dimension, double *ret_base)
{
    struct decimal number;
    const char *p;
    if (decimal_parse(text, &number, &p) < 0)
        return -EINVAL;
    if (*p == ' ')
        p++;
    const struct unit *unit = unit_find_as(p, dimension);
    if (!unit)
        return -EINVAL;
    struct decimal exact = decimal_mul(number, unit->factor);
    double v = decimal_value(exact);
    *ret_base = (unit->divisor > 1 ? v / unit->divisor : v) + unit->offset;
    return 0;
}
