/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms that live together in one model time, and the meters in them.
 *
 * Shape: model_step moves time on in steps of at most a minute; energies are exact sums of them, and the same seed,
 * start and sequence of steps give the same numbers. For a back-fill: step 300 s, read model_truth of every meter,
 *        again. A month of both rooms takes about a second.
 * Owner: rooms and meters belong to the model; names are borrowed.
 */
#pragma once
#include "truth.h"

struct model;

struct model *model_new(uint64_t seed, double start); /* Unix seconds */
void model_free(struct model *model);
struct room *model_add_room(struct model *model, const char *name, enum room_kind kind, double it_w, size_t racks);
struct room *model_room(const struct model *model, const char *name); /* NULL: there is none */
size_t model_rooms(const struct model *model);
struct room *model_room_at(const struct model *model, size_t i);
/* The rack of a setup must exist in the room. */
struct meter *model_add_meter(struct model *model, struct room *room, const struct meter_setup *setup);
double model_now(const struct model *model);
void model_step(struct model *model, double seconds);
/* ret[TRUTH_MAX]; returns how many. */
size_t model_truth(const struct model *model, const struct meter *meter, enum truth_kind kind, struct truth *ret);
/* The room's own figures, by KPI id: it-power it-energy total-energy heat-power heat-energy power-ratio pue (since the
 * start), and cooling lighting ups-loss outdoor. ret[TRUTH_MAX]; part holds the id. */
size_t model_room_truth(const struct room *room, struct truth *ret);
