/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A running simulation: as a program's loop, or in a thread of a test.
 *
 * Shape: a test starts one from YAML text (scene.h), asks addresses, makes faults happen now, and reads what was asked
 *        of it. Model time moves in steps of a second of wall time; with `speed: 0` it stands still, so that values can
 *        be compared exactly with sim_truth.
 * Errors: -errno; what is wrong in the text goes to stderr.
 * Owner: sim_stop frees all.
 * Threads: sim_start_text makes one; the other functions may be called from any, one at a time.
 */
#pragma once
#include "drivers/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct sim;

/* In a thread of its own; returns when all agents listen. */
int sim_start_text(const char *yaml, struct sim **ret);
void sim_stop(struct sim *sim);
/* As wattwacht's `address:` takes it; NULL: no such agent. Lives as long as the simulation. */
const char *sim_address(const struct sim *sim, const char *agent);
/* A fault of fault.h, from now until sim_heal; it holds when the call returns. -ENOENT, -EINVAL. */
int sim_fault(struct sim *sim, const char *agent, const char *kind);
int sim_heal(struct sim *sim, const char *agent, const char *kind);
unsigned long sim_writes(struct sim *sim);                      /* refused, of all agents */
unsigned long sim_requests(struct sim *sim, const char *agent); /* SNMP requests answered */
/* The truth now: point is PART/QUANTITY of truth.h. NAN: there is none. */
double sim_truth(struct sim *sim, const char *agent, const char *point);
/* What the agent's energy counter shows more than the truth, Wh. */
double sim_energy_offset(struct sim *sim, const char *agent);
/* Moves the model on at once. */
void sim_advance(struct sim *sim, double seconds);

/* For a program: opened in the caller's thread. */
int sim_open(const char *file, const char *text, size_t n, struct diag *diag, struct sim **ret);
int sim_run(struct sim *sim, bool signals); /* until SIGTERM or SIGINT, or sim_quit */
void sim_quit(struct sim *sim);
void sim_print_ready(const struct sim *sim, FILE *out); /* the one line of JSON */
