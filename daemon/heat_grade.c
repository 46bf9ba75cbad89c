/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/heat_grade.h"

#include <math.h>

#define KELVIN     273.15
#define APPROACH_K 5.0 /* of a heat exchanger; assumption */

enum heat_grade heat_grade(double source, double needed)
{
    if (source - APPROACH_K >= needed)
        return HEAT_DIRECT;
    return source > HEAT_DEAD_STATE ? HEAT_LIFT : HEAT_TOO_COLD;
}

const char *heat_grade_name(enum heat_grade grade)
{
    switch (grade) {
    case HEAT_DIRECT: return "direct use";
    case HEAT_LIFT: return "heat pump";
    case HEAT_TOO_COLD: return "too cold";
    }
    return "";
}

double heat_exergy(double celsius, double dead_state)
{
    return 1 - (dead_state + KELVIN) / (celsius + KELVIN);
}

double heat_exergy_stream(double hot, double cold, double dead_state)
{
    if (!(hot > cold))
        return NAN;
    return 1 - (dead_state + KELVIN) * log((hot + KELVIN) / (cold + KELVIN)) / (hot - cold);
}
