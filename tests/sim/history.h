/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A past for a demonstration: the devices of a scene run quickly from long ago, with what they would have shown.
 *
 * Shape: open, then step and read again and again. Points are the true quantities of every agent (AGENT, PART,
 * QUANTITY; truth.h) and of every room (ROOM, KPI id, quantity; model.h), always the same ones in the same order. A
 * simulation of the same file with `since:` the beginning used here continues the counters. Units: Unix seconds. A
 * month of both rooms in steps of 300 s takes a second or two, reading included. Errors: -EINVAL with the reasons in
 * diag. Owner: points live until the next step.
 */
#pragma once
#include "drivers/diag.h"

struct history;

struct history_point {
    const char *owner; /* agent or room */
    const char *part, *quantity;
    bool of_room;
    double value;
    double counter; /* energies: what the device's own counter shows; else the value */
};

int history_open(const char *file, const char *text, double begin, struct diag *diag, struct history **ret);
void history_close(struct history *history);
void history_step(struct history *history, double seconds);
double history_now(const struct history *history);
size_t history_points(struct history *history, const struct history_point **ret);
