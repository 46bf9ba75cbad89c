/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sparkplug_band.h"

#include <math.h>

static const struct sparkplug_band bands[Q_COUNT] = {
    [Q_ACTIVE_POWER] = {0.5, 0.001},
    [Q_APPARENT_POWER] = {0.5, 0.001},
    [Q_REACTIVE_POWER] = {0.5, 0.001},
    [Q_POWER_FACTOR] = {0.002, 0},
    [Q_VOLTAGE] = {0.1, 0.0005},
    [Q_CURRENT] = {0.002, 0.001},
    [Q_CURRENT_RESIDUAL] = {0.0002, 0.005},
    [Q_FREQUENCY] = {0.005, 0},
    [Q_LOAD] = {0.1, 0},
    [Q_CHARGE] = {0.1, 0},
    [Q_HUMIDITY] = {0.2, 0},
    [Q_TEMPERATURE] = {0.05, 0},
    [Q_TEMPERATURE_SUPPLY] = {0.05, 0},
    [Q_TEMPERATURE_RETURN] = {0.05, 0},
    [Q_TEMPERATURE_DIFF] = {0.02, 0},
    [Q_DEW_POINT] = {0.05, 0},
    [Q_PRESSURE] = {1, 0.001},
    [Q_FLOW] = {0.001, 0.002},
    [Q_AIR_FLOW] = {1, 0.005},
    [Q_HEAT_POWER] = {1, 0.002},
    [Q_COOLING_POWER] = {1, 0.002},
    [Q_RUNTIME] = {10, 0.005},
    [Q_FAN_SPEED] = {5, 0.005},
    [Q_THD_VOLTAGE] = {0.05, 0},
    [Q_THD_CURRENT] = {0.05, 0.005},
    [Q_CREST_FACTOR] = {0.01, 0},
    [Q_EFFICIENCY] = {0.05, 0},
    [Q_K_POWER_RATIO] = {0, 0.001},
    [Q_K_IPUE] = {0, 0.0005},
    [Q_K_PUE] = {0, 0.0005},
    [Q_K_PPUE] = {0, 0.0005},
    [Q_K_DCIE] = {0, 0.0005},
    [Q_K_REF] = {0, 0.0005},
    [Q_K_ERF] = {0, 0.0005},
    [Q_K_ERE] = {0, 0.0005},
    [Q_K_CER] = {0, 0.0005},
    [Q_K_CUE] = {0, 0.0005},
    [Q_K_WUE] = {0, 0.0005},
    [Q_K_IT_POWER] = {1, 0.001},
    [Q_K_HEAT_POWER] = {1, 0.002},
    [Q_K_HEAT_TEMPERATURE] = {0.05, 0},
    [Q_K_HEAT_COP] = {0, 0.001},
};

struct sparkplug_band sparkplug_band(enum quantity quantity)
{
    return bands[quantity];
}

bool sparkplug_band_left(enum quantity quantity, double own, double told, double value)
{
    struct sparkplug_band band = bands[quantity];
    if (!isnan(own))
        band = (struct sparkplug_band){own, 0};
    return fabs(value - told) > fmax(band.absolute, band.relative * fabs(told));
}
