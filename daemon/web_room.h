/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of a room that the overview, the wall and the room's own page show. */
#pragma once
#include "daemon/room_state.h"
#include "daemon/web_page.h"

const char *web_load_state(double part); /* of a breaker */
json_t *web_inlets(const struct web_world *world, const struct room_state *state);
json_t *web_fullest(const struct web_world *world, const struct breaker_load *load, const char *key);
json_t *web_heat(const struct web_world *world, const struct room_config *room);
json_t *web_best_pue(const struct web_world *world, const char *scope);
void web_room_summary(const struct web_world *world, const struct room_state *state, json_t *view);
const char *web_inlet_state(const struct room_config *room, double celsius);
/* From where power enters to where it goes: {"title", "value", "share", "bar", "children"}. */
json_t *web_chain(const struct web_world *world, const struct room_state *state);
/* Rows of racks as they stand. */
json_t *web_rack_rows(const struct web_world *world, const struct room_state *state);
