/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "role.h"

#include <stddef.h>

const char *const role_names[ROLE_COUNT + 1] = {
    [ROLE_NONE] = "none",
    [ROLE_GRID] = "grid",
    [ROLE_GENERATOR] = "generator",
    [ROLE_SOLAR] = "solar",
    [ROLE_FUEL] = "fuel",
    [ROLE_EXPORT] = "export",
    [ROLE_UPS_IN] = "ups-in",
    [ROLE_UPS_OUT] = "ups-out",
    [ROLE_IT] = "it",
    [ROLE_COOLING] = "cooling",
    [ROLE_COOLING_IMPORT] = "cooling-import",
    [ROLE_LIGHTING] = "lighting",
    [ROLE_OTHER] = "other",
    [ROLE_NOT_ROOM] = "not-room",
    [ROLE_HEAT_OUT] = "heat-out",
    [ROLE_HEAT_PUMP] = "heat-pump",
    [ROLE_WATER] = "water",
    [ROLE_WATER_POTABLE] = "water-potable",
    [ROLE_COUNT] = NULL,
};
