/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "factors.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
const struct factor factors[] = {
    {"electricity-co2",     0.16749, "kg/kWh",   "AIB, European Residual Mixes 2023, Belgium (2024)"},
    {"gas-co2",             0.182,   "kg/kWh",   "IPCC 2006 default 56.1 kg/GJ NCV, per kWh GCV"},
    {"gas-energy",          10.5,    "kWh/m3",   "EN 50600-4-2:2016 fuel factors"},
    {"diesel-energy",       9.9,     "kWh/l",    "EN 50600-4-2:2016 fuel factors"},
    {"chilled-water",       0.31,    "kWh/kWh",  "EPA / The Green Grid, energy weights for PUE (2010)"},
    {"household-heat",      12.7,    "MWh/a",    "Ghent heat network, 70,000 MWh for 5,500 households"},
    {"boiler-efficiency",   0.90,    "",         "condensing boiler, referred to GCV; assumption"},
    {"cooling-eer",         3.5,     "",         "air-cooled chiller, yearly mean; assumption"},
    {"heat-exchanger",      0.95,    "",         "share of captured heat that reaches the source side; assumption"},
    {"carnot-efficiency",   0.45,    "",         "oemof-thermal documentation, 0.4 to 0.6 by kind of heat pump"},
    {"server-embodied",     1313,    "kg",       "Dell PowerEdge R740 carbon footprint, 15.2 % of 8,640 kg (Boavizta 2023-02)"},
    {"server-embodied-high", 4283,   "kg",       "TU Berlin and thinkstep, life-cycle assessment of a R740 (2021)"},
    {"eed-threshold-kw",    500,     "kW",       "Directive (EU) 2023/1791 art. 12, installed IT power (2023-09-20)"},
    {"coverage-month",      0.95,    "",         "gate for a month's figure; assumption"},
    {"coverage-year",       0.98,    "",         "gate for a year's figure; assumption"},
    {NULL, 0, NULL, NULL},
};
/* clang-format on */

const struct factor *factor_find(const char *key)
{
    for (const struct factor *f = factors; f->key; f++)
        if (!strcmp(f->key, key))
            return f;
    return NULL;
}

double factor_value(const char *key)
{
    const struct factor *f = factor_find(key);
    if (!f)
        abort();
    return f->value;
}
