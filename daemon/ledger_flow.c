/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger_flow.h"

/* clang-format off */
const struct flow_kind flow_kinds[] = {
    /* counter           power             account            per_unit ceiling export */
    {Q_ENERGY,           Q_ACTIVE_POWER,   Q_ENERGY,          1e3,     5e6,    false},
    {Q_ENERGY_EXPORT,    Q_ACTIVE_POWER,   Q_ENERGY_EXPORT,   1e3,     5e6,    true},
    {Q_HEAT_ENERGY,      Q_HEAT_POWER,     Q_HEAT_ENERGY,     1e3,     5e7,    false},
    {Q_COOLING_ENERGY,   Q_COOLING_POWER,  Q_COOLING_ENERGY,  1e3,     5e7,    false},
    {Q_VOLUME,           Q_FLOW,           Q_VOLUME,          1e6,     1e5,    false},
    {Q_NONE,             Q_K_HEAT_POWER,   Q_K_HEAT_ENERGY,   1e3,     5e8,    false},
};
/* clang-format on */
const size_t n_flow_kinds = sizeof flow_kinds / sizeof flow_kinds[0];
