/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The truth as lines of JSON, for those who check what a reader made of the wires.
 *
 * Shape: each 60 s of model time one line a point:
 *          {"t": Unix seconds of model time, "point": "AGENT/PART/active_power", "power_w", "energy_wh"}
 *        heat meters say heat_power of loop-1 with its heat energy. Points that have neither power nor energy have
 *        "value" and null in both. Rooms: ROOM/kpi/ID for it-power it-energy total-energy heat-power heat-energy
 *        power-ratio pue (the last two with "value" alone), and ROOM/model/ID for cooling lighting ups-loss outdoor.
 *        Energies count from the model's start (history included), not from an agent's counter. The last line, at the
 *        end, is {"writes": N}.
 */
#pragma once
#include "site.h"

#include <stdio.h>

void truth_file_write(FILE *file, const struct site *site);
void truth_file_end(FILE *file, const struct site *site);
