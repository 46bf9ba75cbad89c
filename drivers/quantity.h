/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The quantities that readings have: their names on every wire, base units and bounds.
 *
 * Shape: one row a quantity in quantity.c, KPI ids behind the measured ones; a name has at most 19 characters
 *        (librrd's data source names) and is never renamed.
 * Units: the base unit of each row; + is drawn from the supply, or delivered as heat.
 * Source: contract B; bounds of what can be real in a low-voltage room: EN 50160 and IEC 60038,
 *         wide enough for the 400 V and 690 V systems that these devices meter.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum quantity {
    Q_NONE = 0,
    Q_ACTIVE_POWER,
    Q_APPARENT_POWER,
    Q_REACTIVE_POWER,
    Q_POWER_FACTOR,
    Q_ENERGY,
    Q_ENERGY_EXPORT,
    Q_APPARENT_ENERGY,
    Q_REACTIVE_ENERGY,
    Q_VOLTAGE,
    Q_CURRENT,
    Q_CURRENT_RESIDUAL,
    Q_FREQUENCY,
    Q_LOAD,
    Q_CHARGE,
    Q_HUMIDITY,
    Q_TEMPERATURE,
    Q_TEMPERATURE_SUPPLY,
    Q_TEMPERATURE_RETURN,
    Q_TEMPERATURE_DIFF,
    Q_DEW_POINT,
    Q_PRESSURE,
    Q_FLOW,
    Q_AIR_FLOW,
    Q_VOLUME,
    Q_HEAT_POWER,
    Q_COOLING_POWER,
    Q_HEAT_ENERGY,
    Q_COOLING_ENERGY,
    Q_RUNTIME,
    Q_FAN_SPEED,
    Q_THD_VOLTAGE,
    Q_THD_CURRENT,
    Q_CREST_FACTOR,
    Q_EFFICIENCY,
    Q_STATE,
    Q_ENERGY_PARTIAL, /* since somebody last reset it: shown, never accounted */
    Q_OPERATING_TIME, /* hours in service */
    /* KPI ids, contract B */
    Q_K_POWER_RATIO,
    Q_K_IPUE,
    Q_K_PUE,
    Q_K_PPUE,
    Q_K_DCIE,
    Q_K_REF,
    Q_K_ERF,
    Q_K_ERE,
    Q_K_CER,
    Q_K_CUE,
    Q_K_WUE,
    Q_K_IT_POWER,
    Q_K_IT_ENERGY,
    Q_K_TOTAL_ENERGY,
    Q_K_HEAT_POWER,
    Q_K_HEAT_ENERGY,
    Q_K_HEAT_TEMPERATURE,
    Q_K_HEAT_COP,
    Q_K_HEAT_DELIVERED,
    Q_COUNT
};

#define Q_KPI_FIRST Q_K_POWER_RATIO

/* What a unit measures. Two quantities of one dimension share units. */
enum dimension {
    D_NONE,
    D_ONE,
    D_TIME,
    D_POWER,
    D_APPARENT_POWER,
    D_REACTIVE_POWER,
    D_ENERGY,
    D_APPARENT_ENERGY,
    D_REACTIVE_ENERGY,
    D_VOLTAGE,
    D_CURRENT,
    D_FREQUENCY,
    D_PERCENT,
    D_TEMPERATURE,
    D_TEMPERATURE_DIFF,
    D_PRESSURE,
    D_FLOW,
    D_VOLUME,
    D_SPEED,
    D_STATE,
    D_CARBON_FACTOR,
    D_PRICE,
    D_MONEY,
    D_WATER_RATIO,
    D_SIZE,
    D_COUNT
};

enum aspect { A_VALUE, A_PEAK, A_AVERAGE, A_MINIMUM, A_MAXIMUM, A_SETPOINT, A_RATING, A_THRESHOLD, A_COUNT };

enum quality { QL_GOOD, QL_ESTIMATED, QL_SILENT, QL_STALE, QL_SENTINEL, QL_IMPLAUSIBLE, QL_COUNT };

struct quantity_row {
    const char *name;
    const char *unit; /* base unit as shown: "W", "degC", "" for a pure number */
    enum dimension dimension;
    bool counter;       /* only ever rises, apart from wrap and reset; not in RRD */
    bool graphed;       /* goes to RRD */
    double low, high;   /* outside is implausible, in the base unit */
    const char *metric; /* suffix in OpenMetrics: wattwacht_<name>_<metric> with '-' as '_' */
};

const struct quantity_row *quantity_row(enum quantity q); /* never NULL for q < Q_COUNT */
enum quantity quantity_parse(const char *name);           /* Q_NONE where there is none */
enum dimension dimension_of(enum quantity q);
const char *aspect_name(enum aspect a); /* "" for A_VALUE */
int aspect_parse(const char *name);     /* -EINVAL where there is none */
const char *quality_name(enum quality ql);
int quality_parse(const char *name);
bool quality_has_value(enum quality ql); /* good or estimated */
