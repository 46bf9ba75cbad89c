/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a meter counts as in a room's energy balance.
 *
 * Source: contract C, roles; ISO/IEC 30134-2 for what belongs to the total and to IT.
 */
#pragma once

enum role {
    ROLE_NONE,
    ROLE_GRID,
    ROLE_GENERATOR,
    ROLE_SOLAR,
    ROLE_FUEL,
    ROLE_EXPORT,
    ROLE_UPS_IN,
    ROLE_UPS_OUT,
    ROLE_IT,
    ROLE_COOLING,
    ROLE_COOLING_IMPORT,
    ROLE_LIGHTING,
    ROLE_OTHER,
    ROLE_NOT_ROOM,
    ROLE_HEAT_OUT,
    ROLE_HEAT_PUMP,
    ROLE_WATER,
    ROLE_WATER_POTABLE,
    ROLE_COUNT
};

extern const char *const role_names[ROLE_COUNT + 1]; /* NULL-ended; role_names[ROLE_NONE] is "none" */
