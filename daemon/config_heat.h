/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an operator writes of a room's heat: where it is measured, who wants it, what giving it away costs.
 *
 * Errors: wrong values go to the reader's diag with their place.
 */
#pragma once
#include "daemon/room_config.h"
#include "drivers/field.h"

struct raw_air {
    const char *flow, *hot, *cold;
};

struct raw_heat {
    int architecture;
    struct {
        const char *flow, *supply, *return_;
    } water;
    struct raw_air air;
    const char *fluid;
    struct {
        double supply, return_;
    } sink;
    double efficiency;
    struct {
        double space, dhw;
    } demand;
    struct heat_investment investment; /* rate and maintenance in % */
};

extern const struct field config_heat_fields[];

/* A point's name, or a fixed flow. */
field_read config_point;
/* node: what stands under heat:, NULL: nothing. */
void config_heat(struct field_reader *reader, const struct yaml_node *node, const struct raw_heat *raw,
                 struct heat_config *ret);
