/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures that a law words in its own way, out of the same energies. Pure.
 *
 * Source: EnEfG (Germany, BGBl 2023 I 309) section 11: what only lifts waste heat is left out of the PUE.
 */
#pragma once
#include "daemon/kpi.h"

/* A PUE of the window without its heat pump; NAN where none is metered, or there is no PUE. */
double kpi_variant_without_heat_pump(const struct kpi_window *window, const struct kpi_result *pue);
