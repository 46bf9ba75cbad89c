/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Advisers on air and cooling: supply temperature, over-cooling, bypass, recirculation, humidity, free cooling.
 *
 * Source: ENERGY STAR, "raise the temperature": 2 to 4 % of the cooling's electricity for each K, 3 % taken; fan power
 *         by the cube of the speed (affinity laws); limits of climate.h and air_index.h.
 */
#pragma once
#include "daemon/advice.h"

advise advice_supply_temperature, advice_overcooling, advice_bypass, advice_recirculation, advice_humidity,
    advice_free_cooling;
